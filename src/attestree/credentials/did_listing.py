"""
The document of a `did:web` as its owner writes it: a new one, or one more key in that which is published.

Decides that nothing which is listed is lost, since whoever checks an old signature looks its key up by
name, and that no name ever comes to stand for another key: every earlier signature would then seem
tampered with. Taking a key out is left to the owner. Source: W3C DID 1.0, section 5; W3C CCG did:web.
"""

from __future__ import annotations

from attestree.credentials.did import ASSERTION, AUTHENTICATION, parse_did_document
from attestree.credentials.signatures.multikey import PublicKey, format_multikey
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.errors import MalformedProofError

CONTEXTS = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1")
"""Vocabularies of what is written here."""


def build_did_web_document(did: str, method: str, key: PublicKey) -> JsonObject:
    """Return the document of a `did:web` that lists one key, by its absolute id, for credentials."""
    return {
        "@context": [*CONTEXTS],
        "id": did,
        "verificationMethod": [_build_method(did, method, key)],
        ASSERTION: [method],
    }


def build_extended_document(value: JsonValue, did: str, method: str, key: PublicKey) -> JsonObject:
    """
    Return the document of a DID with one more key for credentials; all that it holds stays.

    Raises:
        MalformedProofError: `did.bad_document`, not the document of this DID;
            `did.name_taken`, it lists another key, or something else, under this name.
    """
    read = parse_did_document(value, did)
    assert isinstance(value, dict)  # noqa: S101 - told to the type checker
    document = {**value, "@context": _extend_contexts(value.get("@context"))}
    if read.methods.get(method) != key:
        if method in _names(value, did):
            raise MalformedProofError("did.name_taken")
        document["verificationMethod"] = [
            *_list(value, "verificationMethod"),
            _build_method(did, method, key),
        ]
    if method not in read.assertion_methods:
        document[ASSERTION] = [*_list(value, ASSERTION), method]
    return document


def _build_method(did: str, method: str, key: PublicKey) -> JsonObject:
    """Return the entry of a key."""
    return {"id": method, "type": "Multikey", "controller": did, "publicKeyMultibase": format_multikey(key)}


def _list(document: JsonObject, member: str) -> list[JsonValue]:
    """Return a member that is a list, or not there."""
    found = document.get(member, [])
    return found if isinstance(found, list) else []


def _names(document: JsonObject, did: str) -> set[str]:
    """Return the absolute id of every method that a document writes out, understood or not."""
    listed = [
        method
        for member in ("verificationMethod", ASSERTION, AUTHENTICATION)
        for method in _list(document, member)
    ]
    written = [str(method.get("id")) for method in listed if isinstance(method, dict)]
    return {did + name if name.startswith("#") else name for name in written}


def _extend_contexts(value: JsonValue) -> JsonValue:
    """Return the vocabularies of a document with those of what is added."""
    here = value if isinstance(value, list) else [] if value is None else [value]
    return [*here, *(context for context in CONTEXTS if context not in here)]
