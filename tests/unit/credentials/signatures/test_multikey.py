"""Keys are what they say: vectors of did:key, inverses, and no key that is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.signatures.multibase import format_base58btc
from attestree.credentials.signatures.multikey import (
    KeyKind,
    PublicKey,
    did_key_method,
    format_did_key,
    format_multikey,
    parse_did_key,
    parse_multikey,
)
from attestree.errors import MalformedProofError

# Examples of W3C Controlled Identifiers 1.0, section 2.2.2, and of the did:key method.
KNOWN = [
    ("z6MkmM42vxfqZQsv4ehtTjFFxQ4sQKS2w6WR7emozFAn5cxu", KeyKind.ED25519),
    ("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", KeyKind.ED25519),
    ("zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv", KeyKind.P256),
    ("zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169", KeyKind.P256),
    ("z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9", KeyKind.P384),
]

# y of a point of order 8: 2 y^2 = 1 - d y^4. With such a key one message in eight fits a fixed signature.
ORDER_8 = int.from_bytes(
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
)


def refused(octets: bytes) -> str:
    with pytest.raises(MalformedProofError) as error:
        parse_multikey(format_base58btc(octets))
    return error.value.code


@pytest.mark.parametrize(("text", "kind"), KNOWN)
def test_known_keys_are_read_and_written_back(text: str, kind: KeyKind) -> None:
    key = parse_multikey(text)
    assert key.kind is kind
    assert format_multikey(key) == text
    assert parse_did_key(format_did_key(key)) == key
    assert did_key_method(format_did_key(key)) == f"did:key:{text}#{text}"


@given(st.sampled_from(list(KeyKind)), st.binary(min_size=30, max_size=50))
def test_whatever_is_read_as_a_key_is_written_back(kind: KeyKind, octets: bytes) -> None:
    text = format_base58btc(kind.value + octets)
    try:
        key = parse_multikey(text)
    except MalformedProofError:
        return
    assert format_multikey(key) == text
    assert key.kind is kind


def test_a_key_of_another_length_is_none() -> None:
    assert refused(KeyKind.ED25519.value + bytes(31)) == "signature.bad_key"
    assert refused(KeyKind.P256.value + b"\x04" + bytes(64)) == "signature.bad_key"


def test_a_point_that_is_not_on_the_curve_is_no_key() -> None:
    assert refused(KeyKind.P256.value + b"\x02" + b"\xff" * 32) == "signature.bad_key"
    assert refused(KeyKind.P384.value + b"\x05" + bytes(48)) == "signature.bad_key"


@pytest.mark.parametrize("y", [0, 1, ORDER_8, 2**255 - 19 - ORDER_8, 2**255 - 20, 2**255 - 19, 2**255 - 1])
@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_an_ed25519_point_that_accepts_signatures_of_nobody_is_no_key(y: int, sign: int) -> None:
    assert refused(KeyKind.ED25519.value + (y | sign).to_bytes(32, "little")) == "signature.bad_key"


def test_other_kinds_and_other_methods_are_not_known() -> None:
    assert refused(b"\xe7\x01" + bytes(33)) == "signature.key_kind"
    with pytest.raises(MalformedProofError) as error:
        parse_did_key("did:web:university.example")
    assert error.value.code == "signature.key_kind"


def test_a_key_object_cannot_hold_what_is_no_key() -> None:
    with pytest.raises(MalformedProofError):
        PublicKey(KeyKind.ED25519, bytes(32))
