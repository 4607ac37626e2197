"""A signature fits the one key that made it, over the very bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.signatures.multikey import KeyKind, PublicKey
from attestree.credentials.signatures.public_key import SIGNATURE_SIZES, verify_octets
from attestree.errors import SignatureMismatchError
from tests.unit.credentials.signatures.keys import make_pair

KINDS = list(KeyKind)

# RFC 8032, section 7.1, test 2.
RFC_8032_KEY = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
RFC_8032_SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
# RFC 6979, appendix A.2.5 (P-256, SHA-256) and A.2.6 (P-384, SHA-384), message "sample".
RFC_6979_P256_KEY = bytes.fromhex("0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")
RFC_6979_P256_SIGNATURE = bytes.fromhex(
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
)
RFC_6979_P384_KEY = bytes.fromhex(
    "02ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"
)
RFC_6979_P384_SIGNATURE = bytes.fromhex(
    "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46"
    "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8"
)


@pytest.mark.parametrize(
    ("kind", "key", "message", "signature"),
    [
        (KeyKind.ED25519, RFC_8032_KEY, b"\x72", RFC_8032_SIGNATURE),
        (KeyKind.P256, RFC_6979_P256_KEY, b"sample", RFC_6979_P256_SIGNATURE),
        (KeyKind.P384, RFC_6979_P384_KEY, b"sample", RFC_6979_P384_SIGNATURE),
    ],
)
def test_signatures_of_the_standards_fit(kind: KeyKind, key: bytes, message: bytes, signature: bytes) -> None:
    verify_octets(PublicKey(kind, key), message, signature)


@given(st.sampled_from(KINDS), st.binary(max_size=80))
def test_what_a_key_signed_fits_it_and_no_other_key(kind: KeyKind, message: bytes) -> None:
    pair = make_pair(kind)
    signature = pair.sign(message)
    verify_octets(pair.public, message, signature)
    for other in (
        make_pair(kind, 2),
        *(make_pair(other_kind) for other_kind in KINDS if other_kind is not kind),
    ):
        with pytest.raises(SignatureMismatchError):
            verify_octets(other.public, message, signature)


@given(st.sampled_from(KINDS), st.binary(min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_one_changed_bit_of_message_or_signature_never_fits(kind: KeyKind, message: bytes, random) -> None:
    pair = make_pair(kind)
    signature = pair.sign(message)
    bit = random.randrange(8 * len(signature))
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SignatureMismatchError) as error:
        verify_octets(pair.public, message, bytes(changed))
    assert error.value.code == "signature.mismatch"
    bit = random.randrange(8 * len(message))
    other = bytearray(message)
    other[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SignatureMismatchError):
        verify_octets(pair.public, bytes(other), signature)


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_of_another_length_never_fits(kind: KeyKind) -> None:
    pair = make_pair(kind)
    for size in (0, SIGNATURE_SIZES[kind] - 1, SIGNATURE_SIZES[kind] + 1, 2 * SIGNATURE_SIZES[kind]):
        with pytest.raises(SignatureMismatchError):
            verify_octets(pair.public, b"message", bytes(size))
