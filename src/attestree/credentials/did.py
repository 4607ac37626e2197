"""
Decentralised identifiers: their spelling, the documents behind them, and the keys in those.

Decides which DIDs are understood (`did:key`, `did:web`), where a `did:web` document lies, and which key
of a document may be used for what. Nothing is fetched here, and no key inside a credential or a
signature counts: only what the DID's own document lists. A method that the document lists for another
purpose, or that another DID controls, is not a key of this DID.
Source: W3C DID 1.0, sections 3.1 and 5; W3C Controlled Identifiers 1.0; W3C CCG did:web and did:key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from attestree.credentials.signatures.jwk import parse_jwk
from attestree.credentials.signatures.multikey import (
    DID_KEY_PREFIX,
    PublicKey,
    did_key_method,
    parse_did_key,
    parse_multikey,
)
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.errors import DidUnavailableError, MalformedProofError, SignatureMismatchError

MAX_DID_CHARACTERS = 512
"""Longest DID that is read."""

MAX_METHODS = 64
"""Verification methods of one document that are looked at; a document with more is refused."""

ASSERTION = "assertionMethod"
"""Purpose of keys that may sign credentials."""

AUTHENTICATION = "authentication"
"""Purpose of keys that may sign presentations."""

_DID = re.compile(r"did:([a-z0-9]+):((?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}))")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(
    rf"((?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?)(?:%3[Aa]([1-9][0-9]{{0,4}}))?"
)
_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_MULTIKEY_TYPES = ("Multikey", "Ed25519VerificationKey2020")
_JWK_TYPES = ("JsonWebKey", "JsonWebKey2020")


@dataclass(frozen=True, slots=True)
class Did:
    """A DID in its two parts."""

    method: str
    """Such as `web`."""
    identifier: str
    """What follows, as written."""

    def __str__(self) -> str:
        """Return it in one."""
        return f"did:{self.method}:{self.identifier}"


@dataclass(frozen=True, slots=True)
class DidDocument:
    """What a DID's document says about its keys."""

    did: str
    """Whose document it is; equals its `id`."""
    methods: Mapping[str, PublicKey]
    """Absolute id of each method that this DID controls and whose key is understood."""
    assertion_methods: frozenset[str]
    """Absolute ids of what may sign credentials."""
    authentication: frozenset[str]
    """Absolute ids of what may sign presentations."""
    rsa_keys: Mapping[str, JsonObject] = field(default_factory=dict)
    """Absolute id of each RSA key, as its JSON Web Key; such keys sign tokens only."""


def parse_did(text: str) -> Did:
    """
    Return the parts of a DID; a DID URL with path, query or fragment is none.

    Raises:
        MalformedProofError: `did.malformed`.
    """
    found = _DID.fullmatch(text) if len(text) <= MAX_DID_CHARACTERS else None
    if found is None:
        raise MalformedProofError("did.malformed")
    return Did(found[1], found[2])


def did_web_address(did: str) -> str:
    """
    Return where the document of a `did:web` lies: an https address whose host is a name.

    Raises:
        MalformedProofError: `did.malformed`, another method, or a path that climbs or is coded.
        DidUnavailableError: `did.forbidden_host`, a number or a name without a dot for a host.
    """
    parsed = parse_did(did)
    host, *path = parsed.identifier.split(":")
    if parsed.method != "web" or not all(_PATH.fullmatch(part) for part in path):
        raise MalformedProofError("did.malformed")
    found = _HOST.fullmatch(host)
    if found is None or int(found[2] or 443) > 65_535:
        raise DidUnavailableError("did.forbidden_host")
    authority = found[1].lower() + (f":{found[2]}" if found[2] else "")
    return f"https://{authority}/{'/'.join(path or ['.well-known'])}/did.json"


def format_did_web(place: str) -> str:
    """
    Return the `did:web` of a place such as `university.example:8443/badges`.

    Raises:
        MalformedProofError, DidUnavailableError: As `did_web_address`, for what can be none.
    """
    host, *path = place.split("/")
    did = ":".join(["did:web", host.lower().replace(":", "%3A"), *path])
    did_web_address(did)
    return did


def build_did_key_document(did: str) -> DidDocument:
    """
    Return the document that a `did:key` is by itself.

    Raises:
        MalformedProofError: A `signature.*` code; the text is no key that is understood.
    """
    method = did_key_method(did)
    only = frozenset({method})
    return DidDocument(did, {method: parse_did_key(did)}, only, only)


def is_did_key(did: str) -> bool:
    """Say whether a DID is its own key."""
    return did.startswith(DID_KEY_PREFIX)


def parse_did_document(value: JsonValue, did: str) -> DidDocument:
    """
    Read the document of a DID: its keys, and what each may be used for.

    A method of a kind that is not known here is left out; so is one that another DID controls.

    Raises:
        MalformedProofError: `did.bad_document`, also where it is the document of another DID.
    """
    if not isinstance(value, dict) or value.get("id") != did:
        raise MalformedProofError("did.bad_document")
    keys: dict[str, PublicKey | JsonObject] = {}
    for method in _objects(value.get("verificationMethod", [])):
        _add_method(keys, method, did)
    assertion = _read_purpose(value, ASSERTION, keys, did)
    authentication = _read_purpose(value, AUTHENTICATION, keys, did)
    methods = {name: key for name, key in keys.items() if isinstance(key, PublicKey)}
    rsa_keys = {name: key for name, key in keys.items() if isinstance(key, dict)}
    return DidDocument(did, methods, assertion, authentication, rsa_keys)


def find_token_key(document: DidDocument, method_id: str, purpose: str) -> PublicKey | JsonObject:
    """Return the key that signs tokens, for RSA its JSON Web Key; else as `find_key`."""
    _require_listed(document, method_id, purpose)
    rsa_key = document.rsa_keys.get(method_id)
    return find_key(document, method_id, purpose) if rsa_key is None else rsa_key


def find_key(document: DidDocument, method_id: str, purpose: str) -> PublicKey:
    """
    Return the key of a method that the document lists for a purpose.

    Args:
        document: The signer's own.
        method_id: Absolute, as a signature names it.
        purpose: `assertionMethod` or `authentication`.

    Raises:
        SignatureMismatchError: `signature.key_not_listed`, no such key, or not for this purpose; says nothing
            about the document that was signed.
        MalformedProofError: `signature.key_kind`, listed, but of a kind that is not understood.
    """
    _require_listed(document, method_id, purpose)
    key = document.methods.get(method_id)
    if key is None:
        raise MalformedProofError("signature.key_kind")
    return key


def _require_listed(document: DidDocument, method_id: str, purpose: str) -> None:
    """Require that a document lists a method for a purpose."""
    listed = {ASSERTION: document.assertion_methods, AUTHENTICATION: document.authentication}
    if method_id not in listed.get(purpose, frozenset()):
        raise SignatureMismatchError("signature.key_not_listed")


def _objects(value: JsonValue) -> list[JsonObject]:
    """Return a member that must be a list of objects."""
    if not isinstance(value, list) or len(value) > MAX_METHODS:
        raise MalformedProofError("did.bad_document")
    found = [item for item in value if isinstance(item, dict)]
    if len(found) != len(value):
        raise MalformedProofError("did.bad_document")
    return found


def _read_purpose(
    document: JsonObject, purpose: str, keys: dict[str, PublicKey | JsonObject], did: str
) -> frozenset[str]:
    """Return the methods listed for a purpose; those written out in the list are added to the keys."""
    value = document.get(purpose, [])
    if not isinstance(value, list) or len(value) > MAX_METHODS:
        raise MalformedProofError("did.bad_document")
    found: set[str] = set()
    for item in value:
        if isinstance(item, dict):
            found |= {_absolute(item.get("id"), did)}
            _add_method(keys, item, did)
        else:
            found |= {_absolute(item, did)}
    return frozenset(found)


def _add_method(keys: dict[str, PublicKey | JsonObject], method: JsonObject, did: str) -> None:
    """Add a method's key under its absolute id, if this DID controls it and it is understood."""
    name = _absolute(method.get("id"), did)
    if name in keys:
        raise MalformedProofError("did.bad_document")
    if method.get("controller") != did or not name.startswith(f"{did}#"):
        return
    key = _read_key(method)
    if key is not None:
        keys[name] = key


def _absolute(value: JsonValue | None, did: str) -> str:
    """Return an id of a method in full; a document may leave its own DID away."""
    if not isinstance(value, str) or not value:
        raise MalformedProofError("did.bad_document")
    return did + value if value.startswith("#") else value


def _read_key(method: JsonObject) -> PublicKey | JsonObject | None:
    """Return the key of a method, or None for one that is not understood here."""
    kind = method.get("type")
    multikey, jwk = method.get("publicKeyMultibase"), method.get("publicKeyJwk")
    try:
        if kind in _MULTIKEY_TYPES and isinstance(multikey, str):
            return parse_multikey(multikey)
        if kind in _JWK_TYPES and isinstance(jwk, dict):
            return jwk if jwk.get("kty") == "RSA" and "d" not in jwk else parse_jwk(jwk)
    except MalformedProofError:
        return None
    return None
