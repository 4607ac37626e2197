"""
Lanes in the store: the one nonce that a key may use next on a chain.

Decides that a lane belongs to a chain, not to a name in the settings: registries on one chain share
it, and a chain that was wiped has another. The rule itself stands in `outbox.lane`; here it is asked
in the very transaction that stores what was signed. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from attestree.adapters.sql.connections import Transactions
from attestree.adapters.sql.row_sums import read_rows
from attestree.adapters.sql.tables import ATTEMPTS, INTENTS, LANES, PINS
from attestree.errors import TransitionError
from attestree.outbox.lane import advance, verify_nonce
from attestree.ports import Attempt, Lane, NewIntent


class Lanes(Transactions):
    """The part of the store that holds lanes."""

    def fetch_lane(self, *, sender: bytes, registry: str) -> Lane | None:
        """Return a key's lane on the chain of a pinned registry, or None before it was first used."""
        with self._reading() as connection:
            return _lane(connection, sender, registry)

    def open_lane(self, *, sender: bytes, registry: str, first: int) -> Lane:
        """
        Begin a key's lane at the chain's count, or return the one that is there.

        Raises:
            TransitionError: `lane.no_pin`, the registry is pinned to no chain yet.
        """
        try:
            with self._writing() as connection:
                return _lane(connection, sender, registry) or _insert(connection, sender, registry, first)
        except _FirstOpenedError:
            # another process opened it meanwhile
            return self.open_lane(sender=sender, registry=registry, first=first)

    def move_lane(self, *, sender: bytes, registry: str, before: Lane, after: Lane) -> None:
        """
        Move a lane because a person said so.

        Raises:
            TransitionError: `outbox.lost_race`, it moved since.
        """
        with self._writing() as connection:
            _move(connection, sender, registry, before=before, after=after)

    def fetch_held_nonces(self, *, sender: bytes, registry: str, least: int) -> Collection[int]:
        """Return every nonce from `least` on that a stored transaction of the key has."""
        signed = select(ATTEMPTS.c.nonce).join(INTENTS, INTENTS.c.id == ATTEMPTS.c.intent_id).distinct()
        with self._reading() as connection:
            names = _registries_beside(connection, registry)
            ours = and_(INTENTS.c.sender == sender, INTENTS.c.registry.in_(names))
            return frozenset(connection.scalars(signed.where(ours, ATTEMPTS.c.nonce >= least)))


class _FirstOpenedError(Exception):
    """Two processes opened a lane at once, and the other won."""


def take_nonce(connection: Connection, attempt: Attempt, wanted: NewIntent) -> None:
    """
    Let a nonce that is new to its intent be the one of the lane, and move the lane behind it.

    A registry that was never pinned has no lane; `anchoring` signs nothing for it.

    Raises:
        TransitionError: `lane.wrong_nonce`; `lane.nonce_taken` where another write has it.
    """
    if _chain(connection, wanted.registry) is None:
        return
    lane = _lane(connection, wanted.sender, wanted.registry)
    if lane is None:
        raise TransitionError("lane.wrong_nonce", nonce=attempt.nonce, expected=None)
    verify_nonce(attempt.nonce, lane=lane, pinned=wanted.nonce)
    names = _registries_beside(connection, wanted.registry)
    same = and_(INTENTS.c.sender == wanted.sender, INTENTS.c.registry.in_(names), INTENTS.c.id != wanted.id)
    others = select(INTENTS.c.id).join(ATTEMPTS, INTENTS.c.id == ATTEMPTS.c.intent_id).where(same)
    if connection.execute(others.where(ATTEMPTS.c.nonce == attempt.nonce).limit(1)).one_or_none():
        raise TransitionError("lane.nonce_taken", nonce=attempt.nonce)
    after = advance(lane, signed=attempt.nonce)
    _move(connection, wanted.sender, wanted.registry, before=lane, after=after)


def _chain(connection: Connection, registry: str) -> tuple[int, bytes] | None:
    """Return number and genesis of the chain that a registry is pinned to."""
    found = read_rows(connection, PINS, select(PINS).where(PINS.c.registry == registry))
    return next(((row.chain_id, row.genesis_hash) for row in found), None)


def _registries_beside(connection: Connection, registry: str) -> Sequence[str]:
    """Return the names of all registries on the same chain."""
    chain = _chain(connection, registry)
    if chain is None:
        return [registry]
    same = and_(PINS.c.chain_id == chain[0], PINS.c.genesis_hash == chain[1])
    return list(connection.scalars(select(PINS.c.registry).where(same)))


def _lane(connection: Connection, sender: bytes, registry: str) -> Lane | None:
    """Return one lane or None."""
    chain = _chain(connection, registry)
    if chain is None:
        return None
    query = select(LANES).where(
        LANES.c.chain_id == chain[0], LANES.c.genesis_hash == chain[1], LANES.c.sender == sender
    )
    return next((Lane(row.first, row.next) for row in read_rows(connection, LANES, query)), None)


def _insert(connection: Connection, sender: bytes, registry: str, first: int) -> Lane:
    """Insert a lane in which nothing was signed yet."""
    chain = _chain(connection, registry)
    if chain is None:
        raise TransitionError("lane.no_pin")
    columns = {"chain_id": chain[0], "genesis_hash": chain[1], "sender": sender}
    try:
        connection.execute(insert(LANES).values(**columns, first=first, next=first))
    except IntegrityError:
        raise _FirstOpenedError from None
    return Lane(first, first)


def _move(connection: Connection, sender: bytes, registry: str, *, before: Lane, after: Lane) -> None:
    """Change a lane if it is as the caller saw it."""
    chain = _chain(connection, registry) or (0, b"")
    statement = (
        update(LANES)
        .where(LANES.c.chain_id == chain[0], LANES.c.genesis_hash == chain[1], LANES.c.sender == sender)
        .where(LANES.c.first == before.first, LANES.c.next == before.next)
        .values(first=after.first, next=after.next)
    )
    if connection.execute(statement).rowcount != 1:
        raise TransitionError("outbox.lost_race")
