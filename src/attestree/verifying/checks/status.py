"""
Check: has the credential been taken back, replaced or put on hold?

Decides on the status bits of both blocks: what either of them says against the credential counts, so
a suspension that was lifted counts as lifted once that is final. Replaced is said only where the
reason is proven by the act head, else taken back is. Lists of others, where they were looked up, can add
a no, never take one away. Source: DESIGN sections 5 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.registry.facts import CredentialFacts, Reason, StatusBits
from attestree.verifying.result import CheckId, CheckResult, Fact, Notice, failed, passed, unknown

_CODES: dict[Reason | None, str] = {
    Reason.SUPERSEDED: "status.superseded",
    Reason.ISSUED_IN_ERROR: "status.issued_in_error",
    Reason.KEY_COMPROMISE: "status.key_compromise",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStatus:
    """What one list of others says of a credential; a clear status unless a member says otherwise."""

    revoked: bool = False
    """The issuer took it back."""
    suspended: bool = False
    """The issuer put it on hold."""
    message: bool = False
    """It says something that does not speak against the credential."""
    because: str | None = None
    """Code of why nothing is known."""


def check_status(
    facts: CredentialFacts, *, other_lists: int, listed: tuple[ListedStatus, ...] | None = None
) -> CheckResult:
    """
    Check the revocation and suspension bits, of the credential and of its whole list.

    Args:
        facts: What the registry says.
        other_lists: How many status lists elsewhere the credential names.
        listed: What those say; None = nobody looked them up.
    """
    both = (facts.final.status, facts.latest.status)
    evidence: dict[str, Fact] = {"block": facts.view.latest.number}
    revoked = [bits for bits in both if bits.revoked]
    if revoked:
        return failed(CheckId.STATUS, _revocation_code(revoked), evidence=evidence)
    suspended = [bits for bits in both if bits.suspended]
    if suspended:
        whole = any(bits.whole_list for bits in suspended)
        code = "status.suspended_list" if whole else "status.suspended"
        return failed(CheckId.STATUS, code, evidence=evidence)
    if listed is not None:
        return _check_listed(listed, evidence)
    notices = (Notice("status.other_list"),) if other_lists else ()
    return passed(CheckId.STATUS, "status.clear", evidence=evidence, notices=notices)


def _check_listed(listed: tuple[ListedStatus, ...], evidence: dict[str, Fact]) -> CheckResult:
    """Return what the lists of others add to a status that is clear on the chain; one no is enough."""
    evidence = {**evidence, "lists": len(listed)} if listed else evidence
    if any(one.revoked for one in listed):
        return failed(CheckId.STATUS, "status.listed_revoked", evidence=evidence)
    if any(one.suspended for one in listed):
        return failed(CheckId.STATUS, "status.listed_suspended", evidence=evidence)
    because = next((one.because for one in listed if one.because is not None), None)
    if because is not None:
        return unknown(CheckId.STATUS, "status.list_unknown", evidence={**evidence, "because": because})
    notices = (Notice("status.list_message"),) if any(one.message for one in listed) else ()
    return passed(CheckId.STATUS, "status.clear", evidence=evidence, notices=notices)


def _revocation_code(revoked: list[StatusBits]) -> str:
    """Return the code of a revocation: its reason only where all blocks that have it prove the same."""
    reasons = {bits.reason for bits in revoked}
    reason = reasons.pop() if len(reasons) == 1 else None
    if reason in _CODES:
        return _CODES[reason]
    return "status.revoked_list" if any(bits.whole_list for bits in revoked) else "status.revoked"
