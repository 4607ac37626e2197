"""
JSON Web Keys: public keys on the three curves that are known here.

Decides which of them are read; the others, such as RSA, are for `jwt` alone. Both coordinates of a point
must fit the curve. Source: RFC 7517; RFC 7518, section 6.2; RFC 8037, section 2.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from attestree.credentials.signatures.multibase import parse_base64url
from attestree.credentials.signatures.multikey import KeyKind, PublicKey
from attestree.credentials.strict_json import JsonObject
from attestree.errors import MalformedProofError

_CURVES = {"Ed25519": KeyKind.ED25519, "P-256": KeyKind.P256, "P-384": KeyKind.P384}


def parse_jwk(jwk: JsonObject) -> PublicKey:
    """
    Return the key of a JSON Web Key on a curve that is known here.

    Raises:
        MalformedProofError: `signature.key_kind`, or `signature.bad_key`, also where the private part
            stands in it.
    """
    kind = _CURVES.get(str(jwk.get("crv")))
    if kind is None or jwk.get("kty") != ("OKP" if kind is KeyKind.ED25519 else "EC"):
        raise MalformedProofError("signature.key_kind")
    if "d" in jwk:
        raise MalformedProofError("signature.bad_key")
    x = _coordinate(jwk, "x")
    if kind is KeyKind.ED25519:
        return PublicKey(kind, x)
    y = _coordinate(jwk, "y")
    if len(x) != len(y) or len(x) + 1 != kind.key_size:
        raise MalformedProofError("signature.bad_key")
    key = PublicKey(kind, bytes([2 + (y[-1] & 1)]) + x)
    if not _is_on_curve(key, y):
        raise MalformedProofError("signature.bad_key")
    return key


def _coordinate(jwk: JsonObject, name: str) -> bytes:
    """Return one number of a key, big-endian."""
    text = jwk.get(name)
    if not isinstance(text, str):
        raise MalformedProofError("signature.bad_key")
    return parse_base64url(f"u{text}")


def _is_on_curve(key: PublicKey, y: bytes) -> bool:
    """Say whether the point that x and the sign of y give has this very y."""
    loaded = key.load()
    return isinstance(loaded, EllipticCurvePublicKey) and loaded.public_numbers().y == int.from_bytes(
        y, "big"
    )
