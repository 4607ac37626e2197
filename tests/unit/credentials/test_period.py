"""Periods: calendar time, and where it ends."""

from __future__ import annotations

import pytest

from attestree.credentials.dates import parse_timestamp
from attestree.credentials.period import Period, parse_period
from attestree.errors import MalformedCredentialError


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("P2Y", "2026-11-22T05:44:09Z", "2028-11-22T05:44:09Z"),
        ("P18M", "2026-11-22T05:44:09Z", "2028-05-22T05:44:09Z"),
        ("P1M", "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"),
        ("P1Y", "2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z"),
        ("P6W", "2026-11-22T00:00:00Z", "2027-01-03T00:00:00Z"),
        ("P1Y1M1D", "2026-12-31T23:59:59Z", "2028-02-01T23:59:59Z"),
    ],
)
def test_a_period_ends_on_the_day_the_calendar_says(text: str, start: str, end: str) -> None:
    assert parse_period(text).end_after(parse_timestamp(start)) == parse_timestamp(end)


@pytest.mark.parametrize(
    "text", ["", "P", "P0Y", "2Y", "P1.5Y", "PT5H", "P-1Y", "p2y", "P2Y ", "P1M1Y", "P999Y"]
)
def test_a_period_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(MalformedCredentialError) as caught:
        parse_period(text)
    assert caught.value.code == "date.period"


@pytest.mark.parametrize("period", [Period(months=12), Period(days=31)])
def test_a_period_beyond_the_year_9999_is_refused(period: Period) -> None:
    with pytest.raises(MalformedCredentialError) as caught:
        period.end_after(parse_timestamp("9999-12-15T00:00:00Z"))
    assert caught.value.code == "date.out_of_range"
