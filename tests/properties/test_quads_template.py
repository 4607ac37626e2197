"""The fast road to canonical N-Quads: whatever text a badge holds, the answer is that of PyLD."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from attestree.adapters.files.achievements import read_achievement
from attestree.credentials.signatures.canonize import canonize
from attestree.credentials.signatures.context_documents import build_loader
from attestree.credentials.signatures.quads_template import QuadsTemplates
from attestree.credentials.strict_json import JsonObject
from attestree.issuing.compose import Composer, Place
from tests.unit.issuing import samples

EXAMPLES = Path(__file__).parents[2] / "src/attestree/demo/examples"

HOSTILE = (
    *('"', "\\", "\n", "\r\n", "\t", "'", "<", ">", "^^", "%20", "%s", "@id", "#x", "_:b0", " .", "\u2028"),
    *("\u05d0\u05d1\u05d2", "\u202eabc", "\U0001f600", "\u6f22\u5b57", "\u00e9", "e\u0301", "gap-3-gap"),
    *("https://x.example/", "urn:y:", "note:z", "did:key:z6Mk", "https://a.example/../b", "xsd:string", ""),
)
"""What N-Quads, JSON-LD or a careless template might stumble over."""

texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=3), max_size=4).map("".join)


def normalize(document: JsonObject) -> bytes:
    """Return what PyLD makes of a document."""
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": build_loader()}
    return str(jsonld.normalize(document, options)).encode()


def badges(achievement: str) -> list[JsonObject]:
    """Return a badge for each row of the sample roster."""
    terms = dataclasses.replace(samples.terms(), achievement=read_achievement(EXAMPLES / achievement))
    composer = Composer(terms, samples.SEED, samples.CREATED)
    rows = [row for _, row in samples.keyed()]
    return [composer.compose(row, Place(number, number, bytes(13))) for number, row in enumerate(rows)]


SHAPES = [badge for path in sorted(EXAMPLES.glob("*.toml")) for badge in badges(path.name)]
"""Every shape of the examples: with and without narrative, evidence, result, e-mail, DID, expiry."""

TEMPLATES = QuadsTemplates(canonize)
"""One for all cases, so that templates are used again under texts they were not made from."""


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


@given(st.sampled_from(SHAPES), st.lists(texts, min_size=12, max_size=12), st.uuids())
def test_a_badge_with_any_text_has_the_quads_that_pyld_gives(
    shape: JsonObject, written: list[str], token: Any
) -> None:
    document = copy.deepcopy(shape)
    document["id"] = f"https://badges.example.edu/c/{token.hex}"
    for (place, name), text in zip(prose_of(document), written, strict=False):
        place[name] = text
    assert TEMPLATES.canonize(document) == canonize(document)
    if not any(ord(character) in {*range(9), 11, 12, *range(14, 32), 127} for character in "".join(written)):
        # PyLD leaves control characters as they are, which the standard does not; nobody may issue them
        assert TEMPLATES.canonize(document) == normalize(document)


@pytest.mark.parametrize("shape", SHAPES)
def test_one_text_twice_is_one_quad_and_nodes_that_look_alike_are_told_apart(shape: JsonObject) -> None:
    document = copy.deepcopy(shape)
    subject: Any = document["credentialSubject"]
    subject["achievement"]["tag"] = ["one", "two"]
    evidence: Any = [{"type": ["Evidence"], "name": "a"}, {"type": ["Evidence"], "name": "b"}]
    document["evidence"] = evidence
    templates = QuadsTemplates(canonize)
    assert templates.canonize(document) == normalize(document)
    subject["achievement"]["tag"] = ["one", "one"]
    evidence[1]["name"] = "a"
    assert templates.canonize(document) == normalize(document)
