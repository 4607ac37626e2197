"""
Final marks: the newest final block on which anything was based, one a registry.

Decides that a mark only rises, whoever writes it last, and goes only because a person says so. What it
means that a chain no longer holds the block is decided in `anchoring.final_watch`. Source: DESIGN section 6.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, insert, select, update

from attestree.adapters.sql.connections import Transactions, insert_unless_there
from attestree.adapters.sql.row_sums import read_rows
from attestree.adapters.sql.tables import FINAL_MARKS
from attestree.registry.facts import BlockRef


class FinalMarks(Transactions):
    """The part of the store that remembers what was final."""

    def fetch_final_mark(self, registry: str) -> BlockRef | None:
        """Return the newest final block that was acted on (its time is 0), or None before the first."""
        row_of = select(FINAL_MARKS).where(FINAL_MARKS.c.registry == registry)
        with self._reading() as connection:
            found = read_rows(connection, FINAL_MARKS, row_of)
            return next((BlockRef(row.number, row.hash, time=0) for row in found), None)

    def write_final_mark(self, registry: str, block: BlockRef) -> None:
        """Remember a final block before anything is based on it; a mark only ever rises."""
        values = {"number": block.number, "hash": block.hash}
        first = insert(FINAL_MARKS).values(registry=registry, **values)
        lower = and_(FINAL_MARKS.c.registry == registry, FINAL_MARKS.c.number < block.number)
        with self._writing() as connection:
            if not _is_marked(connection, registry) and insert_unless_there(connection, first):
                return
            connection.execute(update(FINAL_MARKS).where(lower).values(**values))

    def drop_final_mark(self, registry: str) -> None:
        """Forget the mark, because a person has looked at the chain and says so."""
        with self._writing() as connection:
            connection.execute(delete(FINAL_MARKS).where(FINAL_MARKS.c.registry == registry))


def _is_marked(connection: Connection, registry: str) -> bool:
    """Say whether a registry has a mark."""
    found = select(FINAL_MARKS.c.number).where(FINAL_MARKS.c.registry == registry)
    return connection.execute(found).one_or_none() is not None
