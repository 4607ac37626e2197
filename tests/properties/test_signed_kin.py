"""Signed kin against the steps: whatever is sent, both say the same, and no signature passes unchecked."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.canonical import canonicalize
from attestree.credentials.strict_json import parse_slowly
from attestree.errors import InputError
from attestree.verifying.report import Report
from attestree.verifying.verdict import Verdict
from attestree.verifying.verifier import Verifier
from tests.fakes.signing import TestKey
from tests.unit.verifying.batches import Batch
from tests.unit.verifying.genuine import with_proofs
from tests.unit.verifying.signed_batches import KEY, build_signed_batch, describe_signed

NAMES = ["Zofia Kowalska", "Żółć — 王", "O'Brien", 'A "B"', "a\\b", "tab\there", "", "x" * 300]
BATCH = build_signed_batch([describe_signed(index, NAMES[index % 8]) for index in range(16)])
WARM = BATCH.warm()
PLACES = st.integers(0, 15)


def judge(verifier: Verifier, octets: bytes, *, slowly: bool) -> Report | str:
    """Return the report, or the code of the error."""
    try:
        return verifier.verify_value(parse_slowly(octets)) if slowly else verifier.verify(octets)
    except InputError as error:
        return error.code


def hold(octets: bytes, batch: Batch = BATCH, warm: Verifier = WARM) -> Report | str:
    """Hold the two against each other."""
    swift, slow = judge(warm, octets, slowly=False), judge(batch.verifier(), octets, slowly=True)
    assert swift == slow
    if isinstance(swift, Report) and isinstance(slow, Report):
        assert swift.to_json() == slow.to_json()
    return swift


def with_signature(index: int, value: object) -> bytes:
    """Return a credential with another value in the place of its signature."""
    document = json.loads(BATCH.credentials[index])
    document["proof"][0]["proofValue"] = value
    return canonicalize(document)


def test_each_is_valid_and_most_take_the_short_way() -> None:
    for octets in BATCH.credentials:
        report = hold(octets)
        assert isinstance(report, Report)
        assert report.valid
    short = [WARM.verify_kin(octets) is not None for octets in BATCH.credentials]
    assert short.count(True) == 10  # texts that could be spelt otherwise go by steps


@given(PLACES, st.integers(0, 10_000), st.integers(1, 255))
def test_one_changed_byte_says_the_same_on_both_ways(index: int, place: int, difference: int) -> None:
    octets = bytearray(BATCH.credentials[index])
    octets[place % len(octets)] ^= difference
    if octets[:1] == b"{":
        report = hold(bytes(octets))
        # what no longer claims to be a signature of the issuer is remarked on, and the anchor decides
        assert isinstance(report, str) or not report.valid or report.warnings


@given(PLACES, st.text(max_size=4) | st.sampled_from(NAMES), st.integers(0, 90), st.integers(0, 4))
def test_another_signature_never_fits(index: int, text: str, place: int, less: int) -> None:
    genuine: str = json.loads(BATCH.credentials[index])["proof"][0]["proofValue"]
    value = genuine[:place] + text + genuine[place + less :]
    report = hold(with_signature(index, value))
    if isinstance(report, str):
        assert "\0" in value  # which no credential may hold
    else:
        assert report.verdict is (Verdict.VALID if value == genuine else Verdict.TAMPERED)


@given(PLACES, PLACES)
def test_the_signature_of_a_sibling_never_fits(index: int, other: int) -> None:
    report = hold(with_signature(index, json.loads(BATCH.credentials[other])["proof"][0]["proofValue"]))
    assert isinstance(report, Report)
    assert report.valid == (index == other)


@given(PLACES, st.sampled_from([KEY, TestKey(2)]), st.sampled_from(["", "id", "name"]))
def test_what_was_signed_otherwise_is_never_valid(index: int, key: TestKey, changed: str) -> None:
    document: Any = json.loads(BATCH.credentials[index])
    anchor = document.pop("proof")[1]
    signed = {**document, changed: "urn:uuid:other"} if changed else document
    proof = {**key.sign(signed), "verificationMethod": KEY.method}
    report = hold(canonicalize(with_proofs(document, proof, anchor)))
    assert isinstance(report, Report)
    assert report.valid == (key is KEY and not changed)
