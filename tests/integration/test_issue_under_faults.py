"""Issuing, checking and revoking through a node that fails now and then: later, but never twice or wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.faults.faults import FaultPlan
from attestree.adapters.evm.faults.proxy import FaultProxy
from attestree.outbox.states import State
from tests.conftest import Depth, Figures
from tests.integration.test_issue import Office, verify
from tests.integration.test_issue import office as office  # noqa: PLC0414 - a fixture

TRIES = 100


@pytest.fixture
def proxy(office: Office, depth: Depth) -> Iterator[FaultProxy]:
    """A proxy before the office's chain; the chain itself is driven past it."""
    seed = random.randrange(2**32)
    plan = FaultPlan(rate=depth.pick(quick=0.05, ci=0.1, deep=0.1), seed=seed, hang_seconds=0.05)
    settings = office.folder / "attestree.toml"
    with FaultProxy(office.registry.chain.url, plan) as running:
        settings.write_text(settings.read_text("utf-8").replace(office.registry.chain.url, running.url))
        print(f"seed of the faults: {seed}")
        yield running


def until_done(office: Office, capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    """Type a command again as long as it says: not now."""
    for _ in range(TRIES):
        code, printed = office.run(capsys, *command)
        if code != 3:
            assert code == 0, printed
            return printed
    raise AssertionError(f"{command} did not end")


def verdict(office: Office, capsys: pytest.CaptureFixture[str], path: Path) -> str:
    for _ in range(TRIES):
        if (found := verify(office, capsys, str(path))) != "unknown":
            return found
    raise AssertionError("unknown for ever")


def test_a_batch_is_recorded_once_and_read_truly_through_a_node_that_fails(
    office: Office, proxy: FaultProxy, capsys: pytest.CaptureFixture[str], figures: Figures
) -> None:
    made = until_done(office, capsys, "issue", "roster.csv", "--achievement", "achievement.toml", "--yes")
    first, second, third = sorted(Path(made["folder"]).glob("private/credentials/*.json"))
    assert [verdict(office, capsys, path) for path in (first, second, third)] == ["valid"] * 3
    until_done(office, capsys, "revoke", str(first), "--yes")
    assert [verdict(office, capsys, path) for path in (first, second)] == ["revoked", "valid"]
    until_done(office, capsys, "anchor")
    with office.store() as store:
        intents = store.fetch_intents()
        assert [intent.state for intent in intents] == [State.FINAL] * 2
        nonces = {attempt.nonce for intent in intents for attempt in store.fetch_attempts(intent.wanted.id)}
    proxy.stop_faults()
    (sender,) = {intent.wanted.sender for intent in intents}
    used = office.registry.rpc.call("eth_getTransactionCount", ["0x" + sender.hex(), "latest"])
    assert used == hex(len(nonces)) == "0x2"
    asked = sum(proxy.questions.values())
    figures.note(f"{proxy.fault_count()} faults in {asked} questions: 0 lost, 0 double, 0 wrong verdicts")
