"""What calls a person, after how long, and what ends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from attestree.anchoring import Worker, watch
from attestree.anchoring.pace import Pace
from attestree.anchoring.vigil import Patience
from attestree.errors import (
    ChainIdentityError,
    ChainUnavailableError,
    FolderUnavailableError,
    LeaseHeldError,
    NotAllowedError,
    StoreUnavailableError,
)
from attestree.outbox.states import State
from attestree.ports import Fees
from tests.fakes.fake_chain import GWEI, another_chain
from tests.fakes.writes import wanted
from tests.unit.anchoring.test_worker import Bench


class Room(dict[str, int]):
    """Free bytes by place; the disk may fail."""

    fails = False

    def fetch(self) -> Mapping[str, int]:
        if self.fails:
            raise FolderUnavailableError("folder.read_failed", file="x")
        return self


@pytest.fixture
def room() -> Room:
    return Room({"here": 10**12})


@pytest.fixture
def bench(room: Room) -> Bench:
    class Watched(Bench):
        def worker(self, **limits: int) -> Worker:
            made = super().worker(**limits)
            patience = Patience(
                silent_seconds=100, stuck_seconds=1_000, fee_seconds=500, fetch_free=room.fetch
            )
            pace = Pace(pause=self.rest, patience=patience)
            made.close()
            return Worker(
                registry="local",
                store=self.store,
                sender=self.sender,
                signers=[self.signer],
                clock=self.clock,
                limits=made._limits,
                alarm=self,
                pace=pace,
            )

    return Watched()


def fail(bench: Bench, error: Exception) -> None:
    def fault(_name: str) -> None:
        raise error

    bench.sender.fault = fault


def mend(bench: Bench) -> None:
    bench.sender.fault = lambda _name: None


def test_a_silent_chain_is_an_alarm_once_it_has_lasted(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    worker = bench.worker()
    fail(bench, ChainUnavailableError("chain.timeout"))
    for _ in range(10):
        with pytest.raises(ChainUnavailableError):
            worker.drive_once()
        assert bench.alarms == []
        bench.clock.seconds += 10
    with pytest.raises(ChainUnavailableError):
        worker.drive_once()
    assert bench.alarms == ["alarm.chain_silent"]
    mend(bench)
    worker.drive_once()
    assert bench.cleared == ["alarm.chain_silent"]


def test_nodes_that_disagree_and_a_store_that_is_gone_are_alarms_at_once(bench: Bench) -> None:
    worker = bench.worker()
    for error, code in (
        (ChainUnavailableError("chain.sources_disagree"), "chain.sources_disagree"),
        (StoreUnavailableError("store.no_answer"), "alarm.store_silent"),
    ):
        bench.alarms.clear()
        fail(bench, error)
        with pytest.raises(type(error)):
            worker.drive_once()
        assert bench.alarms == [code]
        mend(bench)
        worker.drive_once()
        assert bench.cleared.pop() == code


def test_another_chain_is_an_alarm_at_once(bench: Bench) -> None:
    worker = bench.worker()
    here = bench.sender.identity
    bench.sender.identity = another_chain()
    with pytest.raises(ChainIdentityError):
        worker.drive_once()
    assert bench.alarms == ["identity.genesis"]
    bench.sender.identity = here
    worker.drive_once()
    assert bench.cleared == ["identity.genesis"]


def test_a_chain_that_knows_more_than_the_store_is_an_alarm_at_once(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    worker = bench.worker()
    fail(bench, NotAllowedError("recover.behind", batches=1, changes=0))
    with pytest.raises(NotAllowedError):
        watch([worker])
    assert bench.alarms == ["recover.behind"]
    mend(bench)
    worker.drive_once()
    assert bench.cleared == ["recover.behind"]


def test_a_watch_that_finds_its_key_taken_says_so(bench: Bench) -> None:
    with bench.worker() as first:
        first.hold()
        with pytest.raises(LeaseHeldError):
            watch([bench.worker()], goes_on=lambda: True)
    assert bench.alarms == ["lease.held"]


def test_who_only_waits_for_the_holder_of_a_key_calls_nobody(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    with bench.worker() as holder:
        holder.hold()
        with pytest.raises(LeaseHeldError):
            bench.worker().drive_once()
    assert bench.alarms == []


def test_a_key_taken_over_while_this_process_slept_is_an_alarm(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    thief = bench.worker()

    def steal(name: str) -> None:
        if name == "before fetch_words":
            bench.clock.seconds += 60
            thief.hold()
            mend(bench)

    bench.sender.fault = steal
    with pytest.raises(LeaseHeldError):
        watch([bench.worker()])
    assert bench.signer.signed == []
    assert bench.alarms == ["lease.held"]


def test_a_write_that_waits_for_too_long_is_an_alarm(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    bench.mines = False
    worker = bench.worker()
    worker.drive_once()
    bench.clock.seconds += 999
    worker.drive_once()
    assert "alarm.stuck" not in bench.alarms
    bench.clock.seconds += 1
    worker.drive_once()
    assert "alarm.stuck" in bench.alarms
    bench.mines = True
    worker.drive_until_final(["a"])
    assert "alarm.stuck" in bench.cleared


@pytest.mark.parametrize("signed", [False, True])
def test_a_price_above_the_limit_is_an_alarm_once_it_has_lasted(bench: Bench, signed: bool) -> None:
    bench.store.add_intent(wanted("a"))
    worker = bench.worker(max_fee_wei=10 * GWEI)
    if signed:
        worker.drive_once()
    bench.sender.fees = Fees(11 * GWEI, GWEI)
    for _ in range(60):
        worker.drive_once()
        bench.clock.seconds += 7
    assert "alarm.fee_limit" not in bench.alarms
    for _ in range(30):
        worker.drive_once()
        bench.clock.seconds += 7
    assert "alarm.fee_limit" in bench.alarms
    bench.sender.fees = Fees(2 * GWEI, GWEI)
    worker.drive_until_final(["a"])
    assert "alarm.fee_limit" in bench.cleared


def test_a_key_that_runs_out_of_money_is_an_alarm_before_it_has(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    worker = bench.worker()
    worker.drive_until_final(["a"])
    price = 80_000 * bench.sender.fees.max_fee
    bench.sender.balance = 20 * price
    bench.clock.seconds += 60
    worker.drive_once()
    assert bench.alarms == []
    bench.sender.balance -= 1
    worker.drive_once()
    assert bench.alarms == []
    bench.clock.seconds += 60
    worker.drive_once()
    assert bench.alarms == ["alarm.low_balance"]
    bench.sender.balance *= 2
    bench.clock.seconds += 60
    worker.drive_once()
    assert bench.cleared == ["alarm.low_balance"]


def test_a_key_that_was_never_used_needs_no_money(bench: Bench) -> None:
    bench.sender.balance = 0
    bench.worker().drive_once()
    assert bench.alarms == []


def test_a_disk_that_fills_up_is_an_alarm(bench: Bench, room: Room) -> None:
    worker = bench.worker()
    room["here"] = 10**9 - 1
    worker.drive_once()
    assert bench.alarms == ["alarm.disk_low"]
    room["here"] = 10**9
    bench.clock.seconds += 60
    worker.drive_once()
    assert bench.cleared == ["alarm.disk_low"]


def test_a_disk_that_does_not_answer_stops_nothing(bench: Bench, room: Room) -> None:
    room.fails = True
    bench.store.add_intent(wanted("a"))
    with bench.worker() as worker:
        worker.drive_until_final(["a"])
    assert bench.alarms == []


def test_a_write_that_stopped_is_an_alarm_until_a_person_took_it_up(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    bench.store.intents["a"] = replace(
        bench.store.intents["a"], state=State.HALTED, note="outbox.effect_missing"
    )
    worker = bench.worker()
    for _ in range(3):
        worker.drive_once()
    assert set(bench.alarms) == {"outbox.effect_missing"}
    bench.store.intents["a"] = replace(bench.store.intents["a"], state=State.SEALED, note="")
    worker.drive_until_final(["a"])
    assert bench.cleared == ["outbox.effect_missing"]


def test_many_writes_that_stopped_for_one_reason_are_one_alarm(bench: Bench) -> None:
    for name in ("a", "b", "c"):
        bench.store.add_intent(wanted(name))
        bench.store.intents[name] = replace(
            bench.store.intents[name], state=State.HALTED, note="outbox.effect_missing"
        )
    bench.worker().drive_once()
    assert bench.alarms == ["outbox.effect_missing"]
