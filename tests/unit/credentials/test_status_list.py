"""The bytes of a status list: those of the standard, the same each time, and never more than they say."""

from __future__ import annotations

import base64
import gzip
import random
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

import attestree
from attestree.credentials.canonical import canonicalize
from attestree.credentials.contexts import unknown_contexts
from attestree.credentials.status import status_entries
from attestree.credentials.status_entry import parse_list_entry
from attestree.credentials.status_list import (
    MAX_OCTETS,
    MIN_BITS,
    ListTerms,
    StatusList,
    build_status_list,
    decode_list,
    encode_list,
    parse_status_list,
)
from attestree.errors import MalformedCredentialError
from attestree.text.english import statuslist

EMPTY = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
"""`encodedList` of every example of the standard: 131,072 zeros."""

TERMS = ListTerms(
    public_url="https://badges.example.org",
    list_id=bytes(range(13)),
    purpose="revocation",
    issuer="did:web:university.example",
    valid_from=1_800_000_000,
    valid_until=1_800_172_800,
    ttl_seconds=900,
)


def pack(octets: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(octets)).rstrip(b"=").decode()


def refusal(text: str) -> str:
    with pytest.raises(MalformedCredentialError) as caught:
        decode_list(text)
    return caught.value.code


def test_the_list_of_the_standard_is_read_and_ours_holds_the_same_bits() -> None:
    assert decode_list(EMPTY) == bytes(MIN_BITS // 8)
    assert decode_list(encode_list(b"")) == decode_list(EMPTY)


def test_a_list_of_any_length_comes_back_with_zeros_behind_it() -> None:
    chance = random.Random(1)
    for length in (0, 1, 3, 1_250, MIN_BITS // 8, MIN_BITS // 8 + 1, 131_072):
        octets = chance.randbytes(length)
        assert decode_list(encode_list(octets)) == octets.ljust(MIN_BITS // 8, b"\0")


def test_the_same_bits_give_the_same_text_and_any_gzip_reads_it() -> None:
    octets = random.Random(2).randbytes(5_000)
    text = encode_list(octets)
    assert text == encode_list(octets)
    packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
    assert packed[4:8] == bytes(4), "no time in the header"
    assert gzip.decompress(packed) == octets.ljust(MIN_BITS // 8, b"\0")


def test_index_0_is_the_highest_bit_of_the_first_octet() -> None:
    read = parse_status_list(build_status_list(TERMS, bytes([0b1000_0001, 0b0100_0000])))
    assert [index for index in range(64) if read.bit(index)] == [0, 7, 9]


def test_what_is_built_is_read_back() -> None:
    document = build_status_list(TERMS, b"\x10")
    read = parse_status_list(document)
    assert read == StatusList(
        address=f"https://badges.example.org/status/{TERMS.list_id.hex()}/revocation",
        issuer=TERMS.issuer,
        purposes=("revocation",),
        valid_from=TERMS.valid_from,
        valid_until=TERMS.valid_until,
        ttl_seconds=900,
        octets=b"\x10".ljust(MIN_BITS // 8, b"\0"),
    )
    assert document["credentialSubject"]["ttl"] == 900_000  # type: ignore[index,call-overload]  # it is an object
    assert unknown_contexts(document) == ()
    assert canonicalize(document) == canonicalize(build_status_list(TERMS, b"\x10"))


def test_the_entry_in_a_credential_names_the_list_that_is_built() -> None:
    [entry] = status_entries(TERMS.public_url, TERMS.list_id, 4_711)
    read = parse_list_entry(entry)
    assert (read.address, read.purpose, read.index) == (
        build_status_list(TERMS, b"")["id"],
        "revocation",
        4_711,
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "statuslist.not_encoded"),
        ("H4sIAAAA", "statuslist.not_encoded"),
        (EMPTY + "=", "statuslist.not_encoded"),
        (EMPTY[:40] + "+" + EMPTY[41:], "statuslist.not_encoded"),
        (EMPTY[:-8], "statuslist.not_encoded"),
        (EMPTY + EMPTY[1:], "statuslist.not_encoded"),
        ("u" + "A" * 50, "statuslist.not_encoded"),
        ("uA", "statuslist.not_encoded"),
        (
            "u" + base64.urlsafe_b64encode(zlib.compress(bytes(MIN_BITS // 8))).rstrip(b"=").decode(),
            "statuslist.not_encoded",
        ),
        (pack(bytes(MIN_BITS // 8 - 1)), "statuslist.too_short"),
        (pack(b""), "statuslist.too_short"),
    ],
)
def test_what_is_no_list_is_refused(text: str, code: str) -> None:
    assert refusal(text) == code


def test_a_bit_changed_anywhere_in_a_list_is_never_read_as_another_list() -> None:
    """Gzip carries a checksum; what is left are bits of the header that mean nothing."""
    text = encode_list(random.Random(3).randbytes(400))
    octets = decode_list(text)
    packed = bytearray(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))
    for position in range(0, len(packed) * 8, 5):
        changed = bytearray(packed)
        changed[position >> 3] ^= 1 << (position & 7)
        try:
            read = decode_list("u" + base64.urlsafe_b64encode(changed).rstrip(b"=").decode())
        except MalformedCredentialError:
            continue
        assert read == octets


def test_a_bomb_is_refused_before_it_has_unfolded() -> None:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join([*(squeeze.compress(bytes(1 << 20)) for _ in range(400)), squeeze.flush()])
    text = "u" + base64.urlsafe_b64encode(bomb).rstrip(b"=").decode()
    assert len(text) < 1_000_000
    assert refusal(text) == "statuslist.too_large"
    assert decode_list(pack(bytes(MAX_OCTETS))) == bytes(MAX_OCTETS)
    assert refusal(pack(bytes(MAX_OCTETS + 1))) == "statuslist.too_large"


def test_a_place_behind_the_end_is_no_zero() -> None:
    read = parse_status_list(build_status_list(TERMS, b""))
    assert not read.bit(MIN_BITS - 1)
    for index in (MIN_BITS, 10**11, -1):
        with pytest.raises(MalformedCredentialError, match=r"statuslist\.range"):
            read.bit(index)


def test_wider_statuses_are_read_across_octets_and_need_a_longer_list() -> None:
    octets = bytes([0b01_10_11_00, 0b10_00_00_01]).ljust(MIN_BITS // 4, b"\0")
    read = parse_status_list(build_status_list(TERMS, octets))
    assert [read.status(index, size=2) for index in range(8)] == [1, 2, 3, 0, 2, 0, 0, 1]
    with pytest.raises(MalformedCredentialError, match=r"statuslist\.too_short"):
        read.status(0, size=3)
    wide = parse_status_list(build_status_list(TERMS, bytes([0b0010_1001, 0b1100_0000]) + bytes(MIN_BITS)))
    assert [wide.status(index, size=3) for index in range(4)] == [1, 2, 3, 4]


def change(**members: Any) -> dict[str, Any]:
    document: dict[str, Any] = build_status_list(TERMS, b"")
    subject = document["credentialSubject"] | members.pop("subject", {})
    return document | {"credentialSubject": subject} | members


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], "(top level)"),
        (change(type=["VerifiableCredential"]), "type"),
        (change(type=[7]), "type"),
        (change(credentialSubject=[{}, {}]), "credentialSubject"),
        (change(subject={"type": "StatusList2021"}), "credentialSubject.type"),
        (change(subject={"statusPurpose": None}), "credentialSubject.statusPurpose"),
        (change(subject={"encodedList": 7}), "credentialSubject.encodedList"),
        (change(subject={"ttl": -1}), "credentialSubject.ttl"),
        (change(subject={"ttl": True}), "credentialSubject.ttl"),
        (change(issuer=None), "issuer"),
        (change(issuer={"name": "X"}), "issuer"),
        (change(id=7), "id"),
        (change(validUntil=7), "validUntil"),
    ],
)
def test_a_document_that_is_no_list_says_where(document: Any, path: str) -> None:
    with pytest.raises(MalformedCredentialError) as caught:
        parse_status_list(document)
    assert (caught.value.code, caught.value.values) == ("statuslist.not_a_list", {"path": path})


def test_lists_of_others_may_have_several_purposes_and_an_issuer_with_a_name() -> None:
    subject = {"statusPurpose": ["revocation", "suspension"]}
    read = parse_status_list(change(subject=subject, issuer={"id": "did:web:a.example", "name": "A"}))
    assert (read.purposes, read.issuer) == (("revocation", "suspension"), "did:web:a.example")


def test_a_list_without_dates_has_no_end() -> None:
    document = {name: value for name, value in change().items() if name not in ("validFrom", "validUntil")}
    read = parse_status_list(document)
    assert (read.valid_from, read.valid_until) == (None, None)


ENTRY = {
    "id": "https://a.example/l#7",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "7",
    "statusListCredential": "https://a.example/l",
}
MESSAGES = [{"status": f"0x{number:x}", "message": "m"} for number in range(4)]


def test_an_entry_is_read_by_the_letter() -> None:
    assert parse_list_entry(ENTRY).index == 7
    wide = parse_list_entry(ENTRY | {"statusPurpose": "message", "statusSize": 2, "statusMessage": MESSAGES})
    assert (wide.size, wide.purpose) == (2, "message")
    assert parse_list_entry(ENTRY | {"statusMessage": MESSAGES[:2]}).size == 1


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"type": "StatusList2021Entry"}, "type"),
        ({"statusListIndex": 7}, "statusListIndex"),
        ({"statusListIndex": "-1"}, "statusListIndex"),
        ({"statusListIndex": "07"}, "statusListIndex"),
        ({"statusListIndex": "7" * 40}, "statusListIndex"),
        ({"statusPurpose": None}, "statusPurpose"),
        ({"statusListCredential": ENTRY["id"]}, "statusListCredential"),
        ({"statusListCredential": None}, "statusListCredential"),
        ({"statusSize": 0}, "statusSize"),
        ({"statusSize": "2"}, "statusSize"),
        ({"statusSize": True}, "statusSize"),
        ({"statusSize": 64}, "statusSize"),
        ({"statusSize": 2}, "statusMessage"),
        ({"statusSize": 2, "statusMessage": MESSAGES[:3]}, "statusMessage"),
        ({"statusMessage": MESSAGES}, "statusMessage"),
        ({"statusSize": 2, "statusMessage": MESSAGES}, "statusSize"),
    ],
)
def test_an_entry_that_says_less_or_other_is_refused(members: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedCredentialError) as caught:
        parse_list_entry(ENTRY | members)
    assert (caught.value.code, caught.value.values) == ("statuslist.entry", {"path": path})


def test_no_entry_is_no_object() -> None:
    with pytest.raises(MalformedCredentialError, match=r"statuslist\.entry"):
        parse_list_entry("https://a.example/l#7")


def test_every_code_has_its_words_and_is_raised_somewhere() -> None:
    folder = Path(attestree.__file__).parent
    text = "".join(path.read_text("utf-8") for path in folder.rglob("*.py") if path.parent.name != "english")
    assert set(re.findall(r'"(statuslist\.[a-z_]+)"', text)) == set(statuslist.ENTRIES)
