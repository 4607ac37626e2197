"""
Batches and credentials as rows, and back.

Decides how records stand in columns. Source: DESIGN sections 4 and 11.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from attestree.adapters.sql.intent_rows import parse_state
from attestree.adapters.sql.tables import BATCHES
from attestree.errors import CorruptionError
from attestree.outbox.states import State
from attestree.ports import Batch, CredentialRow


def batch_of(row: Row[Any]) -> Batch:
    """Return the batch in a row."""
    return Batch(
        id=row.id,
        issuer=row.issuer,
        registry=row.registry,
        state=_state_of(row),
        kind=row.kind,
        list_id=row.list_id,
        seed=row.seed,
        created=row.created,
        fingerprint=row.fingerprint,
        title=row.title,
        size=row.size,
        root=row.root,
        delivered=row.delivered,
        release_early=row.release_early,
    )


def _state_of(row: Row[Any]) -> State:
    """Return the state of a batch's write, or OPEN; a sealed one that has lost its write is damaged."""
    if row.state is None and row.root is not None:
        raise CorruptionError("store.row_changed", table="intents", row=f"anchor:{row.id}")
    return State.OPEN if row.state is None else parse_state(row.state)


def batch_columns(batch: Batch) -> dict[str, object]:
    """Return a batch as columns."""
    names = (name for name in Batch.__dataclass_fields__ if name in BATCHES.c)
    return {name: getattr(batch, name) for name in names}


def credential_of(row: Row[Any]) -> CredentialRow:
    """Return the credential in a row."""
    return CredentialRow(
        token=row.token,
        row_key=row.row_key,
        batch_id=row.batch_id,
        index=row.leaf_index,
        leaf_hash=row.leaf_hash,
        replaces=row.replaces,
        superseded_by=row.superseded_by,
    )


def credential_columns(row: CredentialRow, batch: Batch) -> dict[str, object]:
    """Return a credential as columns, under its batch and its issuer."""
    return {
        "token": row.token,
        "issuer": batch.issuer,
        "batch_id": batch.id,
        "leaf_index": row.index,
        "row_key": row.row_key,
        "leaf_hash": row.leaf_hash,
        "replaces": row.replaces,
    }
