"""Badges in every shape of the examples, and texts that a careless reader or writer would stumble over."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attestree.adapters.files.achievements import read_achievement
from attestree.credentials.strict_json import JsonObject
from attestree.issuing.claims import Place
from attestree.issuing.compose import Composer
from tests.unit.issuing import samples

EXAMPLES = Path(__file__).parents[3] / "src/attestree/demo/examples"

HOSTILE = (
    *('"', "\\", "\n", "\r\n", "\t", "'", "<", ">", "^^", "%20", "%s", "@id", "#x", "_:b0", " .", "\u2028"),
    *("\u05d0\u05d1\u05d2", "\u202eabc", "\U0001f600", "\u6f22\u5b57", "\u00e9", "e\u0301", "gap-3-gap"),
    *("https://x.example/", "urn:y:", "note:z", "did:key:z6Mk", "https://a.example/../b", "xsd:string", ""),
)
"""What N-Quads, JSON-LD or a careless template might stumble over."""


def badges(achievement: str) -> list[JsonObject]:
    """Return a badge for each row of the sample roster."""
    terms = dataclasses.replace(samples.terms(), achievement=read_achievement(EXAMPLES / achievement))
    composer = Composer(terms, samples.SEED, samples.CREATED)
    rows = [row for _, row in samples.keyed()]
    return [composer.compose(row, Place(number, number, bytes(13))) for number, row in enumerate(rows)]


SHAPES = [badge for path in sorted(EXAMPLES.glob("*.toml")) for badge in badges(path.name)]
"""Every shape of the examples: with and without narrative, evidence, result, e-mail, DID, expiry."""


def prose_of(document: JsonObject) -> Iterator[tuple[Any, str]]:
    """Yield every place of a badge where a person may write what they like."""
    subject: Any = document["credentialSubject"]
    achievement = subject["achievement"]
    yield document, "name"
    yield document["issuer"], "name"
    yield from ((achievement, name) for name in ("name", "description"))
    yield achievement["criteria"], "narrative"
    yield from ((subject, name) for name in ("narrative", "licenseNumber") if name in subject)
    yield from ((result, "value") for result in subject.get("result", []))
    yield from ((identity, "identityHash") for identity in subject.get("identifier", []))


def with_prose(shape: JsonObject, texts: list[str]) -> JsonObject:
    """Return a copy of a badge with these texts where a person may write, as many as there are."""
    document = copy.deepcopy(shape)
    for (place, name), text in zip(prose_of(document), texts, strict=False):
        place[name] = text
    return document
