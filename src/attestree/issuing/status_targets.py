"""
Which credentials a change of status means: ids become bits of the status lists of batches.

Decides that every id is known, is the issuer's own and is recorded, before anything is queued. What is to
become of them is decided in `status`. Source: DESIGN sections 5 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.errors import NotAllowedError, RequestError
from attestree.issuing.credential_id import parse_credential_token
from attestree.outbox.states import State
from attestree.ports import Batch, Store
from attestree.registry.status_bits import build_masks

Targets = list[tuple[Batch, dict[int, int]]]
"""Batches, each with its status words and their masks."""


def find_targets(ids: Sequence[str], *, store: Store, issuer: bytes) -> Targets:
    """
    Return the batches concerned, each with its status words and their masks.

    Args:
        ids: Ids, page addresses or bare tokens; twice the same is once.
        store: Knows batches and credentials.
        issuer: Whose they must be, 20 bytes.

    Raises:
        RequestError: `status.none`, `status.not_an_id` or `status.unknown_id` with the place (from 1) of
            the first and the count of all.
        NotAllowedError: `status.not_recorded`.
    """
    batches: dict[str, Batch] = {}
    indexes: dict[str, list[int]] = {}
    unknown: list[int] = []
    for place, token in enumerate(_parse_tokens(ids), 1):
        row = store.fetch_row(token)
        batch = None if row is None else batches.get(row.batch_id) or store.fetch_batch(row.batch_id)
        if row is None or batch is None or batch.issuer != issuer:
            unknown.append(place)
            continue
        batches[batch.id] = batch
        indexes.setdefault(batch.id, []).append(row.index)
    if unknown:
        raise RequestError("status.unknown_id", first=unknown[0], count=len(unknown), total=len(ids))
    for batch in batches.values():
        verify_recorded(batch)
    return [(batch, build_masks(indexes[batch.id])) for batch in batches.values()]


def verify_recorded(batch: Batch) -> None:
    """Refuse a batch whose anchor is not final: the contract does not know it yet, or may forget it."""
    if batch.state is not State.FINAL:
        raise NotAllowedError("status.not_recorded", batch=batch.id)


def _parse_tokens(ids: Sequence[str]) -> list[str]:
    """Return the tokens in ids, all of them or none."""
    if not ids:
        raise RequestError("status.none")
    tokens = [parse_credential_token(text) for text in ids]
    strange = [place for place, token in enumerate(tokens, 1) if token is None]
    if strange:
        raise RequestError("status.not_an_id", first=strange[0], count=len(strange), total=len(ids))
    return [token for token in tokens if token is not None]
