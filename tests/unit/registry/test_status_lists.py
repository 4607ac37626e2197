"""A whole list says of each credential what the contract says of it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.registry.event_types import StatusChanged
from attestree.registry.facts import WHOLE_LIST_WORD, Head, Purpose, Reason
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.registry.records import AnchorRecord, build_anchor
from attestree.registry.status_bits import build_masks
from attestree.registry.status_lists import MAX_LIST_SIZE, build_list_bits, find_lists
from tests.unit.registry.contract_logs import ISSUER, LIST, ROOT

OTHER_LIST, OTHER_ROOT = bytes(13), bytes(31) + b"\x01"


def ledger(size: int = 300, *, root: bytes = ROOT, list_id: bytes = LIST) -> IssuerLedger:
    made = IssuerLedger(anchor_head=Head(0, 0), act_head=Head(0, 0))
    record = AnchorRecord(time=1, size=size, sequence=1, operator=0, span=0, kind=0, flags=0, list_id=list_id)
    made.anchors[root] = build_anchor(root, record)
    return made


def change(of: IssuerLedger, words: dict[int, int], *, purpose: Purpose, sets: bool = True) -> None:
    event = StatusChanged(ISSUER, ROOT, LIST, 0, purpose, sets, Reason.UNSPECIFIED, 1, tuple(words.items()))
    of.apply(event)


def indexes(octets: bytes) -> list[int]:
    return [index for index in range(len(octets) * 8) if octets[index >> 3] >> (7 - (index & 7)) & 1]


@given(st.sets(st.integers(0, 699)), st.sets(st.integers(0, 699)), st.integers(1, 700))
def test_every_bit_is_the_one_that_a_verdict_would_rest_on(
    revoked: set[int], suspended: set[int], size: int
) -> None:
    one = ledger(size)
    change(one, build_masks(index for index in revoked if index < size), purpose=Purpose.REVOCATION)
    change(one, build_masks(index for index in suspended if index < size), purpose=Purpose.SUSPENSION)
    bits = {purpose: build_list_bits([one], LIST, purpose, size=size) for purpose in Purpose}
    status = {index: one.status_of(LIST, index) for index in range(size)}
    assert indexes(bits[Purpose.REVOCATION]) == [index for index in status if status[index].revoked]
    assert indexes(bits[Purpose.SUSPENSION]) == [index for index in status if status[index].suspended]
    assert all(len(octets) == (size + 7) // 8 for octets in bits.values())


@pytest.mark.parametrize("size", [1, 7, 8, 9, 255, 256, 257, 1_000])
def test_a_whole_list_has_a_bit_for_each_credential_and_none_behind(size: int) -> None:
    one = ledger(size)
    change(one, {WHOLE_LIST_WORD: 1}, purpose=Purpose.REVOCATION)
    assert indexes(build_list_bits([one], LIST, Purpose.REVOCATION, size=size)) == [*range(size)]
    assert indexes(build_list_bits([one], LIST, Purpose.SUSPENSION, size=size)) == []


def test_what_any_ledger_says_against_a_credential_counts() -> None:
    final, latest = ledger(), ledger()
    change(final, build_masks([3, 290]), purpose=Purpose.SUSPENSION)
    change(latest, build_masks([4]), purpose=Purpose.SUSPENSION)
    assert indexes(build_list_bits([final, latest], LIST, Purpose.SUSPENSION, size=300)) == [3, 4, 290]


def test_lifting_a_suspension_clears_the_bit_once_no_ledger_has_it() -> None:
    final, latest = ledger(), ledger()
    for one in (final, latest):
        change(one, build_masks([3, 5]), purpose=Purpose.SUSPENSION)
    change(latest, build_masks([3]), purpose=Purpose.SUSPENSION, sets=False)
    assert indexes(build_list_bits([final, latest], LIST, Purpose.SUSPENSION, size=300)) == [3, 5]
    assert indexes(build_list_bits([latest], LIST, Purpose.SUSPENSION, size=300)) == [5]


def test_every_list_is_found_with_its_largest_size_and_cancelled_ones_are_none() -> None:
    one, newer = ledger(300), ledger(800)
    newer.anchors[OTHER_ROOT] = ledger(5, root=OTHER_ROOT, list_id=OTHER_LIST).anchors[OTHER_ROOT]
    newer.anchors[bytes(32)] = None
    assert find_lists([one, newer]) == {LIST: 800, OTHER_LIST: 5}
    assert find_lists([]) == {}


def test_a_size_that_nobody_can_have_issued_costs_no_more_than_the_largest_list() -> None:
    one = ledger(2**32 - 1)
    change(one, build_masks([random.Random(1).randrange(1_000)]), purpose=Purpose.REVOCATION)
    assert MAX_LIST_SIZE == 8 * 16 * 1024 * 1024
    one.status.clear()
    change(one, {WHOLE_LIST_WORD: 1}, purpose=Purpose.REVOCATION)
    bits = build_list_bits([one], LIST, Purpose.REVOCATION, size=2**32 - 1)
    assert len(bits) == MAX_LIST_SIZE // 8
