"""
Batches and credentials as rows, and back.

Decides how records stand in columns. Source: DESIGN sections 4 and 11.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from sqlalchemy import Row

from attestree.adapters.sql.intent_rows import parse_state
from attestree.adapters.sql.row_sums import COLUMN, SUM_BYTES
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


CREDENTIAL_COLUMNS = ("token", "issuer", "batch_id", "leaf_index", "row_key", "leaf_hash", "replaces", COLUMN)
"""Names of the columns that a `CredentialWriter` fills, in its order."""


class CredentialWriter:
    """Writes the credentials of one batch as columns, each with its sum: that of `fold_row`."""

    def __init__(self, batch: Batch) -> None:
        """Write credentials under this batch and its issuer."""
        self._batch = batch
        # What all sums begin with: names in their order, each value after its kind and length
        self._begin = sha256(
            b"credentials\nbatch_id s %d \n%b\nissuer b %d \n%b\nleaf_hash b "
            % (len(batch.id.encode()), batch.id.encode(), len(batch.issuer), batch.issuer)
        )

    def write(self, row: CredentialRow) -> tuple[object, ...]:
        """Return a credential as `CREDENTIAL_COLUMNS`."""
        token, digits = row.token.encode(), b"%d" % row.index
        replaces = b"" if row.replaces is None else row.replaces.encode()
        taken = b"" if row.replaces is None else b"\nreplaces s %d \n%b" % (len(replaces), replaces)
        folded = self._begin.copy()
        folded.update(
            b"%d \n%b\nleaf_index i %d \n%b%b\nrow_key b %d \n%b\ntoken s %d \n%b"
            % (
                *(len(row.leaf_hash), row.leaf_hash, len(digits), digits, taken),
                *(len(row.row_key), row.row_key, len(token), token),
            )
        )
        batch, row_sum = self._batch, folded.digest()[:SUM_BYTES]
        return (
            *(row.token, batch.issuer, batch.id, row.index),
            *(row.row_key, row.leaf_hash, row.replaces, row_sum),
        )
