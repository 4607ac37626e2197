"""
Nodes that lie: what does not count is never found valid while one configured node is honest.

A single node may hide or invent logs and forge receipts: the heads in the contract's storage give it away. A
node that forges storage itself, or lags, stands beside an honest one. Credentials are revoked, superseded,
suspended, never anchored, of a withdrawn or suspended issuer, of a disavowed operator.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from attestree.adapters.evm import following
from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.faults.faults import Fault, FaultPlan
from attestree.adapters.evm.faults.proxy import FaultProxy
from attestree.verifying.verdict import Verdict
from tests.conftest import Depth, Figures
from tests.crash.lies_lab import FINALITIES, Bench, Stage, Trial, describe, perfect_lies, perfect_plan
from tests.integration.deployed import deploy_registry
from tests.integration.test_verdict_table import trust_in

READERS = ("direct", "followed")


@pytest.fixture
def bench(chain: DevChain, seed: int) -> Iterator[Bench]:
    registry = deploy_registry(chain)
    stage = Stage(registry)
    genuine = stage.play()
    trust = trust_in(registry, registry.accreditor)
    with FaultProxy(chain.url) as liar, FaultProxy(chain.url) as accomplice:
        bench = Bench(registry, trust, stage.suspects, liar, accomplice, random.Random(seed))
        for reader in READERS:
            assert bench.ask_honestly(genuine, reader) is Verdict.VALID
        yield bench
        bench.close()


@pytest.mark.chain
def test_nothing_false_is_valid_whoever_lies(bench: Bench, depth: Depth, figures: Figures) -> None:
    for suspect in bench.suspects:
        told = {
            bench.ask_honestly(suspect.credential, reader, rule) for reader in READERS for rule in FINALITIES
        }
        assert told == {suspect.truth}, suspect.name
    wanted = depth.pick(quick=50, ci=500, deep=10_000)
    for _ in range(wanted):
        bench.ask(bench.draw())
    assert [describe(trial) for trial in bench.false_valid] == []
    assert bench.lies_told >= wanted
    assert bench.verdicts[Verdict.UNKNOWN] > wanted // 10
    told_as = ", ".join(f"{count} {verdict}" for verdict, count in bench.verdicts.most_common())
    figures.note(f"{wanted} verifications, {bench.lies_told} lies: 0 false valid ({told_as})")


@pytest.mark.chain
def test_the_harness_finds_a_false_valid_where_every_node_tells_the_same_lie(
    bench: Bench, figures: Figures
) -> None:
    for suspect in bench.suspects:
        for reader in READERS:
            bench.ask_liars_only(Trial(suspect, reader, perfect_plan(suspect), alone=False))
    assert len(bench.false_valid) == len(bench.suspects) * len(READERS)
    figures.note(f"control, all nodes lie alike: {len(bench.false_valid)} false valid found")


@pytest.mark.chain
def test_the_harness_finds_a_false_valid_where_the_heads_are_not_compared(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, figures: Figures
) -> None:
    monkeypatch.setattr(following, "verify_heads", lambda *_: None)
    for suspect in bench.suspects:
        logs = (Fault.INVENTED_LOGS if suspect.invented else Fault.HIDDEN_LOGS,)
        plan = FaultPlan(rate=1, kinds=logs, lies=perfect_lies(suspect))
        bench.ask(Trial(suspect, "followed", plan, alone=True))
    assert len(bench.false_valid) == len(bench.suspects)
    figures.note(f"control, heads not compared: {len(bench.false_valid)} false valid found")
