"""Signed kin: each signature is checked in the text that was sent, and the report is that of the steps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from attestree.credentials.canonical import canonicalize
from attestree.credentials.canonical_reader import read_canonical
from attestree.verifying.hosted_status import HostedStatus
from attestree.verifying.verdict import Verdict
from attestree.verifying.verifier import Verifier
from attestree.verifying.written import AnswerWriter
from tests.fakes.signing import TestKey
from tests.unit.verifying.batches import Batch, answer
from tests.unit.verifying.genuine import CHAIN_ID, NOW, REGISTRY, TRUST
from tests.unit.verifying.signed_batches import build_signed_batch, describe_signed

SUITES = ["eddsa-rdfc-2022", "eddsa-jcs-2022"]


def batch_of(size: int = 3, **how: Any) -> Batch:
    return build_signed_batch([describe_signed(index, f"Learner {index}") for index in range(size)], **how)


def with_signature(octets: bytes, value: Any) -> bytes:
    """Return a credential with another value in the place of its signature."""
    document = json.loads(octets)
    document["proof"][0]["proofValue"] = value
    return canonicalize(document)


def signature_of(octets: bytes) -> str:
    return str(json.loads(octets)["proof"][0]["proofValue"])


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("anchor_first", [False, True])
def test_signed_kin_get_the_report_of_the_steps(suite: str, anchor_first: bool) -> None:
    batch = batch_of(suite=suite, anchor_first=anchor_first)
    verifier = batch.warm()
    for octets in batch.credentials:
        slow = batch.verifier().verify_value(read_canonical(octets))
        assert slow.valid
        assert answer(verifier, octets) == slow
        assert answer(verifier, octets, ref="mine").to_json() == slow.to_json() | {"ref": "mine"}


@pytest.mark.parametrize("suite", SUITES)
def test_a_signature_that_does_not_fit_never_takes_the_short_way(suite: str) -> None:
    batch = batch_of(suite=suite)
    verifier = batch.warm()
    genuine = batch.credentials[1]
    sibling = signature_of(batch.credentials[2])
    other = TestKey(2).sign(json.loads(genuine), suite=suite)["proofValue"]
    for value in (sibling, other, "", "z", "u", "z1", signature_of(genuine) + "1", "zé", "z0", "z" * 600):
        changed = with_signature(genuine, value)
        assert verifier.verify_kin(changed) is None
        report = verifier.verify(changed)
        assert report.verdict is Verdict.TAMPERED
        assert report == batch.verifier().verify_value(read_canonical(changed))
    assert verifier.verify_kin(genuine) is not None


def test_signed_kin_are_left_out_where_nobody_checks_signatures() -> None:
    batch = batch_of()
    verifier = batch.warm()
    assert verifier.recognise(batch.credentials[1]) is None
    kin = kin_of(batch)
    candidate = kin.recognise(batch.credentials[1])
    assert candidate is not None
    assert verifier.write_answers([candidate], AnswerWriter()) == [None]


def kin_of(batch: Batch) -> Any:
    """Return the kin of the first credential of a batch."""
    verifier = batch.warm()
    [kin] = verifier._kindred._by_batch.popitem()[1]
    return kin


def test_what_is_signed_is_read_again_from_the_text_that_was_sent() -> None:
    batch = batch_of()
    kin = kin_of(batch)
    opened = kin.open_signed(batch.credentials[2])
    assert opened.document == json.loads(batch.credentials[2])
    assert list(opened.proofs.others) == opened.document["proof"][:1]
    assert kin.open_signed(b" " + batch.credentials[2]) is None


def test_a_text_that_cannot_be_read_fast_goes_by_steps() -> None:
    batch = build_signed_batch([describe_signed(0), describe_signed(1, "Zofia \U0001f600")])
    verifier = batch.warm()
    assert verifier.verify_kin(batch.credentials[1]) is None
    assert verifier.verify(batch.credentials[1]).valid


@pytest.mark.parametrize(
    ("documents", "how"),
    [
        # a signature by somebody else, by a key that is to be looked up, of another purpose, of no suite
        ([describe_signed(0), describe_signed(1)], {"key": TestKey(2)}),
        ([describe_signed(0), describe_signed(1)], {"expires": "2026-11-01T00:00:00Z"}),
        ([describe_signed(0), describe_signed(1)], {"proofPurpose": "authentication"}),
    ],
)
def test_signatures_with_a_remark_make_no_kin(documents: Any, how: Any) -> None:
    batch = build_signed_batch(documents, **how)
    verifier = batch.warm()
    assert verifier.verify_kin(batch.credentials[1]) is None
    assert verifier.verify(batch.credentials[1]).valid


def test_two_signatures_make_no_kin_and_neither_does_a_chain() -> None:
    batch = batch_of()
    document = json.loads(batch.credentials[0])
    document["proof"].insert(0, document["proof"][0])
    verifier = batch.verifier()
    assert verifier.verify(canonicalize(document)).valid
    assert verifier.verify_kin(canonicalize(document)) is None


def test_a_signature_that_runs_out_later_goes_by_steps_then() -> None:
    batch = batch_of(expires="2026-11-18T12:10:00Z")
    verifier = batch.warm()
    ends = 1_795_003_800
    swift = [verifier.verify_kin(batch.credentials[1]) is not None]
    batch.clock.seconds = max(ends, NOW) + 10_000
    batch.facts.see(polled_at=batch.clock.seconds)
    swift.append(verifier.verify_kin(batch.credentials[1]) is not None)
    assert swift == [True, False]
    assert "signature.expired" in [one.code for one in verifier.verify(batch.credentials[1]).warnings]


def test_whoever_asks_hosts_for_lists_takes_no_short_way() -> None:
    batch = batch_of()
    hosted = HostedStatus.__new__(HostedStatus)
    verifier = Verifier(TRUST, {(CHAIN_ID, REGISTRY): batch.facts}, batch.clock, hosted=hosted)
    assert verifier.verify_kin(batch.credentials[0]) is None


def test_unsigned_kin_of_the_same_batch_stay_apart_from_signed_ones() -> None:
    batch = batch_of()
    verifier = batch.warm()
    document = json.loads(batch.credentials[1])
    del document["proof"][0]
    bare = canonicalize(document)
    assert verifier.verify_kin(bare) is None
    assert verifier.verify(bare).valid
    assert verifier.verify_kin(bare) == batch.verifier().verify_value(read_canonical(bare))
    assert verifier.recognise(bare) is not None
    assert verifier.verify_kin(batch.credentials[1]) is not None
