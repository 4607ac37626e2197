from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.registry.event_types import StatusChanged
from attestree.registry.facts import WHOLE_LIST_WORD, Purpose, Reason, StatusBits
from attestree.registry.status_bits import (
    StatusWords,
    bit_of,
    build_masks,
    build_status_bits,
    find_reason,
    word_of,
)
from tests.unit.registry.contract_logs import ISSUER, LIST, ROOT

OTHER_LIST = bytes(13)


def change(
    *words: tuple[int, int],
    reason: Reason = Reason.UNSPECIFIED,
    purpose: Purpose = Purpose.REVOCATION,
    list_id: bytes = LIST,
) -> StatusChanged:
    return StatusChanged(ISSUER, ROOT, list_id, 0, purpose, True, reason, 1, words)


@pytest.mark.parametrize(
    ("indexes", "masks"),
    [
        ([], {}),
        ([0], {0: 1}),
        ([256, 255], {0: 1 << 255, 1: 1}),
        ([2**32 - 2], {2**24 - 1: 1 << 254}),
        ([3, 1, 3], {0: 0b1010}),
    ],
)
def test_words_and_masks_are_those_of_the_contract(indexes: list[int], masks: dict[int, int]) -> None:
    assert build_masks(indexes) == masks
    assert list(build_masks(indexes)) == sorted(masks)


@given(st.sets(st.integers(0, 2**32 - 2), max_size=40) | st.sets(st.integers(0, 600), max_size=300))
def test_masks_hold_the_bit_of_every_index_and_no_other(indexes: set[int]) -> None:
    masks = build_masks(indexes)
    assert all(masks[word_of(index)] & bit_of(index) for index in indexes)
    assert sum(mask.bit_count() for mask in masks.values()) == len(indexes)


@pytest.mark.parametrize(
    ("words", "revoked", "suspended", "whole"),
    [
        (StatusWords(0, 0, 0, 0), False, False, False),
        (StatusWords(1 << 5, 0, 0, 0), True, False, False),
        (StatusWords(1 << 4, 1 << 6, 0, 0), False, False, False),
        (StatusWords(0, 1 << 5, 0, 0), False, True, False),
        (StatusWords(0, 0, 1, 0), True, False, True),
        (StatusWords(0, 0, 0, 1 << 255), False, True, True),
        (StatusWords(1 << 5, 0, 0, 2), True, True, True),
    ],
)
def test_a_status_is_the_bit_of_the_index_or_any_bit_of_the_whole_list(
    words: StatusWords, revoked: bool, suspended: bool, whole: bool
) -> None:
    for index in (5, 256 + 5):
        assert build_status_bits(words, index=index) == StatusBits(
            revoked=revoked, suspended=suspended, whole_list=whole
        )


def test_a_reason_without_a_revocation_is_dropped() -> None:
    words = StatusWords(0, 1, 0, 0)
    assert build_status_bits(words, index=0, reason=Reason.SUPERSEDED).reason is None
    assert build_status_bits(StatusWords(1, 0, 0, 0), index=0, reason=Reason.SUPERSEDED).reason is not None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ([], None),
        ([change((1, 1), reason=Reason.SUPERSEDED)], Reason.SUPERSEDED),
        ([change((0, 1), reason=Reason.SUPERSEDED)], None),
        ([change((1, 2), reason=Reason.SUPERSEDED)], None),
        ([change((WHOLE_LIST_WORD, 2), reason=Reason.SUPERSEDED)], Reason.SUPERSEDED),
        ([change((1, 1), reason=Reason.SUPERSEDED, list_id=OTHER_LIST)], None),
        ([change((1, 1), reason=Reason.SUPERSEDED, purpose=Purpose.SUSPENSION)], None),
        ([change((0, 1), (1, 1), reason=Reason.KEY_COMPROMISE)], Reason.KEY_COMPROMISE),
        (
            [change((1, 1), reason=Reason.SUPERSEDED), change((WHOLE_LIST_WORD, 1))],
            Reason.UNSPECIFIED,
        ),
        (
            [change((1, 1), reason=Reason.ISSUED_IN_ERROR), change((1, 1), reason=Reason.KEY_COMPROMISE)],
            Reason.ISSUED_IN_ERROR,
        ),
    ],
)
def test_the_reason_is_that_of_the_revocations_that_reach_the_index(
    changes: list[StatusChanged], reason: Reason | None
) -> None:
    assert find_reason(changes, list_id=LIST, index=256) is reason
