"""Credentials: what holds for every JSON value, every proof and every moment."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

import cbor2
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from attestree.credentials.achievement import build_achievement
from attestree.credentials.anchor_proof import (
    AnchorHeader,
    AnchorProof,
    format_proof_value,
    parse_proof_value,
)
from attestree.credentials.canonical import canonicalize
from attestree.credentials.cbor import format_cbor, parse_cbor
from attestree.credentials.credential import parse_credential
from attestree.credentials.dates import FIRST_SECOND, LAST_SECOND, format_timestamp, parse_timestamp
from attestree.credentials.digest import credential_digest
from attestree.credentials.issue_text import check_text
from attestree.credentials.open_badge import check_open_badge
from attestree.credentials.proof_set import ProofOptions
from attestree.credentials.strict_json import MAX_INTEGER, parse_json
from attestree.errors import AchievementError, InputError, MalformedJsonError, MalformedProofError
from attestree.merkle.kind import TreeKind

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=8)
floats = st.floats(min_value=-MAX_INTEGER, max_value=MAX_INTEGER, allow_nan=False)
scalars = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | floats | texts
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
documents = st.dictionaries(texts.filter(lambda name: name != "proof"), values, max_size=5)

headers = st.builds(
    AnchorHeader,
    kind=st.sampled_from(TreeKind),
    chain_id=st.integers(1, 2**53 - 1),
    registry=st.binary(min_size=20, max_size=20),
    issuer=st.binary(min_size=20, max_size=20),
    size=st.integers(1, 2**32 - 1),
    list_id=st.binary(min_size=13, max_size=13),
)


@st.composite
def anchor_proofs(draw: st.DrawFn) -> AnchorProof:
    """Draw a well-formed anchor proof of either kind."""
    header = draw(headers)
    elements = draw(st.lists(st.binary(min_size=32, max_size=32), max_size=40))
    if header.kind is TreeKind.CHAINPOINT:
        elements = [bytes([draw(st.integers(0, 1))]) + element for element in elements]
    return AnchorProof(
        header=header,
        index=draw(st.integers(0, 2**32 - 1)),
        salt=draw(st.binary(min_size=16, max_size=16)),
        path=b"".join(elements),
        root=draw(st.binary(min_size=32, max_size=32)),
    )


def same(first: Any, second: Any) -> bool:
    """Compare two JSON values as JSON does: 1 and 1.0 are one number, true is none."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same(first[name], second[name]) for name in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if type(first) in (int, float) and type(second) in (int, float):
        return bool(first == second)
    return type(first) is type(second) and bool(first == second)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths of every value inside a JSON value, its own first."""
    found = [path]
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in pairs:
        found += places(part, (*path, key))
    return found


def replaced(value: Any, path: tuple[Any, ...], part: Any) -> Any:
    """Return a JSON value with one part of it replaced."""
    if not path:
        return part
    twin = copy.copy(value)
    twin[path[0]] = replaced(value[path[0]], path[1:], part)
    return twin


@given(values)
def test_the_canonical_form_of_a_canonical_form_is_itself(value: Any) -> None:
    octets = canonicalize(value)
    parsed = parse_json(octets)
    assert same(parsed, value)
    assert canonicalize(parsed) == octets


@given(values, st.sampled_from([None, 0, 3]), st.booleans())
def test_spelling_and_order_carry_no_meaning(value: Any, indent: int | None, ascii_only: bool) -> None:
    spelled = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    assert same(parse_json(spelled), value)
    assert canonicalize(parse_json(spelled)) == canonicalize(value)


@given(documents, st.data())
def test_any_change_of_a_value_changes_the_digest(document: dict[str, Any], data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([path for path in places(document) if path] or [("new",)]))
    twin = replaced({"new": None, **document}, place, data.draw(values))
    first = {"new": None, **document}
    assume(not same(first, twin))
    fixed = {
        "salt": bytes(16),
        "header": AnchorHeader(
            kind=TreeKind.OPENZEPPELIN,
            chain_id=31337,
            registry=bytes(20),
            issuer=bytes(20),
            size=1,
            list_id=bytes(13),
        ),
        "options": ProofOptions(created="2026-11-22T05:44:00Z", verification_method="did:web:example.edu"),
    }
    assert credential_digest(**fixed, document=first) != credential_digest(**fixed, document=twin)  # type: ignore[arg-type]  # one each


@given(
    st.binary(max_size=60) | st.text(alphabet='{}[]":,\\u0aeE+-.19 tfn\ud7ff', max_size=60).map(str.encode)
)
def test_no_bytes_raise_anything_but_our_error(octets: bytes) -> None:
    try:
        value = parse_json(octets)
    except MalformedJsonError:
        return
    assert same(value, json.loads(octets))
    assert same(parse_json(canonicalize(value)), value)


@given(anchor_proofs())
def test_writing_and_reading_an_anchor_proof_are_inverses(proof: AnchorProof) -> None:
    text = format_proof_value(proof)
    assert parse_proof_value(text) == proof
    assert len(text) <= 4096


@given(anchor_proofs(), st.data())
def test_a_flipped_bit_of_a_proof_value_is_refused_or_another_proof(
    proof: AnchorProof, data: st.DataObject
) -> None:
    octets = bytearray(format_proof_value(proof).encode())
    octets[data.draw(st.integers(0, len(octets) - 1))] ^= 1 << data.draw(st.integers(0, 6))
    try:
        twin = parse_proof_value(octets.decode())
    except MalformedProofError:
        return
    assert twin != proof
    assert format_proof_value(twin) == octets.decode()


@given(anchor_proofs(), st.data())
def test_every_field_of_a_proof_shows_in_its_text(proof: AnchorProof, data: st.DataObject) -> None:
    other = data.draw(anchor_proofs())
    field = data.draw(st.sampled_from(["index", "salt", "root"]))
    changed = dataclasses.replace(proof, **{field: getattr(other, field)})
    assert (changed == proof) == (format_proof_value(changed) == format_proof_value(proof))


@given(
    st.binary(max_size=40)
    | st.lists(st.integers(0, 2**64 - 1) | st.binary(max_size=30), max_size=12).map(cbor2.dumps)
)
def test_cbor_that_is_read_has_one_spelling_and_the_oracle_reads_the_same(octets: bytes) -> None:
    try:
        items = parse_cbor(octets)
    except MalformedProofError:
        return
    assert format_cbor(items) == octets
    assert cbor2.loads(octets) == items


@given(st.lists(st.integers(0, 2**64 - 1) | st.binary(max_size=300), max_size=12))
def test_whatever_the_writer_writes_is_read(items: list[int | bytes]) -> None:
    assert parse_cbor(format_cbor(items)) == items


@given(st.integers(FIRST_SECOND, LAST_SECOND))
def test_writing_and_reading_a_moment_are_inverses(moment: int) -> None:
    assert parse_timestamp(format_timestamp(moment)) == moment


names = st.sampled_from(
    [
        "@context",
        "id",
        "type",
        "name",
        "issuer",
        "validFrom",
        "credentialSubject",
        "achievement",
        "identifier",
        "alignment",
        "criteria",
        "proof",
        "cryptosuite",
        "credentialStatus",
        "statusListCredential",
        "evidence",
    ]
)
likely = st.sampled_from(
    ["VerifiableCredential", "did:web:a", "https://a", "2026-11-22T05:44:00Z", "evm-merkle-jcs-2026", "u"]
)
shaped: st.SearchStrategy[Any] = st.recursive(
    scalars | likely,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=8),
    max_leaves=30,
)


@given(shaped)
def test_no_json_raises_anything_but_our_error_when_read_as_a_credential(value: Any) -> None:
    base = {
        "@context": ["https://a"],
        "type": "VerifiableCredential",
        "issuer": "did:web:a",
        "credentialSubject": {},
    }
    for candidate in (value, {**base, **value} if isinstance(value, dict) else base):
        try:
            credential = parse_credential(candidate)
        except InputError:
            continue
        assert credential.document == candidate
        assert "VerifiableCredential" in credential.types


@given(shaped)
def test_what_is_no_badge_and_no_achievement_is_told_so_and_nothing_else(value: Any) -> None:
    document = value if isinstance(value, dict) else {"credentialSubject": value}
    assert check_open_badge(document)
    with pytest.raises(AchievementError):
        build_achievement(document)


@given(st.text(max_size=12))
def test_text_that_may_be_issued_is_text_that_verifiers_read(text: str) -> None:
    if check_text(text, multiline=True) is None:
        assert parse_json(canonicalize(text)) == text
