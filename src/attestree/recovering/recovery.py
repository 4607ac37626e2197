"""
Recovering: the store is brought up to what the chain and the folders know.

Decides the order, so that a run that is killed anywhere is gone on with by the next one: pins, batches in
chain order, changes of status, what must be looked at, what is set aside - and the nonces last, because
they open the gate. Nothing is signed or sent. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from attestree.errors import NotAllowedError, TransitionError
from attestree.outbox.states import State
from attestree.ports import Clock, Intent, Lane
from attestree.ports.recovering import RecoverableStore
from attestree.recovering.chronicle import Recorded, RecordedChange
from attestree.recovering.entering import (
    StatusName,
    build_anchor_write,
    build_change_write,
    build_missing,
)
from attestree.recovering.plan import Entry, KnownFolder, Registry, RegistryPlan, make_plan
from attestree.recovering.unknown import AT_REST


@dataclass(slots=True)
class Done:
    """What a run did."""

    batches: int = 0
    """Batches entered as recorded."""
    credentials: int = 0
    """Their credentials."""
    queued: int = 0
    """Batches entered that wait to be recorded."""
    changes: int = 0
    """Changes of status entered."""
    given_up: list[str] = field(default_factory=list)
    """Titles of writes that waited and may be done already: a person looks, and asks again if not."""
    aside: int = 0
    """Folders set aside."""
    accepted: int = 0
    """Anchors accepted without documents."""
    without_record: list[str] = field(default_factory=list)
    """Batches whose roster cannot be told: running it again finds each learner, and no batch."""
    left: int = 0
    """Anchors that are still missing; nothing may be signed with their key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Recovers one installation."""

    store: RecoverableStore
    """What is brought up to date."""
    registries: Mapping[str, Registry]
    """Those of the settings, by name."""
    find_folders: Callable[[], Sequence[KnownFolder]]
    """Lists every batch folder of our issuers."""
    operators: Mapping[bytes, bytes]
    """Issuer -> address of the key that records for it here, 20 bytes each."""
    write_pin: Callable[[str], None]
    """Pins a registry in the store as the settings have it, once the chain agrees."""
    set_aside: Callable[[KnownFolder], None]
    """Moves a held folder out of the way."""
    status_name: StatusName
    """Names a change of status."""
    clock: Clock
    """Wall time."""

    def plan(self) -> list[RegistryPlan]:
        """Find out what would be done, registry by registry; raises as `make_plan` does."""
        folders = self.find_folders()
        return [
            make_plan(registry, store=self.store, folders=folders) for registry in self.registries.values()
        ]

    def run(
        self,
        plans: Sequence[RegistryPlan],
        *,
        accept_missing: bool,
        on_progress: Callable[[str], None] = lambda _: None,
    ) -> Done:
        """
        Do what was planned; again = no change.

        Raises:
            NotAllowedError: `recover.no_operator`.
            TransitionError: `store.*`, the store holds something else under the same name;
                `outbox.lost_race`, somebody else moved a write meanwhile.
            StoreUnavailableError, FolderUnavailableError: Run it again; nothing is half done.
        """
        done = Done()
        for plan in plans:
            self.write_pin(plan.name)
            for entry in plan.entries:
                on_progress(f"batch {entry.found.batch.id}")
                self._enter(entry, plan, done)
            for intent, anchor in plan.waiting:
                done.batches += self._finish(intent, anchor)
            for change in plan.changes:
                done.changes += self._enter_change(change, plan)
            for intent in plan.doubtful:
                self._give_up(intent, done)
            for folder in plan.aside:
                self.set_aside(folder)
                done.aside += 1
            if plan.missing and not accept_missing:
                done.left += len(plan.missing)
                continue
            missing = [build_missing(one.recorded, registry=plan.name) for one in plan.missing]
            self.store.accept_missing(missing)
            done.accepted += len(missing)
            for key, count in plan.lanes.items():
                self._move_lane(key, plan.name, count)
        return done

    def _enter(self, entry: Entry, plan: RegistryPlan, done: Done) -> None:
        """Enter one batch with its credentials and its anchor."""
        found, anchor = entry.found, entry.anchor
        if anchor is None and found.batch.issuer not in self.operators:
            raise NotAllowedError("recover.no_operator")
        sender = self.operators[found.batch.issuer] if anchor is None else anchor.writer
        write = build_anchor_write(
            found.batch,
            contract=self.registries[plan.name].contract,
            sender=sender,
            created=self.clock.now() if anchor is None else anchor.anchor.time,
        )
        block = None if anchor is None else anchor.block
        if not self.store.enter_batch(found.batch, rows=found.rows, intent=write, block=block):
            return
        done.batches += anchor is not None
        done.queued += anchor is None
        done.credentials += len(found.rows)
        if not found.has_record:
            done.without_record.append(found.batch.id)

    def _enter_change(self, recorded: RecordedChange, plan: RegistryPlan) -> bool:
        """Enter one change of status, in the place of the write that waits for it where there is one."""
        same = [
            intent
            for intent in self.store.fetch_intents()
            if (intent.wanted.registry, intent.wanted.payload) == (plan.name, recorded.payload)
        ]
        for intent in same:
            if intent.state not in AT_REST and intent.wanted.sender == recorded.writer:
                return self._finish(intent, recorded)
        write = build_change_write(
            recorded,
            name=self.status_name(plan.name, recorded.payload, len(same)),
            registry=plan.name,
            contract=self.registries[plan.name].contract,
            batch=self.store.fetch_batch_of_root(issuer=recorded.issuer, root=recorded.change.root),
        )
        return self.store.enter_write(write, block=recorded.block)

    def _finish(self, intent: Intent, recorded: Recorded) -> bool:
        """Make a write that waits FINAL where it was recorded."""
        self.store.move_intent(
            intent.wanted.id,
            before=intent.state,
            after=State.FINAL,
            fence=intent.fence,
            block=recorded.block,
        )
        return True

    def _give_up(self, intent: Intent, done: Done) -> None:
        """Withdraw a write for which nothing was signed, and which may have been done since it was queued."""
        try:
            self.store.drop_intent(intent.wanted.id, fence=intent.fence)
        except TransitionError:
            # Somebody moved it since it was looked at; the next run looks again
            return
        done.given_up.append(intent.wanted.title)

    def _move_lane(self, key: bytes, registry: str, count: int) -> None:
        """Let the key go on behind what it sent; no nonce is used twice."""
        lane = self.store.fetch_lane(sender=key, registry=registry)
        if lane is None:
            self.store.open_lane(sender=key, registry=registry, first=count)
        elif lane.next < count:
            after = Lane(lane.first, count)
            self.store.move_lane(sender=key, registry=registry, before=lane, after=after)
