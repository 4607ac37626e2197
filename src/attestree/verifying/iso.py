"""
Times as JSON shows them: ISO 8601.

Decides spelling only. A time beyond the year 9999, which is how "no end" looks on chain, is null.
Source: DESIGN section 10.
"""

from __future__ import annotations

from attestree.credentials.dates import FIRST_SECOND, LAST_SECOND, format_timestamp


def format_time(unix_seconds: int | None) -> str | None:
    """Return Unix seconds as `2026-11-14T09:05:00Z`, or None where there is no such moment."""
    if unix_seconds is None or not FIRST_SECOND <= unix_seconds <= LAST_SECOND:
        return None
    return format_timestamp(unix_seconds)
