"""What a person may say about a key that somebody else used too, and what is refused."""

from __future__ import annotations

import pytest

from attestree.anchoring.lane_healing import accept_foreign_use, fill_gap
from attestree.errors import AttestreeError, ChainIdentityError
from attestree.outbox.states import State
from attestree.ports import Intent, Lane
from tests.fakes.fake_chain import another_chain
from tests.fakes.writes import wanted
from tests.unit.anchoring.test_worker import Bench


@pytest.fixture
def bench() -> Bench:
    """A key with which one write was recorded."""
    made = Bench()
    made.store.add_intent(wanted("a"))
    with made.worker() as worker:
        worker.drive_until_final(["a"])
    return made


def accept(bench: Bench) -> tuple[Lane, list[str]]:
    lane, resumed = accept_foreign_use(
        bench.store, bench.sender, address=bench.signer.address, registry="local"
    )
    return lane, [one.wanted.id for one in resumed]


def fill(bench: Bench) -> list[Intent]:
    address = bench.signer.address
    return list(fill_gap(bench.store, bench.sender, bench.clock, address=address, registry="local"))


def refusal(bench: Bench, say: object) -> str:
    with pytest.raises(AttestreeError) as caught:
        say(bench)  # type: ignore[operator]
    return caught.value.code


def tear(bench: Bench, *, width: int = 1) -> None:
    """Let numbers be missing below the next one."""
    before = Lane(0, 1)
    bench.store.move_lane(
        sender=bench.signer.address, registry="local", before=before, after=Lane(0, 1 + width)
    )


def test_what_another_sent_is_accepted_once_it_is_final(bench: Bench) -> None:
    bench.chain.spend_nonce(bench.signer.address)
    assert refusal(bench, accept) == "lane.unsettled"
    bench.chain.mine(2)
    assert accept(bench) == (Lane(0, 2), [])
    assert refusal(bench, accept) == "lane.nothing_foreign"


def test_what_stopped_because_another_took_its_nonce_is_taken_up_again(bench: Bench) -> None:
    bench.store.add_intent(wanted("b"))
    with bench.worker() as worker:
        worker.drive_once()
        bench.chain.spend_nonce(bench.signer.address)
        bench.chain.mine(2)
        worker.drive_once()
        assert bench.state("b") is State.HALTED
        assert accept(bench) == (Lane(0, 2), ["b"])
        worker.drive_until_final(["b"])
    assert [one.nonce for one in bench.signer.signed] == [0, 1, 2]


def test_nothing_is_accepted_or_filled_where_all_is_well(bench: Bench) -> None:
    assert refusal(bench, accept) == "lane.nothing_foreign"
    assert refusal(bench, fill) == "lane.no_gap"


def test_a_key_that_was_never_used_here_is_not_known(bench: Bench) -> None:
    bench.store.lanes.clear()
    assert refusal(bench, accept) == refusal(bench, fill) == "lane.not_known"


@pytest.mark.parametrize("say", [accept, fill])
def test_nothing_is_healed_by_what_another_chain_says(bench: Bench, say: object) -> None:
    bench.sender.identity = another_chain()
    with pytest.raises(ChainIdentityError):
        say(bench)  # type: ignore[operator]


def test_a_gap_is_filled_by_empty_transactions_and_asking_twice_is_asking_once(bench: Bench) -> None:
    tear(bench, width=2)
    filled = fill(bench)
    assert [(one.wanted.nonce, one.wanted.to, one.wanted.payload) for one in filled] == [
        (1, bench.signer.address, b""),
        (2, bench.signer.address, b""),
    ]
    assert fill(bench) == filled
    bench.store.add_intent(wanted("b"))
    with bench.worker() as worker:
        worker.drive_until_final(["b", *(one.wanted.id for one in filled)])
    assert [one.nonce for one in bench.signer.signed] == [0, 1, 2, 3]


def test_a_gap_that_no_accident_tears_is_not_filled(bench: Bench) -> None:
    tear(bench, width=17)
    assert refusal(bench, fill) == "lane.wide_gap"


def test_a_key_that_rests_is_watched_too(bench: Bench) -> None:
    bench.chain.spend_nonce(bench.signer.address)
    with bench.worker() as worker:
        assert worker.drive_once().events == ()
        assert bench.alarms == ["lane.foreign"]
        bench.chain.mine(2)
        accept(bench)
        worker.drive_once()
    assert bench.cleared == ["lane.foreign"]
