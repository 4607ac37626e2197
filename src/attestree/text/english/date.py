"""
What the catalogue says about dates: the codes `date.*`.

Decides words only. Source: DESIGN section 2.
"""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "date.leap_second": Entry(
        "There is a leap second in {path}.",
        cause="The second 60 does not exist for computers.",
        next="Write the second before it.",
    ),
    "date.no_such_time": Entry(
        "There is a date or time in {path} that does not exist.",
        cause="A month 13, an hour 25, a 30 February, or a time zone beyond 14 hours.",
        next="Look the date up and write it again.",
    ),
    "date.no_zone": Entry(
        "The time in {path} does not say its time zone.",
        cause="Without a zone the moment can be off by more than a day.",
        next="Write Z at its end for UTC, as in 2026-11-22T05:44:00Z, or an offset such as +01:00.",
    ),
    "date.out_of_range": Entry("A date lies outside the years 1 to 9999."),
    "date.period": Entry(
        "A period of time is not written in a form that is read.",
        next="Write P2Y for two years, P18M for 18 months, P90D for 90 days.",
    ),
    "date.syntax": Entry(
        "What stands in {path} is not written as a date.",
        cause="Only one form of date is read, so that day and month are never confused.",
        next="Write a day as 2026-11-22, a moment as 2026-11-22T05:44:00Z.",
    ),
}
"""Code to entry."""
