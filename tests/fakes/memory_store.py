"""A store in memory: the outbox half of `ports.Store`, with the same refusals as the SQL one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from attestree.errors import CorruptionError, LeaseHeldError, TransitionError
from attestree.outbox.lane import advance, verify_nonce
from attestree.outbox.states import State, verify_transition
from attestree.ports import NOBODY_ELSE, Attempt, Batch, CredentialRow, Intent, Lane, NewIntent
from attestree.registry.facts import BlockRef, ChainIdentity

UNMINED = (State.SEALED, State.SIGNED, State.SENT)


class MemoryStore:
    """Pins, leases, intents and attempts; batches are left to the SQL store."""

    def __init__(self) -> None:
        self.pins: dict[str, ChainIdentity] = {}
        self.leases: dict[bytes, tuple[str, int, int]] = {}
        self.intents: dict[str, Intent] = {}
        self.attempts: dict[str, list[Attempt]] = {}
        self.edges: list[tuple[str, State, State]] = []
        self.lanes: dict[tuple[tuple[int, bytes], bytes], Lane] = {}
        self.marks: dict[str, BlockRef] = {}
        self.past: list[Attempt] = []

    def fetch_pin(self, registry: str) -> ChainIdentity | None:
        return self.pins.get(registry)

    def fetch_pins(self) -> Mapping[str, ChainIdentity]:
        return dict(self.pins)

    def write_pin(self, registry: str, identity: ChainIdentity) -> None:
        if self.pins.setdefault(registry, identity) != identity:
            raise TransitionError("store.pinned_otherwise", registry=registry)

    def take_lease(self, *, key: bytes, owner: str, now: int, seconds: int) -> int:
        holder, fence, expires = self.leases.get(key, ("", 0, 0))
        if holder != owner:
            if expires > now:
                raise LeaseHeldError("lease.held", owner=holder, seconds=expires - now)
            fence += 1
        self.leases[key] = (owner, fence, now + seconds)
        return fence

    def drop_lease(self, *, key: bytes, fence: int) -> None:
        if self.leases[key][1] == fence:
            self.leases[key] = ("", fence + 1, 0)

    def add_intent(self, intent: NewIntent) -> Intent:
        fresh = Intent(intent, State.SEALED, fence=1, block_number=None, block_hash=None, note="")
        return self.intents.setdefault(intent.id, fresh)

    def fetch_intent(self, intent_id: str) -> Intent | None:
        return self.intents.get(intent_id)

    def fetch_intents(self, *, states: Iterable[State] | None = None) -> Sequence[Intent]:
        wanted = set(State if states is None else states)
        return [intent for intent in self.intents.values() if intent.state in wanted]

    def fetch_attempts(self, intent_id: str) -> Sequence[Attempt]:
        return list(self.attempts.get(intent_id, []))

    def fetch_lane(self, *, sender: bytes, registry: str) -> Lane | None:
        return None if registry not in self.pins else self.lanes.get((self._chain(registry), sender))

    def open_lane(self, *, sender: bytes, registry: str, first: int) -> Lane:
        return self.lanes.setdefault((self._chain(registry), sender), Lane(first, first))

    def move_lane(self, *, sender: bytes, registry: str, before: Lane, after: Lane) -> None:
        if self.lanes.get((self._chain(registry), sender)) != before:
            raise TransitionError("outbox.lost_race")
        self.lanes[self._chain(registry), sender] = after

    def fetch_held_nonces(self, *, sender: bytes, registry: str, least: int) -> Collection[int]:
        return {a.nonce for a in self._attempts_beside(registry, sender) if a.nonce >= least}

    def _chain(self, registry: str) -> tuple[int, bytes]:
        return (self.pins[registry].chain_id, self.pins[registry].genesis_hash)

    def _attempts_beside(self, registry: str, sender: bytes) -> list[Attempt]:
        names = [name for name in self.pins if self._chain(name) == self._chain(registry)]
        ours = [i.wanted for i in self.intents.values() if i.wanted.sender == sender]
        return [a for one in ours if one.registry in names for a in self.attempts.get(one.id, [])]

    def _take_nonce(self, attempt: Attempt) -> None:
        wanted = self.intents[attempt.intent_id].wanted
        lane = self.fetch_lane(sender=wanted.sender, registry=wanted.registry)
        if lane is None:
            raise TransitionError("lane.wrong_nonce", nonce=attempt.nonce, expected=None)
        verify_nonce(attempt.nonce, lane=lane, pinned=wanted.nonce)
        held = self._attempts_beside(wanted.registry, wanted.sender)
        if any(a.nonce == attempt.nonce and a.intent_id != attempt.intent_id for a in held):
            raise TransitionError("lane.nonce_taken", nonce=attempt.nonce)
        self.lanes[self._chain(wanted.registry), wanted.sender] = advance(lane, signed=attempt.nonce)

    def check_at_rest(self) -> Iterator[CorruptionError]:
        return iter(())

    def verify_outbox(self) -> None:
        """Memory does not rot."""

    def fetch_carried(self, tx_hash: bytes) -> Sequence[Intent]:
        return [self.intents[name] for name in self._carried(tx_hash)]

    def _carried(self, tx_hash: bytes) -> list[str]:
        held = self.attempts
        return [name for name in self.intents if any(a.tx_hash == tx_hash for a in held.get(name, []))]

    def add_attempt(
        self,
        attempt: Attempt,
        *,
        lease_key: bytes,
        lease_fence: int,
        intent_fence: int,
        beside: Mapping[str, int] = NOBODY_ELSE,
    ) -> None:
        if self.leases[lease_key][1] != lease_fence:
            raise TransitionError("lease.lost")
        fences = {attempt.intent_id: intent_fence, **beside}
        intents = [self.intents[name] for name in fences]
        if any(self.intents[name].fence != fence for name, fence in fences.items()):
            raise TransitionError("outbox.lost_race")
        before = intents[0].state
        newest = self.attempts.get(attempt.intent_id, [])[-1:]
        if before is State.SENT:
            if newest[0].nonce != attempt.nonce:
                raise TransitionError("outbox.second_nonce")
            if set(self._carried(newest[0].tx_hash)) != set(fences):
                raise TransitionError("outbox.not_together")
        again = before is State.SEALED and any(self.attempts.get(name) for name in fences)
        if self._carried(attempt.tx_hash) or {one.state for one in intents} != {before} or (again and beside):
            raise TransitionError("outbox.not_together")
        if before is State.SEALED:
            self._take_nonce(attempt)
        for name, fence in fences.items():
            self._move(name, before, State.SIGNED, fence)
            self.attempts.setdefault(name, []).append(replace(attempt, intent_id=name))

    def mark_sent(self, attempt: Attempt, *, now: int, intent_fence: int) -> None:
        before = self.intents[attempt.intent_id].state
        self._move(attempt.intent_id, before, State.SENT, intent_fence, stay=True)
        for one in self.fetch_carried(attempt.tx_hash):
            if one.state is State.SIGNED:
                self._move(one.wanted.id, State.SIGNED, State.SENT, one.fence)
            held = self.attempts[one.wanted.id]
            held[:] = [replace(a, sent_at=now) if a.tx_hash == attempt.tx_hash else a for a in held]

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
        self._move(intent_id, before, after, fence)
        moved = replace(self.intents[intent_id], note=note)
        if block is not None:
            moved = replace(moved, block_number=block.number, block_hash=block.hash)
        elif after in UNMINED:
            moved = replace(moved, block_number=None, block_hash=None)
        self.intents[intent_id] = moved

    def resume_intent(self, intent_id: str, *, after: State, fence: int) -> None:
        intent = self.intents[intent_id]
        if (intent.state, intent.fence) != (State.HALTED, fence):
            raise TransitionError("outbox.lost_race")
        self.intents[intent_id] = replace(
            intent, state=after, fence=fence + 1, note="", block_number=None, block_hash=None
        )

    def fetch_final_mark(self, registry: str) -> BlockRef | None:
        return self.marks.get(registry)

    def write_final_mark(self, registry: str, block: BlockRef) -> None:
        if registry not in self.marks or self.marks[registry].number < block.number:
            self.marks[registry] = replace(block, time=0)

    def drop_final_mark(self, registry: str) -> None:
        self.marks.pop(registry, None)

    def drop_intent(self, intent_id: str, *, fence: int) -> None:
        intent = self.intents.get(intent_id)
        if intent is None or (intent.state, intent.fence) != (State.SEALED, fence):
            raise TransitionError("outbox.cannot_drop")
        self.past += self.attempts.pop(intent_id, [])
        del self.intents[intent_id]

    def start_over(self, registry: str, *, identity: ChainIdentity) -> None:
        for intent in [one for one in self.intents.values() if one.wanted.registry == registry]:
            self.past += self.attempts.pop(intent.wanted.id, [])
            self.intents[intent.wanted.id] = Intent(
                intent.wanted, State.SEALED, intent.fence + 1, None, None, ""
            )
        self.drop_final_mark(registry)
        self.pins[registry] = identity

    def _move(self, intent_id: str, before: State, after: State, fence: int, *, stay: bool = False) -> None:
        intent = self.intents[intent_id]
        if (intent.state, intent.fence) != (before, fence):
            raise TransitionError("outbox.lost_race")
        if not (stay and before is after):
            verify_transition(before=before, after=after)
            self.edges.append((intent_id, before, after))
        self.intents[intent_id] = replace(intent, state=after, fence=fence + 1)

    # batches: not kept here
    def open_batch(self, batch: Batch) -> Batch:
        raise AssertionError("nobody asks this here")

    def seal_batch(
        self, batch_id: str, *, root: bytes, size: int, rows: Iterable[CredentialRow], intent: NewIntent
    ) -> None:
        raise AssertionError("nobody asks this here")

    def fetch_batch(self, batch_id: str) -> Batch | None:
        raise AssertionError("nobody asks this here")

    def fetch_batches(self, *, issuer: bytes | None = None) -> Sequence[Batch]:
        raise AssertionError("nobody asks this here")

    def fetch_batch_of_root(self, *, issuer: bytes, root: bytes) -> Batch | None:
        raise AssertionError("nobody asks this here")

    def mark_delivered(self, batch_id: str) -> None:
        raise AssertionError("nobody asks this here")

    def fetch_row(self, token: str) -> CredentialRow | None:
        raise AssertionError("nobody asks this here")

    def fetch_rows(self, batch_id: str) -> Sequence[CredentialRow]:
        raise AssertionError("nobody asks this here")

    def fetch_replaced(self, batch_id: str) -> Sequence[str]:
        raise AssertionError("nobody asks this here")

    def fetch_rows_by_key(self, row_keys: Sequence[bytes]) -> Mapping[bytes, Sequence[CredentialRow]]:
        raise AssertionError("nobody asks this here")
