"""
The verifier: the steps from bytes to a report, in order.

    (0) Read the bytes; unusable input is an InputError, not a verdict.
    (1) Check what the file alone shows: format, signature, and the integrity of every anchor proof.
    (2) Check the registry of each anchor proof against the trust file; none outside it is ever asked.
    (3) Ask each trusted registry what it holds under the computed root.
    (4) Judge the answer: anchor, issuer, status; then dates and holder.
    (5) Of several anchor proofs in trusted registries the worst verdict counts.
    (6) Write the report; claims are shown only as far as the verdict allows.

Decides the order, and that local evidence speaks even when no node answers. The questions themselves
are answered in `checks`, the verdict in `verdict`. Errors become `unknown` in one place, step (3).
The caller must bring a trust file of its own and one `ChainFacts` for each registry it wants to ask.
Source: DESIGN section 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from attestree import __version__
from attestree.credentials.credential import Credential, parse_credential
from attestree.credentials.digest import hash_document
from attestree.credentials.enveloping import open_envelope, parse_document
from attestree.credentials.identity import ExpectedHolder
from attestree.credentials.images import unwrap_picture
from attestree.credentials.proof_set import SecuredAnchor
from attestree.credentials.signatures.jwt import UnverifiedJwt
from attestree.credentials.strict_json import JsonValue
from attestree.errors import ChainIdentityError, HeadMismatchError, UnavailableError
from attestree.ports import ChainFacts, Clock, DidResolver
from attestree.registry.facts import CredentialFacts, FactsQuery
from attestree.verifying.checks.local import check_format, check_integrity
from attestree.verifying.checks.registry import check_registry
from attestree.verifying.checks.signature import check_signature
from attestree.verifying.claims import build_claims
from attestree.verifying.hosted_status import HostedStatus
from attestree.verifying.judgement import (
    Judgement,
    Question,
    complete,
    judge_listed,
    judge_with_facts,
    judge_without_anchor,
    judge_without_facts,
    unanswered,
    waits_for_lists,
)
from attestree.verifying.lines import build_issuer_line, build_network_line, find_notices
from attestree.verifying.report import Report
from attestree.verifying.result import CheckId, CheckResult, unknown
from attestree.verifying.trust import Trust
from attestree.verifying.verdict import CLAIMS, ClaimsStatus, find_worst

VIEW_AGE_LIMIT_SECONDS = 600
"""Oldest view of a registry that still counts, unless the settings say otherwise."""

RegistryKey = tuple[int, bytes]
"""EIP-155 chain id and the registry's address, 20 bytes."""


class Verifier:
    """Judges credentials against one trust file; holds no state between questions."""

    def __init__(
        self,
        trust: Trust,
        facts: Mapping[RegistryKey, ChainFacts],
        clock: Clock,
        *,
        view_age_limit_seconds: int = VIEW_AGE_LIMIT_SECONDS,
        resolver: DidResolver | None = None,
        hosted: HostedStatus | None = None,
    ) -> None:
        self.trust = trust
        self._facts = facts
        self._clock = clock
        self._view_age_limit_seconds = view_age_limit_seconds
        self._resolver = resolver
        self._hosted = hosted

    @property
    def resolver(self) -> DidResolver | None:
        """What finds the keys of a `did:web`; None = nobody is asked."""
        return self._resolver

    @property
    def looks_up_lists(self) -> bool:
        """Whether hosts of others may be asked for status lists, which takes as long as they like to take."""
        return self._hosted is not None

    def verify(
        self,
        octets: bytes,
        *,
        expect: ExpectedHolder | None = None,
        at: int | None = None,
        ref: str | None = None,
    ) -> Report:
        """
        Judge the bytes of one credential, or of a token or picture that carries one.

        Args:
            octets: JSON, VC-JWT, PNG or SVG as it was received; never re-encode it first.
            expect: Whom the verifier has before them.
            at: Moment at which dates are judged, Unix seconds; everything else is judged as of now.
            ref: The asker's own mark, handed back in the report.

        Raises:
            InputError: The bytes are no credential that could be judged.
            MissingExtraError: `extra.documents`, without which no SVG is read; nothing else is raised.
        """
        # (0) Read the bytes.
        return self.verify_value(parse_document(unwrap_picture(octets)), expect=expect, at=at, ref=ref)

    def verify_value(
        self,
        value: JsonValue,
        *,
        expect: ExpectedHolder | None = None,
        at: int | None = None,
        ref: str | None = None,
    ) -> Report:
        """Judge a credential that `parse_document` has read already; else as `verify`."""
        inside, envelope = open_envelope(value)
        credential = parse_credential(inside)
        now = self._clock.now()
        question = Question(self.trust, expect, now if at is None else at)
        judgements, ignored = self._judge_all(credential, envelope, question, now)
        # (5) The worst verdict counts.
        worst = judgements[find_worst([judgement.verdict for judgement in judgements])]
        # (6) Write the report.
        report = self._build_report(credential, worst, now=now)
        return replace(report, at=at, ref=ref, notices=find_notices(worst, ignored=ignored, at=at))

    def _judge_all(
        self, credential: Credential, envelope: UnverifiedJwt | None, question: Question, now: int
    ) -> tuple[list[Judgement], int]:
        """Judge every anchor proof that counts; return also how many were ignored."""
        # (1) What the file alone shows; a proof that does not fit says that the file was changed.
        readable = check_format(credential.document, credential.proofs)
        anchors = credential.proofs.anchors
        document_hash = hash_document(credential.document) if anchors else b""
        local = [
            [readable, check_integrity(credential.document, secured, document_hash=document_hash)]
            for secured in anchors
        ]
        for secured, checks in zip(anchors, local, strict=True):
            if checks[-1].decides:
                return [Judgement(secured, complete(checks))], 0
        # Dearer than the rest, and the only one that may ask a host, so it comes after the fold.
        signature = check_signature(credential, envelope=envelope, resolver=self._resolver, now=now)
        if not anchors:
            return [judge_without_anchor([readable, signature])], 0
        for checks in local:
            checks.append(signature)
        # (2) Registries outside the trust file are ignored as long as there is one inside.
        for secured, checks in zip(anchors, local, strict=True):
            checks.append(check_registry(secured.anchor.header, self.trust))
        pairs = list(zip(anchors, local, strict=True))
        trusted = [(secured, checks) for secured, checks in pairs if not checks[-1].decides]
        if not trusted:
            return [Judgement(anchors[0], complete(local[0]))], 0
        judgements = [self._judge(credential, secured, checks, question, now) for secured, checks in trusted]
        return judgements, len(anchors) - len(trusted)

    def _judge(
        self,
        credential: Credential,
        secured: SecuredAnchor,
        checks: list[CheckResult],
        question: Question,
        now: int,
    ) -> Judgement:
        """Judge one anchor proof whose registry is trusted."""
        # (3) Ask; not knowing is `unknown`, never an absence.
        answer = self._fetch(secured, now)
        if isinstance(answer, CheckResult):
            return judge_without_facts(credential, secured, checks, question, answer)
        # (4) Judge the answer.
        judgement = judge_with_facts(credential, secured, checks, question, answer)
        if self._hosted is None or not waits_for_lists(judgement):
            return judgement
        # Only for a credential that would pass otherwise is anybody else asked, and only if that is wanted.
        return judge_listed(judgement, self._hosted.find(credential, now=now))

    def _fetch(self, secured: SecuredAnchor, now: int) -> CredentialFacts | CheckResult:
        """Return what the registry says, or the `unknown` that stands in its place."""
        anchor = secured.anchor
        source = self._facts.get((anchor.header.chain_id, anchor.header.registry))
        if source is None:
            return unknown(CheckId.ANCHOR, "anchor.no_source")
        # The stated root is safe to ask for: `check_integrity` found the computed one equal to it.
        query = FactsQuery(anchor.header.issuer, anchor.root, anchor.header.list_id, anchor.index)
        try:
            facts = source.fetch_facts(query)
        except (UnavailableError, ChainIdentityError, HeadMismatchError) as error:
            return unanswered(error)
        age = now - facts.view.polled_at
        if age > self._view_age_limit_seconds:
            values = {"age": age, "limit": self._view_age_limit_seconds}
            return unknown(CheckId.ANCHOR, "anchor.stale_view", values=values)
        return facts

    def _build_report(self, credential: Credential, judgement: Judgement, *, now: int) -> Report:
        """Write down what is known, and no more."""
        verdict = judgement.verdict
        withheld = CLAIMS.get(verdict) is ClaimsStatus.WITHHELD
        holder = judgement.checks[-1]
        return Report(
            verdict=verdict,
            checks=judgement.checks,
            claims=None if withheld else build_claims(credential),
            issuer=None if withheld else build_issuer_line(credential, judgement, self.trust),
            network=build_network_line(judgement, self.trust),
            view=None if judgement.facts is None else judgement.facts.view,
            trust_name=self.trust.name,
            trust_sha256=self.trust.sha256,
            checked_at=now,
            engine=f"attestree {__version__}",
            expected=holder.evidence or None,
        )
