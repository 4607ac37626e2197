"""
The verifier: the steps from bytes to a report, in order.

    (0) Read the bytes; unusable input is an InputError, not a verdict.
    (1) Check what the file alone shows: format, signature, and the integrity of every anchor proof.
    (2) Check the registry of each anchor proof against the trust file; none outside it is ever asked.
    (3) Ask each trusted registry what it holds under the computed root.
    (4) Judge the answer: anchor, issuer, status; then dates and holder.
    (5) Of several anchor proofs in trusted registries the worst verdict counts.
    (6) Write the report; claims are shown only as far as the verdict allows.

Texts that differ from a valid credential in what is each learner's own only take the short way of `kin`,
which gives the same report, or none.

Decides the order, and that local evidence speaks even when no node answers. The questions themselves
are answered in `checks`, the verdict in `verdict`. Errors become `unknown` in one place, step (3).
The caller must bring a trust file of its own and one `ChainFacts` for each registry it wants to ask.
Source: DESIGN section 7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from attestree.credentials.canonical_reader import read_canonical
from attestree.credentials.credential import Credential, parse_credential
from attestree.credentials.digest import hash_document, hash_known
from attestree.credentials.enveloping import open_envelope, parse_document
from attestree.credentials.identity import ExpectedHolder
from attestree.credentials.images import unwrap_picture
from attestree.credentials.proof_set import SecuredAnchor
from attestree.credentials.signatures.jwt import UnverifiedJwt
from attestree.credentials.strict_json import MAX_BYTES, JsonValue
from attestree.errors import ChainIdentityError, HeadMismatchError, UnavailableError
from attestree.merkle.folding import fold_many
from attestree.merkle.kind import HASH_SIZE
from attestree.merkle.many import leaf_hash_many
from attestree.merkle.standard import leaf_hash
from attestree.ports import ChainFacts, Clock, DidResolver
from attestree.registry.facts import CredentialFacts, FactsQuery, SharedFacts
from attestree.verifying.checks.local import check_format, check_integrity
from attestree.verifying.checks.registry import check_registry
from attestree.verifying.checks.signature import check_signature
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
from attestree.verifying.kin import Kin, find_kin
from attestree.verifying.kindred import Kindred
from attestree.verifying.likeness import Candidate
from attestree.verifying.report import Report
from attestree.verifying.result import CheckId, CheckResult, unknown
from attestree.verifying.shapes import RememberedShapes
from attestree.verifying.trust import Trust
from attestree.verifying.verdict import find_worst
from attestree.verifying.writing import write_report
from attestree.verifying.written import AnswerWriter

VIEW_AGE_LIMIT_SECONDS = 600
"""Oldest view of a registry that still counts, unless the settings say otherwise."""

RegistryKey = tuple[int, bytes]
"""EIP-155 chain id and the registry's address, 20 bytes."""

Answer = TypeVar("Answer", CredentialFacts, SharedFacts)
"""What a registry says, about one or several."""


class Verifier:
    """Judges credentials against one trust file; remembers only what batches have in common."""

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
        self._kindred = Kindred()
        self._shapes = RememberedShapes()

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
        if expect is None and at is None:
            report = self.verify_kin(octets, ref=ref)
            if report is not None:
                return report
        # (0) Read the bytes.
        value = read_canonical(octets) if len(octets) <= MAX_BYTES else None
        if value is not None:
            return self.verify_value(value, expect=expect, at=at, ref=ref, octets=octets)
        return self.verify_value(parse_document(unwrap_picture(octets)), expect=expect, at=at, ref=ref)

    def verify_kin(self, octets: bytes, *, ref: str | None = None) -> Report | None:
        """Return the report of a valid credential whose batch is known; None for any other, at once."""
        candidate = None if self._hosted is not None else self._kindred.recognise(octets)
        if candidate is None:
            return None
        kin, question = candidate.kin, Question(self.trust, None, self._clock.now())
        rooted = self._find_rooted([candidate])
        facts = self._fetch(kin.query(candidate), kin.registry, question.at) if rooted else None
        if not isinstance(facts, CredentialFacts):
            return None
        signature = self._check_signature(kin.open_signed(octets), question.at) if kin.is_signed else None
        report = kin.conclude(candidate, facts, question, signature)
        return report if report is None or ref is None else replace(report, ref=ref)

    def _check_signature(self, credential: Credential | None, now: int) -> CheckResult | None:
        """Check the signature of kin; nobody is asked for a key."""
        if credential is None:
            return None
        return check_signature(credential, now=now, quads_of=self._shapes.canonize)

    def recognise(self, octets: bytes) -> Candidate | None:
        """Return what can be judged once its path is folded; None for what goes by steps, or is signed."""
        return None if self._hosted is not None else self._kindred.recognise(octets, only_unsigned=True)

    def write_answers(self, candidates: Sequence[Candidate], writer: AnswerWriter) -> list[bytes | None]:
        """Return the report of each candidate as JSON, or None for what is to be judged by steps."""
        question = Question(self.trust, None, self._clock.now())
        answers: list[bytes | None] = [None] * len(candidates)
        for kin, places in self._find_rooted(candidates).items():
            members = [candidates[place] for place in places]
            shared = self._fetch_shared(kin, members, question.at)
            if isinstance(shared, SharedFacts):
                written = kin.write(members, shared, question, writer)
                for place, answer in zip(places, written, strict=True):
                    answers[place] = answer
        return answers

    def _find_rooted(self, candidates: Sequence[Candidate]) -> dict[Kin, list[int]]:
        """Return by kin the places of the candidates whose paths lead to the root of their kin."""
        roots = _fold(candidates)
        found: dict[Kin, list[int]] = {}
        for place, candidate in enumerate(candidates):
            kin = candidate.kin
            if kin.root == roots[place * HASH_SIZE : (place + 1) * HASH_SIZE]:
                found.setdefault(kin, []).append(place)
        return found

    def verify_value(
        self,
        value: JsonValue,
        *,
        expect: ExpectedHolder | None = None,
        at: int | None = None,
        ref: str | None = None,
        octets: bytes | None = None,
    ) -> Report:
        """
        Judge a credential that `parse_document` has read already; else as `verify`.

        Args:
            value: What was read.
            expect: As for `verify`.
            at: As for `verify`.
            ref: As for `verify`.
            octets: What it was read from, if `read_canonical` did.
        """
        inside, envelope = open_envelope(value)
        credential = parse_credential(inside)
        now = self._clock.now()
        question = Question(self.trust, expect, now if at is None else at)
        judgements, ignored = self._judge_all(
            credential, envelope, question, now, is_canonical=octets is not None
        )
        # (5) The worst verdict counts.
        worst = judgements[find_worst([judgement.verdict for judgement in judgements])]
        # (6) Write the report.
        report = write_report(credential, worst, self.trust, now=now, at=at, ref=ref, ignored=ignored)
        if octets is not None and envelope is None and expect is None and at is None:
            self._remember(octets, credential, worst, report)
        return report

    def _remember(self, octets: bytes, credential: Credential, judgement: Judgement, report: Report) -> None:
        """Remember what a valid credential shares with others of its batch."""
        if report.valid and self._hosted is None and self._kindred.has_room(octets):
            kin = find_kin(credential.document, credential, judgement, report)
            if kin is not None:
                self._kindred.add(octets, kin)

    def _judge_all(
        self,
        credential: Credential,
        envelope: UnverifiedJwt | None,
        question: Question,
        now: int,
        *,
        is_canonical: bool,
    ) -> tuple[list[Judgement], int]:
        """Judge every anchor proof that counts; return also how many were ignored."""
        # (1) What the file alone shows; a proof that does not fit says that the file was changed.
        readable = check_format(credential.document, credential.proofs)
        anchors = credential.proofs.anchors
        hash_it = hash_known if is_canonical else hash_document
        document_hash = hash_it(credential.document) if anchors else b""
        local = [
            [readable, check_integrity(credential.document, secured, document_hash=document_hash)]
            for secured in anchors
        ]
        for secured, checks in zip(anchors, local, strict=True):
            if checks[-1].decides:
                return [Judgement(secured, complete(checks))], 0
        # Dearer than the rest, and the only one that may ask a host, so it comes after the fold.
        signature = check_signature(
            credential,
            envelope=envelope,
            resolver=self._resolver,
            now=now,
            quads_of=self._shapes.canonize,
        )
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
        # The stated root is safe to ask for: `check_integrity` found the computed one equal to it.
        header = secured.anchor.header
        query = FactsQuery(header.issuer, secured.anchor.root, header.list_id, secured.anchor.index)
        answer = self._fetch(query, (header.chain_id, header.registry), now)
        if isinstance(answer, CheckResult):
            return judge_without_facts(credential, secured, checks, question, answer)
        # (4) Judge the answer.
        judgement = judge_with_facts(credential, secured, checks, question, answer)
        if self._hosted is None or not waits_for_lists(judgement):
            return judgement
        # Only for a credential that would pass otherwise is anybody else asked, and only if that is wanted.
        return judge_listed(judgement, self._hosted.find(credential, now=now))

    def _fetch(self, query: FactsQuery, registry: RegistryKey, now: int) -> CredentialFacts | CheckResult:
        """Return what the registry says, or the `unknown` that stands in its place."""
        return self._ask(registry, lambda source: source.fetch_facts(query), now)

    def _fetch_shared(self, kin: Kin, members: Sequence[Candidate], now: int) -> SharedFacts | CheckResult:
        """Return what the registry says of several of one batch, or `unknown`."""
        query = kin.query(members[0])
        if len(members) == 1:
            facts = self._fetch(query, kin.registry, now)
            return facts if isinstance(facts, CheckResult) else SharedFacts(facts, frozenset([query.index]))
        indexes = [member.tail.leaf_index for member in members]
        return self._ask(kin.registry, lambda source: source.fetch_shared(query, indexes), now)

    def _ask(
        self, registry: RegistryKey, ask: Callable[[ChainFacts], Answer], now: int
    ) -> Answer | CheckResult:
        """Ask a registry; what is too old to count, or no answer at all, is `unknown`."""
        source = self._facts.get(registry)
        if source is None:
            return unknown(CheckId.ANCHOR, "anchor.no_source")
        try:
            answer = ask(source)
        except (UnavailableError, ChainIdentityError, HeadMismatchError) as error:
            return unanswered(error)
        age = now - answer.view.polled_at
        if age > self._view_age_limit_seconds:
            values = {"age": age, "limit": self._view_age_limit_seconds}
            return unknown(CheckId.ANCHOR, "anchor.stale_view", values=values)
        return answer


def _fold(candidates: Sequence[Candidate]) -> bytes:
    """Return the root that each candidate implies, 32 bytes each."""
    if len(candidates) == 1:
        only = candidates[0]
        return fold_many(leaf_hash(only.digest, only.tail.leaf_index), [only.tail.path])
    digests = b"".join([candidate.digest for candidate in candidates])
    leaves = leaf_hash_many(digests, [candidate.tail.leaf_index for candidate in candidates])
    return fold_many(leaves, [candidate.tail.path for candidate in candidates])
