"""
Intents and attempts in the store: the durable half of the outbox.

Decides that an edge is taken once: every transition is an UPDATE that names the state and the
fence it starts from. Which edge to take is decided in `outbox.decide`. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, Insert, Select, and_, insert, or_, select, update

from attestree.adapters.sql.connections import Transactions, insert_unless_there
from attestree.adapters.sql.intent_rows import attempt_columns, attempt_of, intent_columns, intent_of
from attestree.adapters.sql.lanes import take_nonce
from attestree.adapters.sql.row_sums import read_rows
from attestree.adapters.sql.tables import ATTEMPTS, INTENTS, LANES, LEASES, PINS
from attestree.errors import TransitionError
from attestree.outbox.states import State, verify_transition
from attestree.ports import NOBODY_ELSE, Attempt, Intent, NewIntent
from attestree.registry.facts import BlockRef

UNMINED = frozenset({State.SEALED, State.SIGNED, State.SENT})
"""States in which no block counts."""


class Intents(Transactions):
    """The part of the store that holds intents and attempts."""

    def add_intent(self, intent: NewIntent) -> Intent:
        """Queue a write in state SEALED, or return the one with the same id."""
        with self._writing() as connection:
            found = _one_intent(connection, intent.id)
            if found is None and not insert_unless_there(connection, _new_row(intent)):
                found = _one_intent(connection, intent.id)
            return _queued(intent) if found is None else found

    def fetch_intent(self, intent_id: str) -> Intent | None:
        """Return an intent or None."""
        with self._reading() as connection:
            return _one_intent(connection, intent_id)

    def fetch_intents(self, *, states: Iterable[State] | None = None) -> Sequence[Intent]:
        """Return intents in the order they were queued."""
        query = select(INTENTS).order_by(INTENTS.c.position)
        if states is not None:
            query = query.where(INTENTS.c.state.in_([state.value for state in states]))
        with self._reading() as connection:
            return [intent_of(row) for row in read_rows(connection, INTENTS, query)]

    def fetch_attempts(self, intent_id: str) -> Sequence[Attempt]:
        """Return an intent's attempts by number."""
        query = select(ATTEMPTS).where(ATTEMPTS.c.intent_id == intent_id).order_by(ATTEMPTS.c.number)
        with self._reading() as connection:
            return [attempt_of(row) for row in read_rows(connection, ATTEMPTS, query)]

    def verify_outbox(self) -> None:
        """Return if all that a nonce is reckoned from is what was written; CorruptionError otherwise."""
        # Not by the states that there are: a damaged one is none of them.
        moving = INTENTS.c.state != State.FINAL.value
        signed = select(ATTEMPTS).outerjoin(INTENTS, INTENTS.c.id == ATTEMPTS.c.intent_id)
        queries = (
            (PINS, select(PINS)),
            (LANES, select(LANES)),
            (INTENTS, select(INTENTS).where(moving)),
            (ATTEMPTS, signed.where(or_(INTENTS.c.id.is_(None), moving))),
        )
        with self._reading() as connection:
            for table, query in queries:
                for _ in read_rows(connection, table, query):
                    pass

    def fetch_carried(self, tx_hash: bytes) -> Sequence[Intent]:
        """Return the writes that a stored transaction carries, in the order they were queued."""
        query = select(INTENTS).where(INTENTS.c.id.in_(_carried(tx_hash))).order_by(INTENTS.c.position)
        with self._reading() as connection:
            return [intent_of(row) for row in read_rows(connection, INTENTS, query)]

    def add_attempt(
        self,
        attempt: Attempt,
        *,
        lease_key: bytes,
        lease_fence: int,
        intent_fence: int,
        beside: Mapping[str, int] = NOBODY_ELSE,
    ) -> None:
        """
        Store a signed transaction and move its intents to SIGNED, fenced by lease, intents and lane.

        Raises:
            TransitionError: `lease.lost` where another process took the lease since;
                `outbox.lost_race` where an intent moved; `outbox.no_such_edge`;
                `outbox.second_nonce` where the attempt would give an intent another live nonce;
                `outbox.not_together` where intents do not belong in one transaction, or one is missing;
                `lane.wrong_nonce` or `lane.nonce_taken` where a new nonce is not the lane's next.
        """
        fences = {attempt.intent_id: intent_fence, **beside}
        with self._writing() as connection:
            lease = select(LEASES.c.fence).where(LEASES.c.key == lease_key).with_for_update()
            if connection.execute(lease).scalar_one_or_none() != lease_fence:
                raise TransitionError("lease.lost")
            intents = [
                _take_edge(connection, one, State.SIGNED, fence=fence) for one, fence in fences.items()
            ]
            if intents[0].state is State.SENT:
                _verify_same_nonce(connection, attempt, fences.keys())
            else:
                take_nonce(connection, attempt, intents[0].wanted)
            _verify_company(connection, attempt, intents)
            for intent in intents:
                row = attempt_columns(replace(attempt, intent_id=intent.wanted.id))
                connection.execute(insert(ATTEMPTS).values(issuer=intent.wanted.issuer, **row))

    def mark_sent(self, attempt: Attempt, *, now: int, intent_fence: int) -> None:
        """
        Record, before the bytes leave, that they may have left; the intent moves to SENT.

        So does every other that waits with the same bytes.

        Raises:
            TransitionError: `outbox.lost_race`, `outbox.no_such_edge`.
        """
        others = and_(INTENTS.c.id.in_(_carried(attempt.tx_hash)), INTENTS.c.id != attempt.intent_id)
        signed = and_(others, INTENTS.c.state == State.SIGNED.value)
        with self._writing() as connection:
            _take_edge(connection, attempt.intent_id, State.SENT, fence=intent_fence, stay=True)
            moved = update(INTENTS).where(signed).values(state=State.SENT.value, fence=INTENTS.c.fence + 1)
            connection.execute(moved)
            row = ATTEMPTS.c.tx_hash == attempt.tx_hash
            connection.execute(update(ATTEMPTS).where(row).values(sent_at=now))

    def move_intent(
        self,
        intent_id: str,
        *,
        before: State,
        after: State,
        fence: int,
        block: BlockRef | None = None,
        note: str = "",
    ) -> None:
        """
        Take one edge; without `block`, the stored one stays unless the write is no longer in one.

        Raises:
            TransitionError: `outbox.lost_race` if state or fence differ; `outbox.no_such_edge`.
        """
        verify_transition(before=before, after=after)
        columns: dict[str, object] = {"note": note}
        if block is not None:
            columns |= {"block_number": block.number, "block_hash": block.hash}
        elif after in UNMINED:
            columns |= {"block_number": None, "block_hash": None}
        with self._writing() as connection:
            _update(connection, intent_id, before=before, after=after, fence=fence, columns=columns)

    def resume_intent(self, intent_id: str, *, after: State, fence: int) -> None:
        """Take a HALTED intent up again because a person said so; `after` is SEALED or SENT."""
        if after not in (State.SEALED, State.SENT):
            raise TransitionError("outbox.no_such_edge", before=State.HALTED.value, after=after.value)
        columns: dict[str, object] = {"note": "", "block_number": None, "block_hash": None}
        with self._writing() as connection:
            _update(connection, intent_id, before=State.HALTED, after=after, fence=fence, columns=columns)


def insert_intent(connection: Connection, intent: NewIntent) -> None:
    """Insert an intent in state SEALED."""
    connection.execute(_new_row(intent))


def stop_intent_of(connection: Connection, batch_id: str, *, fence: int, note: str) -> None:
    """Move the SEALED anchor of a batch to HALTED; TransitionError `outbox.lost_race` if it moved."""
    query = select(INTENTS.c.id).where(INTENTS.c.batch_id == batch_id)
    intent_id = connection.execute(query).scalar_one()
    columns: dict[str, object] = {"note": note}
    _update(connection, intent_id, before=State.SEALED, after=State.HALTED, fence=fence, columns=columns)


def _new_row(intent: NewIntent) -> Insert:
    """Return the insertion of an intent in state SEALED."""
    return insert(INTENTS).values(**intent_columns(intent), state=State.SEALED.value, fence=1, note="")


def _queued(intent: NewIntent) -> Intent:
    """Return an intent as it was just inserted."""
    return Intent(wanted=intent, state=State.SEALED, fence=1, block_number=None, block_hash=None, note="")


def _take_edge(
    connection: Connection, intent_id: str, after: State, *, fence: int, stay: bool = False
) -> Intent:
    """Move an intent along an edge from wherever it stands with this fence; return it as it was."""
    intent = _one_intent(connection, intent_id)
    if intent is None or intent.fence != fence:
        raise TransitionError("outbox.lost_race")
    if not (stay and intent.state is after):
        verify_transition(before=intent.state, after=after)
    _update(connection, intent_id, before=intent.state, after=after, fence=fence, columns={})
    return intent


def _update(
    connection: Connection,
    intent_id: str,
    *,
    before: State,
    after: State,
    fence: int,
    columns: dict[str, object],
) -> None:
    """Change state and fence if both are what the caller saw."""
    statement = (
        update(INTENTS)
        .where(INTENTS.c.id == intent_id, INTENTS.c.state == before.value, INTENTS.c.fence == fence)
        .values(state=after.value, fence=fence + 1, **columns)
    )
    if connection.execute(statement).rowcount != 1:
        raise TransitionError("outbox.lost_race")


def _carried(tx_hash: bytes) -> Select[tuple[str]]:
    """Ask for the ids of the intents that a transaction carries."""
    return select(ATTEMPTS.c.intent_id).where(ATTEMPTS.c.tx_hash == tx_hash)


def _verify_same_nonce(connection: Connection, attempt: Attempt, ids: Collection[str]) -> None:
    """Return if an attempt takes the place of the newest one, for every intent which that one carries."""
    newest = _newest_attempt(connection, attempt.intent_id)
    if newest is None or attempt.nonce != newest.nonce:
        raise TransitionError("outbox.second_nonce")
    carried = connection.execute(_carried(newest.tx_hash)).all()
    if {row.intent_id for row in carried} != set(ids):
        raise TransitionError("outbox.not_together")


def _verify_company(connection: Connection, attempt: Attempt, intents: Sequence[Intent]) -> None:
    """Return if a transaction is new, and whoever is in it beside others was never signed but with them."""
    first = intents[0]
    road = (first.state, first.wanted.registry, first.wanted.sender, first.wanted.to)
    for one in intents if len(intents) > 1 else ():
        wanted = one.wanted
        same = (one.state, wanted.registry, wanted.sender, wanted.to) == road and wanted.nonce is None
        is_first = one.state is State.SENT or _newest_attempt(connection, wanted.id) is None
        if not same or not is_first:
            raise TransitionError("outbox.not_together")
    if connection.execute(_carried(attempt.tx_hash).limit(1)).one_or_none() is not None:
        raise TransitionError("outbox.not_together")


def _newest_attempt(connection: Connection, intent_id: str) -> Attempt | None:
    """Return the newest attempt of an intent, or None."""
    newest = select(ATTEMPTS).where(ATTEMPTS.c.intent_id == intent_id).order_by(ATTEMPTS.c.number.desc())
    return next(map(attempt_of, read_rows(connection, ATTEMPTS, newest.limit(1))), None)


def _one_intent(connection: Connection, intent_id: str) -> Intent | None:
    """Return one intent or None."""
    found = read_rows(connection, INTENTS, select(INTENTS).where(INTENTS.c.id == intent_id))
    return next(map(intent_of, found), None)
