"""
Files that a credential names together with their digests.

Decides whether `relatedResource` is in form, and whether a digest is that of the bytes known here. What
is not known here is not fetched, so its digest stays a claim. Digests are those of
W3C Subresource Integrity (`digestSRI`) and multihashes, or bare SHA-256 octets, in base58btc or base64url
(`digestMultibase`). Source: VCDM 2.0, section 5.3; SRI 1.0; VC Data Integrity 1.0, section 2.6.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING

from attestree.credentials.signatures.multibase import parse_multibase
from attestree.credentials.vcdm import is_url
from attestree.errors import MalformedCredentialError, MalformedProofError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

KnownBytes = Callable[[str], "bytes | None"]
"""Returns the bytes behind an address, or None where they are not known here."""

SRI_ALGORITHMS = ("sha256", "sha384", "sha512")
"""Hashes of `digestSRI`, the weakest first; only the strongest that is stated counts."""

MULTIHASH_PREFIXES = {b"\x12\x20": "sha256", b"\x20\x30": "sha384", b"\x13\x40": "sha512"}
"""First two octets of a multihash (code, length) to its hash."""


def verify_related_resources(document: JsonObject, known: KnownBytes) -> None:
    """
    Require every related resource to be in form, and every digest of known bytes to fit.

    Digests of what is not known here are not compared, since nothing is fetched.

    Raises:
        MalformedCredentialError: `format.not_object`, `format.missing`, `model.url`, `model.empty`,
            `model.duplicate_id`, `model.digest_missing`, `model.digest_form` or `model.digest_differs`.
    """
    if "relatedResource" not in document:
        return
    value = document["relatedResource"]
    resources = value if isinstance(value, list) else [value]
    if not resources:
        raise MalformedCredentialError("model.empty", path="relatedResource")
    seen: set[str] = set()
    for number, resource in enumerate(resources):
        path = f"relatedResource[{number}]"
        address = _require_address(resource, path)
        if address in seen:
            raise MalformedCredentialError("model.duplicate_id", path=path)
        seen.add(address)
        assert isinstance(resource, dict)  # noqa: S101 - told to the type checker
        _verify_digests(resource, known(address), path)


def _require_address(resource: JsonValue, path: str) -> str:
    """Return the `id` of one resource."""
    if not isinstance(resource, dict):
        raise MalformedCredentialError("format.not_object", path=path)
    address = resource.get("id")
    if address is None:
        raise MalformedCredentialError("format.missing", path=f"{path}.id")
    if not isinstance(address, str) or not is_url(address):
        raise MalformedCredentialError("model.url", path=f"{path}.id")
    return address


def _verify_digests(resource: JsonObject, octets: bytes | None, path: str) -> None:
    """Require a digest, and each that is there to be in form and to fit the bytes where they are known."""
    stated = {name: resource[name] for name in ("digestSRI", "digestMultibase") if name in resource}
    if not stated:
        raise MalformedCredentialError("model.digest_missing", path=path)
    for name, value in stated.items():
        items = value if isinstance(value, list) and value else [value]
        for item in items:
            digests = _parse_digests(name, item, f"{path}.{name}")
            if octets is not None and not any(_fits(octets, *digest) for digest in digests):
                raise MalformedCredentialError("model.digest_differs", path=f"{path}.{name}")


def _parse_digests(name: str, value: JsonValue, path: str) -> list[tuple[str, bytes]]:
    """Return the digests in one text; `model.digest_form` where it is out of form."""
    if not isinstance(value, str):
        raise MalformedCredentialError("model.digest_form", path=path)
    try:
        return parse_sri(value) if name == "digestSRI" else parse_digest_multibase(value)
    except (ValueError, MalformedProofError):
        raise MalformedCredentialError("model.digest_form", path=path) from None


def parse_sri(text: str) -> list[tuple[str, bytes]]:
    """Return hash and digest of the strongest hash that is stated; ValueError where one is out of form."""
    if not text.split():
        raise ValueError
    found: list[tuple[str, bytes]] = []
    for part in text.split():
        algorithm, _, encoded = part.partition("?")[0].partition("-")
        digest = _decode_base64(encoded)
        if algorithm not in SRI_ALGORITHMS or len(digest) != hashlib.new(algorithm).digest_size:
            raise ValueError
        found.append((algorithm, digest))
    strongest = max(SRI_ALGORITHMS.index(algorithm) for algorithm, _ in found)
    return [digest for digest in found if digest[0] == SRI_ALGORITHMS[strongest]]


def parse_digest_multibase(text: str) -> list[tuple[str, bytes]]:
    """Return hash and digest of a multihash, or of 32 bare octets; ValueError or `signature.multibase`."""
    octets = parse_multibase(text)
    algorithm = MULTIHASH_PREFIXES.get(octets[:2])
    if algorithm is not None and len(octets) == 2 + octets[1]:
        return [(algorithm, octets[2:])]
    if len(octets) != 32:
        raise ValueError
    return [("sha256", octets)]


def _fits(octets: bytes, algorithm: str, digest: bytes) -> bool:
    return hmac.compare_digest(hashlib.new(algorithm, octets).digest(), digest)


def _decode_base64(text: str) -> bytes:
    """Decode base64 in either alphabet, with or without padding."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        raise ValueError from None
