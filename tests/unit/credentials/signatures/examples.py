"""A badge, what may stand in it, and canonical forms by other hands."""

from __future__ import annotations

import copy
from typing import Any

from attestree.credentials.signatures.context_documents import build_loader
from attestree.credentials.strict_json import JsonObject, JsonValue

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

BADGE: JsonObject = {
    "@context": [CREDENTIALS, BADGES],
    "id": "urn:uuid:7a2f7e1c-6a0e-4f3a-9f7e-0a4d6f1f0001",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "did:web:university.example", "type": ["Profile"], "name": "Universität Beispiel"},
    "validFrom": "2026-11-22T09:00:00Z",
    "name": "Soil science",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": 'Åsa "Ö" Lindqvist',
                "identityType": "name",
            }
        ],
        "achievement": {
            "id": "https://university.example/achievements/soil",
            "type": ["Achievement"],
            "name": "Soil science",
            "description": "Reads soils.\nTells them apart.",
            "criteria": {"narrative": "A field report of 20 pages."},
            "creditsAvailable": 2.5,
            "tag": ["soil", "field work"],
        },
    },
    "evidence": [{"type": ["Evidence"], "name": "Report"}, {"type": ["Evidence"], "name": "Map"}],
}


def badge(**members: JsonValue) -> JsonObject:
    return {**copy.deepcopy(BADGE), **members}


def list_places(value: JsonValue, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the path of every scalar below a value, contexts apart."""
    if isinstance(value, dict):
        parts = [(name, member) for name, member in value.items() if name != "@context"]
    elif isinstance(value, list):
        parts = list(enumerate(value))
    else:
        return [path]
    return [place for name, member in parts for place in list_places(member, (*path, name))]


def read_place(document: Any, path: tuple[Any, ...]) -> JsonValue:
    for name in path:
        document = document[name]
    return document


def with_place(document: JsonObject, path: tuple[Any, ...], value: JsonValue) -> JsonObject:
    changed: Any = copy.deepcopy(document)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return changed


def normalize_with_pyld(document: JsonObject, extra: tuple[str, ...] = ()) -> bytes:
    """The canonical form that PyLD alone gives, without any guard of ours."""
    from pyld import jsonld

    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": build_loader(extra),
    }
    return jsonld.normalize(copy.deepcopy(document), options).encode("utf-8")
