"""The lane of nonces, and what must wait for what."""

from __future__ import annotations

import pytest

from attestree.outbox.lane import blocks, is_closed, next_nonce
from attestree.outbox.records import Intent, NewIntent, Probe
from attestree.outbox.states import State
from tests.fakes.writes import slot_of, wanted


def intent(write: NewIntent, state: State = State.SENT) -> Intent:
    return Intent(write, state, fence=1, block_number=None, block_hash=None, note="")


@pytest.mark.parametrize(
    ("mined", "last", "expected"), [(0, None, 0), (5, None, 5), (5, 4, 5), (5, 7, 8), (5, 2, 5)]
)
def test_the_next_nonce_is_above_all_that_were_mined_or_signed(
    mined: int, last: int | None, expected: int
) -> None:
    assert next_nonce(mined=mined, last_signed=last) == expected


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
