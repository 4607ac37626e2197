"""
The report: one verdict, why, what to do next, and on what it rests.

Decides the shape `attestree.verification/1`. Judges nothing. A claim is shown only as far as the
verdict allows; an issuer's name only where the registry proves it. Source: DESIGN section 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.registry.facts import View
from attestree.text.catalogue import DEFAULT_LANGUAGE, Explanation, explain
from attestree.text.spelling import format_hex
from attestree.verifying.iso import format_time
from attestree.verifying.result import CheckResult, Fact, Notice
from attestree.verifying.trust import NetworkKind
from attestree.verifying.verdict import (
    CLAIMS,
    NOT_FINAL,
    OUTCOMES,
    RETRY_AFTER_SECONDS,
    ClaimsStatus,
    Outcome,
    Verdict,
    codes_of,
)

FORMAT = "attestree.verification/1"
"""Name and version of the shape that `Report.to_json` writes; stands in its member `engine`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerLine:
    """What is known about the issuer; None where it is not."""

    address: bytes
    """Address that recorded the batch, 20 bytes."""
    did: str
    """`issuer.id` of the credential; proven only where the issuer check passed."""
    name: str | None = None
    """Registered name, proven by a trusted accreditor's span."""
    accredited_when_anchored: bool | None = None
    """Whether a trusted accreditor vouched for it at the anchor's time."""
    standing_now: str | None = None
    """A `Standing`."""
    self_accredited: bool | None = None
    """Whether it vouched for itself."""
    accreditor: bytes | None = None
    """Address of the accreditor, 20 bytes."""
    accreditor_name: str | None = None
    """Its name in the trust file."""

    def to_json(self) -> JsonObject:
        """Return the member `issuer`."""
        accreditor: JsonValue = None
        if self.accreditor is not None:
            accreditor = {"name": self.accreditor_name, "address": format_hex(self.accreditor)}
        return {
            "name": self.name,
            "nameSource": None if self.name is None else "registry",
            "did": self.did,
            "address": format_hex(self.address),
            "accreditedWhenAnchored": self.accredited_when_anchored,
            "standingNow": self.standing_now,
            "selfAccredited": self.self_accredited,
            "accreditor": accreditor,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkLine:
    """Where the credential says it was recorded."""

    chain_id: int
    """EIP-155 chain id."""
    registry: bytes
    """Address of the contract, 20 bytes."""
    kind: NetworkKind | None = None
    """Test or production; None where the trust file does not know it."""
    name: str | None = None
    """Its name in the trust file."""

    def to_json(self) -> JsonObject:
        """Return the member `network`."""
        return {
            "kind": None if self.kind is None else str(self.kind),
            "name": self.name,
            "chainId": self.chain_id,
            "registry": format_hex(self.registry),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer to one question about one credential."""

    verdict: Verdict
    """What is said."""
    checks: tuple[CheckResult, ...]
    """Every check, in the order in which they are walked; of several anchors, those of the worst."""
    claims: JsonObject | None
    """What the credential says; None where it is withheld."""
    issuer: IssuerLine | None
    """Who is said to stand behind it; None where claims are withheld."""
    network: NetworkLine | None
    """Where it was recorded; None without an anchor proof."""
    view: View | None
    """As of when the registry was read; None where it was not."""
    trust_name: str
    """Name of the trust file that was used."""
    trust_sha256: bytes
    """SHA-256 of its bytes."""
    checked_at: int
    """Wall clock when the question was asked, Unix seconds."""
    engine: str
    """Name and version of the program, such as `attestree 0.1.0`."""
    at: int | None = None
    """Moment at which dates were judged, Unix seconds; None = `checked_at`."""
    expected: Mapping[str, Fact] | None = None
    """How each expectation fared: true, false or None for nothing to compare with; None = none asked."""
    notices: tuple[Notice, ...] = ()
    """Warnings that belong to no single check."""
    ref: str | None = None
    """The asker's own mark, handed back."""

    @property
    def outcome(self) -> Outcome:
        """What to do with the verdict."""
        return OUTCOMES[self.verdict]

    @property
    def valid(self) -> bool:
        """Whether the verdict is `valid`; nothing else is."""
        return self.verdict is Verdict.VALID

    @property
    def claims_status(self) -> ClaimsStatus:
        """How far the claims may be shown."""
        return CLAIMS.get(self.verdict, ClaimsStatus.CONFIRMED)

    @property
    def is_test(self) -> bool:
        """Whether it was recorded on a test network, where nothing is worth anything."""
        return self.network is not None and self.network.kind is NetworkKind.TEST

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """Everything there is to know that changes no verdict."""
        return (*(notice for check in self.checks for notice in check.notices), *self.notices)

    def headline(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the verdict in a few words, without a full stop; test networks say so first."""
        said = explain(codes_of(self.verdict).headline, {}, language).sentence.removesuffix(".")
        if not self.is_test:
            return said
        return explain("verdict.test_network", {"headline": said}, language).sentence.removesuffix(".")

    def summary(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return one sentence below the headline."""
        return explain(codes_of(self.verdict).summary, {}, language).sentence

    def next_step(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return what the verifier does now; on a test network nobody accepts anything as real."""
        is_pretended = self.is_test and self.outcome is Outcome.ACCEPT
        code = "verdict.test" if is_pretended else codes_of(self.verdict).headline
        return explain(code, {}, language).next

    def to_json(self, language: str = DEFAULT_LANGUAGE) -> JsonObject:
        """Return `attestree.verification/1`; every member is always there."""
        codes = codes_of(self.verdict)
        return {
            "ref": self.ref,
            "verdict": str(self.verdict),
            "outcome": str(self.outcome),
            "valid": self.valid,
            "code": self.code,
            "headline": self.headline(language),
            "summary": self.summary(language),
            "next": {
                "verifier": self.next_step(language),
                "issuer": explain(codes.issuer, {}, language).sentence,
                "retryAfterSeconds": RETRY_AFTER_SECONDS.get(self.verdict),
            },
            "claimsStatus": str(self.claims_status),
            "claims": self.claims,
            "issuer": None if self.issuer is None else self.issuer.to_json(),
            "expected": None if self.expected is None else dict(self.expected),
            "checks": [check_to_json(check, language) for check in self.checks],
            "warnings": [notice_to_json(notice, language) for notice in self.warnings],
            "network": None if self.network is None else self.network.to_json(),
            "view": None if self.view is None else view_to_json(self.view, now=self.checked_at),
            "trust": {"name": self.trust_name, "sha256": self.trust_sha256.hex()},
            "at": format_time(self.at),
            "checkedAt": format_time(self.checked_at),
            "engine": f"{self.engine} ({FORMAT})",
        }

    @property
    def code(self) -> str:
        """Code of the check that decided; `verdict.<name>` where none did."""
        if self.verdict is Verdict.PENDING:
            return NOT_FINAL
        return next((check.code for check in self.checks if check.decides), codes_of(self.verdict).headline)


def view_to_json(view: View, *, now: int) -> JsonObject:
    """Return the member `view`; `ageSeconds` stands last, the only one that depends on `now`."""
    return {
        "latestBlock": view.latest.number,
        "finalBlock": view.final.number,
        "finalBlockHash": format_hex(view.final.hash),
        "ageSeconds": max(0, now - view.polled_at),
    }


def explain_check(check: CheckResult, language: str = DEFAULT_LANGUAGE) -> Explanation:
    """Return what a check result says; where an error stopped or decided it, its sentence is the cause."""
    said = explain(check.code, check.values, language)
    because = check.evidence.get("because")
    if not isinstance(because, str):
        return said
    return Explanation(said.code, said.sentence, explain(because, check.values, language).sentence, said.next)


def check_to_json(check: CheckResult, language: str) -> JsonObject:
    """Return one item of `checks`."""
    said = explain_check(check, language)
    return {
        "id": str(check.id),
        "status": str(check.status),
        "code": check.code,
        "text": said.sentence,
        "cause": said.cause,
        "next": said.next,
        "evidence": dict(check.evidence),
    }


def notice_to_json(notice: Notice, language: str) -> JsonObject:
    """Return one item of `warnings`."""
    said = explain(notice.code, notice.values, language)
    return {"code": notice.code, "text": said.sentence, "cause": said.cause, "next": said.next}
