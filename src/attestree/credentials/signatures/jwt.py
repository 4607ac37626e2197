"""
VC-JWT: a credential inside a signed token, `header.payload.signature`.

Decides how such a token is read, that its own claims repeat the credential and say nothing else, and
whether its signature fits a key. A key that the header carries is never used: whose key it is, the
caller settles. Two shapes are read: the credential is the payload (VCDM 2.0; Open Badges 3.0 adds
`iss`, `jti`, `nbf`, `sub`, `exp`), or lies in the claim `vc` (VCDM 1.1). The first is written.
Source: VC-JOSE-COSE 1.0, section 3.1; Open Badges 3.0, section 8.2.4; RFC 7515; RFC 8725.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BinasciiError
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attestree.credentials.canonical import canonicalize
from attestree.credentials.dates import parse_timestamp
from attestree.credentials.signatures.jwk import parse_jwk
from attestree.credentials.signatures.multikey import KeyKind, PublicKey
from attestree.credentials.signatures.public_key import verify_octets
from attestree.credentials.strict_json import MAX_BYTES, parse_json
from attestree.errors import (
    BindingError,
    MalformedCredentialError,
    MalformedProofError,
    MissingExtraError,
    SignatureMismatchError,
)

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

MEDIA_TYPE = "application/vc+jwt"
"""Media type of a token whose payload is a credential."""

ALGORITHMS = {
    "EdDSA": KeyKind.ED25519,
    "Ed25519": KeyKind.ED25519,
    "ES256": KeyKind.P256,
    "ES384": KeyKind.P384,
}
"""`alg` to the kind of key; beside these only `RS256`, which Open Badges 3.0 asks every verifier to know."""

RSA_BITS = range(2048, 8193)
"""Sizes of RSA keys that are taken; a longer one would take too long."""

_LONGEST_RSA_NUMBER = RSA_BITS.stop // 6 + 2
_WRITTEN_ALGORITHMS = {KeyKind.ED25519: "EdDSA", KeyKind.P256: "ES256", KeyKind.P384: "ES384"}
_TYPES = {None, "JWT", "jwt", "vc+jwt", "vc+ld+json+jwt", "application/vc+jwt"}
_CLAIMS = {"iss", "jti", "nbf", "sub", "exp"}
_TOKEN = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class UnverifiedJwt:
    """A token that was read; nothing in it is proven."""

    header: JsonObject
    """`alg`, and mostly `kid`: the verification method."""
    credential: JsonObject
    """The credential, without the claims of the token."""
    signed: bytes
    """What the signature covers: header, point and payload as they stand in the token."""
    signature: bytes
    """The signature."""


def parse_vc_jwt(text: str) -> UnverifiedJwt:
    """
    Return the parts of a token; its signature is not looked at.

    Raises:
        MalformedProofError: `signature.token`, for a part that is no canonical base64url, a type or an
            algorithm that is not known, or a header that asks for more (`crit`).
        MalformedJsonError: as `parse_json`.
        BindingError: `signature.claims`, where a claim of the token differs from the credential.
    """
    found = _TOKEN.fullmatch(text) if len(text) <= 2 * MAX_BYTES else None
    if found is None:
        raise MalformedProofError("signature.token")
    header, payload, signature = (_decode(part) for part in found.groups())
    members = _parse_object(header)
    if (
        members.get("typ") not in _TYPES
        or "crit" in members
        or members.get("alg") not in {*ALGORITHMS, "RS256"}
    ):
        raise MalformedProofError("signature.token")
    signed = text.rpartition(".")[0].encode("ascii")
    return UnverifiedJwt(members, _read_credential(_parse_object(payload)), signed, signature)


def verify_vc_jwt(jwt: UnverifiedJwt, key: PublicKey | JsonObject) -> None:
    """
    Return if a token was signed with the private part of `key`, a public key or a JSON Web Key.

    Raises:
        SignatureMismatchError: `signature.mismatch`; also where key and `alg` are of different kinds.
        MalformedProofError: as `parse_jwk`, or `signature.bad_key` for an RSA key of another size.
        MissingExtraError: `extra.signatures`, for RSA only.
    """
    if isinstance(key, dict) and key.get("kty") == "RSA":
        _verify_rsa(jwt, key)
        return
    public = parse_jwk(key) if isinstance(key, dict) else key
    if ALGORITHMS.get(str(jwt.header["alg"])) is not public.kind:
        raise SignatureMismatchError("signature.mismatch")
    verify_octets(public, jwt.signed, jwt.signature)


def format_vc_jwt(
    credential: JsonObject, *, method: str, kind: KeyKind, sign: Callable[[bytes], bytes]
) -> str:
    """
    Return a credential as a signed token.

    Args:
        credential: Without proofs; they would be signed as a part of it.
        method: The verification method, written as `kid`.
        kind: Kind of the key.
        sign: Takes the bytes to sign, returns a signature as `verify_octets` takes it.
    """
    header: JsonObject = {"alg": _WRITTEN_ALGORITHMS[kind], "cty": "vc", "kid": method, "typ": "vc+jwt"}
    signed = f"{_encode(canonicalize(header))}.{_encode(canonicalize(credential))}"
    return f"{signed}.{_encode(sign(signed.encode('ascii')))}"


def _read_credential(payload: JsonObject) -> JsonObject:
    """Return the credential of a payload, once the claims around it were compared with it."""
    inner = payload.get("vc", payload)
    if not isinstance(inner, dict):
        raise MalformedProofError("signature.token")
    credential = {name: value for name, value in inner.items() if inner is not payload or name not in _CLAIMS}
    for claim in _CLAIMS & payload.keys():
        if payload[claim] != _expected_claim(claim, credential):
            raise BindingError("signature.claims", claim=claim)
    return credential


def _expected_claim(claim: str, credential: JsonObject) -> JsonValue:
    """Return what a claim must be by the credential; times are Unix seconds."""
    if claim in {"iss", "sub"}:
        member = credential.get("issuer" if claim == "iss" else "credentialSubject")
        return member.get("id") if isinstance(member, dict) else member
    if claim == "jti":
        return credential.get("id")
    names = ("validFrom", "issuanceDate") if claim == "nbf" else ("validUntil", "expirationDate")
    time = next((credential[name] for name in names if name in credential), None)
    try:
        return parse_timestamp(time) if isinstance(time, str) else None
    except MalformedCredentialError:
        return None


def _verify_rsa(jwt: UnverifiedJwt, jwk: JsonObject) -> None:
    """Verify RS256, the one algorithm for which a library of its own is needed."""
    try:
        from joserfc.errors import JoseError
        from joserfc.jwk import RSAKey
        from joserfc.jws import deserialize_compact
    except ImportError as exc:
        raise MissingExtraError("extra.signatures") from exc
    numbers = {name: number for name in ("n", "e") if isinstance(number := jwk.get(name), str)}
    if len(numbers) != 2 or max(map(len, numbers.values())) > _LONGEST_RSA_NUMBER:
        raise MalformedProofError("signature.bad_key")
    try:
        key = RSAKey.import_key({"kty": "RSA", **numbers})
        bits = key.raw_value.key_size
    except (JoseError, ValueError) as exc:
        raise MalformedProofError("signature.bad_key") from exc
    if bits not in RSA_BITS:
        raise MalformedProofError("signature.bad_key")
    try:
        deserialize_compact(
            jwt.signed + b"." + _encode(jwt.signature).encode("ascii"), key, algorithms=["RS256"]
        )
    except (JoseError, ValueError) as exc:
        raise SignatureMismatchError("signature.mismatch") from exc


def _parse_object(octets: bytes) -> JsonObject:
    """Return a part of a token that must be a JSON object."""
    value = parse_json(octets)
    if not isinstance(value, dict):
        raise MalformedProofError("signature.token")
    return value


def _encode(octets: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(octets).decode("ascii").rstrip("=")


def _decode(text: str) -> bytes:
    """Return the bytes of base64url without padding, in its one canonical spelling."""
    try:
        octets = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (BinasciiError, ValueError):
        raise MalformedProofError("signature.token") from None
    if _encode(octets) != text:
        raise MalformedProofError("signature.token")
    return octets
