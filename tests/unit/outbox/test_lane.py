"""The lane of nonces: what comes next, what must wait for what, and what another sender leaves behind."""

from __future__ import annotations

import pytest

from attestree.errors import AttestreeError, ChainUnavailableError, TransitionError
from attestree.outbox.lane import (
    BEHIND,
    FOREIGN,
    FOREIGN_WAITING,
    GAP,
    OPEN_LANE,
    LaneState,
    accept_foreign,
    advance,
    blocks,
    check_lane,
    is_closed,
    is_settled,
    verify_nonce,
)
from attestree.outbox.records import Intent, Lane, NewIntent, Nonces, Probe
from attestree.outbox.states import State
from tests.fakes.writes import slot_of, wanted


def intent(write: NewIntent, state: State = State.SENT) -> Intent:
    return Intent(write, state, fence=1, block_number=None, block_hash=None, note="")


def counts(mined: int, *, final: int | None = None, pending: int | None = None) -> Nonces:
    return Nonces(mined, mined if pending is None else pending, mined if final is None else final)


@pytest.mark.parametrize(
    ("lane", "seen", "held"),
    [
        (Lane(0, 0), counts(0), {}),
        (Lane(3, 5), counts(5), {}),
        (Lane(3, 5), counts(4, final=3, pending=5), {4}),
        (Lane(3, 5), counts(3), {3, 4}),
        # a node whose pool forgot, or that counts none of it
        (Lane(3, 5), counts(3, pending=0), {3, 4}),
    ],
)
def test_a_lane_that_agrees_with_the_chain_is_open(lane: Lane, seen: Nonces, held: set[int]) -> None:
    assert check_lane(lane, seen, held=held) == OPEN_LANE


@pytest.mark.parametrize(
    ("lane", "seen", "held", "expected"),
    [
        (Lane(3, 5), counts(7), {}, LaneState(FOREIGN, range(5, 7))),
        (Lane(3, 5), counts(6, final=3, pending=9), {}, LaneState(FOREIGN, range(5, 6))),
        (Lane(3, 5), counts(5, pending=6), {}, LaneState(FOREIGN_WAITING, range(5, 6))),
        (Lane(3, 5), counts(4, pending=8), {4}, LaneState(FOREIGN_WAITING, range(5, 8))),
        (Lane(3, 6), counts(3), {4, 5}, LaneState(GAP, range(3, 4), (3,))),
        (Lane(3, 8), counts(3), {4, 7}, LaneState(GAP, range(3, 7), (3, 5, 6))),
        (Lane(3, 5), counts(2, final=2), {3, 4}, LaneState(BEHIND, range(2, 3))),
        (Lane(3, 5), counts(3, final=4), {3, 4}, LaneState(BEHIND, range(3, 4))),
    ],
)
def test_a_lane_that_differs_from_the_chain_is_closed_and_says_how(
    lane: Lane, seen: Nonces, held: set[int], expected: LaneState
) -> None:
    assert check_lane(lane, seen, held=held) == expected


def test_a_past_is_settled_when_all_of_it_is_final() -> None:
    assert is_settled(counts(4))
    assert not is_settled(counts(4, final=3))
    assert not is_settled(counts(4, pending=5))
    assert not is_settled(counts(3, final=4))
    assert not is_settled(counts(2**64))


def test_what_another_sent_is_accepted_once_it_is_final() -> None:
    assert accept_foreign(Lane(3, 5), counts(7)) == Lane(3, 7)
    for seen in (counts(7, final=6), counts(7, pending=8), counts(5, pending=6)):
        with pytest.raises(ChainUnavailableError) as caught:
            accept_foreign(Lane(3, 5), seen)
        assert caught.value.code == "lane.unsettled"


def test_where_nobody_sent_anything_there_is_nothing_to_accept() -> None:
    for seen in (counts(5), counts(4), counts(0)):
        with pytest.raises(TransitionError) as caught:
            accept_foreign(Lane(3, 5), seen)
        assert caught.value.code == "lane.nothing_foreign"


@pytest.mark.parametrize(("nonce", "pinned"), [(5, None), (3, 3), (4, 4), (5, 5)])
def test_the_next_nonce_may_be_signed_and_so_may_one_that_is_filled(nonce: int, pinned: int | None) -> None:
    verify_nonce(nonce, lane=Lane(3, 5), pinned=pinned)


@pytest.mark.parametrize(("nonce", "pinned"), [(4, None), (6, None), (0, None), (6, 6), (2, 2), (5, 4)])
def test_no_other_nonce_may_be_signed(nonce: int, pinned: int | None) -> None:
    with pytest.raises(AttestreeError) as caught:
        verify_nonce(nonce, lane=Lane(3, 5), pinned=pinned)
    assert caught.value.code == "lane.wrong_nonce"


def test_a_lane_moves_behind_what_was_signed_and_never_back() -> None:
    assert advance(Lane(3, 5), signed=5) == Lane(3, 6)
    assert advance(Lane(3, 5), signed=3) == Lane(3, 5)


def test_one_halted_write_closes_its_lane() -> None:
    assert not is_closed([])
    assert not is_closed([intent(wanted("a"))])
    assert is_closed([intent(wanted("a")), intent(wanted("b"), State.HALTED)])


def probing(mask: int, *, name: str = "s", to: bytes = b"\x0a" * 20) -> NewIntent:
    return wanted(name, to=to, probes=(Probe(slot_of("s"), mask, mask),))


def test_two_writes_seen_in_the_same_bit_go_one_after_the_other() -> None:
    first = probing(0b011)
    assert blocks(intent(first), intent(probing(0b010)))
    assert not blocks(intent(first), intent(probing(0b100)))
    assert not blocks(intent(first, State.FINAL), intent(probing(0b010)))
    assert not blocks(intent(first), intent(probing(0b010, to=b"\x0b" * 20)))
    assert not blocks(intent(first), intent(wanted("other")))
    assert not blocks(intent(first), intent(wanted("none", probes=())))
