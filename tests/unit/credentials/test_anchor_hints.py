"""Anchor hints: those of every proof that can be read, and nothing that a file could make dear or wrong."""

from __future__ import annotations

import json

import pytest

from attestree.credentials.anchor_hints import MAX_HINTS, find_anchor_hints
from attestree.credentials.anchor_proof import format_proof_value
from tests.unit.credentials.examples import build_proof

PROOFS = [build_proof(index=index) for index in range(5)]
VALUES = [format_proof_value(proof) for proof in PROOFS]


@pytest.mark.parametrize("indent", [None, 2])
def test_the_anchors_of_a_document_are_found_in_their_order(indent: int | None) -> None:
    document = {"a": 1, "proof": [{"proofValue": value} for value in VALUES]}
    assert list(find_anchor_hints(json.dumps(document, indent=indent).encode())) == PROOFS


@pytest.mark.parametrize(
    "octets", [b"", b"\xff\x00", b"{}", b"%PDF-1.7", b'{"proofValue":"z58DAdFfa9SkqZMVPxAQp"}']
)
def test_files_without_anchors_have_no_hints(octets: bytes) -> None:
    assert list(find_anchor_hints(octets)) == []


def test_what_cannot_be_read_as_an_anchor_is_left_out_and_the_next_is_found() -> None:
    spoilt = ["u" + "A" * 100, VALUES[0][:-4], VALUES[0] + "AAAA", "u" + "A" * 5000, VALUES[1]]
    octets = b",".join(b'{"proofValue":"%b"}' % value.encode() for value in spoilt)
    assert list(find_anchor_hints(octets)) == [PROOFS[1]]


def test_a_file_of_anchors_alone_gives_no_more_than_a_credential_has() -> None:
    octets = b'{"proofValue":"%b"}' % VALUES[0].encode() * 100
    assert list(find_anchor_hints(octets)) == [PROOFS[0]] * MAX_HINTS
