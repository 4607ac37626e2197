"""
Judge one anchor proof of one credential: its checks, in order, and what they leave known.

Decides which checks are made and which are not reached: once the file is known to be changed, or to
have nothing behind it, nothing later is worth looking at. Pure; the facts come in as an answer or as the
reason why there is none. Source: DESIGN section 7.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from attestree.credentials.credential import Credential
from attestree.credentials.identity import ExpectedHolder
from attestree.credentials.proof_set import SecuredAnchor
from attestree.credentials.status import parse_list_address
from attestree.errors import AttestreeError
from attestree.registry.facts import CredentialFacts
from attestree.verifying.checks.anchor import check_anchor, check_record, find_anchor
from attestree.verifying.checks.holder import check_holder
from attestree.verifying.checks.issuer import IssuerClaim, check_issuer
from attestree.verifying.checks.status import ListedStatus, check_status
from attestree.verifying.checks.validity import ClaimedDates, check_validity
from attestree.verifying.result import CheckId, CheckResult, Status, failed, skipped, unknown
from attestree.verifying.trust import Trust
from attestree.verifying.verdict import Verdict, decide

NOT_REACHED = {
    CheckId.SIGNATURE: "signature.not_reached",
    CheckId.REGISTRY: "registry.not_reached",
    CheckId.ANCHOR: "anchor.not_reached",
    CheckId.ISSUER: "issuer.not_reached",
    CheckId.STATUS: "status.not_reached",
    CheckId.VALIDITY: "validity.not_reached",
    CheckId.HOLDER: "holder.not_reached",
}
"""Codes of checks that an earlier one made meaningless."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about one credential, apart from the credential."""

    trust: Trust
    """Whom the verifier believes."""
    expected: ExpectedHolder | None
    """Whom the verifier expects as holder."""
    at: int
    """Moment at which dates are judged, Unix seconds."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one anchor proof fared."""

    secured: SecuredAnchor | None
    """The proof; None where the credential has none."""
    checks: tuple[CheckResult, ...]
    """Every check once, in the order of `CheckId`."""
    facts: CredentialFacts | None = None
    """What the registry answered; None where it was not asked or did not answer."""

    @property
    def verdict(self) -> Verdict:
        """What these checks come to."""
        return decide(self.checks)


def complete(checks: list[CheckResult]) -> tuple[CheckResult, ...]:
    """Return the checks in order, with a `skipped` for each that was not reached."""
    made = {check.id: check for check in checks}
    return tuple(made.get(check) or skipped(check, NOT_REACHED[check]) for check in CheckId)


def judge_without_anchor(checks: list[CheckResult]) -> Judgement:
    """Judge a credential that carries no anchor proof: nothing can be behind it."""
    nothing = skipped(CheckId.INTEGRITY, "integrity.nothing_to_check")
    return Judgement(None, complete([*checks, nothing, failed(CheckId.ANCHOR, "anchor.no_proof")]))


def judge_without_facts(
    credential: Credential,
    secured: SecuredAnchor,
    checks: list[CheckResult],
    question: Question,
    anchor: CheckResult,
) -> Judgement:
    """Judge what the file alone shows where the registry gave no usable answer."""
    later = _check_claims(credential, question, anchored=None)
    return Judgement(secured, complete([*checks, anchor, *later]))


def judge_with_facts(
    credential: Credential,
    secured: SecuredAnchor,
    checks: list[CheckResult],
    question: Question,
    facts: CredentialFacts,
) -> Judgement:
    """Judge the registry's answer together with the file."""
    disagreement = check_record(facts, secured.anchor)
    anchor = check_anchor(facts, secured.anchor)
    if anchor.status is Status.UNKNOWN:
        return judge_without_facts(credential, secured, checks, question, anchor)
    if disagreement is not None:
        kept = [check for check in checks if check.id is CheckId.FORMAT]
        return Judgement(secured, complete([*kept, disagreement]), facts)
    if anchor.status is Status.FAIL:
        return Judgement(secured, complete([*checks, anchor]), facts)
    claim = IssuerClaim(secured.anchor.header.issuer, credential.issuer_id, credential.issuer_name)
    recorded = find_anchor(facts)
    later = [
        check_issuer(facts, claim, question.trust),
        check_status(facts, other_lists=count_other_lists(credential)),
        *_check_claims(credential, question, anchored=None if recorded is None else recorded.time),
    ]
    return Judgement(secured, complete([*checks, anchor, *later]), facts)


def waits_for_lists(judgement: Judgement) -> bool:
    """Say whether lists of others could still change the judgement: nothing up to the status decided."""
    places = list(CheckId)
    walked = places[: places.index(CheckId.STATUS) + 1]
    return judgement.facts is not None and not any(
        check.decides for check in judgement.checks if check.id in walked
    )


def judge_listed(judgement: Judgement, listed: tuple[ListedStatus, ...]) -> Judgement:
    """Judge what lists of others add to a status that is clear on the chain."""
    if judgement.facts is None:
        return judgement
    status = check_status(judgement.facts, other_lists=0, listed=listed)
    checks = tuple(status if check.id is CheckId.STATUS else check for check in judgement.checks)
    return replace(judgement, checks=checks)


def unanswered(error: AttestreeError) -> CheckResult:
    """Return the `unknown` that stands where the registry could not be asked."""
    return unknown(
        CheckId.ANCHOR, "anchor.unavailable", values=error.values, evidence={"because": error.code}
    )


def count_other_lists(credential: Credential) -> int:
    """Return how many status entries point to lists that are not ours and that nobody looks up."""
    addresses = [entry.list_address for entry in credential.statuses]
    return sum(address is None or parse_list_address(address) is None for address in addresses)


def _check_claims(
    credential: Credential, question: Question, *, anchored: int | None
) -> tuple[CheckResult, CheckResult]:
    """Check dates and holder, which the file alone answers."""
    dates = ClaimedDates(credential.valid_from, credential.valid_until, credential.awarded)
    return (
        check_validity(dates, now=question.at, anchored=anchored),
        check_holder(credential.subject.identities, question.expected),
    )
