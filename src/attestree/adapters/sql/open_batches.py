"""
Open batches in the store: which one may be joined, who joined, and what was answered.

Decides that a member takes the next number or none, that nobody joins what is closed, and that one
`Idempotency-Key` has one answer: all in the transaction that makes the member. Source: DESIGN sections 6, 11;
docs/adr/0008.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, select, update

from attestree.adapters.sql.batch_rows import batch_columns
from attestree.adapters.sql.connections import Transactions, insert_unless_there
from attestree.adapters.sql.row_sums import read_rows
from attestree.adapters.sql.tables import ANSWERED, BATCHES, JOINED, OPEN_BATCHES
from attestree.errors import TransitionError
from attestree.outbox.batches import Batch
from attestree.outbox.by_api import Answered, JoinedCredential, Joining, OpenBatch


class OpenBatches(Transactions):
    """The part of the store that holds open batches."""

    def begin_open_batch(self, batch: Batch, *, capacity: int) -> OpenBatch:
        """
        Insert a batch that may be joined, or return the one that the issuer has.

        Raises:
            TransitionError: `outbox.lost_race` where another began one and it is closed already.
        """
        row = {"batch_id": batch.id, "issuer": batch.issuer, "open_for": batch.issuer, "capacity": capacity}
        with self._writing() as connection:
            found = _one(connection, OPEN_BATCHES.c.open_for == batch.issuer)
            if found is not None:
                return found
            if not insert_unless_there(connection, insert(OPEN_BATCHES).values(**row)):
                found = _one(connection, OPEN_BATCHES.c.open_for == batch.issuer)
                if found is None:
                    raise TransitionError("outbox.lost_race")
                return found
            connection.execute(insert(BATCHES).values(**batch_columns(batch)))
        return OpenBatch(batch.id, batch.issuer, capacity, None, 0, None, None)

    def fetch_open_batch(self, issuer: bytes) -> OpenBatch | None:
        """Return the batch of an issuer that may be joined, or None."""
        with self._reading() as connection:
            return _one(connection, OPEN_BATCHES.c.open_for == issuer)

    def fetch_open_batches(self) -> Sequence[OpenBatch]:
        """Return all of them, also closed ones that were not forgotten yet, oldest first."""
        with self._reading() as connection:
            query = _open_batches().order_by(OPEN_BATCHES.c.position)
            return [_open_batch_of(row) for row in read_rows(connection, OPEN_BATCHES, query)]

    def join_batch(
        self, joined: JoinedCredential, *, answered: Answered | None, forget_before: int
    ) -> Joining:
        """
        Make a credential a member and remember its answer, in one transaction, or change nothing.

        The member that fills the batch closes it. Answers older than `forget_before` (Unix seconds) go.
        """
        with self._writing() as connection:
            batch = _lock(connection, joined.batch_id)
            if batch is None or batch.closed is not None or batch.size != joined.index:
                return Joining.LOOK_AGAIN
            if answered is not None:
                connection.execute(delete(ANSWERED).where(ANSWERED.c.created < forget_before))
                if not _answer(connection, answered, batch.issuer):
                    return Joining.ANSWERED
            columns = {name: getattr(joined, name) for name in ("batch_id", "token", "checksum", "created")}
            row = insert(JOINED).values(leaf_index=joined.index, issuer=batch.issuer, **columns)
            connection.execute(row)
            if joined.index + 1 >= batch.capacity:
                _close(connection, joined.batch_id, now=joined.created)
            return Joining.DONE

    def close_open_batch(self, batch_id: str, *, now: int) -> None:
        """Let nothing join any more; `now` becomes the batch's `created`. Again = no change."""
        with self._writing() as connection:
            batch = _lock(connection, batch_id)
            if batch is not None and batch.closed is None:
                _close(connection, batch_id, now=now)

    def fetch_joined(self, token: str) -> JoinedCredential | None:
        """Return a member by its token, until its batch is forgotten here, or None."""
        with self._reading() as connection:
            found = read_rows(connection, JOINED, select(JOINED).where(JOINED.c.token == token))
            return next(map(_joined_of, found), None)

    def fetch_members(self, batch_id: str) -> Sequence[JoinedCredential]:
        """Return all members by index."""
        query = select(JOINED).where(JOINED.c.batch_id == batch_id).order_by(JOINED.c.leaf_index)
        with self._reading() as connection:
            return [_joined_of(row) for row in read_rows(connection, JOINED, query)]

    def fetch_answered(self, *, api_key_id: str, key_hash: bytes) -> Answered | None:
        """Return what was answered under an `Idempotency-Key`, or None."""
        with self._reading() as connection:
            return _one_answer(connection, api_key_id, key_hash)

    def forget_answers(self, *, before: int) -> None:
        """Forget answers older than `before`, Unix seconds."""
        with self._writing() as connection:
            connection.execute(delete(ANSWERED).where(ANSWERED.c.created < before))

    def forget_open_batch(self, batch_id: str) -> None:
        """Forget that a batch was open, and its members; the batch itself stays if it was sealed."""
        with self._writing() as connection:
            empty = (BATCHES.c.id == batch_id) & BATCHES.c.root.is_(None) & (_count(batch_id) == 0)
            connection.execute(delete(BATCHES).where(empty))
            connection.execute(delete(JOINED).where(JOINED.c.batch_id == batch_id))
            connection.execute(delete(OPEN_BATCHES).where(OPEN_BATCHES.c.batch_id == batch_id))


def was_open(connection: Connection, batch_id: str) -> bool:
    """Say whether a batch is or was an open one: its members have been handed out, without anchors."""
    return _one(connection, OPEN_BATCHES.c.batch_id == batch_id) is not None


def _open_batches() -> Select[Any]:
    """Ask for open batches, each with how many joined it and when."""
    members = JOINED.c.batch_id == OPEN_BATCHES.c.batch_id
    counted = (
        select(value).where(members).scalar_subquery()
        for value in (func.count(), func.min(JOINED.c.created), func.max(JOINED.c.created))
    )
    names = ("size", "first_joined", "last_joined")
    return select(OPEN_BATCHES, *(value.label(name) for value, name in zip(counted, names, strict=True)))


def _count(batch_id: str) -> ColumnElement[int]:
    """Ask how many joined a batch."""
    return select(func.count()).where(JOINED.c.batch_id == batch_id).scalar_subquery()


def _one(connection: Connection, condition: ColumnElement[bool]) -> OpenBatch | None:
    """Return the one open batch that meets a condition, or None."""
    found = read_rows(connection, OPEN_BATCHES, _open_batches().where(condition))
    return next(map(_open_batch_of, found), None)


def _lock(connection: Connection, batch_id: str) -> OpenBatch | None:
    """Return an open batch, which nobody else changes until this transaction ends."""
    row = OPEN_BATCHES.c.batch_id == batch_id
    # Members are counted by a statement of its own: one that waited for the lock still counts as of before
    connection.execute(select(OPEN_BATCHES.c.position).where(row).with_for_update())
    return _one(connection, row)


def _close(connection: Connection, batch_id: str, *, now: int) -> None:
    """Close a batch; the time becomes that of its anchor proofs."""
    row = update(OPEN_BATCHES).where(OPEN_BATCHES.c.batch_id == batch_id)
    connection.execute(row.values(open_for=None, closed=now))
    # One that `recover` found sealed keeps the time at which it was
    unsealed = (BATCHES.c.id == batch_id) & BATCHES.c.root.is_(None)
    connection.execute(update(BATCHES).where(unsealed).values(created=now))


def _answer(connection: Connection, answered: Answered, issuer: bytes) -> bool:
    """Remember an answer and say True; False where there is one under its key."""
    if _one_answer(connection, answered.api_key_id, answered.key_hash) is not None:
        return False
    columns = {name: getattr(answered, name) for name in Answered.__dataclass_fields__}
    return insert_unless_there(connection, insert(ANSWERED).values(issuer=issuer, **columns))


def _one_answer(connection: Connection, api_key_id: str, key_hash: bytes) -> Answered | None:
    """Return one answer or None."""
    query = select(ANSWERED).where(ANSWERED.c.api_key_id == api_key_id, ANSWERED.c.key_hash == key_hash)
    names = Answered.__dataclass_fields__
    found = read_rows(connection, ANSWERED, query)
    return next((Answered(**{name: getattr(row, name) for name in names}) for row in found), None)


def _open_batch_of(row: Row[Any]) -> OpenBatch:
    """Return the open batch in a row."""
    return OpenBatch(**{name: getattr(row, name) for name in OpenBatch.__dataclass_fields__})


def _joined_of(row: Row[Any]) -> JoinedCredential:
    """Return the member in a row."""
    return JoinedCredential(row.token, row.batch_id, row.leaf_index, row.checksum, row.created)
