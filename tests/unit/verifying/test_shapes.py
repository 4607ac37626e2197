"""Remembered shapes: the answer is always that of `canonize`, whatever was sent before."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from attestree.credentials.signatures.canonize import canonize
from attestree.errors import LinkedDataError
from attestree.verifying import shapes
from attestree.verifying.shapes import RememberedShapes
from tests.unit.credentials.examples import build_badge
from tests.unit.verifying.genuine import build_document


def outcome(canonize_it: Any, document: Any) -> Any:
    """Return the N-Quads, or the error with its values."""
    try:
        return canonize_it(copy.deepcopy(document))
    except LinkedDataError as error:
        return error.code, error.values


def spoilt() -> list[Any]:
    """Return documents of one shape whose texts try to mean something else than texts do."""
    texts = [
        "",
        "a",
        "@id",
        "@type",
        "_:b0",
        "_:c14n0",
        'q"uo\\te',
        "gap-3-gap",
        "did:web:x",
        "urn:x:y",
        "x:y",
        "id",
    ]
    texts += [
        "https://example.org/<>",
        "http://[",
        "\u2028",
        "\u00e9",
        "type",
        "\U0001f600",
        "a b",
        "\x7f",
        "\b",
    ]
    found = []
    for text in texts:
        for path in (("id",), ("name",), ("issuer", "id"), ("issuer", "name"), ("validFrom",)):
            document = build_document()
            inner = document
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = text
            found.append(document)
    for name, value in (("extra", 1), ("proof", []), ("type", ["VerifiableCredential"]), ("@context", [])):
        found.append(build_document(**{name: value}))
    return found


def test_hostile_texts_have_the_quads_or_the_refusal_of_the_long_road() -> None:
    remembered = RememberedShapes()
    for _ in range(3):
        assert remembered.canonize(build_badge()) == canonize(build_badge())
    for document in [*spoilt(), *spoilt()[::-1]]:
        assert outcome(remembered.canonize, document) == outcome(canonize, document)


def test_shapes_are_forgotten_after_many_documents_of_ever_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "MAX_SLOW", 3)
    remembered = RememberedShapes()
    for number in range(6):
        document = build_document(name=[{"@value": "x", "@language": "en"}] * (number + 1))
        assert outcome(remembered.canonize, document) == outcome(canonize, document)
