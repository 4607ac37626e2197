"""
What `attestree recover` enters: batches and changes of status that the chain knows and the store did not.

Decides that each is entered once and whole, and never over anything that is there. Which ones are true is
decided in `recovering`. Source: DESIGN sections 6 and 11.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from attestree.adapters.sql.batch_rows import batch_columns
from attestree.adapters.sql.batches import fetch_one_batch, fix_batch
from attestree.adapters.sql.connections import Transactions, insert_unless_there
from attestree.adapters.sql.intents import insert_intent
from attestree.adapters.sql.row_sums import read_rows
from attestree.adapters.sql.tables import BATCHES, INTENTS, MISSING_ANCHORS
from attestree.errors import TransitionError
from attestree.outbox.recovered import MissingAnchor
from attestree.outbox.states import State
from attestree.ports import Batch, CredentialRow, NewIntent
from attestree.registry.facts import BlockRef

_COLUMNS = tuple(MissingAnchor.__dataclass_fields__)


class Recovered(Transactions):
    """The part of the store that takes in what was lost."""

    def enter_batch(
        self, batch: Batch, *, rows: Iterable[CredentialRow], intent: NewIntent, block: BlockRef | None
    ) -> bool:
        """
        Enter a batch that was sealed before the store forgot it; say whether it was new.

        A batch that is still OPEN here is fixed as it was sealed. In one transaction; again = no change.

        Args:
            batch: With root and size.
            rows: Its credentials.
            intent: The write that anchors it.
            block: Where it was recorded, finally; None = it waits to be recorded.

        Raises:
            TransitionError: `store.sealed_otherwise`, `store.row_twice`.
        """
        with self._writing() as connection:
            found = fetch_one_batch(connection, BATCHES.c.id == batch.id)
            if found is not None and (found.list_id, found.issuer) != (batch.list_id, batch.issuer):
                raise TransitionError("store.sealed_otherwise")
            if found is not None and found.root is not None:
                if (found.root, found.size) != (batch.root, batch.size):
                    raise TransitionError("store.sealed_otherwise")
                return False
            try:
                if found is None:
                    connection.execute(insert(BATCHES).values(**batch_columns(batch)))
                fix_batch(connection, batch, root=batch.root or b"", size=batch.size or 0, rows=rows)
            except IntegrityError as exc:
                raise TransitionError("store.row_twice") from exc
            insert_intent(connection, intent)
            if block is not None:
                _finish(connection, intent, block)
            same = and_(MISSING_ANCHORS.c.issuer == batch.issuer, MISSING_ANCHORS.c.root == batch.root)
            connection.execute(delete(MISSING_ANCHORS).where(same))
            return True

    def enter_write(self, intent: NewIntent, *, block: BlockRef) -> bool:
        """Enter a write that took effect, finally, in a block; say whether it was new."""
        with self._writing() as connection:
            there = select(INTENTS.c.position).where(INTENTS.c.id == intent.id)
            if connection.execute(there).one_or_none() is not None:
                return False
            insert_intent(connection, intent)
            _finish(connection, intent, block)
            return True

    def accept_missing(self, anchors: Iterable[MissingAnchor]) -> None:
        """Remember anchors whose documents are not here; again = no change."""
        with self._writing() as connection:
            for anchor in anchors:
                same = and_(MISSING_ANCHORS.c.issuer == anchor.issuer, MISSING_ANCHORS.c.root == anchor.root)
                if connection.execute(select(MISSING_ANCHORS.c.size).where(same)).one_or_none() is None:
                    values = {name: getattr(anchor, name) for name in _COLUMNS}
                    insert_unless_there(connection, insert(MISSING_ANCHORS).values(**values))

    def fetch_missing(self) -> Sequence[MissingAnchor]:
        """Return the anchors that were accepted as missing, in the order of their blocks."""
        query = select(MISSING_ANCHORS).order_by(MISSING_ANCHORS.c.block_number, MISSING_ANCHORS.c.root)
        with self._reading() as connection:
            return [_missing(row) for row in read_rows(connection, MISSING_ANCHORS, query)]


def _finish(connection: Connection, intent: NewIntent, block: BlockRef) -> None:
    """Make a write that was just inserted FINAL in a block."""
    columns = {"block_number": block.number, "block_hash": block.hash}
    row = update(INTENTS).where(INTENTS.c.id == intent.id)
    connection.execute(row.values(state=State.FINAL.value, fence=2, **columns))


def _missing(row: Row[Any]) -> MissingAnchor:
    """Return the anchor in a row."""
    return MissingAnchor(**{name: getattr(row, name) for name in _COLUMNS})
