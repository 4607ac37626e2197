"""
The verdict: one table, walked once.

Decides how the results of all checks become one verdict, what outcome a verdict means and how a
program ends on it. It fails closed: `valid` needs every needed check to have passed, so a check that
was forgotten answers `unknown`. Which result a check gives is decided in `checks`.
Source: DESIGN section 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from attestree.verifying.result import CheckId, CheckResult, Status


class Verdict(StrEnum):
    """What is said about a credential."""

    TAMPERED = "tampered"
    """The file is not what was recorded; seen from the file alone, or from the record it points to."""
    UNTRUSTED_REGISTRY = "untrusted_registry"
    """Its registry is not in the trust file, and was not asked."""
    NOT_ANCHORED = "not_anchored"
    """A trusted registry was asked and has no such anchor, or the file names none."""
    UNTRUSTED_ISSUER = "untrusted_issuer"
    """It is anchored, but nobody we trust vouches for the issuer at that moment, or no longer."""
    SUPERSEDED = "superseded"
    """A newer credential takes its place."""
    REVOKED = "revoked"
    """The issuer took it back."""
    SUSPENDED = "suspended"
    """The issuer put it on hold."""
    NOT_YET_VALID = "not_yet_valid"
    """Its time has not come."""
    EXPIRED = "expired"
    """Its time is over."""
    OTHER_HOLDER = "other_holder"
    """It was issued to somebody else than the verifier expects."""
    PENDING = "pending"
    """Everything fits, but the anchor is not final yet."""
    UNKNOWN = "unknown"
    """A needed check could not be made; this is neither yes nor no."""
    VALID = "valid"
    """Every needed check passed."""


class Outcome(StrEnum):
    """What a verifier does with a verdict."""

    ACCEPT = "accept"
    """Take it."""
    REJECT = "reject"
    """Do not take it."""
    REVIEW = "review"
    """A person decides."""
    RETRY = "retry"
    """Ask again later."""


class ClaimsStatus(StrEnum):
    """How far the claims of the credential may be shown."""

    CONFIRMED = "confirmed"
    """They are what the issuer recorded."""
    UNCONFIRMED = "unconfirmed"
    """They are in the file; whether they count is open."""
    WITHHELD = "withheld"
    """They are not shown: nothing stands behind them."""


@dataclass(frozen=True, slots=True)
class VerdictCodes:
    """Keys into `text` for one verdict."""

    headline: str
    """Sentence = headline; cause; next = what the verifier can do."""
    summary: str
    """One sentence below the headline."""
    issuer: str
    """What the issuer can do."""


# Read a row as: the first check that does not pass is this one, with this code -> this verdict.
# `*` stands for every other code of the check. A status of `unknown` always means `unknown`.
DECIDING: dict[tuple[CheckId, str], Verdict] = {
    (CheckId.INTEGRITY, "*"): Verdict.TAMPERED,
    (CheckId.SIGNATURE, "*"): Verdict.TAMPERED,
    (CheckId.REGISTRY, "*"): Verdict.UNTRUSTED_REGISTRY,
    (CheckId.ANCHOR, "*"): Verdict.NOT_ANCHORED,
    (CheckId.ISSUER, "*"): Verdict.UNTRUSTED_ISSUER,
    (CheckId.STATUS, "status.superseded"): Verdict.SUPERSEDED,
    (CheckId.STATUS, "status.suspended"): Verdict.SUSPENDED,
    (CheckId.STATUS, "status.suspended_list"): Verdict.SUSPENDED,
    (CheckId.STATUS, "status.listed_suspended"): Verdict.SUSPENDED,
    (CheckId.STATUS, "*"): Verdict.REVOKED,
    (CheckId.VALIDITY, "validity.not_yet_valid"): Verdict.NOT_YET_VALID,
    (CheckId.VALIDITY, "*"): Verdict.EXPIRED,
    (CheckId.HOLDER, "*"): Verdict.OTHER_HOLDER,
}
"""The table of DESIGN 7."""

NOT_FINAL = "anchor.not_final"
"""Code of an anchor that only the latest block has: everything else decides first, then it is `pending`."""

NEEDED = frozenset(CheckId) - {CheckId.SIGNATURE, CheckId.HOLDER}
"""Checks that must have passed, with or without a warning, for `valid`."""

OUTCOMES: dict[Verdict, Outcome] = {
    Verdict.TAMPERED: Outcome.REJECT,
    Verdict.UNTRUSTED_REGISTRY: Outcome.REVIEW,
    Verdict.NOT_ANCHORED: Outcome.REJECT,
    Verdict.UNTRUSTED_ISSUER: Outcome.REVIEW,
    Verdict.SUPERSEDED: Outcome.REVIEW,
    Verdict.REVOKED: Outcome.REJECT,
    Verdict.SUSPENDED: Outcome.REVIEW,
    Verdict.NOT_YET_VALID: Outcome.REVIEW,
    Verdict.EXPIRED: Outcome.REVIEW,
    Verdict.OTHER_HOLDER: Outcome.REVIEW,
    Verdict.PENDING: Outcome.RETRY,
    Verdict.UNKNOWN: Outcome.RETRY,
    Verdict.VALID: Outcome.ACCEPT,
}
"""What each verdict means for the verifier."""

EXIT_CODES: dict[Outcome, int] = {
    Outcome.ACCEPT: 0,
    Outcome.REJECT: 1,
    Outcome.REVIEW: 1,
    Outcome.RETRY: 3,
}
"""How a program ends; 2 is for unusable input and has no verdict."""

CLAIMS: dict[Verdict, ClaimsStatus] = {
    Verdict.TAMPERED: ClaimsStatus.WITHHELD,
    Verdict.NOT_ANCHORED: ClaimsStatus.WITHHELD,
    Verdict.UNTRUSTED_REGISTRY: ClaimsStatus.WITHHELD,
    Verdict.UNTRUSTED_ISSUER: ClaimsStatus.UNCONFIRMED,
    Verdict.UNKNOWN: ClaimsStatus.UNCONFIRMED,
}
"""What may be shown of the claims; every other verdict confirms them."""

RETRY_AFTER_SECONDS: dict[Verdict, int] = {Verdict.PENDING: 60, Verdict.UNKNOWN: 30}
"""When asking again makes sense: after a few blocks, or once a node may be back."""

_SEVERITY = (
    *(Verdict.TAMPERED, Verdict.NOT_ANCHORED, Verdict.REVOKED),
    *(Verdict.UNTRUSTED_REGISTRY, Verdict.UNTRUSTED_ISSUER, Verdict.SUPERSEDED, Verdict.SUSPENDED),
    *(Verdict.NOT_YET_VALID, Verdict.EXPIRED, Verdict.OTHER_HOLDER),
    *(Verdict.UNKNOWN, Verdict.PENDING, Verdict.VALID),
)


def decide(results: Iterable[CheckResult]) -> Verdict:
    """
    Walk the results in the order of `CheckId`; the first that does not pass decides.

    `warn` and `skipped` do not decide. An anchor that is not final yet decides only when all else
    fits. A needed check that neither passed nor decided makes the answer `unknown`.
    """
    by_id = {result.id: result for result in results}
    walked = [by_id[check] for check in CheckId if check in by_id]
    decider = next((result for result in walked if result.decides), None)
    if decider is not None:
        return Verdict.UNKNOWN if decider.status is Status.UNKNOWN else _verdict_of_failure(decider)
    passed = {result.id for result in walked if result.status in (Status.PASS, Status.WARN)}
    if not passed >= NEEDED:
        return Verdict.UNKNOWN
    return Verdict.PENDING if by_id[CheckId.ANCHOR].code == NOT_FINAL else Verdict.VALID


def codes_of(verdict: Verdict) -> VerdictCodes:
    """Return the keys into `text` under which a verdict is put into words."""
    code = f"verdict.{verdict}"
    return VerdictCodes(code, f"{code}.summary", f"{code}.issuer")


def find_worst(verdicts: Sequence[Verdict]) -> int:
    """Return the position of the worst of several verdicts: no before maybe, maybe before not yet known."""
    return min(range(len(verdicts)), key=lambda position: _SEVERITY.index(verdicts[position]))


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """Return the exit code for many files: 1 before 3 before 0."""
    codes = {EXIT_CODES[OUTCOMES[verdict]] for verdict in verdicts}
    return next((code for code in (1, 3) if code in codes), 0)


def _verdict_of_failure(result: CheckResult) -> Verdict:
    """Look a failed check up; `format` has no row since unusable input is an error, not a verdict."""
    exact = DECIDING.get((result.id, result.code))
    return exact or DECIDING.get((result.id, "*"), Verdict.UNKNOWN)
