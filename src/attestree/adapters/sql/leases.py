"""
Pins and leases: which chain is meant, and who may sign.

Decides nothing about when a lease is needed (`anchoring.lease`). A fence only ever grows; it is
compared again in the transaction that stores a signed transaction, so that a writer that slept
through its lease cannot write. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from attestree.adapters.sql.connections import Transactions, insert_unless_there
from attestree.adapters.sql.row_sums import read_rows
from attestree.adapters.sql.tables import LEASES, PINS
from attestree.errors import LeaseHeldError, TransitionError
from attestree.registry.facts import ChainIdentity


class Leases(Transactions):
    """The part of the store that holds pins and leases."""

    def fetch_pin(self, registry: str) -> ChainIdentity | None:
        """Return the identity pinned for a registry, or None before the first pin."""
        with self._reading() as connection:
            return _pin(connection, registry)

    def fetch_pins(self) -> Mapping[str, ChainIdentity]:
        """Return the pinned identity of every registry by its name."""
        with self._reading() as connection:
            return {row.registry: _identity(row) for row in read_rows(connection, PINS, select(PINS))}

    def write_pin(self, registry: str, identity: ChainIdentity) -> None:
        """
        Pin an identity; again is no change.

        A pin made before its registry was deployed names no contract yet, and may be completed
        with one on the same chain.

        Raises:
            TransitionError: `store.pinned_otherwise`.
        """
        with self._writing() as connection:
            pinned = _pin(connection, registry)
            new_row = insert(PINS).values(registry=registry, **pin_columns(identity))
            if pinned is None and insert_unless_there(connection, new_row):
                return
            pinned = pinned or _pin(connection, registry)
            if pinned is not None and _completes(pinned, identity):
                row = PINS.c.registry == registry
                connection.execute(update(PINS).where(row).values(**pin_columns(identity)))
            elif pinned != identity:
                raise TransitionError("store.pinned_otherwise", registry=registry)

    def take_lease(self, *, key: bytes, owner: str, now: int, seconds: int) -> int:
        """
        Take or renew the writer lease of a key.

        Args:
            key: What the lease is for.
            owner: Names one process for its lifetime; never used by another.
            now: Unix seconds.
            seconds: How long it holds from now.

        Returns:
            The fence; the same one as long as nobody else had the lease in between.

        Raises:
            LeaseHeldError: `lease.held`, with its `owner` and the `seconds` until it may be free.
        """
        try:
            with self._writing() as connection:
                return _take(connection, key=key, owner=owner, now=now, expires=now + seconds)
        except _FirstTakenError:
            # The row is there now, and says who won.
            with self._writing() as connection:
                return _take(connection, key=key, owner=owner, now=now, expires=now + seconds)

    def drop_lease(self, *, key: bytes, fence: int) -> None:
        """Give a lease back, if it is still ours."""
        ours = and_(LEASES.c.key == key, LEASES.c.fence == fence)
        with self._writing() as connection:
            connection.execute(update(LEASES).where(ours).values(expires=0, fence=fence + 1, owner=""))


class _FirstTakenError(Exception):
    """Two processes inserted the first lease of a key at once, and the other won."""


def _take(connection: Connection, *, key: bytes, owner: str, now: int, expires: int) -> int:
    """Renew our own lease, else take one that is free, else insert the first one."""
    row = LEASES.c.key == key
    renew = update(LEASES).where(row, LEASES.c.owner == owner).values(expires=expires)
    seize = (
        update(LEASES)
        .where(row, LEASES.c.expires <= now)
        .values(owner=owner, fence=LEASES.c.fence + 1, expires=expires)
    )
    for statement in (renew, seize):
        if connection.execute(statement).rowcount == 1:
            return int(connection.execute(select(LEASES.c.fence).where(row)).scalar_one())
    held = connection.execute(select(LEASES.c.owner, LEASES.c.expires).where(row)).one_or_none()
    if held is not None:
        raise LeaseHeldError("lease.held", owner=held.owner, seconds=held.expires - now)
    try:
        connection.execute(insert(LEASES).values(key=key, owner=owner, fence=1, expires=expires))
    except IntegrityError:
        raise _FirstTakenError from None
    return 1


def _pin(connection: Connection, registry: str) -> ChainIdentity | None:
    """Return one pin."""
    found = read_rows(connection, PINS, select(PINS).where(PINS.c.registry == registry))
    return next(map(_identity, found), None)


def _identity(row: Row[Any]) -> ChainIdentity:
    """Return the identity in a row."""
    return ChainIdentity(
        chain_id=row.chain_id,
        genesis_hash=row.genesis_hash,
        registry=row.address,
        deploy_block=row.deploy_block,
        deploy_block_hash=row.deploy_block_hash,
        code_hash=row.code_hash,
    )


def pin_columns(identity: ChainIdentity) -> dict[str, object]:
    """Return an identity as columns."""
    return {
        "chain_id": identity.chain_id,
        "genesis_hash": identity.genesis_hash,
        "address": identity.registry,
        "deploy_block": identity.deploy_block,
        "deploy_block_hash": identity.deploy_block_hash,
        "code_hash": identity.code_hash,
    }


def _completes(pinned: ChainIdentity, identity: ChainIdentity) -> bool:
    """Say whether the pin named a chain only, and the identity is a registry on that chain."""
    same_chain = (pinned.chain_id, pinned.genesis_hash) == (identity.chain_id, identity.genesis_hash)
    return same_chain and not any(pinned.registry) and any(identity.registry)
