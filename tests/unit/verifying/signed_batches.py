"""A batch of credentials that the issuer's own key has signed, and a registry that knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from attestree.credentials.canonical import canonicalize
from attestree.merkle.keccak import keccak256
from tests.fakes.signing import TestKey
from tests.unit.verifying.batches import Batch, build_batch, describe
from tests.unit.verifying.genuine import NAME, SPAN, with_proofs

KEY = TestKey(1)


def describe_signed(index: int, name: str = "Zofia Kowalska", **changes: Any) -> dict[str, Any]:
    """Build the document of one learner, issued by a DID that is a key."""
    issuer = {"id": KEY.did, "type": ["Profile"], "name": NAME}
    return describe(index, name, **{"issuer": issuer, **changes})


def build_signed_batch(
    documents: Sequence[dict[str, Any]], *, key: TestKey = KEY, anchor_first: bool = False, **how: Any
) -> Batch:
    """Seal documents and sign each; `how` as in `TestKey.sign`."""
    batch = build_batch(documents)
    span = replace(SPAN, did_hash=keccak256(KEY.did.encode()))
    batch.facts.change(span=span, current_span=span)
    for index, document in enumerate(documents):
        proofs: list[Any] = [key.sign(document, **how), batch.secured[index]]
        signed = with_proofs(document, *(proofs[::-1] if anchor_first else proofs))
        batch.credentials[index] = canonicalize(signed)
    return batch
