"""
Multikey and `did:key`: a public key and its kind as one text, `z6Mk...`.

Decides which keys exist here and refuses bytes that are no key: another length, a point off the
curve, an Ed25519 point of small order (such a key would accept signatures that nobody made).
Whose key it is, the DID document says. Source: W3C Controlled Identifiers 1.0, section 2.2.2;
W3C CCG did:key, section 3; RFC 8032, section 5.1; SEC 1, section 2.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from attestree.credentials.signatures.multibase import format_base58btc, parse_base58btc
from attestree.errors import MalformedProofError

LoadedKey: TypeAlias = "Ed25519PublicKey | EllipticCurvePublicKey"
"""A public key as `cryptography` holds it."""

DID_KEY_PREFIX = "did:key:"
"""What a DID that is its own key begins with; the multikey follows."""

_FIELD_SIZE = 2**255 - 19
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER = {0, 1, _FIELD_SIZE - 1, _ORDER_8, _FIELD_SIZE - _ORDER_8}


class KeyKind(Enum):
    """A kind of public key, by the multicodec bytes in front of it."""

    ED25519 = b"\xed\x01"
    """Ed25519; 32 bytes."""
    P256 = b"\x80\x24"
    """NIST P-256, compressed; 33 bytes."""
    P384 = b"\x81\x24"
    """NIST P-384, compressed; 49 bytes."""

    @property
    def key_size(self) -> int:
        """Bytes of a public key of this kind."""
        return {KeyKind.ED25519: 32, KeyKind.P256: 33, KeyKind.P384: 49}[self]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One public key; cannot exist unless its bytes are a key of its kind."""

    kind: KeyKind
    """What kind of key."""
    octets: bytes
    """The key: `kind.key_size` bytes; points are compressed."""

    def __post_init__(self) -> None:
        """
        Refuse bytes that are no key.

        Raises:
            MalformedProofError: `signature.bad_key`.
        """
        if len(self.octets) != self.kind.key_size:
            raise MalformedProofError("signature.bad_key")
        if self.kind is KeyKind.ED25519:
            _refuse_weak_point(self.octets)
        self.load()

    def load(self) -> LoadedKey:
        """
        Return the key for use with `cryptography`.

        Raises:
            MalformedProofError: `signature.bad_key` for a point that is not on the curve.
        """
        try:
            if self.kind is KeyKind.ED25519:
                return Ed25519PublicKey.from_public_bytes(self.octets)
            curve = SECP256R1() if self.kind is KeyKind.P256 else SECP384R1()
            return EllipticCurvePublicKey.from_encoded_point(curve, self.octets)
        except ValueError:
            raise MalformedProofError("signature.bad_key") from None


def parse_multikey(text: str) -> PublicKey:
    """
    Return the key that a multikey stands for.

    Raises:
        MalformedProofError: `signature.multibase`, `signature.key_kind` (none that is known here)
            or `signature.bad_key`.
    """
    octets = parse_base58btc(text)
    for kind in KeyKind:
        if octets.startswith(kind.value):
            return PublicKey(kind, octets[len(kind.value) :])
    raise MalformedProofError("signature.key_kind")


def format_multikey(key: PublicKey) -> str:
    """Return a key as a multikey, such as `z6Mk...` for Ed25519."""
    return format_base58btc(key.kind.value + key.octets)


@lru_cache(maxsize=256)
def parse_did_key(did: str) -> PublicKey:
    """
    Return the key that a `did:key` is.

    Raises:
        MalformedProofError: `signature.key_kind` for another method, and as `parse_multikey`.
    """
    if not did.startswith(DID_KEY_PREFIX):
        raise MalformedProofError("signature.key_kind")
    return parse_multikey(did.removeprefix(DID_KEY_PREFIX))


def format_did_key(key: PublicKey) -> str:
    """Return the DID that a key makes by itself, `did:key:z6Mk...`."""
    return DID_KEY_PREFIX + format_multikey(key)


def did_key_method(did: str) -> str:
    """Return the one verification method of a `did:key`: `did:key:z6Mk...#z6Mk...`."""
    return f"{did}#{did.removeprefix(DID_KEY_PREFIX)}"


def _refuse_weak_point(octets: bytes) -> None:
    """Refuse an Ed25519 key whose y is not reduced, or whose point is of small order."""
    y = int.from_bytes(octets, "little") & (2**255 - 1)
    if y >= _FIELD_SIZE or y in _SMALL_ORDER:
        raise MalformedProofError("signature.bad_key")
