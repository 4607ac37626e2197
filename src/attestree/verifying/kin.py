"""
Kin: credentials of one batch that differ in nothing but what is each learner's own.

    (1) The first of them is judged step by step, as any credential is. If it is valid, its text becomes a
        mould, and what was found out about batch and issuer is kept.
    (2) Another text of the mould is hashed, and its own proof is folded, like any other.
    (3) If the fold gives the very root that was judged (`verifier` compares them), the registry is asked
        about its own index, together with others of the batch. As long as the registry says the same of the
        batch, what was found out holds for it too; its status, its dates and its place are its own.
    (4) A signature is its own as well: the check of signatures judges it, in the document that was sent.

Decides nothing by itself: whatever is not exactly like that gives None, and the credential is judged step by
step. So the only verdict that comes from here is `valid`, and its report is the one that the steps would
have given; tests hold the two against each other. `gaps` is the whole list of what may differ.
Source: DESIGN section 7.
"""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Sequence
from dataclasses import replace

from attestree.credentials.canonical_reader import read_canonical
from attestree.credentials.credential import Credential
from attestree.credentials.did import is_did_key
from attestree.credentials.mould import Mould, build_mould, look_up
from attestree.credentials.strict_json import JsonObject
from attestree.merkle.kind import TreeKind
from attestree.registry.facts import CredentialFacts, FactsQuery, SharedFacts
from attestree.verifying.batch_standing import Standing, build_standing, is_clear
from attestree.verifying.checks.local import pass_integrity
from attestree.verifying.checks.validity import ClaimedDates, check_validity
from attestree.verifying.gaps import GAPS, PROOFS, find_identities, find_proof_values, is_text
from attestree.verifying.iso import format_time
from attestree.verifying.judgement import Judgement, Question, judge_with_facts
from attestree.verifying.likeness import Candidate, Likeness
from attestree.verifying.report import Report
from attestree.verifying.result import CheckId, CheckResult, Status
from attestree.verifying.stencils import MARKS, Fields, Stencil, Stencils, add_stencil, build_stencil
from attestree.verifying.verdict import Verdict
from attestree.verifying.writing import write_report
from attestree.verifying.written import AnswerWriter

MAX_OCTETS = 32_768
"""Longest credential that a mould is made from; badges have 3 to 6 kB."""

SIGNATURE_AT = list(CheckId).index(CheckId.SIGNATURE)
"""Place of the signature's result among the checks."""

LOCAL = frozenset({CheckId.FORMAT, CheckId.INTEGRITY, CheckId.SIGNATURE, CheckId.REGISTRY})
"""Checks that need no registry."""


class Kin:
    """One mould, and what is known of the batch; safe to use from several threads."""

    def __init__(self, first: Credential, judgement: Judgement, report: Report, mould: Mould) -> None:
        """Take the first one, which was judged and is valid; `find_kin` says whether it may be."""
        assert judgement.secured is not None  # noqa: S101 - told to the type checker
        self._first = first
        self._judgement = judgement
        self._secured = judgement.secured
        self._likeness = likeness = Likeness(first, judgement.secured, mould)
        signed = find_proof_values(first.document)[1]
        self._signature = judgement.checks[SIGNATURE_AT] if signed else None
        self.is_signed = self._signature is not None
        """Whether each of them has a signature, which is to be checked before `conclude`."""
        self._standing = build_standing(judgement, report)
        self._dates: tuple[object, CheckResult] = (None, judgement.checks[0])
        self._stencils = Stencils()
        self.root = likeness.root
        """The root that was judged, 32 bytes."""
        self.registry = likeness.header.chain_id, likeness.header.registry
        """Chain id and contract."""

    def open_signed(self, octets: bytes) -> Credential | None:
        """Return what `check_signature` reads of a text that was recognised; the rest is the first's."""
        document = read_canonical(octets)
        if document is None:
            return None
        [(*_, number, _name)] = find_proof_values(document)[1]
        signature = look_up(document, (*PROOFS, number))
        assert isinstance(signature, dict)  # noqa: S101 - told to the type checker
        return replace(
            self._first, document=document, proofs=replace(self._first.proofs, others=(signature,))
        )

    def recognise(self, octets: bytes) -> Candidate | None:
        """Return the text of another one, hashed; None where it is none, or cannot be told."""
        return self._likeness.recognise(octets, self)

    def query(self, candidate: Candidate) -> FactsQuery:
        """Return what the registry is to be asked."""
        header = self._likeness.header
        return FactsQuery(header.issuer, self.root, header.list_id, candidate.tail.leaf_index)

    def conclude(
        self,
        candidate: Candidate,
        facts: CredentialFacts,
        question: Question,
        signature: CheckResult | None = None,
    ) -> Report | None:
        """
        Return the report of a valid credential, None for any other.

        Args:
            candidate: Of this kin; its path leads to the root, as `verifier` has found out.
            facts: The answer to `query`, no older than the verifier allows.
            question: Expects nobody, and asks for now.
            signature: What `check_signature` found; None where it was not asked.
        """
        standing = self._standing_of(facts, question) if signature == self._signature else None
        return None if standing is None else self._conclude(candidate, standing, question.at)

    def write(
        self, candidates: Sequence[Candidate], shared: SharedFacts, question: Question, writer: AnswerWriter
    ) -> list[bytes | None]:
        """
        Return the bytes of the report that `conclude` returns of each, or None.

        Args:
            candidates: As for `conclude`.
            shared: What was answered about some of them; for the others None is returned.
            question: As for `conclude`.
            writer: Writes the answers.
        """
        standing = None if self.is_signed else self._standing_of(shared.facts, question)
        if standing is None:
            return [None] * len(candidates)
        about = shared.indexes
        stencils = self._stencils.find((standing, question.at, writer))
        answers: list[bytes | None] = []
        for candidate in candidates:
            answer = None
            if candidate.tail.leaf_index in about:
                stencil = stencils.get(candidate.awarded)
                if stencil is not None:
                    answer = stencil.fill(self._fields(candidate))
                else:
                    answer = self._write_first(candidate, standing, question.at, writer, stencils)
            answers.append(answer)
        return answers

    def _write_first(
        self,
        candidate: Candidate,
        standing: Standing,
        now: int,
        writer: AnswerWriter,
        stencils: dict[int | None, Stencil],
    ) -> bytes | None:
        """Return the bytes of a report, and make a stencil of it for others of that day."""
        report = self._conclude(candidate, standing, now)
        marked = self._conclude(self._mark(candidate), standing, now)
        if report is None or marked is None:
            return None
        answer = writer.write(report)
        stencil = build_stencil(writer.write(marked), self._fields(candidate), answer)
        if stencil is not None:
            add_stencil(stencils, candidate.awarded, stencil)
        return answer

    def _conclude(self, candidate: Candidate, standing: Standing, now: int) -> Report | None:
        """Return the report, unless the dates speak against the credential."""
        validity = self._validity(candidate, now, standing.anchored)
        if validity.decides:
            return None
        report = standing.report
        integrity = pass_integrity(candidate.digest, self.root, index=candidate.tail.leaf_index)
        made = {CheckId.INTEGRITY: integrity, CheckId.VALIDITY: validity}
        return Report(
            verdict=Verdict.VALID,
            checks=tuple([made.get(check.id, check) for check in report.checks]),
            claims=self._claims(standing.claims, candidate),
            issuer=report.issuer,
            network=report.network,
            view=standing.facts.view,
            trust_name=report.trust_name,
            trust_sha256=report.trust_sha256,
            checked_at=now,
            engine=report.engine,
            notices=report.notices,
        )

    def _fields(self, candidate: Candidate) -> Fields:
        """Return what is its own in the report."""
        texts, likeness = candidate.texts, self._likeness
        return (
            b"" if likeness.id_at is None else texts[likeness.id_at].encode(),
            b"" if likeness.name_at is None else texts[likeness.name_at].encode(),
            hexlify(candidate.digest),
            b"%d" % candidate.tail.leaf_index,
        )

    def _mark(self, candidate: Candidate) -> Candidate:
        """Return the candidate with marks in the place of `_fields`."""
        texts = list(candidate.texts)
        for at, mark in ((self._likeness.id_at, MARKS[0]), (self._likeness.name_at, MARKS[1])):
            if at is not None:
                texts[at] = mark.decode()
        tail = candidate.tail._replace(leaf_index=int(MARKS[3]))
        return candidate._replace(texts=texts, digest=bytes.fromhex(MARKS[2].decode()), tail=tail)

    def _standing_of(self, facts: CredentialFacts, question: Question) -> Standing | None:
        """Return what is known of the batch, made anew where the registry says something else than before."""
        if not (is_clear(facts.final) and is_clear(facts.latest)):
            return None
        standing = self._standing
        if standing is None or not standing.holds_for(facts):
            self._standing = standing = self._ask_again(facts, question)
        return standing

    def _ask_again(self, facts: CredentialFacts, question: Question) -> Standing | None:
        """Judge the first one as if it had the status that was asked about, which is clear."""
        local = [check for check in self._judgement.checks if check.id in LOCAL]
        judgement = judge_with_facts(self._first, self._secured, local, question, facts)
        if judgement.verdict is not Verdict.VALID:
            return None
        return build_standing(
            judgement, write_report(self._first, judgement, question.trust, now=question.at)
        )

    def _validity(self, candidate: Candidate, now: int, anchored: int) -> CheckResult:
        """Check the dates; credentials of one batch share them more often than not."""
        key = (candidate.awarded, now, anchored)
        known = self._dates
        if known[0] != key:
            dates = ClaimedDates(self._first.valid_from, self._first.valid_until, candidate.awarded)
            self._dates = known = (key, check_validity(dates, now=now, anchored=anchored))
        return known[1]

    def _claims(self, known: JsonObject, candidate: Candidate) -> JsonObject:
        """Return the claims, as `build_claims` does."""
        claims = {**known, "awardedDate": format_time(candidate.awarded)}
        at = self._likeness
        if at.id_at is not None:
            claims["id"] = candidate.texts[at.id_at]
        if at.name_at is not None:
            claims["holder"] = candidate.texts[at.name_at]
        return claims


def find_kin(document: JsonObject, first: Credential, judgement: Judgement, report: Report) -> Kin | None:
    """
    Return the kin of a credential that was judged, if it can have any.

    Args:
        document: As `read_canonical` returned it.
        first: What `parse_credential` made of it.
        judgement: Made for somebody who expects nobody, and asks for now; of an anchor without an envelope.
        report: What was written of it.
    """
    secured = judgement.secured
    if report.verdict is not Verdict.VALID or secured is None or len(first.proofs.anchors) != 1:
        return None
    if secured.anchor.header.kind is not TreeKind.OPENZEPPELIN or not _may_be_kin(first, judgement):
        return None
    places = [place for place in (*GAPS, *find_identities(document)) if is_text(document, place)]
    anchors, signatures = find_proof_values(document)
    if len(anchors) != 1 or not all(is_text(document, place) for place in signatures):
        return None
    mould = build_mould(document, [*places, *anchors, *signatures], unread=anchors[0])
    return None if mould is None else Kin(first, judgement, report, mould)


def _may_be_kin(first: Credential, judgement: Judgement) -> bool:
    """Say whether there is no signature, or one that fits, by a key that nobody needs to be asked for."""
    if not first.proofs.others:
        return True
    check = judgement.checks[SIGNATURE_AT]
    return len(first.proofs.others) == 1 and check.status is Status.PASS and is_did_key(first.issuer_id)
