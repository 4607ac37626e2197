"""
Property: whatever nodes say of a key, and whatever else is sent with it, the nonces that we sign follow one
another without a step, except where a person said so.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from attestree.errors import AttestreeError
from attestree.outbox.lane import (
    FOREIGN,
    FOREIGN_WAITING,
    OPEN_LANE,
    accept_foreign,
    advance,
    check_lane,
    is_settled,
    verify_nonce,
)
from attestree.outbox.records import Lane, Nonces

COUNTS = st.integers(min_value=0, max_value=40) | st.integers(min_value=0, max_value=2**64 - 1)
NONCES = st.builds(Nonces, mined=COUNTS, pending=COUNTS, final=COUNTS)
LANES = st.builds(
    lambda first, length: Lane(first, first + length),
    st.integers(min_value=0, max_value=30),
    st.integers(min_value=0, max_value=30),
)


def sign_next(lane: Lane, counts: Nonces, held: set[int]) -> int | None:
    """Return the nonce that is signed, as the worker does it."""
    state = check_lane(lane, counts, held={nonce for nonce in held if nonce >= counts.mined})
    return lane.next if state == OPEN_LANE else None


@given(LANES, st.lists(NONCES, max_size=30))
def test_no_answer_of_a_node_makes_us_leave_out_or_repeat_a_nonce(lane: Lane, answers: list[Nonces]) -> None:
    held = set(range(lane.first, lane.next))
    expected = lane.next
    for counts in answers:
        nonce = sign_next(lane, counts, held)
        if nonce is None:
            continue
        assert nonce == expected
        verify_nonce(nonce, lane=lane, pinned=None)
        held.add(nonce)
        lane = advance(lane, signed=nonce)
        expected += 1
    assert held == set(range(lane.first, lane.next))


@given(LANES, NONCES)
def test_a_lane_is_open_only_where_the_chain_has_room_for_the_next_nonce(lane: Lane, counts: Nonces) -> None:
    if check_lane(lane, counts, held=range(lane.first, lane.next)) == OPEN_LANE:
        assert counts.final <= counts.mined <= lane.next
        assert counts.pending <= lane.next
        assert counts.mined >= lane.first


@given(LANES, st.integers(min_value=1, max_value=50), st.integers(min_value=0, max_value=50))
def test_every_foreign_transaction_is_seen(lane: Lane, foreign: int, waiting: int) -> None:
    mined = lane.next + foreign
    for final in (lane.first, lane.next, mined):
        state = check_lane(lane, Nonces(mined, mined + waiting, final), held=())
        assert (state.code, state.nonces) == (FOREIGN, range(lane.next, mined))


@given(LANES, st.integers(min_value=1, max_value=50))
def test_every_foreign_transaction_that_a_node_tells_of_before_it_is_mined_is_seen(
    lane: Lane, waiting: int
) -> None:
    held = range(lane.first, lane.next)
    for mined in held:
        state = check_lane(lane, Nonces(mined, lane.next + waiting, lane.first), held=held)
        assert state.code == FOREIGN_WAITING


@given(LANES, NONCES)
def test_accepting_never_moves_a_lane_back_nor_before_all_is_settled(lane: Lane, counts: Nonces) -> None:
    try:
        after = accept_foreign(lane, counts)
    except AttestreeError:
        return
    assert is_settled(counts)
    assert after.first == lane.first
    assert after.next == counts.mined > lane.next


@given(LANES, st.integers(min_value=-2, max_value=70), st.none() | st.integers(min_value=-2, max_value=70))
def test_the_store_takes_the_next_nonce_or_the_one_that_is_filled_and_no_other(
    lane: Lane, nonce: int, pinned: int | None
) -> None:
    try:
        verify_nonce(nonce, lane=lane, pinned=pinned)
    except AttestreeError:
        assert nonce != lane.next or pinned not in (None, nonce)
    else:
        assert nonce == (lane.next if pinned is None else pinned)
        assert lane.first <= nonce <= lane.next
        assert advance(lane, signed=nonce).next in (lane.next, lane.next + 1)
