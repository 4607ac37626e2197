"""Dates: a time stamp names one moment, or it is refused."""

from __future__ import annotations

import calendar

import pytest

from attestree.credentials.dates import (
    FIRST_SECOND,
    LAST_SECOND,
    format_date,
    format_timestamp,
    parse_date,
    parse_timestamp,
)
from attestree.errors import MalformedCredentialError


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("1970-01-01T00:00:00Z", (1970, 1, 1, 0, 0, 0)),
        ("2026-11-22T05:44:09Z", (2026, 11, 22, 5, 44, 9)),
        ("2026-11-22T05:44:09.999999999Z", (2026, 11, 22, 5, 44, 9)),
        ("2026-11-22T06:44:09+01:00", (2026, 11, 22, 5, 44, 9)),
        ("2026-11-21T19:14:09-10:30", (2026, 11, 22, 5, 44, 9)),
        ("2026-11-22T05:44:09-00:00", (2026, 11, 22, 5, 44, 9)),
        ("2026-11-22T19:44:09+14:00", (2026, 11, 22, 5, 44, 9)),
        ("2024-02-29T23:59:59Z", (2024, 2, 29, 23, 59, 59)),
        ("0001-01-01T00:00:00Z", (1, 1, 1, 0, 0, 0)),
        ("9999-12-31T23:59:59Z", (9999, 12, 31, 23, 59, 59)),
    ],
)
def test_a_time_stamp_names_the_moment_the_calendar_says(text: str, fields: tuple[int, ...]) -> None:
    assert parse_timestamp(text) == calendar.timegm(fields)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2025-01-01T00:00:00", "date.no_zone"),
        ("2025-02-30T25:61:00Z", "date.no_such_time"),
        ("2025-02-29T00:00:00Z", "date.no_such_time"),
        ("2025-13-01T00:00:00Z", "date.no_such_time"),
        ("0000-01-01T00:00:00Z", "date.no_such_time"),
        ("2025-01-01T24:00:00Z", "date.no_such_time"),
        ("2025-01-01T23:60:00Z", "date.no_such_time"),
        ("2025-01-01T23:59:61Z", "date.no_such_time"),
        ("2025-01-01T00:00:00+14:01", "date.no_such_time"),
        ("2025-01-01T00:00:00+01:60", "date.no_such_time"),
        ("2016-12-31T23:59:60Z", "date.leap_second"),
        ("2025-01-01t00:00:00z", "date.syntax"),
        ("2025-01-01 00:00:00Z", "date.syntax"),
        ("2025-01-01T00:00:00Z\n", "date.syntax"),
        ("2025-01-01T00:00Z", "date.syntax"),
        ("2025-01-01", "date.syntax"),
        ("2025-01-01T00:00:00.Z", "date.syntax"),
        ("2025-01-01T00:00:00+0100", "date.syntax"),
        ("-2025-01-01T00:00:00Z", "date.syntax"),
        ("\u0662025-01-01T00:00:00Z", "date.syntax"),
        ("1735689600", "date.syntax"),
        ("", "date.syntax"),
    ],
)
def test_what_names_no_moment_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(MalformedCredentialError) as caught:
        parse_timestamp(text)
    assert caught.value.code == code


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "2026-11-22T05:44:09Z", "9999-12-31T23:59:59Z"])
def test_writing_a_time_stamp_undoes_reading_it(text: str) -> None:
    assert format_timestamp(parse_timestamp(text)) == text


def test_a_date_is_the_midnight_that_begins_it() -> None:
    assert parse_date("2026-11-22") == parse_timestamp("2026-11-22T00:00:00Z")
    assert format_date(parse_timestamp("2026-11-22T23:59:59Z")) == "2026-11-22"


@pytest.mark.parametrize(
    ("text", "code"),
    [("22.11.2026", "date.syntax"), ("2026-1-2", "date.syntax"), ("2026-02-30", "date.no_such_time")],
)
def test_a_date_in_another_form_is_refused(text: str, code: str) -> None:
    with pytest.raises(MalformedCredentialError) as caught:
        parse_date(text)
    assert caught.value.code == code


@pytest.mark.parametrize("moment", [FIRST_SECOND - 1, LAST_SECOND + 1])
def test_a_moment_that_four_digits_cannot_write_is_refused(moment: int) -> None:
    with pytest.raises(MalformedCredentialError) as caught:
        format_timestamp(moment)
    assert caught.value.code == "date.out_of_range"
