"""
What a person takes back: a write that waits for its signature, and a whole test chain that was wiped.

Decides that neither can touch what may still be recorded: a write is SEALED only while every transaction
signed for it is spent for ever without effect. What was signed is kept for ever, but apart. Whether a chain
is gone is decided by who asks. Source: DESIGN section 6.
"""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    not_,
    select,
    update,
)

from attestree.adapters.sql.connections import Transactions
from attestree.adapters.sql.leases import pin_columns
from attestree.adapters.sql.open_batches import was_open
from attestree.adapters.sql.row_sums import COLUMN
from attestree.adapters.sql.tables import (
    ATTEMPTS,
    BATCHES,
    CREDENTIALS,
    FINAL_MARKS,
    INTENTS,
    LANES,
    PAST_ATTEMPTS,
    PINS,
)
from attestree.errors import TransitionError
from attestree.outbox.records import GIVEN_UP
from attestree.outbox.relayed import NOBODY
from attestree.outbox.states import State
from attestree.registry.facts import ChainIdentity


class Withdrawals(Transactions):
    """The part of the store that takes writes back."""

    def drop_intent(self, intent_id: str, *, fence: int) -> None:
        """
        Forget a SEALED write, keeping apart what was signed for it in vain; with an anchor goes its batch.

        Raises:
            TransitionError: `outbox.cannot_drop`, or `outbox.handed_out` where files of the batch are out.
        """
        waiting = and_(
            INTENTS.c.id == intent_id,
            INTENTS.c.state == State.SEALED.value,
            INTENTS.c.fence == fence,
            # What somebody else sends may be recorded at any time
            INTENTS.c.sender != NOBODY,
        )
        with self._writing() as connection:
            _keep_apart(connection, waiting)
            batch_id = connection.execute(select(INTENTS.c.batch_id).where(waiting)).scalar_one_or_none()
            if connection.execute(delete(INTENTS).where(waiting)).rowcount != 1:
                raise TransitionError("outbox.cannot_drop")
            if batch_id is not None:
                _drop_batch(connection, batch_id)

    def start_over(self, registry: str, *, identity: ChainIdentity) -> None:
        """
        Put every write of a registry back to SEALED, because its test chain was wiped.

        What was given up stays so, and a deployment is over where `identity` names its contract. What was
        signed for the old chain is kept apart, what only filled gaps in it goes; the mark is forgotten, and
        `identity` is pinned.
        """
        given_up = and_(INTENTS.c.state == State.HALTED.value, INTENTS.c.note.in_(GIVEN_UP))
        ours = and_(INTENTS.c.registry == registry, not_(given_up))
        deployed = and_(INTENTS.c.kind == "deploy", literal(any(identity.registry)))
        fresh = {
            "state": case((deployed, State.FINAL.value), else_=State.SEALED.value),
            "fence": INTENTS.c.fence + 1,
            "block_number": None,
            "block_hash": None,
            "note": "",
        }
        with self._writing() as connection:
            _keep_apart(connection, ours)
            connection.execute(delete(INTENTS).where(ours, INTENTS.c.kind == "fill"))
            connection.execute(update(INTENTS).where(ours).values(**fresh))
            if _names_contract(connection, registry):
                # A chain that begins with the same block as one before has that one's lanes
                connection.execute(delete(LANES).where(_lanes_of(registry, identity)))
            connection.execute(delete(FINAL_MARKS).where(FINAL_MARKS.c.registry == registry))
            connection.execute(
                update(PINS).where(PINS.c.registry == registry).values(**pin_columns(identity))
            )


def _drop_batch(connection: Connection, batch_id: str) -> None:
    """Forget a batch that was never recorded, with its credentials."""
    if was_open(connection, batch_id):
        raise TransitionError("outbox.handed_out")
    connection.execute(delete(CREDENTIALS).where(CREDENTIALS.c.batch_id == batch_id))
    batch = and_(BATCHES.c.id == batch_id, BATCHES.c.delivered.is_(False), BATCHES.c.release_early.is_(False))
    if connection.execute(delete(BATCHES).where(batch)).rowcount != 1:
        raise TransitionError("outbox.handed_out")


def _names_contract(connection: Connection, registry: str) -> bool:
    """Say whether the pin of a registry is that of a contract, which is gone then."""
    pinned = connection.execute(
        select(PINS.c.address).where(PINS.c.registry == registry)
    ).scalar_one_or_none()
    return pinned is not None and any(pinned)


def _lanes_of(registry: str, identity: ChainIdentity) -> ColumnElement[bool]:
    """Name the lanes on the new chain of all keys that a registry's writes are signed with."""
    senders = select(INTENTS.c.sender).where(INTENTS.c.registry == registry)
    return and_(
        LANES.c.sender.in_(senders),
        LANES.c.chain_id == identity.chain_id,
        LANES.c.genesis_hash == identity.genesis_hash,
    )


def _keep_apart(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Move what was signed for some intents to where nothing looks for it."""
    shared = [column.name for column in PAST_ATTEMPTS.c if column.name in ATTEMPTS.c]
    shared.remove(COLUMN)
    pinned = select(PINS.c.genesis_hash).where(PINS.c.registry == INTENTS.c.registry).scalar_subquery()
    rows = (
        select(INTENTS.c.registry, func.coalesce(pinned, b""), *(ATTEMPTS.c[name] for name in shared))
        .join(INTENTS, INTENTS.c.id == ATTEMPTS.c.intent_id)
        .where(condition)
    )
    connection.execute(insert(PAST_ATTEMPTS).from_select(["registry", "genesis_hash", *shared], rows))
    names = select(INTENTS.c.id).where(condition)
    connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.intent_id.in_(names)))
