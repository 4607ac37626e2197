"""Bodies: canonical JSON with a gap, and what fills the gap makes it the whole document."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials.canonical import canonicalize
from attestree.issuing.body import build_body
from tests.unit.issuing.shapes import SHAPES

PROOFS: tuple[dict[str, Any], ...] = ({"type": "x", "proofValue": "u1"}, {"b": 1, "a": [None]})
EDGES: list[dict[str, Any]] = [
    {"a": 1, "z": 2},
    {"proo": 1, "prooff": 2},
    {"Proof": "p", "proof2": [], "é": {}, "😀": True, "～": None},
    {"": "", "\U0001f600": "", "p": {"proof": 1}},
]


@pytest.mark.parametrize(
    "document", [*SHAPES, *EDGES], ids=lambda document: str(document.get("name", ""))[:20]
)
def test_body_and_proofs_are_the_canonical_json_of_the_document(document: dict[str, Any]) -> None:
    body = build_body(document, canonicalize)
    assert body.octets == canonicalize(document)
    for count in (1, 2):
        some = PROOFS[:count]
        assert b"".join(body.secure(*map(canonicalize, some))) == canonicalize(
            {**document, "proof": list(some)}
        )


def test_a_proof_that_is_there_already_is_left_out() -> None:
    document: dict[str, Any] = {"a": 1, "z": 2}
    assert build_body({**document, "proof": "old"}, canonicalize) == build_body(document, canonicalize)


@pytest.mark.parametrize("document", [{}, {"a": 1}, {"z": 1}, {"proof": 1}])
def test_what_has_members_on_one_side_only_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="both sides"):
        build_body(document, canonicalize)
