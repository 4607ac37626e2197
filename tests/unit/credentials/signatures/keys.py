"""Key pairs for tests, each from a fixed number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from attestree.credentials.signatures.multikey import KeyKind, PublicKey, did_key_method, format_did_key


@dataclass(frozen=True, slots=True)
class Pair:
    """A public key and what signs for it."""

    public: PublicKey
    sign: Callable[[bytes], bytes]

    @property
    def did(self) -> str:
        return format_did_key(self.public)

    @property
    def method(self) -> str:
        return did_key_method(self.did)


def make_pair(kind: KeyKind, number: int = 1) -> Pair:
    if kind is KeyKind.ED25519:
        ed25519 = Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))
        return Pair(PublicKey(kind, ed25519.public_key().public_bytes_raw()), ed25519.sign)
    curve = SECP256R1() if kind is KeyKind.P256 else SECP384R1()
    private = derive_private_key(number + 1_000_003, curve)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return Pair(PublicKey(kind, point), lambda message: sign_ecdsa(private, kind, message))


def sign_ecdsa(private: EllipticCurvePrivateKey, kind: KeyKind, message: bytes) -> bytes:
    size, digest = (32, SHA256()) if kind is KeyKind.P256 else (48, SHA384())
    numbers = decode_dss_signature(private.sign(message, ECDSA(digest)))
    return b"".join(number.to_bytes(size, "big") for number in numbers)
