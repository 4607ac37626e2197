"""
How long a credential is valid: a calendar period, such as two years.

Decides how a period is spelled and where it ends. Months and years keep the day of the month, or take
the month's last day. Source: ISO 8601 durations, dates only; Open Badges 3.0, `validUntil`.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from attestree.credentials.dates import DAY_SECONDS, format_date, parse_date
from attestree.errors import MalformedCredentialError

_PERIOD = re.compile(r"P(?:([0-9]{1,2})Y)?(?:([0-9]{1,3})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of calendar time; at least one part is not zero."""

    months: int = 0
    """Months; a year is 12."""
    days: int = 0
    """Days; a week is 7."""

    def end_after(self, start: int) -> int:
        """
        Return the moment, Unix seconds, at which a period that begins at `start` is over.

        Raises:
            MalformedCredentialError: `date.out_of_range`, beyond the year 9999.
        """
        first = date.fromisoformat(format_date(start))
        years, month = divmod(first.month - 1 + self.months, 12)
        year = first.year + years
        if year > 9999:
            raise MalformedCredentialError("date.out_of_range")
        day = min(first.day, calendar.monthrange(year, month + 1)[1])
        midnight = parse_date(f"{year:04}-{month + 1:02}-{day:02}")
        end = midnight + self.days * DAY_SECONDS + start % DAY_SECONDS
        format_date(end)
        return end


def parse_period(text: str) -> Period:
    """
    Read a period such as `P2Y`, `P18M`, `P6W` or `P1Y90D`.

    Raises:
        MalformedCredentialError: `date.period`, another form, or nothing at all.
    """
    match = _PERIOD.fullmatch(text)
    years, months, weeks, days = (int(part or 0) for part in match.groups()) if match else (0, 0, 0, 0)
    period = Period(months=12 * years + months, days=7 * weeks + days)
    if period == Period():
        raise MalformedCredentialError("date.period")
    return period
