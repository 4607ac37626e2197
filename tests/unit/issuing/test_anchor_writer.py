"""The writer of anchor proofs: what it writes is read back, field by field."""

from __future__ import annotations

import pytest

from attestree.credentials.anchor_proof import AnchorProof
from attestree.credentials.canonical import canonicalize
from attestree.credentials.digest import credential_digest
from attestree.credentials.proof_set import parse_proof_set
from attestree.credentials.strict_json import JsonObject, parse_json
from attestree.issuing.anchor_writer import AnchorWriter
from attestree.merkle.kind import TreeKind
from attestree.merkle.path import ELEMENT_SIZES
from tests.unit.issuing import samples

SALT, ROOT = b"\x07" * 16, b"\xfe" * 32
LARGEST = 2**32 - 1
OPTIONS = samples.terms().options(created="2026-11-22T05:44:00Z")


@pytest.mark.parametrize("kind", list(TreeKind))
@pytest.mark.parametrize("depth", [0, 1, 7, 8, 32])
@pytest.mark.parametrize("index", [0, 23, 24, 255, 256, 65_535, 65_536, LARGEST - 1])
def test_what_is_written_is_read_as_the_proof_it_was_made_from(
    kind: TreeKind, depth: int, index: int
) -> None:
    header = samples.terms(kind=kind).header(size=LARGEST, list_id=b"\x33" * 13)
    # An element of a Chainpoint path begins with its side.
    path = bytes(range(ELEMENT_SIZES[kind])) * depth
    octets = AnchorWriter(header, OPTIONS).write(index, SALT, path, ROOT)
    proof = parse_json(octets)
    assert canonicalize(proof) == octets
    (secured,) = parse_proof_set({"proof": proof}).anchors
    assert secured.options == OPTIONS
    assert secured.anchor == AnchorProof(header=header, index=index, salt=SALT, path=path, root=ROOT)


def test_a_digest_binds_document_salt_header_and_options() -> None:
    header, other = (samples.terms().header(size=size, list_id=b"\x33" * 13) for size in (5, 6))
    later = samples.terms().options(created="2026-11-22T05:44:01Z")
    document: JsonObject = {"a": "é"}
    digests = {
        AnchorWriter(header, OPTIONS).digest(SALT, canonicalize(document)),
        AnchorWriter(header, OPTIONS).digest(bytes(16), canonicalize(document)),
        AnchorWriter(header, OPTIONS).digest(SALT, canonicalize({"a": "e"})),
        AnchorWriter(other, OPTIONS).digest(SALT, canonicalize(document)),
        AnchorWriter(header, later).digest(SALT, canonicalize(document)),
    }
    assert len(digests) == 5
    assert credential_digest(salt=SALT, header=header, options=OPTIONS, document=document) in digests
