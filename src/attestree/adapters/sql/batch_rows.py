"""
Batches and credentials as rows, and back.

Decides how records stand in columns. Source: DESIGN sections 4 and 11.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from attestree.adapters.sql.tables import BATCHES
from attestree.outbox.states import State
from attestree.ports import Batch, CredentialRow


def batch_of(row: Row[Any]) -> Batch:
    """Return the batch in a row."""
    return Batch(
        id=row.id,
        issuer=row.issuer,
        registry=row.registry,
        state=State.OPEN if row.state is None else State(row.state),
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


def batch_columns(batch: Batch) -> dict[str, object]:
    """Return a batch as columns."""
    names = (column.name for column in BATCHES.c if column.name != "position")
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
