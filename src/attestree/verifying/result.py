"""
The result of one check, as plain values.

Decides shapes only. Codes are `<check>.<reason>` and stable; what they say stands in `text`.
Source: DESIGN section 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Fact = None | bool | int | str
"""One fact beside a result, ready for JSON; times are ISO 8601, hashes and addresses 0x hex."""


class CheckId(StrEnum):
    """The checks, in the order in which they are walked: what the file alone shows comes first."""

    FORMAT = "format"
    """Can this be read as a credential?"""
    INTEGRITY = "integrity"
    """Is every byte as it was when the batch was sealed?"""
    SIGNATURE = "signature"
    """Does a signature by the issuer's own key hold?"""
    REGISTRY = "registry"
    """Does the verifier trust the registry?"""
    ANCHOR = "anchor"
    """Did the issuer record it there?"""
    ISSUER = "issuer"
    """Did somebody we trust vouch for the issuer at that moment?"""
    STATUS = "status"
    """Has it been taken back or put on hold?"""
    VALIDITY = "validity"
    """Is it within its own dates?"""
    HOLDER = "holder"
    """Was it issued to whom the verifier expects?"""


class Status(StrEnum):
    """How a check ended."""

    PASS = "pass"  # noqa: S105  # a status, no secret
    """It fits."""
    WARN = "warn"
    """It fits, and there is something to know."""
    FAIL = "fail"
    """It does not fit."""
    UNKNOWN = "unknown"
    """It could not be made."""
    SKIPPED = "skipped"
    """It was not needed, or an earlier check made it meaningless."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know that changes no verdict."""

    code: str
    """Key into `text`."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What the sentence names; never text taken from the credential."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check ended, and on which facts."""

    id: CheckId
    """Which check."""
    status: Status
    """How it ended."""
    code: str
    """`<check>.<reason>`, key into `text`."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What the sentence names; never text taken from the credential."""
    evidence: Mapping[str, Fact] = field(default_factory=dict)
    """Facts behind the result, for those who want to look."""
    notices: tuple[Notice, ...] = ()
    """Warnings that go with it."""

    @property
    def decides(self) -> bool:
        """Whether the walk ends here: it does not fit, or could not be made."""
        return self.status in (Status.FAIL, Status.UNKNOWN)


def passed(
    check: CheckId,
    code: str,
    *,
    values: Mapping[str, object] | None = None,
    evidence: Mapping[str, Fact] | None = None,
    notices: tuple[Notice, ...] = (),
) -> CheckResult:
    """Return a check that fits; its first notice, if there is one, makes it a warning."""
    if notices:
        return CheckResult(check, Status.WARN, notices[0].code, notices[0].values, evidence or {}, notices)
    return CheckResult(check, Status.PASS, code, values or {}, evidence or {})


def failed(
    check: CheckId,
    code: str,
    *,
    values: Mapping[str, object] | None = None,
    evidence: Mapping[str, Fact] | None = None,
) -> CheckResult:
    """Return a check that does not fit."""
    return CheckResult(check, Status.FAIL, code, values or {}, evidence or {})


def unknown(
    check: CheckId,
    code: str,
    *,
    values: Mapping[str, object] | None = None,
    evidence: Mapping[str, Fact] | None = None,
) -> CheckResult:
    """Return a check that could not be made; `because` in the evidence is the code of what stopped it."""
    return CheckResult(check, Status.UNKNOWN, code, values or {}, evidence or {})


def skipped(check: CheckId, code: str) -> CheckResult:
    """Return a check that was not made and is not missed."""
    return CheckResult(check, Status.SKIPPED, code)
