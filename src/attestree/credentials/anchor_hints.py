"""
Which anchors a file seems to name, found without reading it.

Decides nothing: what is found here only says what will probably be asked of a registry, so that it can be
asked for many credentials at once. It may be wrong or missing without any verdict being another.
Source: DESIGN section 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attestree.credentials.anchor_proof import AnchorProof, parse_proof_value
from attestree.errors import AttestreeError

MAX_HINTS = 8
"""Anchors that are looked for in one file: as many as a credential has proofs."""

_PROOF_VALUE = re.compile(rb'"proofValue"\s*:\s*"(u[A-Za-z0-9_-]{64,4095})"')


def find_anchor_hints(octets: bytes) -> Iterator[AnchorProof]:
    """Yield the anchor proofs that stand in the bytes of a JSON document; what cannot be read is left out."""
    for number, found in enumerate(_PROOF_VALUE.finditer(octets)):
        if number >= MAX_HINTS:
            return
        try:
            yield parse_proof_value(found[1].decode("ascii"))
        except AttestreeError:
            continue
