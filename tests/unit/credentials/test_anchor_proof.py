"""The anchor proof: one spelling for each, and nothing else is read."""

from __future__ import annotations

import base64
from typing import Any

import cbor2
import pytest

from attestree.credentials.anchor_proof import (
    AnchorHeader,
    AnchorProof,
    encode_start,
    format_proof_value,
    parse_proof_value,
    parse_tail,
)
from attestree.credentials.cbor import format_cbor, parse_cbor
from attestree.errors import MalformedProofError
from attestree.merkle.kind import TreeKind
from tests.unit.credentials.examples import LIST_ID, build_header, build_proof

ITEMS: list[Any] = [
    1,
    0,
    31337,
    b"\x5f" * 20,
    b"\xf3" * 20,
    5,
    LIST_ID,
    3,
    bytes(16),
    b"\xa5" * 64,
    b"\xcc" * 32,
]


def multibase(octets: bytes) -> str:
    """Write bytes as a `proofValue` would, whatever they are."""
    return "u" + base64.urlsafe_b64encode(octets).decode().rstrip("=")


def refusal(text: str) -> str:
    """Return the code with which a `proofValue` is refused."""
    with pytest.raises(MalformedProofError) as caught:
        parse_proof_value(text)
    return caught.value.code


def test_writing_and_reading_are_inverses() -> None:
    proof = build_proof()
    text = format_proof_value(proof)
    assert parse_proof_value(text) == proof
    assert format_proof_value(parse_proof_value(text)) == text


def test_the_bytes_are_those_of_an_independent_cbor_encoder() -> None:
    proof = parse_proof_value(multibase(cbor2.dumps(ITEMS, canonical=True)))
    assert proof.header.list_id == LIST_ID
    assert (proof.index, proof.header.size, proof.header.kind) == (3, 5, TreeKind.OPENZEPPELIN)
    assert proof.path_elements == (b"\xa5" * 32, b"\xa5" * 32)


@pytest.mark.parametrize(
    ("name", "octets", "code"),
    [
        ("nothing", b"", "proof.cbor"),
        ("an integer", b"\x01", "proof.type"),
        ("a map", b"\xa0", "proof.type"),
        ("a tag around the array", b"\xc1" + cbor2.dumps(ITEMS), "proof.type"),
        ("self-described CBOR", b"\xd9\xd9\xf7" + cbor2.dumps(ITEMS), "proof.type"),
        ("an indefinite array", b"\x9f" + cbor2.dumps(ITEMS)[1:] + b"\xff", "proof.not_canonical"),
        ("the array's length in two bytes", b"\x98\x0b" + cbor2.dumps(ITEMS)[1:], "proof.not_canonical"),
        ("a version in two bytes", b"\x8b\x18\x01" + cbor2.dumps(ITEMS)[2:], "proof.not_canonical"),
        ("a version in three bytes", b"\x8b\x19\x00\x01" + cbor2.dumps(ITEMS)[2:], "proof.not_canonical"),
        ("a version in five bytes", b"\x8b\x1a" + bytes(3) + cbor2.dumps(ITEMS)[1:], "proof.not_canonical"),
        ("a version in nine bytes", b"\x8b\x1b" + bytes(7) + cbor2.dumps(ITEMS)[1:], "proof.not_canonical"),
        ("23 in two bytes", b"\x81\x18\x17", "proof.not_canonical"),
        ("a reserved length", b"\x8b\x1c" + cbor2.dumps(ITEMS)[1:], "proof.not_canonical"),
        ("an indefinite byte string", b"\x8b\x01\x00\x01\x5f\xff", "proof.not_canonical"),
        ("a trailing byte", cbor2.dumps(ITEMS) + b"\x00", "proof.cbor"),
        ("a byte missing", cbor2.dumps(ITEMS)[:-1], "proof.cbor"),
        ("a length without bytes", b"\x8b\x5b\xff\xff\xff\xff\xff\xff\xff\xff", "proof.cbor"),
        ("a head cut short", b"\x8b\x19\x01", "proof.cbor"),
        ("ten members", cbor2.dumps(ITEMS[:-1]), "proof.members"),
        ("twelve members", cbor2.dumps([*ITEMS, 0]), "proof.members"),
        ("no member", b"\x80", "proof.members"),
    ],
)
def test_cbor_in_any_other_form_is_refused(name: str, octets: bytes, code: str) -> None:
    assert refusal(multibase(octets)) == code, name


@pytest.mark.parametrize("position", range(11))
@pytest.mark.parametrize("item", [True, None, 1.0, -1, "text", [], {}, cbor2.CBORTag(2, b"\x01"), 2**64])
def test_an_item_of_another_type_is_refused_at_every_place(position: int, item: object) -> None:
    items = [*ITEMS[:position], item, *ITEMS[position + 1 :]]
    assert refusal(multibase(cbor2.dumps(items, canonical=True))) == "proof.type"


@pytest.mark.parametrize("position", range(11))
def test_integers_and_bytes_do_not_stand_for_each_other(position: int) -> None:
    other = b"\x01" if isinstance(ITEMS[position], int) else 1
    items = [*ITEMS[:position], other, *ITEMS[position + 1 :]]
    code = "proof.version" if position == 0 else "proof.type"
    assert refusal(multibase(cbor2.dumps(items))) == code


@pytest.mark.parametrize(
    ("position", "item", "code"),
    [
        (0, 0, "proof.version"),
        (0, 2, "proof.version"),
        (1, 2, "proof.kind"),
        (2, 0, "proof.range"),
        (2, 2**53, "proof.range"),
        (3, bytes(19), "proof.length"),
        (4, bytes(21), "proof.length"),
        (5, 0, "proof.range"),
        (5, 2**32, "proof.range"),
        (6, bytes(12), "proof.length"),
        (7, 2**32, "proof.range"),
        (8, bytes(15), "proof.length"),
        (9, bytes(31), "proof.path_size"),
        (9, bytes(33), "proof.path_size"),
        (9, bytes(32 * 41), "proof.path_too_long"),
        (10, bytes(31), "proof.length"),
    ],
)
def test_a_field_out_of_range_is_refused(position: int, item: int | bytes, code: str) -> None:
    items = [*ITEMS[:position], item, *ITEMS[position + 1 :]]
    assert refusal(multibase(cbor2.dumps(items))) == code


def test_the_widest_proof_is_read() -> None:
    header = build_header(size=2**32 - 1, chain_id=2**53 - 1)
    proof = build_proof(header=header, index=2**32 - 1, path=bytes(32 * 40))
    assert parse_proof_value(format_proof_value(proof)) == proof


def test_an_index_beyond_the_size_is_well_formed_since_it_is_evidence() -> None:
    proof = build_proof(index=5)
    assert parse_proof_value(format_proof_value(proof)).index == proof.header.size


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "proof.alphabet"),
        ("z" + multibase(cbor2.dumps(ITEMS))[1:], "proof.alphabet"),
        ("U" + multibase(cbor2.dumps(ITEMS))[1:], "proof.alphabet"),
        (multibase(cbor2.dumps(ITEMS)) + "=", "proof.alphabet"),
        (multibase(cbor2.dumps(ITEMS)) + "\n", "proof.alphabet"),
        (" " + multibase(cbor2.dumps(ITEMS)), "proof.alphabet"),
        ("uAQ+/", "proof.alphabet"),
        ("uAQ\u0661\u0662", "proof.alphabet"),
        ("uAQIDB", "proof.alphabet"),
        ("uAQIDBB", "proof.not_canonical"),
        ("u" + "A" * 4096, "proof.too_large"),
    ],
)
def test_text_in_any_other_spelling_is_refused(text: str, code: str) -> None:
    assert refusal(text) == code


def test_bits_behind_the_last_byte_are_refused() -> None:
    text = format_proof_value(build_proof(path=bytes(32)))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert len(text[1:]) % 4 != 0
    twin = text[:-1] + alphabet[alphabet.index(text[-1]) + 1]
    assert refusal(twin) == "proof.not_canonical"


def test_a_chainpoint_path_has_sides() -> None:
    header = build_header(kind=TreeKind.CHAINPOINT)
    path = (b"\x00" + bytes(32)) + (b"\x01" + bytes(32))
    proof = build_proof(header=header, path=path)
    assert parse_proof_value(format_proof_value(proof)) == proof
    assert [len(element) for element in proof.path_elements] == [33, 33]
    for wrong, code in ((b"\x02" + bytes(32), "proof.side"), (bytes(32), "proof.path_size")):
        with pytest.raises(MalformedProofError) as caught:
            build_proof(header=header, path=wrong)
        assert caught.value.code == code


@pytest.mark.parametrize("field", ["chain_id", "size", "kind"])
@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_a_header_takes_plain_integers_only(field: str, value: object) -> None:
    with pytest.raises(MalformedProofError) as caught:
        build_header(**{field: value})
    assert caught.value.code == "proof.type"


@pytest.mark.parametrize("field", ["registry", "issuer", "list_id"])
def test_a_header_takes_bytes_only(field: str) -> None:
    with pytest.raises(MalformedProofError) as caught:
        build_header(**{field: bytearray(20)})
    assert caught.value.code == "proof.type"


@pytest.mark.parametrize(
    ("field", "value"), [("index", True), ("salt", "a" * 16), ("root", None), ("path", "")]
)
def test_a_proof_takes_its_exact_types_only(field: str, value: object) -> None:
    with pytest.raises(MalformedProofError) as caught:
        build_proof(**{field: value})
    assert caught.value.code == "proof.type"


def test_a_plain_number_becomes_a_kind() -> None:
    header = build_header(kind=1)
    assert header.kind is TreeKind.CHAINPOINT
    assert isinstance(header, AnchorHeader)


def test_header_and_proof_cannot_be_changed() -> None:
    proof = build_proof()
    with pytest.raises(AttributeError):
        proof.index = 4  # type: ignore[misc]  # the point of the test
    assert isinstance(proof, AnchorProof)


@pytest.mark.parametrize(
    "items", [[], [0, 23, 24, 255, 256, 65535, 65536, 2**32, 2**64 - 1], [b"", bytes(300)]]
)
def test_the_reader_reads_what_the_oracle_writes(items: list[int | bytes]) -> None:
    assert format_cbor(items) == cbor2.dumps(items, canonical=True)
    assert parse_cbor(cbor2.dumps(items, canonical=True)) == items


START = encode_start(build_header())


def tail_of(text: str) -> Any:
    """Return what `parse_proof_value` says beside the header, None where it refuses."""
    try:
        proof = parse_proof_value(text)
    except MalformedProofError:
        return None
    return (proof.index, proof.salt, proof.path, proof.root) if proof.header == build_header() else None


@pytest.mark.parametrize("index", [0, 23, 24, 255, 256, 65_535, 65_536, 2**32 - 1])
@pytest.mark.parametrize("elements", [0, 1, 7, 8, 20, 40])
def test_the_tail_of_a_proof_value_is_what_the_whole_says(index: int, elements: int) -> None:
    text = format_proof_value(build_proof(index=index, path=bytes(range(32)) * elements))
    assert parse_tail(text.encode(), START) == tail_of(text)
    assert parse_tail(text.encode(), START) is not None


def test_a_tail_is_read_only_where_the_whole_would_be() -> None:
    text = format_proof_value(build_proof())
    octets = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
    spoilt = [text[1:], "z" + text[1:], text + "=", text[:-1], text + "A", text + "\u00e9", "u", "", "u="]
    spoilt += [text + "=" * count for count in range(2, 5)] + [
        text[:-count] + "=" * count for count in range(1, 4)
    ]
    spoilt += ["u" + "A" * 5000]
    spoilt += [text[:40] + sign + text[41:] for sign in "+/!= \n"]
    spoilt += [multibase(octets[:end]) for end in range(len(octets))]
    for place in range(len(octets)):
        for octet in (0x00, 0x18, 0x1B, 0x41, 0x58, 0x59, 0xFF):
            spoilt.append(multibase(octets[:place] + bytes([octet]) + octets[place + 1 :]))
            spoilt.append(multibase(octets[:place] + bytes([octet]) + octets[place:]))
    for index in (1, 100, 1000):
        other = format_proof_value(build_proof(index=index))
        spoilt += [other[:-1] + letter for letter in "ABCDEFGHQRSTUVWXwxyz0123456789-_"]
    for one in spoilt:
        found = parse_tail(one.encode(), START)
        assert found is None or found == tail_of(one)
        assert tail_of(one) is None or found is not None
    longer = format_cbor([*ITEMS[:9], b"\xa5" * 32 * 41, ITEMS[10]])
    assert parse_tail(multibase(longer).encode(), longer[:66]) is None
