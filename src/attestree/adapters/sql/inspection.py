"""
What the store says of itself: its tables, how it keeps what it was given, who holds which key.

Decides nothing and changes nothing: it is for people who look. Source: DESIGN sections 9 and 11.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import inspect, select, text

from attestree.adapters.sql.connections import Transactions
from attestree.adapters.sql.migrate import NEWEST
from attestree.adapters.sql.tables import LEASES


@dataclass(frozen=True, slots=True)
class StoreCondition:
    """How a database stands."""

    revision: str
    """Newest migration that was run; empty = there are no tables yet."""
    newest: str
    """Newest migration that this program knows."""
    mode: str
    """How commits reach the disk, in the database's own words."""
    is_durable: bool
    """Whether a commit is on the disk when it returns."""


@dataclass(frozen=True, slots=True)
class KnownLease:
    """A key's lease as it is stored; it may have run out."""

    chain_id: int
    """EIP-155 chain id."""
    address: bytes
    """The key, 20 bytes."""
    owner: str
    """The process; empty = it was given back."""
    expires: int
    """Unix seconds."""


class Inspection(Transactions):
    """The part of the store that tells of itself."""

    def fetch_condition(self) -> StoreCondition:
        """Return how the database stands."""
        with self._reading() as connection:
            revision = ""
            if inspect(connection).has_table("alembic_version"):
                revisions = connection.scalars(text("SELECT version_num FROM alembic_version"))
                revision = max(revisions.all(), default="")
            if connection.dialect.name == "sqlite":
                journal = connection.execute(text("PRAGMA journal_mode")).scalar_one()
                level = connection.execute(text("PRAGMA synchronous")).scalar_one()
                mode, durable = f"SQLite, {journal}, synchronous {level}", (journal, level) == ("wal", 2)
            else:
                commit = connection.execute(text("SHOW synchronous_commit")).scalar_one()
                sync = connection.execute(text("SHOW fsync")).scalar_one()
                mode = f"PostgreSQL, synchronous_commit {commit}, fsync {sync}"
                durable = commit in {"on", "remote_apply"} and sync == "on"
        return StoreCondition(revision, NEWEST, mode, durable)

    def fetch_leases(self) -> Sequence[KnownLease]:
        """Return the lease of every key that was ever written with, by chain and key."""
        with self._reading() as connection:
            rows = connection.execute(select(LEASES).order_by(LEASES.c.key)).all()
        return [
            KnownLease(int.from_bytes(row.key[:-20], "big"), row.key[-20:], row.owner, row.expires)
            for row in rows
        ]
