"""
Check: is the credential within its own dates, and does it claim to be older than its record?

Decides by the wall clock, or by the moment the verifier asks for. Only the anchor's time is evidence
of when: a credential may say any date. Award dates some weeks before the batch is sealed are how
universities work; claims more than `BACKDATED_AFTER_SECONDS` before the anchor are a warning, and so
is an award dated after it. A start of validity in the future of the anchor is ordinary.
Source: DESIGN sections 4 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.credentials.dates import DAY_SECONDS
from attestree.verifying.iso import format_time
from attestree.verifying.result import CheckId, CheckResult, Fact, Notice, failed, passed

BACKDATED_AFTER_SECONDS = 30 * DAY_SECONDS
"""Claims older than the anchor by more than this warn; closer ones are the time it takes to issue."""

AWARD_AHEAD_SECONDS = DAY_SECONDS
"""An award dated later than this after the anchor warns; less is a matter of time zones."""


@dataclass(frozen=True, slots=True)
class ClaimedDates:
    """The dates a credential states, Unix seconds; None where it states none."""

    valid_from: int | None
    """Start, inclusive."""
    valid_until: int | None
    """End, exclusive."""
    awarded: int | None
    """When the achievement was awarded."""


def check_validity(dates: ClaimedDates, *, now: int, anchored: int | None) -> CheckResult:
    """
    Check the dates at `now`; an end that equals `now` has passed.

    Args:
        dates: What the credential states.
        now: The moment to judge at, Unix seconds.
        anchored: Block time of the anchor, or None where it is not known: nothing is then warned of.
    """
    evidence: dict[str, Fact] = {
        "validFrom": format_time(dates.valid_from),
        "validUntil": format_time(dates.valid_until),
        "judgedAt": format_time(now),
    }
    values = {"starts": dates.valid_from, "ends": dates.valid_until, "now": now}
    if dates.valid_until is not None and dates.valid_until <= now:
        return failed(CheckId.VALIDITY, "validity.expired", values=values, evidence=evidence)
    if dates.valid_from is not None and now < dates.valid_from:
        return failed(CheckId.VALIDITY, "validity.not_yet_valid", values=values, evidence=evidence)
    notices = () if anchored is None else _find_notices(dates, anchored)
    code = "validity.no_end" if dates.valid_until is None else "validity.current"
    return passed(CheckId.VALIDITY, code, values=values, evidence=evidence, notices=notices)


def _find_notices(dates: ClaimedDates, anchored: int) -> tuple[Notice, ...]:
    """Return warnings on claims that the anchor's time does not bear out."""
    claimed = [moment for moment in (dates.valid_from, dates.awarded) if moment is not None]
    notices = []
    if claimed and anchored - min(claimed) > BACKDATED_AFTER_SECONDS:
        values = {"claimed": min(claimed), "anchored": anchored}
        notices.append(Notice("validity.backdated_claim", values))
    if dates.awarded is not None and dates.awarded - anchored > AWARD_AHEAD_SECONDS:
        values = {"claimed": dates.awarded, "anchored": anchored}
        notices.append(Notice("validity.award_after_anchor", values))
    return tuple(notices)
