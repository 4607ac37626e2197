"""
Batches and credentials in the store.

Decides how a batch is opened once per roster, sealed once and for ever, and found again. Its state
is read from its intent, so that the two can never disagree. Source: DESIGN sections 4, 6 and 11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, select, true, update
from sqlalchemy.exc import IntegrityError

from attestree.adapters.sql.batch_rows import (
    CREDENTIAL_COLUMNS,
    CredentialWriter,
    batch_columns,
    batch_of,
    credential_of,
)
from attestree.adapters.sql.connections import Transactions, insert_unless_there
from attestree.adapters.sql.intents import insert_intent, stop_intent_of
from attestree.adapters.sql.many_rows import ROWS_PER_STATEMENT, cut, find_values, indexes_last, insert_rows
from attestree.adapters.sql.row_sums import read_rows
from attestree.adapters.sql.tables import BATCHES, CREDENTIALS, INTENTS
from attestree.errors import TransitionError
from attestree.outbox.records import GIVEN_UP
from attestree.outbox.states import State
from attestree.ports import Batch, CredentialRow, NewIntent


class Batches(Transactions):
    """The part of the store that holds batches and credentials."""

    def open_batch(self, batch: Batch) -> Batch:
        """Insert an OPEN batch, or return the one with the same issuer and fingerprint."""
        same = and_(BATCHES.c.issuer == batch.issuer, BATCHES.c.fingerprint == batch.fingerprint)
        with self._writing() as connection:
            found = fetch_one_batch(connection, same)
            new_row = insert(BATCHES).values(**batch_columns(batch))
            if found is None and not insert_unless_there(connection, new_row):
                found = fetch_one_batch(connection, same)
            return batch if found is None else found

    def seal_batch(
        self, batch_id: str, *, root: bytes, size: int, rows: Iterable[CredentialRow], intent: NewIntent
    ) -> None:
        """
        Fix root, size and rows and queue the anchor, in one transaction; again = no change.

        Raises:
            TransitionError: `store.no_such_batch`; `store.sealed_otherwise` where another root is
                fixed already; `store.row_twice` where a row collides with one that is there.
        """
        with self._writing() as connection:
            batch = fetch_one_batch(connection, BATCHES.c.id == batch_id)
            if batch is None:
                raise TransitionError("store.no_such_batch")
            if batch.root is not None:
                if (batch.root, batch.size) != (root, size):
                    raise TransitionError("store.sealed_otherwise")
                return
            try:
                fix_batch(connection, batch, root=root, size=size, rows=rows)
            except IntegrityError as exc:
                raise TransitionError("store.row_twice") from exc
            insert_intent(connection, intent)

    def fetch_batch(self, batch_id: str) -> Batch | None:
        """Return a batch or None."""
        with self._reading() as connection:
            return fetch_one_batch(connection, BATCHES.c.id == batch_id)

    def fetch_batches(self, *, issuer: bytes | None = None) -> Sequence[Batch]:
        """Return batches, oldest first."""
        query = _batches().order_by(BATCHES.c.position)
        if issuer is not None:
            query = query.where(BATCHES.c.issuer == issuer)
        with self._reading() as connection:
            return [batch_of(row) for row in read_rows(connection, BATCHES, query)]

    def fetch_batch_of_root(self, *, issuer: bytes, root: bytes) -> Batch | None:
        """Return the batch with that root or None."""
        with self._reading() as connection:
            return fetch_one_batch(connection, and_(BATCHES.c.issuer == issuer, BATCHES.c.root == root))

    def mark_delivered(self, batch_id: str) -> None:
        """Record that the folder was handed out, and erase the seed."""
        with self._writing() as connection:
            row = update(BATCHES).where(BATCHES.c.id == batch_id)
            if connection.execute(row.values(delivered=True, seed=None)).rowcount != 1:
                raise TransitionError("store.no_such_batch")

    def give_up_batch(self, batch_id: str, *, fence: int, note: str) -> None:
        """
        Stop the anchor of a SEALED batch for good, so that its roster can be issued anew.

        The batch stays as a record of what was tried; its secrets go, and another may have its fingerprint.

        Raises:
            TransitionError: `store.no_such_batch`; `outbox.lost_race` where the anchor moved meanwhile.
        """
        with self._writing() as connection:
            batch = fetch_one_batch(connection, BATCHES.c.id == batch_id)
            if batch is None:
                raise TransitionError("store.no_such_batch")
            stop_intent_of(connection, batch_id, fence=fence, note=note)
            freed = sha256(b"attestree/1 given up" + batch_id.encode() + batch.fingerprint).digest()
            row = update(BATCHES).where(BATCHES.c.id == batch_id)
            connection.execute(row.values(fingerprint=freed, seed=None))

    def fetch_row(self, token: str) -> CredentialRow | None:
        """Return one credential's row or None."""
        with self._reading() as connection:
            found = read_rows(connection, CREDENTIALS, _rows().where(CREDENTIALS.c.token == token))
            return next(map(credential_of, found), None)

    def fetch_rows(self, batch_id: str) -> Sequence[CredentialRow]:
        """Return a batch's rows by index."""
        query = _rows().where(CREDENTIALS.c.batch_id == batch_id).order_by(CREDENTIALS.c.leaf_index)
        with self._reading() as connection:
            return [credential_of(row) for row in read_rows(connection, CREDENTIALS, query)]

    def fetch_replaced(self, batch_id: str) -> Sequence[str]:
        """Return the tokens that a batch's rows take the place of, by index; every row is looked at."""
        query = select(CREDENTIALS).where(CREDENTIALS.c.batch_id == batch_id)
        query = query.order_by(CREDENTIALS.c.leaf_index).execution_options(yield_per=ROWS_PER_STATEMENT)
        with self._reading() as connection:
            rows = read_rows(connection, CREDENTIALS, query)
            return [row.replaces for row in rows if row.replaces is not None]

    def fetch_rows_by_key(self, row_keys: Iterable[bytes]) -> Mapping[bytes, Sequence[CredentialRow]]:
        """
        Return what was issued before under each row key, oldest first.

        Keys without any are left out, and so is what was given up: nobody holds that.
        """
        given_up = INTENTS.c.note.in_(GIVEN_UP) & (INTENTS.c.state == State.HALTED.value)
        found: dict[bytes, list[CredentialRow]] = {}
        with self._reading() as connection:
            # Most keys were never issued: they cost one look at an index.
            for chunk in cut(find_values(connection, CREDENTIALS.c.row_key, row_keys)):
                query = _rows().join(BATCHES, BATCHES.c.id == CREDENTIALS.c.batch_id)
                query = query.outerjoin(INTENTS, INTENTS.c.batch_id == BATCHES.c.id)
                query = query.where(CREDENTIALS.c.row_key.in_(chunk), func.coalesce(~given_up, true()))
                query = query.order_by(BATCHES.c.position, CREDENTIALS.c.leaf_index)
                for row in read_rows(connection, CREDENTIALS, query):
                    found.setdefault(row.row_key, []).append(credential_of(row))
        return found


def fix_batch(
    connection: Connection, batch: Batch, *, root: bytes, size: int, rows: Iterable[CredentialRow]
) -> None:
    """Write root, size and rows of a batch that is OPEN."""
    fixed = update(BATCHES).where(BATCHES.c.id == batch.id).values(root=root, size=size)
    connection.execute(fixed)
    written = map(CredentialWriter(batch).write, rows)
    with indexes_last(connection, CREDENTIALS, new_rows=size):
        insert_rows(connection, CREDENTIALS, CREDENTIAL_COLUMNS, written)


def _batches() -> Select[Any]:
    """Ask for batches with the state of their intents."""
    joined = BATCHES.outerjoin(INTENTS, INTENTS.c.batch_id == BATCHES.c.id)
    return select(BATCHES, INTENTS.c.state.label("state")).select_from(joined)


def fetch_one_batch(connection: Connection, condition: Any) -> Batch | None:
    """Return the one batch that meets a condition, or None."""
    return next(map(batch_of, read_rows(connection, BATCHES, _batches().where(condition))), None)


def _rows() -> Select[Any]:
    """Ask for credentials, each with the one that took its place once that one is FINAL."""
    newer = CREDENTIALS.alias("newer")
    successor = (
        select(func.min(newer.c.token))
        .join(INTENTS, INTENTS.c.batch_id == newer.c.batch_id)
        .where(newer.c.replaces == CREDENTIALS.c.token, INTENTS.c.state == State.FINAL.value)
        .scalar_subquery()
    )
    return select(CREDENTIALS, successor.label("superseded_by"))
