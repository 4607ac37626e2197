"""
What a person takes back: a write for which nothing was signed, and a whole test chain that was wiped.

Decides that neither can touch what may still be recorded: a signed transaction is kept for ever, and for a
chain that is gone it is kept apart. Whether a chain is gone is decided by who asks. Source: DESIGN 6.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, insert, literal, select, update

from attestree.adapters.sql.connections import Transactions
from attestree.adapters.sql.leases import pin_columns
from attestree.adapters.sql.tables import (
    ATTEMPTS,
    BATCHES,
    CREDENTIALS,
    FINAL_MARKS,
    INTENTS,
    PAST_ATTEMPTS,
    PINS,
)
from attestree.errors import TransitionError
from attestree.outbox.states import State
from attestree.registry.facts import ChainIdentity


class Withdrawals(Transactions):
    """The part of the store that takes writes back."""

    def drop_intent(self, intent_id: str, *, fence: int) -> None:
        """
        Forget a SEALED write for which nothing was ever signed; with an anchor goes its batch.

        Raises:
            TransitionError: `outbox.cannot_drop`, or `outbox.handed_out` where files of the batch are out.
        """
        signed = select(ATTEMPTS.c.number).where(ATTEMPTS.c.intent_id == intent_id)
        waiting = and_(
            INTENTS.c.id == intent_id, INTENTS.c.state == State.SEALED.value, INTENTS.c.fence == fence
        )
        with self._writing() as connection:
            if connection.execute(signed).first() is not None:
                raise TransitionError("outbox.cannot_drop")
            batch_id = connection.execute(select(INTENTS.c.batch_id).where(waiting)).scalar_one_or_none()
            if connection.execute(delete(INTENTS).where(waiting)).rowcount != 1:
                raise TransitionError("outbox.cannot_drop")
            if batch_id is not None:
                _drop_batch(connection, batch_id)

    def start_over(self, registry: str, *, identity: ChainIdentity) -> None:
        """
        Put every write of a registry back to SEALED, because its test chain was wiped.

        What was signed for the old chain is kept apart, the mark is forgotten, and `identity` is pinned.
        """
        ours = INTENTS.c.registry == registry
        names = select(INTENTS.c.id).where(ours)
        fresh = {
            "state": State.SEALED.value,
            "fence": INTENTS.c.fence + 1,
            "block_number": None,
            "block_hash": None,
            "note": "",
        }
        with self._writing() as connection:
            _keep_apart(connection, registry)
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.intent_id.in_(names)))
            connection.execute(update(INTENTS).where(ours).values(**fresh))
            connection.execute(delete(FINAL_MARKS).where(FINAL_MARKS.c.registry == registry))
            connection.execute(
                update(PINS).where(PINS.c.registry == registry).values(**pin_columns(identity))
            )


def _drop_batch(connection: Connection, batch_id: str) -> None:
    """Forget a batch that was never recorded, with its credentials."""
    connection.execute(delete(CREDENTIALS).where(CREDENTIALS.c.batch_id == batch_id))
    batch = and_(BATCHES.c.id == batch_id, BATCHES.c.delivered.is_(False), BATCHES.c.release_early.is_(False))
    if connection.execute(delete(BATCHES).where(batch)).rowcount != 1:
        raise TransitionError("outbox.handed_out")


def _keep_apart(connection: Connection, registry: str) -> None:
    """Copy what was signed for a registry to where nothing looks for it."""
    wiped = select(PINS.c.genesis_hash).where(PINS.c.registry == registry).scalar_subquery()
    shared = [column.name for column in PAST_ATTEMPTS.c if column.name in ATTEMPTS.c]
    rows = (
        select(literal(registry), wiped, *(ATTEMPTS.c[name] for name in shared))
        .join(INTENTS, INTENTS.c.id == ATTEMPTS.c.intent_id)
        .where(INTENTS.c.registry == registry)
    )
    connection.execute(insert(PAST_ATTEMPTS).from_select(["registry", "genesis_hash", *shared], rows))
