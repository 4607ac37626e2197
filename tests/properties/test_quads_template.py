"""The fast road to canonical N-Quads: whatever text a badge holds, the answer is that of PyLD."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from attestree.credentials.signatures.canonize import canonize
from attestree.credentials.signatures.context_documents import build_loader
from attestree.credentials.signatures.quads_template import QuadsTemplates
from attestree.credentials.strict_json import JsonObject
from tests.unit.issuing.shapes import HOSTILE, SHAPES, with_prose

texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=3), max_size=4).map("".join)


def normalize(document: JsonObject) -> bytes:
    """Return what PyLD makes of a document."""
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": build_loader()}
    return str(jsonld.normalize(document, options)).encode()


TEMPLATES = QuadsTemplates(canonize)
"""One for all cases, so that templates are used again under texts they were not made from."""


@given(st.sampled_from(SHAPES), st.lists(texts, min_size=12, max_size=12), st.uuids())
def test_a_badge_with_any_text_has_the_quads_that_pyld_gives(
    shape: JsonObject, written: list[str], token: Any
) -> None:
    document = with_prose(shape, written)
    document["id"] = f"https://badges.example.edu/c/{token.hex}"
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
    for _ in range(3):
        assert templates.canonize(document) == normalize(document)
    subject["achievement"]["tag"] = ["one", "one"]
    evidence[1]["name"] = "a"
    for _ in range(3):
        assert templates.canonize(document) == normalize(document)


def test_a_template_is_made_for_the_second_document_and_serves_from_the_third_on() -> None:
    asked: list[JsonObject] = []

    def count(document: JsonObject) -> bytes:
        asked.append(document)
        return canonize(document)

    templates = QuadsTemplates(count)
    for number in range(5):
        document = {**SHAPES[0], "name": f"badge no. {number}"}
        assert templates.canonize(document) == canonize(document)
    assert len(asked) == 1 + 3
