"""
Kin: credentials of one batch that differ in nothing but what is each learner's own.

    (1) The first of them is judged step by step, as any credential is. If it is valid, its text becomes a
        mould, and what was found out about batch and issuer is kept.
    (2) Another text of the mould is hashed, and its own proof is folded, like any other.
    (3) If the fold gives the very root that was judged, the registry is asked about its own index. As long
        as the registry says the same of the batch, what was found out holds for it too; its status, its
        dates and its place are its own.
    (4) A signature is its own as well: the check of signatures judges it, in the document that was sent.

Decides nothing by itself: whatever is not exactly like that gives None, and the credential is judged step by
step. So the only verdict that comes from here is `valid`, and its report is the one that the steps would
have given; tests hold the two against each other. `gaps` is the whole list of what may differ.
Source: DESIGN section 7.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from attestree.credentials.anchor_proof import ProofTail, encode_start, parse_tail
from attestree.credentials.canonical import canonicalize
from attestree.credentials.canonical_reader import read_canonical
from attestree.credentials.credential import Credential
from attestree.credentials.dates import parse_timestamp
from attestree.credentials.did import is_did_key
from attestree.credentials.digest import digest_of_hashes, header_hash
from attestree.credentials.mould import Mould, build_mould, look_up
from attestree.credentials.reading import is_address
from attestree.credentials.strict_json import JsonObject
from attestree.errors import InputError
from attestree.merkle.kind import HASH_SIZE, SHARD_SIZE, TreeKind
from attestree.merkle.path import path_length_bounds
from attestree.registry.facts import CredentialFacts, FactsQuery
from attestree.verifying.batch_standing import Standing, build_standing, is_clear
from attestree.verifying.checks.local import pass_integrity
from attestree.verifying.checks.validity import ClaimedDates, check_validity
from attestree.verifying.forms import MARKS, Fields, Forms, build_form
from attestree.verifying.gaps import (
    ADDRESSES,
    AWARDED,
    GAPS,
    ID,
    PROOFS,
    STATUS_INDEX,
    find_identities,
    find_name,
    find_proof_values,
    is_text,
)
from attestree.verifying.iso import format_time
from attestree.verifying.judgement import Judgement, Question, judge_with_facts
from attestree.verifying.report import Report
from attestree.verifying.result import CheckId, CheckResult, Status
from attestree.verifying.verdict import Verdict
from attestree.verifying.writing import write_report
from attestree.verifying.written import AnswerWriter

MAX_OCTETS = 32_768
"""Longest credential that a mould is made from; badges have 3 to 6 kB."""

SIGNATURE_AT = list(CheckId).index(CheckId.SIGNATURE)
"""Place of the signature's result among the checks."""

LOCAL = frozenset({CheckId.FORMAT, CheckId.INTEGRITY, CheckId.SIGNATURE, CheckId.REGISTRY})
"""Checks that need no registry."""


class Candidate(NamedTuple):
    """A text of a mould, hashed; it counts if its path leads from its leaf hash to the root of its kin."""

    kin: Kin
    """Whose mould it is."""
    texts: list[str]
    """What is its own, by the places of the mould."""
    tail: ProofTail
    """Its own part of the anchor proof."""
    digest: bytes
    """32 bytes, computed."""
    awarded: int | None
    """Unix seconds."""


class Kin:
    """One mould, and what is known of the batch; safe to use from several threads."""

    def __init__(self, first: Credential, judgement: Judgement, report: Report, mould: Mould) -> None:
        """Take the first one, which was judged and is valid; `find_kin` says whether it may be."""
        assert judgement.secured is not None  # noqa: S101 - told to the type checker
        self._first = first
        self._judgement = judgement
        self._mould = mould
        self._secured = judgement.secured
        self._header = header = judgement.secured.anchor.header
        self._start = encode_start(header)
        # of a batch of one tree, every path has one of two lengths
        one_tree = header.size <= SHARD_SIZE
        self._lengths = path_length_bounds(header.size, index=0) if one_tree else None
        self._hashes = header_hash(header), sha256(canonicalize(self._secured.options.to_json())).digest()
        at = {place: number for number, place in enumerate(mould.places)}
        [anchor_at], signed_at = find_proof_values(first.document)
        self._proof_at = at[anchor_at]
        self._signature = judgement.checks[SIGNATURE_AT] if signed_at else None
        self._id_at, self._awarded_at, self._index_at = at.get(ID), at.get(AWARDED), at.get(STATUS_INDEX)
        self._name_at = at.get(find_name(first))
        self._addresses_at = [at[place] for place in ADDRESSES if place in at]
        self._standing = build_standing(judgement, report)
        self._dates: tuple[object, CheckResult] = (None, judgement.checks[0])
        self._forms = Forms()

    @property
    def root(self) -> bytes:
        """The root that was judged, 32 bytes."""
        return self._secured.anchor.root

    @property
    def registry(self) -> tuple[int, bytes]:
        """Chain id and contract."""
        return self._header.chain_id, self._header.registry

    @property
    def is_signed(self) -> bool:
        """Whether each of them has a signature, which is to be checked before `conclude`."""
        return self._signature is not None

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
        filling = self._mould.read(octets)
        if filling is None:
            return None
        texts = filling.texts
        tail = parse_tail(texts[self._proof_at], self._start)
        if tail is None or tail.root != self.root or not self._fits(tail, texts):
            return None
        awarded = self._first.awarded
        if self._awarded_at is not None:
            awarded = _parse_awarded(texts[self._awarded_at])
            if awarded is None:
                return None
        digest = digest_of_hashes(
            salt=tail.salt,
            header_hash=self._hashes[0],
            options_hash=self._hashes[1],
            document_hash=sha256(filling.document).digest(),
        )
        return Candidate(self, texts, tail, digest, awarded)

    def query(self, candidate: Candidate) -> FactsQuery:
        """Return what the registry is to be asked."""
        return FactsQuery(self._header.issuer, self.root, self._header.list_id, candidate.tail.leaf_index)

    def conclude(
        self,
        candidate: Candidate,
        root: bytes,
        facts: CredentialFacts,
        question: Question,
        signature: CheckResult | None = None,
    ) -> Report | None:
        """
        Return the report of a valid credential, None for any other.

        Args:
            candidate: Of this kin.
            root: What was folded from the leaf hash and the path of `candidate`.
            facts: The answer to `query`, no older than the verifier allows.
            question: Expects nobody, and asks for now.
            signature: What `check_signature` found; None where it was not asked.
        """
        standing = self._standing_of(root, facts, question)
        return (
            None
            if standing is None or signature != self._signature
            else self._conclude(candidate, standing, question.at)
        )

    def write(
        self,
        candidate: Candidate,
        root: bytes,
        facts: CredentialFacts,
        question: Question,
        writer: AnswerWriter,
    ) -> bytes | None:
        """Return the bytes of the report that `conclude` returns, or None; the arguments are the same."""
        standing = self._standing_of(root, facts, question)
        if standing is None or self.is_signed:
            return None
        key = (standing, question.at, writer)
        form = self._forms.find(key, candidate.awarded)
        if form is not None:
            return form.fill(self._fields(candidate))
        report = self._conclude(candidate, standing, question.at)
        marked = self._conclude(self._mark(candidate), standing, question.at)
        if report is None or marked is None:
            return None
        answer = writer.write(report)
        form = build_form(writer.write(marked), self._fields(candidate), answer)
        if form is not None:
            self._forms.add(key, candidate.awarded, form)
        return answer

    def _standing_of(self, root: bytes, facts: CredentialFacts, question: Question) -> Standing | None:
        """Return what is known of the batch, if this is its root and the status is clear."""
        if root != self.root or not (is_clear(facts.final) and is_clear(facts.latest)):
            return None
        return self._standing_for(facts, question)

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
        texts = candidate.texts
        return (
            b"" if self._id_at is None else texts[self._id_at].encode(),
            b"" if self._name_at is None else texts[self._name_at].encode(),
            candidate.digest.hex().encode(),
            b"%d" % candidate.tail.leaf_index,
        )

    def _mark(self, candidate: Candidate) -> Candidate:
        """Return the candidate with marks in the place of `_fields`."""
        texts = list(candidate.texts)
        for at, mark in ((self._id_at, MARKS[0]), (self._name_at, MARKS[1])):
            if at is not None:
                texts[at] = mark.decode()
        tail = candidate.tail._replace(leaf_index=int(MARKS[3]))
        return candidate._replace(texts=texts, digest=bytes.fromhex(MARKS[2].decode()), tail=tail)

    def _fits(self, tail: ProofTail, texts: list[str]) -> bool:
        """Say whether index, path length, status entry and addresses are as every credential needs them."""
        index = tail.leaf_index
        if index >= self._header.size or (self._index_at is not None and texts[self._index_at] != str(index)):
            return False
        least, greatest = self._lengths or path_length_bounds(self._header.size, index=index)
        if not least <= len(tail.path) // HASH_SIZE <= greatest:
            return False
        return all(is_address(texts[at]) for at in self._addresses_at)

    def _standing_for(self, facts: CredentialFacts, question: Question) -> Standing | None:
        """Return what is known of the batch, made anew where the registry says something else than before."""
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
        if self._id_at is not None:
            claims["id"] = candidate.texts[self._id_at]
        if self._name_at is not None:
            claims["holder"] = candidate.texts[self._name_at]
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
    mould = build_mould(document, [*places, *anchors, *signatures])
    return None if mould is None else Kin(first, judgement, report, mould)


def _may_be_kin(first: Credential, judgement: Judgement) -> bool:
    """Say whether there is no signature, or one that fits, by a key that nobody needs to be asked for."""
    if not first.proofs.others:
        return True
    check = judgement.checks[SIGNATURE_AT]
    return len(first.proofs.others) == 1 and check.status is Status.PASS and is_did_key(first.issuer_id)


@lru_cache(maxsize=1024)
def _parse_awarded(text: str) -> int | None:
    """Return the Unix seconds of a time stamp, None for what is none; a batch has few of them."""
    try:
        return parse_timestamp(text)
    except InputError:
        return None
