"""Gas: how the recorded figures grow. tests/contract/test_quoted_gas.py compares them with the contract."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.registry.gas import (
    ANCHOR_MANY,
    ANCHOR_MANY_ROOT,
    MAX_ROOTS,
    REVOKE,
    REVOKE_WORD,
    REVOKE_WORD_AGAIN,
    TRANSACTION_LIMIT,
    WORD_BITS,
    anchor_many_gas,
    expected_words,
    revoke_gas,
)


def test_the_most_roots_fit_one_transaction_and_one_more_does_not() -> None:
    assert anchor_many_gas(MAX_ROOTS) <= TRANSACTION_LIMIT < anchor_many_gas(MAX_ROOTS + 1)
    assert anchor_many_gas(1) == ANCHOR_MANY + ANCHOR_MANY_ROOT


def test_a_word_that_somebody_was_revoked_in_costs_less() -> None:
    assert revoke_gas(new_words=2) == REVOKE + 2 * REVOKE_WORD
    assert revoke_gas(new_words=1, old_words=1) == REVOKE + REVOKE_WORD + REVOKE_WORD_AGAIN


@given(size=st.integers(1, 2**20), revoked=st.floats(0.1, 10_000))
def test_words_are_between_one_revocation_and_all_words(size: int, revoked: float) -> None:
    words = expected_words(size=size, revoked=revoked)
    assert min(revoked, 1.0) * 0.999 <= words <= -(-size // WORD_BITS)


@pytest.mark.parametrize(("size", "revoked"), [(10_000, 1_000), (10_000, 20), (100_000, 300), (1_000, 3)])
def test_words_are_those_of_numbers_drawn_at_random(size: int, revoked: int) -> None:
    draw = random.Random(1)
    drawn = [len({index >> 8 for index in draw.sample(range(size), revoked)}) for _ in range(200)]
    assert expected_words(size=size, revoked=revoked) == pytest.approx(sum(drawn) / len(drawn), rel=0.03)
