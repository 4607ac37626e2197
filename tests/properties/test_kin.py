"""
The short way against the steps: whatever is sent, and whatever the registry says, both say the same.

One verifier has seen a credential of the batch, and takes the short way where it can; the other reads with
the strict reader and remembers nothing.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.canonical import canonicalize
from attestree.credentials.digest import credential_digest
from attestree.credentials.enveloping import parse_document
from attestree.credentials.images import unwrap_picture
from attestree.credentials.strict_json import JsonValue, parse_slowly
from attestree.errors import ChainUnavailableError, InputError
from attestree.merkle.path import fold
from attestree.merkle.standard import leaf_hash
from attestree.registry.facts import EndCause
from attestree.verifying.report import Report
from attestree.verifying.verifier import Verifier
from attestree.verifying.written import AnswerWriter
from tests.unit.verifying.batches import Batch, BatchFacts, build_batch, describe
from tests.unit.verifying.genuine import (
    ANCHORED,
    NOW,
    OPERATOR,
    SPAN,
    VIEW,
    build_facts,
    build_header,
    with_proofs,
)

NAMES = ["Zofia Kowalska", "Żółć — 王", "O'Brien", 'A "B"', "a\\b", "\U0001f600", "tab\there", "", "x" * 300]
DATES = [
    "2026-11-10T00:00:00Z",
    "2026-11-10T01:30:00.25+01:00",
    "2020-01-01T00:00:00Z",
    "2027-02-01T00:00:00Z",
]
WRITER = AnswerWriter()
BATCH = build_batch([describe(index, NAMES[index % 9], awardedDate=DATES[index % 4]) for index in range(36)])


def judge(verifier: Verifier, octets: bytes, *, slowly: bool) -> Report | str:
    """Return the report, or the code of the error."""
    try:
        if not slowly:
            return verifier.verify(octets)
        is_json = octets.startswith(b"{")
        return verifier.verify_value(
            parse_slowly(octets) if is_json else parse_document(unwrap_picture(octets))
        )
    except InputError as error:
        return error.code


def read_otherwise(octets: bytes) -> JsonValue:
    """Return what stands in a token or a picture, or raise as reading does."""
    return parse_document(unwrap_picture(octets))


def hold(batch: Batch, warm: Verifier, octets: bytes) -> Report | str:
    """Hold the two against each other, and the bytes of the answer against its members."""
    swift, slow = judge(warm, octets, slowly=False), judge(batch.verifier(), octets, slowly=True)
    assert swift == slow
    if isinstance(swift, Report) and isinstance(slow, Report):
        assert swift.to_json() == slow.to_json()
        written = orjson.dumps(slow.to_json())
        assert WRITER.write(swift) == WRITER.write(slow) == written
        candidate = warm.recognise(octets)
        if candidate is not None:
            assert warm.write_answers([candidate], WRITER) == [written if slow.valid else None]
    return swift


def fresh() -> Batch:
    """Return the batch with a registry of its own."""
    facts = replace(BATCH.facts, records=dict(BATCH.facts.records), revoked=set(), suspended=set())
    return Batch(BATCH.credentials, facts, BATCH.secured)


def test_each_credential_of_a_batch_is_valid_and_most_take_the_short_way() -> None:
    warm = BATCH.warm()
    for octets in BATCH.credentials:
        report = hold(BATCH, warm, octets)
        assert isinstance(report, Report)
        assert report.valid
    short = [warm.verify_kin(octets) is not None for octets in BATCH.credentials]
    assert short.count(True) == len(short) - 12  # texts that could be spelt otherwise go by steps


def test_many_answers_are_written_as_one_by_one() -> None:
    warm = BATCH.warm()
    found = [candidate for octets in BATCH.credentials if (candidate := warm.recognise(octets))]
    answers = warm.write_answers(found * 2, WRITER)
    assert len(answers) == 48
    alone = [warm.write_answers([candidate], AnswerWriter())[0] for candidate in found]
    assert answers == alone * 2
    assert warm.write_answers([], WRITER) == []


WARM = BATCH.warm()
PLACES = st.integers(0, 35)


@given(PLACES, st.integers(0, 10_000), st.integers(1, 255))
def test_one_changed_byte_says_the_same_on_both_ways(index: int, place: int, difference: int) -> None:
    octets = bytearray(BATCH.credentials[index])
    octets[place % len(octets)] ^= difference
    report = hold(BATCH, WARM, bytes(octets))
    assert isinstance(report, str) or not report.valid


@given(PLACES, st.integers(0, 10_000), st.binary(max_size=3), st.integers(0, 3))
def test_bytes_put_in_or_taken_out_say_the_same_on_both_ways(
    index: int, place: int, more: bytes, less: int
) -> None:
    octets = BATCH.credentials[index]
    at = place % (len(octets) + 1)
    hold(BATCH, WARM, octets[:at] + more + octets[at + less :])


@given(
    PLACES,
    st.sampled_from(
        [("id",), ("awardedDate",), ("credentialStatus", "id"), ("credentialStatus", "statusListIndex")]
    ),
    st.text(max_size=20) | st.sampled_from(["did:web:x", "javascript:x", *DATES, "0", "01", "35"]),
)
def test_another_text_in_a_gap_is_never_valid(index: int, place: tuple[str, ...], text: str) -> None:
    document: Any = json.loads(BATCH.credentials[index])
    target = document
    for step in place[:-1]:
        target = target[step]
    was, target[place[-1]] = target[place[-1]], text
    report = hold(BATCH, WARM, canonicalize(document))
    assert text == was or isinstance(report, str) or not report.valid


@given(PLACES, PLACES)
def test_the_proof_of_a_sibling_is_never_valid(index: int, other: int) -> None:
    document, stolen = json.loads(BATCH.credentials[index]), json.loads(BATCH.credentials[other])
    report = hold(BATCH, WARM, canonicalize({**document, "proof": stolen["proof"]}))
    assert isinstance(report, Report)
    assert report.valid == (index == other)


@given(
    st.sets(PLACES),
    st.sets(PLACES),
    st.lists(PLACES, min_size=1, max_size=6),
)
def test_what_is_taken_back_after_the_first_was_seen_is_never_valid(
    revoked: set[int], suspended: set[int], asked: list[int]
) -> None:
    batch = fresh()
    warm = batch.warm()
    batch.facts.revoked, batch.facts.suspended = revoked, suspended
    for index in asked:
        report = hold(batch, warm, batch.credentials[index])
        assert isinstance(report, Report)
        assert report.valid == (index not in revoked | suspended)


@given(
    st.sets(PLACES),
    st.sets(PLACES),
    st.lists(PLACES, max_size=40),
    st.sampled_from([0, 0, 0, *range(1, 6)]),
)
def test_of_many_asked_about_together_each_is_answered_as_alone(
    revoked: set[int], suspended: set[int], asked: list[int], changed: int
) -> None:
    batch = fresh()
    warm = batch.warm()
    batch.facts.revoked, batch.facts.suspended = revoked, suspended
    sent = [batch.credentials[index] for index in asked]
    # one path among them that leads elsewhere
    sent[:changed] = [octets.replace(octets[-60:-50], b"AAAAAAAAAA") for octets in sent[:changed]]
    found = [candidate for octets in sent if (candidate := warm.recognise(octets))]
    together = dict(zip([bytes(one.digest) for one in found], warm.write_answers(found, WRITER), strict=True))
    for octets in sent:
        candidate = warm.recognise(octets)
        slow = judge(batch.verifier(), octets, slowly=True)
        if candidate is not None:
            assert isinstance(slow, Report)
            written = orjson.dumps(slow.to_json()) if slow.valid else None
            assert together[candidate.digest] == written


def with_entry(index: int, **changes: str) -> dict[str, Any]:
    """Build a document with another status entry."""
    document = describe(index)
    return {**document, "credentialStatus": {**document["credentialStatus"], **changes}}


MISTAKEN = [
    lambda index: with_entry(index, statusListIndex="0"),
    lambda index: with_entry(index, statusListIndex=f"0{index}"),
    lambda index: with_entry(index, id="javascript:alert(1)"),
    lambda index: with_entry(index, id="https://example.edu/\u202e"),
    lambda index: describe(index, id="no address"),
    lambda index: describe(index, id=""),
    lambda index: describe(index, id="javascript:alert(1)"),
    lambda index: describe(index, awardedDate="2026-13-01T00:00:00Z"),
    lambda index: describe(index, awardedDate="yesterday"),
    lambda index: describe(index, awardedDate=""),
]


def test_what_was_sealed_with_a_mistake_in_a_gap_is_no_more_valid_than_by_steps() -> None:
    batch = build_batch([describe(0), *[make(index) for index, make in enumerate(MISTAKEN, 1)]])
    warm = batch.warm()
    for octets in batch.credentials[1:]:
        report = hold(batch, warm, octets)
        assert isinstance(report, str) or not report.valid
        assert warm.verify_kin(octets) is None


@pytest.mark.parametrize("below", [[], [b"\x55" * 32] * 2])
def test_a_path_of_a_length_that_no_tree_of_the_size_has_is_never_valid(below: list[bytes]) -> None:
    """Somebody made a tree in which one leaf lies too high, or too low; the other lies where it may."""
    documents = [describe(0), describe(1)]
    sealed = build_batch(documents, build_header(size=4)).secured
    low, high = [
        leaf_hash(
            credential_digest(
                salt=one.anchor.salt, header=one.anchor.header, options=one.options, document=document
            ),
            one.anchor.index,
        )
        for one, document in zip(sealed, documents, strict=True)
    ]
    beside = b"\x66" * 32
    paths = [beside, fold(high, below)], [*below, fold(low, [beside])]
    root = fold(low, paths[0])
    assert root == fold(high, paths[1])
    secured = [
        replace(one, anchor=replace(one.anchor, path=b"".join(path), root=root))
        for one, path in zip(sealed, paths, strict=True)
    ]
    octets = [
        canonicalize(with_proofs(document, one)) for document, one in zip(documents, secured, strict=True)
    ]
    facts = BatchFacts(VIEW)
    facts.records[secured[0].anchor.header.issuer, root] = build_facts(secured[0].anchor)
    batch = Batch(octets, facts, secured)
    warm = batch.warm()
    report = hold(batch, warm, octets[1])
    assert isinstance(report, Report)
    assert not report.valid
    assert warm.recognise(octets[1]) is None


STOPPED = replace(SPAN, number=2, cause=EndCause.SUSPENDED)
CHANGES: list[Any] = [
    lambda batch: batch.facts.change(span=replace(SPAN, cause=EndCause.SUSPENDED)),
    lambda batch: batch.facts.change(
        "latest", current_span=replace(SPAN, number=2, cause=EndCause.SUSPENDED)
    ),
    lambda batch: batch.facts.change(span=replace(SPAN, ends=ANCHORED - 1)),
    lambda batch: batch.facts.change("latest", anchor=None),
    lambda batch: batch.facts.change("final", anchor=None),
    lambda batch: batch.facts.change(
        operator=replace(OPERATOR, disavowed_from=ANCHORED - 5, disavowed_at=NOW)
    ),
    lambda batch: batch.facts.change(
        operator=replace(OPERATOR, disavowed_from=ANCHORED + 5, disavowed_at=NOW)
    ),
    lambda batch: batch.facts.change("latest", spans_between=(STOPPED,)),
    lambda batch: batch.facts.see(polled_at=NOW - 700),
    lambda batch: batch.facts.see(sources=1),
    lambda batch: batch.facts.see(chain_id=5),
    lambda batch: setattr(batch.facts, "failure", ChainUnavailableError("chain.timeout")),
    lambda batch: batch.facts.records.clear(),
    lambda batch: setattr(batch.clock, "seconds", NOW + 100),
    lambda batch: setattr(batch.clock, "seconds", 1_577_836_799),
]


@given(
    st.lists(st.sampled_from(range(len(CHANGES))), max_size=3),
    st.lists(PLACES, min_size=1, max_size=4),
)
def test_whatever_the_registry_says_later_both_ways_say_the_same(
    changes: list[int], asked: list[int]
) -> None:
    batch = fresh()
    warm = batch.warm()
    for change in changes:
        CHANGES[change](batch)
        for index in asked:
            hold(batch, warm, batch.credentials[index])


@given(PLACES, st.integers(0, 400), st.integers(1, 255))
def test_a_changed_byte_of_the_proof_value_says_the_same_on_both_ways(
    index: int, place: int, difference: int
) -> None:
    octets = bytearray(BATCH.credentials[index])
    start = octets.rfind(b'"proofValue":"') + 14
    octets[start + place % 400] ^= difference
    report = hold(BATCH, WARM, bytes(octets))
    assert isinstance(report, str) or not report.valid
