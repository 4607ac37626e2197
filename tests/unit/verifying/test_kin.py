"""Kin: who takes the short way and who does not; every report is held against that of the steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from attestree.credentials.canonical import canonicalize
from attestree.credentials.canonical_reader import read_canonical
from attestree.credentials.proof_set import format_secured_anchor
from attestree.errors import ChainUnavailableError
from attestree.merkle.kind import TreeKind
from attestree.registry.facts import EndCause
from attestree.verifying import kindred, stencils, written
from attestree.verifying.verifier import Verifier
from attestree.verifying.written import AnswerWriter
from tests.unit.verifying.batches import Batch, answer, build_batch, describe
from tests.unit.verifying.genuine import NOW, SPAN, build_header, build_scene, with_proofs


def batch_of(size: int = 4, **changes: Any) -> Batch:
    return build_batch([describe(index, f"Learner {index}", **changes) for index in range(size)])


def takes_short_way(verifier: Verifier, octets: bytes) -> bool:
    return verifier.verify_kin(octets) is not None


def hold(batch: Batch, verifier: Verifier) -> None:
    """Hold the short way against the steps for every credential, and the written answers too."""
    for index, octets in enumerate(batch.credentials):
        value: Any = read_canonical(octets)
        slow = batch.verifier().verify_value(value)
        assert answer(verifier, octets) == slow
        assert answer(verifier, octets, ref="mine") == replace(slow, ref="mine")
        assert slow.claims is not None
        assert slow.claims["holder"] == f"Learner {index}"
        candidate = verifier.recognise(octets)
        assert candidate is not None
        for _ in range(2):
            assert verifier.write_answers([candidate], AnswerWriter()) == [orjson.dumps(slow.to_json())]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"id": None, "awardedDate": None},
        {"credentialStatus": None},
        {"validUntil": "2030-01-01T00:00:00Z"},
        {
            "credentialStatus": [
                {"id": "urn:x:1", "type": "Other", "statusListCredential": "https://a.example/1"}
            ]
        },
    ],
)
def test_kin_of_a_valid_credential_get_the_report_of_the_steps(changes: dict[str, Any]) -> None:
    batch = batch_of(**changes)
    hold(batch, batch.warm())


def test_nothing_is_remembered_before_a_credential_was_valid() -> None:
    batch = batch_of()
    batch.facts.failure = ChainUnavailableError("chain.timeout")
    verifier = batch.verifier()
    assert not verifier.verify(batch.credentials[0]).valid
    batch.facts.failure = None
    assert not takes_short_way(verifier, batch.credentials[1])


def test_whoever_expects_somebody_or_asks_for_another_day_goes_by_steps() -> None:
    batch = batch_of()
    verifier = batch.verifier()
    assert verifier.verify(batch.credentials[0], at=NOW).valid
    assert not takes_short_way(verifier, batch.credentials[0])
    assert verifier.verify(batch.credentials[0], ref="x").ref == "x"
    assert verifier.verify(batch.credentials[1], ref="y").ref == "y"


@pytest.mark.parametrize(
    "proof",
    [
        lambda secured: [format_secured_anchor(secured), {"type": "Other"}],
        lambda secured: [format_secured_anchor(secured)] * 2,
        format_secured_anchor,
    ],
)
def test_other_sets_of_proofs_make_no_kin(proof: Any) -> None:
    batch = batch_of()
    verifier = batch.verifier()
    value: Any = read_canonical(batch.credentials[0])
    octets = canonicalize({**value, "proof": proof(batch.secured[0])})
    assert verifier.verify(octets).valid
    assert not takes_short_way(verifier, octets)


def test_chainpoint_and_very_long_credentials_make_no_kin() -> None:
    batch = batch_of(description="x" * 33_000)
    verifier = batch.verifier()
    assert verifier.verify(batch.credentials[0]).valid
    assert not takes_short_way(verifier, batch.credentials[1])
    scene = build_scene()
    first = scene.verifier()
    assert first.verify(canonicalize(scene.credential)).valid
    assert takes_short_way(first, canonicalize(scene.credential))
    assert build_header(kind=TreeKind.CHAINPOINT).kind is TreeKind.CHAINPOINT


def test_identities_that_are_no_list_or_not_there_are_no_gaps() -> None:
    for identifier in (
        {"type": "IdentityObject", "hashed": False, "identityHash": "Z", "identityType": "name"},
        None,
    ):
        document = describe(0)
        document["credentialSubject"]["identifier"] = identifier
        if identifier is None:
            del document["credentialSubject"]["identifier"]
        batch = build_batch([document, describe(1)])
        verifier = batch.warm()
        swift = answer(verifier, batch.credentials[0])
        assert swift == batch.verifier().verify_value(read_canonical(batch.credentials[0]))
        assert not takes_short_way(verifier, batch.credentials[1])


def test_a_subject_in_an_array_is_no_gap() -> None:
    document = describe(0)
    document["credentialSubject"] = [document["credentialSubject"]]
    batch = build_batch([document])
    assert answer(batch.warm(), batch.credentials[0]).valid


def test_what_the_registry_says_later_is_asked_for_each() -> None:
    batch = batch_of()
    verifier = batch.warm()
    batch.facts.see(polled_at=NOW - 1)
    hold(batch, verifier)
    batch.facts.revoked = {1}
    assert takes_short_way(verifier, batch.credentials[0])
    assert not takes_short_way(verifier, batch.credentials[1])
    batch.facts.change(
        span=replace(SPAN, cause=EndCause.SUSPENDED), current_span=replace(SPAN, cause=EndCause.SUSPENDED)
    )
    candidate = verifier.recognise(batch.credentials[0])
    assert candidate is not None
    assert verifier.write_answers([candidate], AnswerWriter()) == [None]
    assert not takes_short_way(verifier, batch.credentials[0])
    batch.facts.failure = ChainUnavailableError("chain.timeout")
    assert not takes_short_way(verifier, batch.credentials[0])


def test_dates_that_ran_out_since_go_by_steps() -> None:
    batch = batch_of(validUntil="2026-11-18T12:00:00Z")
    verifier = batch.warm()
    candidate = verifier.recognise(batch.credentials[1])
    assert candidate is not None
    batch.clock.seconds = NOW + 400
    assert takes_short_way(verifier, batch.credentials[1])
    batch.clock.seconds = NOW + 500_000
    batch.facts.see(polled_at=NOW + 500_000)
    assert not takes_short_way(verifier, batch.credentials[1])
    assert verifier.write_answers([candidate], AnswerWriter()) == [None]
    assert verifier.verify(batch.credentials[1]).verdict == "expired"


def test_so_many_batches_and_shapes_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kindred, "MAX_BATCHES", 1)
    monkeypatch.setattr(kindred, "MAX_SHAPES", 1)
    one = build_batch([describe(0), describe(1, name="B", awardedDate=None)])
    verifier = one.warm()
    assert verifier.verify(one.credentials[1]).valid
    assert not takes_short_way(verifier, one.credentials[1])
    other = build_batch([describe(0)], build_header(size=1, list_id=bytes(range(13))))
    one.facts.records |= other.facts.records
    assert verifier.verify(other.credentials[0]).valid


def test_stencils_and_parts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stencils, "MAX_STENCILS", 1)
    monkeypatch.setattr(written, "MAX_PARTS", 2)
    batch = build_batch([describe(index, awardedDate=f"2026-11-1{index}T00:00:00Z") for index in range(4)])
    verifier, writer = batch.warm(), AnswerWriter()
    found = [candidate for octets in batch.credentials if (candidate := verifier.recognise(octets))]
    answers = verifier.write_answers(found, writer)
    assert answers == [
        orjson.dumps(batch.verifier().verify_value(read_canonical(octets)).to_json())
        for octets in batch.credentials
    ]


def test_a_stencil_that_does_not_give_the_answer_back_is_not_made() -> None:
    fields = (b"id", b"holder", b"00", b"1")
    marked = b"<" + b"|".join(stencils.MARKS) + b">"
    made = stencils.build_stencil(marked, fields, b"<id|holder|00|1>")
    assert made is not None
    assert made.fill((b"a", b"b", b"c", b"d")) == b"<a|b|c|d>"
    assert stencils.build_stencil(marked, fields, b"<id|holder|00|2>") is None
    assert stencils.build_stencil(b"<>", fields, b"<>") is None


def test_a_stencil_may_hold_signs_of_its_own_form_and_fields_more_than_once() -> None:
    one, two = stencils.MARKS[:2]
    made = stencils.build_stencil(
        b"100 %% %b " + two + one + two + b"%", (b"%b", b"%", b"", b""), b"100 %% %b %%b%%"
    )
    assert made is not None
    assert made.fill((b"a", b"b", b"", b"")) == b"100 %% %b bab%"


def test_an_answer_with_every_member_is_written_as_its_members_say() -> None:
    scene = build_scene()
    writer = AnswerWriter()
    for how in ({}, {"at": 5}, {"ref": '\u017b"'}, {"expect": None}):
        for credential in (
            scene.credential,
            with_proofs({**scene.credential, "name": "other"}, scene.secured),
        ):
            report = scene.verify(credential, **how)
            assert writer.write(report) == orjson.dumps(report.to_json())
    bare = scene.verify({name: value for name, value in scene.credential.items() if name != "proof"})
    assert writer.write(bare) == orjson.dumps(bare.to_json())
