"""
Time stamps and dates: text outside, Unix seconds inside.

Decides which spellings name a moment: a time stamp carries its zone, a date is a day in UTC. Reads no
clock. Source: RFC 3339, XSD 1.1 `dateTimeStamp`, VCDM 2.0 section 4.9.
"""

from __future__ import annotations

import re
from datetime import date

from attestree.errors import MalformedCredentialError

DAY_SECONDS = 86_400
"""Seconds of a day; leap seconds do not exist in Unix time."""

FIRST_SECOND = -62_135_596_800
"""0001-01-01T00:00:00Z, the first moment that can be written."""

LAST_SECOND = 253_402_300_799
"""9999-12-31T23:59:59Z, the last moment that can be written."""

_TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_EPOCH = date(1970, 1, 1).toordinal()
_MAX_ZONE_MINUTES = 14 * 60


def parse_timestamp(text: str, *, path: str = "the date") -> int:
    """
    Return the Unix seconds of an XSD `dateTimeStamp`; a fraction of a second is cut off.

    Args:
        text: The time stamp.
        path: Where it stands, for the error.

    Raises:
        MalformedCredentialError: `date.syntax`, `date.no_zone`, `date.no_such_time` (month 13,
            hour 25, 30 February, zone beyond 14 hours) or `date.leap_second`.
    """
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise MalformedCredentialError("date.syntax", path=path)
    day, hour, minute, second, zone = match.groups()
    if zone is None:
        raise MalformedCredentialError("date.no_zone", path=path)
    if second == "60":
        raise MalformedCredentialError("date.leap_second", path=path)
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        raise MalformedCredentialError("date.no_such_time", path=path)
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second)
    return parse_date(day, path=path) + seconds - _zone_seconds(zone, path)


def format_timestamp(unix_seconds: int) -> str:
    """
    Write Unix seconds as a time stamp in UTC, such as `2026-11-22T05:44:00Z`.

    Raises:
        MalformedCredentialError: `date.out_of_range`, outside the years 1 to 9999.
    """
    day = format_date(unix_seconds)
    minutes, second = divmod(unix_seconds % DAY_SECONDS, 60)
    return f"{day}T{minutes // 60:02}:{minutes % 60:02}:{second:02}Z"


def parse_date(text: str, *, path: str = "the date") -> int:
    """
    Return the Unix seconds at which an ISO date, such as `2026-11-22`, begins in UTC.

    Args:
        text: The date.
        path: Where it stands, for the error.

    Raises:
        MalformedCredentialError: `date.syntax` or `date.no_such_time`.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise MalformedCredentialError("date.syntax", path=path)
    year, month, day = (int(part) for part in match.groups())
    try:
        ordinal = date(year, month, day).toordinal()
    except ValueError:
        raise MalformedCredentialError("date.no_such_time", path=path) from None
    return (ordinal - _EPOCH) * DAY_SECONDS


def format_date(unix_seconds: int) -> str:
    """
    Write the UTC day that holds a moment, such as `2026-11-22`.

    Raises:
        MalformedCredentialError: `date.out_of_range`, outside the years 1 to 9999.
    """
    if not FIRST_SECOND <= unix_seconds <= LAST_SECOND:
        raise MalformedCredentialError("date.out_of_range")
    return date.fromordinal(unix_seconds // DAY_SECONDS + _EPOCH).isoformat()


def _zone_seconds(zone: str, path: str) -> int:
    """Return how far a zone lies ahead of UTC, in seconds."""
    if zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if minutes > 59 or hours * 60 + minutes > _MAX_ZONE_MINUTES:
        raise MalformedCredentialError("date.no_such_time", path=path)
    ahead = (hours * 60 + minutes) * 60
    return -ahead if zone[0] == "-" else ahead
