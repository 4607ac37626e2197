"""Yearly: what a rhythm makes of a year's credentials, and that no price is made up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.issuing.yearly import RHYTHMS, Price, Year, compare_rhythms, count_times, recorded_gas
from attestree.registry import gas


def test_a_slower_rhythm_never_uses_more_gas() -> None:
    year = Year(credentials=250_000, revoked_share=0.01)
    totals = [one.total for one in compare_rhythms(year, list(RHYTHMS), recorded_gas(1))]
    assert totals == sorted(totals, reverse=True)


@given(credentials=st.integers(1, 10**9), roots=st.integers(1, 600), rhythm=st.sampled_from(list(RHYTHMS)))
def test_no_batch_is_quoted_that_nobody_would_be_in(credentials: int, roots: int, rhythm: str) -> None:
    year = Year(credentials=credentials, roots=roots)
    (one, *_) = compare_rhythms(year, [rhythm], recorded_gas(roots))
    assert one.times == 1 or one.batches <= credentials
    assert one.batch_size * one.batches >= credentials


def test_a_record_costs_the_same_whatever_the_size_of_the_batch() -> None:
    small, large = (
        compare_rhythms(Year(credentials=size), ["day"], recorded_gas(1))[0] for size in (365, 10**6)
    )
    assert small.recording == large.recording == 365 * gas.ANCHOR
    assert small.revoking == small.revoking_singly == 0


def test_batches_of_one_time_are_compared_apart_and_together() -> None:
    apart, together = compare_rhythms(Year(credentials=10**6, roots=12), ["week"], recorded_gas(12))
    assert (apart.together, together.together) == (False, True)
    assert apart.recording == 52 * 12 * gas.ANCHOR
    assert together.recording == 52 * gas.anchor_many_gas(12)


def test_gathered_revocations_never_use_more_than_single_ones() -> None:
    for share in (0.0001, 0.01, 0.2, 1.0):
        year = Year(credentials=100_000, revoked_share=share)
        for one in compare_rhythms(year, list(RHYTHMS), recorded_gas(1)):
            assert 0 < one.revoking <= one.revoking_singly * 1.0001


def test_a_thousand_of_ten_thousand_use_what_the_contract_was_measured_at() -> None:
    (one,) = compare_rhythms(Year(credentials=10_000, revoked_share=0.1), ["year"], recorded_gas(1))
    assert one.revoking == pytest.approx(980_760, rel=0.01)


def test_a_rhythm_may_be_a_number_of_times() -> None:
    year = Year(credentials=100)
    assert [count_times(text, year) for text in ("4", "365", "day", "year")] == [4, 100, 100, 1]


@pytest.mark.parametrize("text", ["0", "-3", "often", "1.5", ""])
def test_a_rhythm_that_is_neither_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        count_times(text, Year(credentials=100))


def test_a_price_is_gas_times_gwei_times_the_price_of_a_coin() -> None:
    price = Price(Decimal(20), Decimal(2_500), "EUR")
    assert price.coins(50_000_000) == Decimal(1)
    assert price.money(50_000_000) == Decimal(2_500)
    assert Price(Decimal(20)).money(50_000_000) is None
