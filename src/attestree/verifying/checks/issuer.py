"""
Check: did an accreditor we trust vouch for the issuer when it recorded this, and does it stand now?

Decides on the span and the operator that the anchor names, and on the issuer's newest span. Block time
judges: accreditation must cover the anchor's time. What harms (an earlier end, a suspension, a
disavowal) counts from either block; what helps (a reinstatement, a confirmation) from the final block
only. A lapse after the anchor is a warning. A name is shown only if the registry proves it: a name that
is merely claimed is never a fact. Source: DESIGN sections 5 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from attestree.merkle.keccak import keccak256
from attestree.registry.facts import Anchor, CredentialFacts, EndCause, Operator, Span, StateAt
from attestree.verifying.checks.anchor import find_anchor
from attestree.verifying.iso import format_time
from attestree.verifying.result import CheckId, CheckResult, Fact, Notice, failed, passed, unknown
from attestree.verifying.trust import Trust


class Standing(StrEnum):
    """How an issuer stands now, whatever it was when it recorded the credential."""

    ACCREDITED = "accredited"
    """A trusted accreditor vouches for it."""
    ACCREDITED_ELSEWHERE = "accredited_elsewhere"
    """An accreditor vouches for it that the trust file does not name."""
    LAPSED = "lapsed"
    """Its accreditation ran out."""
    WITHDRAWN = "withdrawn"
    """Its accreditation was withdrawn."""
    SUSPENDED = "suspended"
    """Its accreditation is suspended."""
    NONE = "none"
    """It never had one."""


@dataclass(frozen=True, slots=True)
class IssuerClaim:
    """What a credential says about its issuer."""

    address: bytes
    """Address that the anchor proof names, 20 bytes."""
    did: str
    """`issuer.id`."""
    name: str | None
    """`issuer.name`; a claim."""


def check_issuer(facts: CredentialFacts, claim: IssuerClaim, trust: Trust) -> CheckResult:
    """Check accreditation, identity, suspension and the key that recorded the credential."""
    anchor = find_anchor(facts)
    if anchor is None or anchor.span == 0:
        return failed(CheckId.ISSUER, "issuer.no_accreditation")
    spans = _spans_of(facts, anchor)
    operators = _operators_of(facts, anchor)
    if spans is None or operators is None:
        return unknown(CheckId.ISSUER, "issuer.contradiction")
    span = _shortest(spans)
    evidence = _evidence(span, anchor)
    code = _find_fault(facts, claim, trust, anchor=anchor, span=span, operators=operators)
    accreditor = trust.find_accreditor(span.accreditor)
    values: dict[str, object] = {
        "anchored": anchor.time,
        "ends": span.ends,
        "accreditor": None if accreditor is None else accreditor.name,
    }
    if code is not None:
        return failed(CheckId.ISSUER, code, values=values, evidence=evidence)
    notices = _find_notices(facts, claim, trust, anchor=anchor, span=span, operators=operators)
    return passed(CheckId.ISSUER, "issuer.accredited", values=values, evidence=evidence, notices=notices)


def find_standing(facts: CredentialFacts, trust: Trust) -> Standing:
    """Return how the issuer stands at the latest block; a suspension lasts until its end is final."""
    current = facts.latest.current_span
    if is_suspended(facts, trust):
        return Standing.SUSPENDED
    if current is None:
        return Standing.NONE
    if not current.covers(facts.view.latest.time):
        return Standing.WITHDRAWN if current.cause is EndCause.WITHDRAWN else Standing.LAPSED
    trusted = trust.find_accreditor(current.accreditor) is not None
    return Standing.ACCREDITED if trusted else Standing.ACCREDITED_ELSEWHERE


def is_suspended(facts: CredentialFacts, trust: Trust) -> bool:
    """
    Say whether a trusted accreditor's suspension is in force at either block.

    The newest span of a trusted accreditor decides. Others can neither suspend nor lift: else an issuer
    could escape a suspension by asking an accreditor that nobody trusts for a new span.
    """
    return any(_is_suspended_at(state, trust) for state in (facts.final, facts.latest))


def _is_suspended_at(state: StateAt, trust: Trust) -> bool:
    """Say whether the newest span of a trusted accreditor, from the anchor's on, ends in a suspension."""
    spans = (state.span, *state.spans_between, state.current_span)
    known = [span for span in spans if span is not None]
    trusted = [span for span in known if trust.find_accreditor(span.accreditor) is not None]
    newest = max(trusted, key=lambda span: span.number, default=None)
    return newest is not None and newest.cause is EndCause.SUSPENDED


def prove_name(span: Span, claimed: str | None) -> str | None:
    """Return the name whose hash the span holds, be it the claimed or the registered one, or None."""
    for name in (claimed, span.name):
        if name is not None and keccak256(name.encode("utf-8")) == span.name_hash:
            return name
    return None


def matches_did(span: Span, did: str) -> bool:
    """Say whether the span was given to this very DID."""
    return keccak256(did.encode("utf-8")) == span.did_hash


def find_span(facts: CredentialFacts) -> Span | None:
    """Return the span that the anchor names, with the earlier end of both blocks, or None."""
    anchor = find_anchor(facts)
    spans = _spans_of(facts, anchor) if anchor is not None and anchor.span else None
    return _shortest(spans) if spans else None


def _shortest(spans: tuple[Span, ...]) -> Span:
    """Return the span with the earlier end; of equal ends the stricter, which is not a replacement."""
    return min(spans, key=lambda span: (span.ends, span.cause is EndCause.REPLACED))


def _spans_of(facts: CredentialFacts, anchor: Anchor) -> tuple[Span, ...] | None:
    """Return the anchor's span as of each block that has the anchor; None where they contradict."""
    states = [state for state in (facts.final, facts.latest) if state.anchor is not None]
    spans = tuple(state.span for state in states if state.span is not None)
    fixed = {(span.number, span.accreditor, span.starts, span.did_hash, span.name_hash) for span in spans}
    consistent = len(spans) == len(states) and len(fixed) == 1 and spans[0].number == anchor.span
    return spans if consistent else None


def _operators_of(facts: CredentialFacts, anchor: Anchor) -> tuple[Operator, ...] | None:
    """Return the operator as of each block, none where the issuer wrote itself; None = contradiction."""
    if anchor.operator == 0:
        return ()
    states = [state for state in (facts.final, facts.latest) if state.anchor is not None]
    operators = tuple(state.operator for state in states if state.operator is not None)
    fixed = {(operator.number, operator.address) for operator in operators}
    consistent = len(operators) == len(states) and len(fixed) == 1 and operators[0].number == anchor.operator
    return operators if consistent else None


def _find_fault(
    facts: CredentialFacts,
    claim: IssuerClaim,
    trust: Trust,
    *,
    anchor: Anchor,
    span: Span,
    operators: tuple[Operator, ...],
) -> str | None:
    """Return the code of the first thing that speaks against the issuer, or None."""
    if trust.find_accreditor(span.accreditor) is None:
        return "issuer.accreditor_not_trusted"
    if not matches_did(span, claim.did):
        return "issuer.did_differs"
    if anchor.time < span.starts:
        return "issuer.not_accredited_yet"
    if not span.vouches_for(anchor.time):
        withdrawn = span.cause is EndCause.WITHDRAWN
        return "issuer.withdrawn_before" if withdrawn else "issuer.ended_before"
    if is_suspended(facts, trust):
        return "issuer.suspended"
    if _disavowed_from(operators, above=anchor.time) is not None and not _is_confirmed(facts):
        return "issuer.key_disavowed"
    return None


def _find_notices(
    facts: CredentialFacts,
    claim: IssuerClaim,
    trust: Trust,
    *,
    anchor: Anchor,
    span: Span,
    operators: tuple[Operator, ...],
) -> tuple[Notice, ...]:
    """Return what there is to know about an issuer that passes."""
    standing = find_standing(facts, trust)
    name = prove_name(span, claim.name)
    candidates = (
        (span.accreditor == claim.address, "issuer.self_accredited"),
        (standing in (Standing.LAPSED, Standing.NONE), "issuer.lapsed"),
        (standing is Standing.WITHDRAWN, "issuer.withdrawn"),
        (standing is Standing.ACCREDITED_ELSEWHERE, "issuer.accreditor_changed"),
        (_disavowed_from(operators, above=anchor.time) is not None, "issuer.key_disavowed_confirmed"),
        (any(operator.disavowed_from is not None for operator in operators), "issuer.key_disavowed_later"),
        (name is None, "issuer.name_unproven"),
        (name is not None and name != claim.name, "issuer.name_differs"),
    )
    codes = [code for applies, code in candidates if applies]
    if "issuer.key_disavowed_confirmed" in codes:
        codes.remove("issuer.key_disavowed_later")
    return tuple(Notice(code) for code in codes)


def _disavowed_from(operators: tuple[Operator, ...], *, above: int) -> int | None:
    """Return since when the operator is disavowed, if that is at or before `above`, Unix seconds."""
    times = [operator.disavowed_from for operator in operators if operator.disavowed_from is not None]
    earliest = min(times, default=None)
    return earliest if earliest is not None and above >= earliest else None


def _is_confirmed(facts: CredentialFacts) -> bool:
    """Say whether the issuer itself confirmed the anchor, at the final block."""
    return facts.final.anchor is not None and facts.final.anchor.confirmed


def _evidence(span: Span, anchor: Anchor) -> dict[str, Fact]:
    """Return what the registry says about the issuer, for those who want to look."""
    return {
        "span": span.number,
        "starts": format_time(span.starts),
        "ends": format_time(span.ends),
        "operator": anchor.operator,
    }
