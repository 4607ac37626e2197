"""Several batches in one transaction on a real anvil: each recorded once, whatever becomes of the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from attestree.anchoring import Worker
from attestree.errors import RevertedError
from attestree.merkle.keccak import keccak256
from attestree.outbox.states import State
from attestree.ports import Receipt
from attestree.registry.gas import anchor_many_gas
from tests.integration import test_anchoring, test_issue
from tests.integration.furnishing import ROSTER
from tests.integration.test_anchoring import Road
from tests.integration.test_issue import Office, verify

road = test_anchoring.road
"""One issuer's way to one registry."""
office = test_issue.office
"""An issuer's folder on a real chain."""


def queue(road: Road, names: str) -> list[str]:
    for name in names:
        road.anchor(name)
    return list(names)


def states(road: Road, names: Sequence[str]) -> list[State]:
    return [road.state(name) for name in names]


def nonces(road: Road, name: str) -> list[int]:
    return [one.nonce for one in road.attempts(name)]


def receipt(road: Road, name: str) -> Receipt:
    tx_hash = road.attempts(name)[-1].tx_hash
    found = road.sender().fetch_receipts([tx_hash])[tx_hash]
    assert found is not None
    return found


def test_batches_that_wait_are_recorded_in_one_block_for_the_gas_that_is_quoted(road: Road) -> None:
    names = queue(road, "abcdefghij")
    with road.worker("depth:2") as worker:
        worker.drive_until_final(names)
    assert road.count_anchors() == 10
    assert len({road.attempts(name)[0].tx_hash for name in names}) == 1
    assert {one.block_hash for one in road.store.fetch_intents()} == {receipt(road, "a").block_hash}
    # What an issuer's very first record takes besides is in it
    assert receipt(road, "a").gas_used == pytest.approx(anchor_many_gas(10) + 17_439, rel=0.02)


@pytest.mark.parametrize("rounds", range(6))
def test_a_new_worker_goes_on_from_every_state(road: Road, rounds: int) -> None:
    names = queue(road, "abc")
    killed = road.worker("depth:2")
    for _ in range(rounds):
        killed.drive_once()
    road.clock.seconds += 60
    with road.worker("depth:2") as worker:
        worker.drive_until_final(names)
    assert road.count_anchors() == 3
    assert [nonces(road, name) for name in names] == [[0]] * 3


def begin(road: Road, finality: str = "depth:2") -> None:
    """Record one batch, so that the key's lane has begun."""
    road.anchor("z")
    with road.worker(finality) as worker:
        worker.drive_until_final(["z"])


def test_one_whose_place_is_taken_is_named_and_the_others_go_on(road: Road) -> None:
    road.registry.cancel(road.issuer, keccak256(b"b"))
    begin(road)
    names = queue(road, "abcd")
    with road.worker("depth:2") as worker:
        worker.drive_until_final(["a", "c", "d"])
        with pytest.raises(RevertedError, match=r"contract\."):
            worker.drive_until_final(["b"])
    assert states(road, names) == [State.FINAL, State.SEALED, State.FINAL, State.FINAL]
    assert nonces(road, "a") == nonces(road, "c") == nonces(road, "d")
    assert nonces(road, "b") == []
    assert road.count_anchors() == 4


def lose_first_transaction(road: Road) -> Worker:
    """Have a worker send what is queued, and let the chain forget it before it stands in a block."""
    chain = road.registry.chain
    chain.call("evm_setAutomine", False)
    worker = road.worker("depth:3")
    worker.drive_once()
    chain.call("anvil_dropAllTransactions")
    chain.call("evm_setAutomine", True)
    return worker


def test_one_whose_place_is_taken_on_the_way_costs_the_others_a_transaction_of_their_own(road: Road) -> None:
    other = road.registry.add_operator(road.issuer)
    begin(road, "depth:3")
    names = queue(road, "abc")
    worker = lose_first_transaction(road)
    road.registry.anchor(road.issuer, root=keccak256(b"b"), size=77, by=other)
    for _ in range(20):
        worker.drive_once()
        road.rest(0)
    shared = nonces(road, "b")
    assert states(road, names) == [State.FINAL, State.SEALED, State.FINAL]
    assert nonces(road, "a") == [*shared, shared[0] + 1]
    assert nonces(road, "c") == [*shared, shared[0] + 2]
    assert [event.code for event in worker.drive_once().events] == ["contract.already_anchored"]
    assert road.count_anchors() == 4


def test_a_pause_on_the_way_is_waited_for_by_each_alone(road: Road) -> None:
    names = queue(road, "abc")
    worker = lose_first_transaction(road)
    road.registry.pause()
    drive_all_to(road, worker, names, State.REVERTED)
    road.registry.unpause()
    worker.drive_until_final(names)
    assert [nonces(road, name) for name in names] == [[0, 1], [0, 2], [0, 3]]
    assert road.count_anchors() == 3


def drive_all_to(road: Road, worker: Worker, names: Sequence[str], state: State) -> None:
    for _ in range(10):
        if set(states(road, names)) == {state}:
            return
        worker.drive_once()
        road.clock.seconds += 2
    raise AssertionError(f"never {state}")


def test_a_transaction_lost_in_a_reorganisation_comes_again_with_all_it_carries(road: Road) -> None:
    road.registry.chain.mine(5)
    names = queue(road, "abc")
    worker = road.worker("depth:4")
    drive_all_to(road, worker, names, State.MINED)
    road.registry.chain.call("anvil_reorg", 2, [])
    assert road.count_anchors() == 0
    worker.drive_until_final(names)
    assert road.count_anchors() == 3
    assert [nonces(road, name) for name in names] == [[0]] * 3


def test_a_transaction_that_moves_to_another_block_is_followed_by_each(road: Road) -> None:
    road.registry.chain.mine(5)
    names = queue(road, "abc")
    worker = road.worker("depth:4")
    drive_all_to(road, worker, names, State.MINED)
    before = {one.block_hash for one in road.store.fetch_intents()}
    road.registry.chain.call("anvil_reorg", 2, [["0x" + road.attempts("a")[0].raw.hex(), 0]])
    worker.drive_until_final(names)
    after = {one.block_hash for one in road.store.fetch_intents()}
    assert len(before) == len(after) == 1
    assert before != after
    assert road.count_anchors() == 3


def test_a_dearer_one_replaces_the_one_that_waits_for_all_of_them(road: Road) -> None:
    road.registry.chain.call("evm_setAutomine", False)
    names = queue(road, "abc")
    worker = road.worker()
    for _ in range(14):
        worker.drive_once()
        road.clock.seconds += 2
    attempts = road.attempts("a")
    assert len(attempts) >= 2
    for old, new in pairwise(attempts):
        assert new.fees.max_fee * 8 >= old.fees.max_fee * 9
    for name in names:
        assert road.attempts(name) == [replace(one, intent_id=name) for one in attempts]
    worker.drive_until_final(names)
    assert road.count_anchors() == 3


def issue_without_waiting(office: Office, capsys: pytest.CaptureFixture[str], *, rosters: int) -> None:
    for number in range(rosters):
        roster = ROSTER.replace("\n00", f"\n{number + 1}0")
        (office.folder / "roster.csv").write_text(roster, "utf-8")
        assert office.issue(capsys, "--yes", "--no-wait")[0] == 0


def test_three_rosters_that_wait_are_three_batches_that_anybody_can_check(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    issue_without_waiting(office, capsys, rosters=3)
    code, done = office.run(capsys, "anchor")
    assert (code, [one["state"] for one in done["writes"]]) == (0, ["final"] * 3)
    with office.store() as store:
        intents = store.fetch_intents()
        assert len({store.fetch_attempts(one.wanted.id)[0].tx_hash for one in intents}) == 1
        assert [batch.delivered for batch in store.fetch_batches()] == [True] * 3
    singles = sorted(Path("batches").rglob("private/credentials/*.json"))
    assert len(singles) == 9
    for single in singles:
        assert verify(office, capsys, str(single)) == "valid"
    code, report = office.run(capsys, "fsck")
    assert (code, report["clean"]) == (0, True)
    code, _ = office.run(capsys, "audit", "--out", "report", "--archives", "batches")
    assert code == 0
    assert json.loads((office.folder / "report/report.json").read_text("utf-8"))["outcome"] == "clean"


def test_the_settings_can_ask_for_a_transaction_each(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = office.folder / "attestree.toml"
    settings.write_text("anchors_per_transaction = 1\n" + settings.read_text("utf-8"), "utf-8")
    issue_without_waiting(office, capsys, rosters=2)
    assert office.run(capsys, "anchor")[0] == 0
    with office.store() as store:
        hashes = {store.fetch_attempts(one.wanted.id)[0].tx_hash for one in store.fetch_intents()}
    assert len(hashes) == 2
