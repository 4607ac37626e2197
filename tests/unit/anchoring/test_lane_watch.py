"""A key that somebody else uses too: noticed in one round, and nothing new is signed."""

from __future__ import annotations

import pytest

from attestree.errors import TransitionError
from attestree.outbox.states import State
from attestree.ports import Lane
from tests.fakes.writes import wanted
from tests.unit.anchoring.test_worker import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_key_with_a_past_goes_on_where_the_chain_is(bench: Bench) -> None:
    for _ in range(3):
        bench.chain.spend_nonce(bench.signer.address)
    bench.store.add_intent(wanted("a"))
    with bench.worker() as worker:
        worker.drive_until_final(["a"])
    assert [one.nonce for one in bench.signer.signed] == [3]
    assert bench.alarms == []


def test_a_past_that_is_not_final_yet_is_waited_for(bench: Bench) -> None:
    bench.chain.spend_nonce(bench.signer.address)
    bench.store.add_intent(wanted("a"))
    with bench.worker() as worker:
        (event,) = worker.drive_once().events
        assert (event.code, event.after) == ("lane.unsettled", State.SEALED)
        bench.chain.mine(2)
        assert [worker.drive_once().events[0].code for _ in range(2)] == ["lane.begun", "outbox.new"]
    assert bench.signer.signed[0].nonce == 1


def test_a_foreign_transaction_is_noticed_in_one_round_and_nothing_is_signed(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    with bench.worker() as worker:
        worker.drive_until_final(["a"])
        bench.chain.spend_nonce(bench.signer.address)
        bench.store.add_intent(wanted("b"))
        (event,) = worker.drive_once().events
        assert event.code == "lane.foreign"
        assert bench.alarms == ["lane.foreign"]
        with pytest.raises(TransitionError) as caught:
            worker.drive_until_final(["b"])
    assert caught.value.code == "lane.foreign"
    assert caught.value.values == {"address": "0x" + bench.signer.address.hex()}
    assert len(bench.signer.signed) == 1


def test_what_is_out_already_still_becomes_final(bench: Bench) -> None:
    for name in ("a", "b"):
        bench.store.add_intent(wanted(name))
    with bench.worker() as worker:
        worker.drive_once()
        worker.drive_once()
        bench.chain.mine()
        bench.chain.spend_nonce(bench.signer.address)
        worker.drive_until_final(["a", "b"])
    assert set(bench.alarms) == {"lane.foreign"}


def test_the_alarm_ends_when_a_person_has_accepted_it(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    with bench.worker() as worker:
        worker.drive_until_final(["a"])
        bench.chain.spend_nonce(bench.signer.address)
        bench.store.add_intent(wanted("b"))
        worker.drive_once()
        bench.store.move_lane(
            sender=bench.signer.address, registry="local", before=Lane(0, 1), after=Lane(0, 2)
        )
        worker.drive_until_final(["b"])
    assert bench.cleared == ["lane.foreign"]
    assert [one.nonce for one in bench.signer.signed] == [0, 2]


def test_a_foreign_transaction_that_waits_is_not_signed_over(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    with bench.worker() as worker:
        worker.drive_until_final(["a"])
        bench.sender.pending = 2
        bench.store.add_intent(wanted("b"))
        (event,) = worker.drive_once().events
        assert event.code == "lane.foreign_waiting"
        bench.sender.pending = None
        worker.drive_until_final(["b"])
    assert (bench.alarms, bench.cleared) == (["lane.foreign_waiting"], ["lane.foreign_waiting"])


def test_a_nonce_that_nobody_used_below_one_of_ours_is_a_gap(bench: Bench) -> None:
    bench.store.open_lane(sender=bench.signer.address, registry="local", first=0)
    bench.store.move_lane(sender=bench.signer.address, registry="local", before=Lane(0, 0), after=Lane(0, 1))
    bench.store.add_intent(wanted("a"))
    with bench.worker() as worker:
        (event,) = worker.drive_once().events
    assert event.code == "lane.gap"
    assert (bench.alarms, bench.signer.signed) == (["lane.gap"], [])


@pytest.mark.parametrize("pending", [0, 1, 2, 3, 10**9])
def test_no_node_can_make_us_sign_another_nonce_by_what_it_says_of_its_pool(
    bench: Bench, pending: int
) -> None:
    bench.sender.pending = pending
    for name in ("a", "b"):
        bench.store.add_intent(wanted(name))
    with bench.worker() as worker:
        for _ in range(20):
            worker.drive_once()
            bench.rest(1)
    assert [one.nonce for one in bench.signer.signed] in ([], [0], [0, 1])


def test_two_registries_on_one_chain_share_a_lane(bench: Bench) -> None:
    bench.store.write_pin("twin", bench.store.pins["local"])
    bench.store.add_intent(wanted("a"))
    with bench.worker() as worker:
        worker.drive_until_final(["a"])
    assert bench.store.fetch_lane(sender=bench.signer.address, registry="twin") == Lane(0, 1)


def test_what_fills_a_gap_opens_the_lane_again(bench: Bench) -> None:
    address = bench.signer.address
    bench.store.open_lane(sender=address, registry="local", first=0)
    bench.store.move_lane(sender=address, registry="local", before=Lane(0, 0), after=Lane(0, 1))
    for write in (wanted("a"), wanted("fill", kind="fill", to=address, payload=b"", probes=(), nonce=0)):
        bench.store.add_intent(write)
    with bench.worker() as worker:
        for _ in range(20):
            worker.drive_once()
            bench.rest(1)
    assert [bench.state(name) for name in ("a", "fill")] == [State.FINAL, State.FINAL]
    assert [one.nonce for one in bench.signer.signed] == [0, 1]
    assert bench.cleared == ["lane.gap"]


def test_a_gap_that_another_filled_needs_no_signature(bench: Bench) -> None:
    address = bench.signer.address
    bench.store.open_lane(sender=address, registry="local", first=0)
    bench.store.move_lane(sender=address, registry="local", before=Lane(0, 0), after=Lane(0, 1))
    bench.store.add_intent(wanted("fill", kind="fill", to=address, payload=b"", probes=(), nonce=0))
    bench.chain.spend_nonce(address)
    bench.chain.mine(2)
    with bench.worker() as worker:
        worker.drive_until_final(["fill"])
    assert bench.signer.signed == []
