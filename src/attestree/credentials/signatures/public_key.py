"""
Does a signature over some bytes fit a public key?

Decides Ed25519, and ECDSA over P-256 with SHA-256 and P-384 with SHA-384; both signature halves of
ECDSA stand side by side, big-endian, as the W3C suites and JOSE write them. It does not decide which
bytes those are. Source: RFC 8032; FIPS 186-5; vc-di-eddsa 1.0 and vc-di-ecdsa 1.0, section 3.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from attestree.credentials.signatures.multikey import KeyKind, PublicKey
from attestree.errors import SignatureMismatchError

SIGNATURE_SIZES = {KeyKind.ED25519: 64, KeyKind.P256: 64, KeyKind.P384: 96}
"""Bytes of a signature by each kind of key."""


def verify_octets(key: PublicKey, message: bytes, signature: bytes) -> None:
    """
    Return if `signature` over `message` was made with the private part of `key`.

    Raises:
        SignatureMismatchError: `signature.mismatch`; for a signature of another length as well.
    """
    if len(signature) != SIGNATURE_SIZES[key.kind]:
        raise SignatureMismatchError("signature.mismatch")
    loaded = key.load()
    try:
        if isinstance(loaded, Ed25519PublicKey):
            loaded.verify(signature, message)
        else:
            digest = SHA256() if key.kind is KeyKind.P256 else SHA384()
            loaded.verify(_encode_der(signature), message, ECDSA(digest))
    except InvalidSignature:
        raise SignatureMismatchError("signature.mismatch") from None


def _encode_der(signature: bytes) -> bytes:
    """Return r and s, side by side, in the form that `cryptography` takes."""
    half = len(signature) // 2
    return encode_dss_signature(
        int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    )
