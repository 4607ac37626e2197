"""
Keys of programs in the store.

Decides how they stand in columns, and that revoking is for ever. What a key may do is decided in
`issuing.api_key`. Source: DESIGN sections 10 and 11.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from attestree.adapters.sql.connections import Transactions
from attestree.adapters.sql.row_sums import read_rows
from attestree.adapters.sql.tables import API_KEYS
from attestree.errors import TransitionError
from attestree.outbox.by_api import ApiKey


class ApiKeys(Transactions):
    """The part of the store that holds keys of programs."""

    def add_api_key(self, key: ApiKey) -> None:
        """Insert a key; TransitionError `store.row_twice` where its id is taken."""
        columns = {name: getattr(key, name) for name in ApiKey.__dataclass_fields__}
        with self._writing() as connection:
            try:
                connection.execute(insert(API_KEYS).values(**columns | {"scopes": " ".join(key.scopes)}))
            except IntegrityError as exc:
                raise TransitionError("store.row_twice") from exc

    def fetch_api_key(self, key_id: str) -> ApiKey | None:
        """Return a key, revoked or not, or None."""
        with self._reading() as connection:
            found = read_rows(connection, API_KEYS, select(API_KEYS).where(API_KEYS.c.id == key_id))
            return next(map(_key_of, found), None)

    def fetch_api_keys(self, *, issuer: bytes | None = None) -> Sequence[ApiKey]:
        """Return all keys, oldest first."""
        query = select(API_KEYS).order_by(API_KEYS.c.position)
        if issuer is not None:
            query = query.where(API_KEYS.c.issuer == issuer)
        with self._reading() as connection:
            return [_key_of(row) for row in read_rows(connection, API_KEYS, query)]

    def revoke_api_key(self, key_id: str, *, now: int) -> bool:
        """Let a key count no more; False where there is none, or it was revoked before."""
        counts = (API_KEYS.c.id == key_id) & API_KEYS.c.revoked.is_(None)
        with self._writing() as connection:
            return connection.execute(update(API_KEYS).where(counts).values(revoked=now)).rowcount == 1

    def mark_api_key_used(self, key_id: str, *, now: int) -> None:
        """Remember when a key was used last."""
        with self._writing() as connection:
            connection.execute(update(API_KEYS).where(API_KEYS.c.id == key_id).values(last_used=now))


def _key_of(row: Row[Any]) -> ApiKey:
    """Return the key in a row."""
    columns = {name: getattr(row, name) for name in ApiKey.__dataclass_fields__}
    return ApiKey(**columns | {"scopes": tuple(row.scopes.split())})
