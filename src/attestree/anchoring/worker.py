"""
The worker: drives every write of our keys on one registry, a step at a time.

Decides the order of a round: identity, lease, then each write in the order it was queued - look,
decide, take one step. It holds no state that matters: a new worker over the same store goes on where
the last one was killed. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from attestree.anchoring.bell import Bell
from attestree.anchoring.final_watch import FinalWatch
from attestree.anchoring.identity import fetch_pin, is_same_chain, verify_identity
from attestree.anchoring.lane_watch import LaneWatch, watch_idle_lane
from attestree.anchoring.lease import Leases, build_lease_key, name_owner
from attestree.anchoring.observe import Look
from attestree.anchoring.pace import DEFAULT_PACE, Pace
from attestree.anchoring.progress import Event, OnProgress, Progress, build_blocked_event, build_event, ignore
from attestree.anchoring.relayed import watch_relayed
from attestree.anchoring.taker import Taker
from attestree.anchoring.together import Together
from attestree.anchoring.until_final import OnSilence, UntilFinal, endure_quietly
from attestree.anchoring.vigil import UNFINISHED, Vigil
from attestree.errors import (
    ChainIdentityError,
    ChainUnavailableError,
    LeaseHeldError,
    RefusedError,
    UnavailableError,
)
from attestree.outbox.decide import DEFAULT_LIMITS, Limits, decide
from attestree.outbox.lane import CLOSING_CODES, blocks, is_closed
from attestree.outbox.relayed import NOBODY
from attestree.outbox.states import State
from attestree.outbox.steps import Sign, Wait
from attestree.ports import Alarm, Attempt, Clock, Intent, Signer, Store, TransactionSender
from attestree.registry.facts import BlockRef, ChainIdentity


class Worker:
    """Drives the writes of some keys on one registry; close it, or use it as a context."""

    def __init__(  # noqa: PLR0913 - what is wired once, each by name
        self,
        *,
        registry: str,
        store: Store,
        sender: TransactionSender,
        signers: Sequence[Signer],
        clock: Clock,
        limits: Limits = DEFAULT_LIMITS,
        alarm: Alarm | None = None,
        pace: Pace = DEFAULT_PACE,
        owner: str | None = None,
    ) -> None:
        """
        Prepare to drive; nothing is read or sent yet.

        Args:
            registry: Its name in the settings; it must be pinned before the first round.
            store: Where writes are queued.
            sender: Writes to the registry's chain.
            signers: Keys that this process may sign with.
            clock: Wall time.
            limits: Patience and purse.
            alarm: Told of what a person should know.
            pace: How long to hold, when to look again, and when to call a person.
            owner: Who holds the leases, from `name_owner`; one for all workers of a process, because
                registries of one chain share a key. None = this worker alone.
        """
        self.registry = registry
        """Name of the registry in the settings."""
        self.pace = pace
        """How long to hold, and when to look again."""
        self._store = store
        self._sender = sender
        self._signers = {signer.address: signer for signer in signers}
        self._clock = clock
        self._limits = limits
        self._bell = Bell(alarm, clock)
        self._vigil = Vigil(
            registry,
            store,
            sender,
            clock,
            addresses=self._signers.keys(),
            bell=self._bell,
            patience=pace.patience,
        )
        self._final_watch = FinalWatch(registry, store, sender, self._bell)
        owner = owner or name_owner(now=clock.now())
        self._leases = Leases(store, clock, owner=owner, seconds=pace.lease_seconds)

    def hold(self) -> None:
        """
        Take or renew the leases of all keys, also where nothing waits for them.

        Raises:
            ChainIdentityError: `identity.not_pinned`.
            LeaseHeldError: Another process writes with one of the keys.
        """
        with self._vigil.keep():
            pinned = fetch_pin(self._store, registry=self.registry)
            for address in self._signers:
                self._leases.take(build_lease_key(chain_id=pinned.chain_id, address=address))

    def guard_keys(self) -> AbstractContextManager[None]:
        """Report it to the alarm where another process has a key: for whoever is meant to write alone."""
        return self._vigil.keep_leases()

    def drive_once(self, on_progress: OnProgress = ignore) -> Progress:
        """
        Take at most one step for each write of our keys, and say what happened.

        The chain is looked at also where nothing waits: what was final must still be.

        Raises:
            ChainIdentityError: Another chain answers, or what was final is no longer; nothing was
                signed or sent.
            LeaseHeldError: Another process writes with one of the keys.
            CorruptionError: What is stored is not what was written; nothing was signed or sent.
            UnavailableError: Chain or store do not answer; nothing is lost. A chain that did not answer for
                one key was asked for the others all the same.
        """
        with self._vigil.keep():
            progress = self._drive_round(on_progress)
        self._vigil.note_round(progress)
        return progress

    def _drive_round(self, on_progress: OnProgress) -> Progress:
        """Drive one round."""
        unfinished = self._store.fetch_intents(states=UNFINISHED)
        ours = [intent for intent in unfinished if self._is_ours(intent)]
        if not ours and self._store.fetch_pin(self.registry) is None:
            return Progress((), 0)
        self._store.verify_outbox()
        pinned = fetch_pin(self._store, registry=self.registry)
        verify_identity(self._sender.fetch_identity(), pinned=pinned)
        final = self._sender.fetch_block("final")
        self._final_watch.verify(final)
        events: list[Event] = []
        addresses = dict.fromkeys(intent.wanted.sender for intent in ours)
        for event in self._drive_lanes(addresses, unfinished, pinned, final):
            events.append(event)
            on_progress(event)
        for event in watch_relayed(
            self._store, self._sender, unfinished, registry=self.registry, final=final
        ):
            events.append(event)
            on_progress(event)
        for address in self._signers.keys() - addresses.keys():
            watch_idle_lane(self._store, self._bell, self._sender, sender=address, registry=self.registry)
        ended = sum(event.after in (State.FINAL, State.HALTED) for event in events)
        return Progress(tuple(events), len(events) - ended)

    def drive_until_final(
        self,
        intent_ids: Sequence[str],
        on_progress: OnProgress = ignore,
        *,
        patience_seconds: int = 60,
        on_silence: OnSilence = endure_quietly,
    ) -> Sequence[Intent]:
        """
        Drive until these writes are FINAL and return them.

        While another process holds the lease, it does the work and this one watches.

        Args:
            intent_ids: Which writes must be FINAL; all others of our keys are driven along.
            on_progress: Told of every event.
            patience_seconds: How long chain or store may be silent before their error is raised.
            on_silence: Told at once what does not answer, and until when it is asked again.

        Raises:
            RefusedError: A write halted, or nothing is left that could be done: the contract or the
                fee limit stands in the way. The write stays queued.
            UnavailableError: After `patience_seconds` of silence.
            KeyFileError: `key.not_here`, no key here can sign one of them.
        """
        drive = UntilFinal(
            self,
            self._store,
            self._clock,
            on_progress,
            patience_seconds=patience_seconds,
            on_silence=on_silence,
        )
        return drive.run(intent_ids, addresses=self._signers.keys() | {NOBODY})

    def close(self) -> None:
        """Give the leases back."""
        self._leases.drop_all()

    def __enter__(self) -> Self:
        """Return the worker."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the worker."""
        self.close()

    def can_sign(self, intent: Intent) -> bool:
        """Say whether a write is for this registry and by one of our keys."""
        return intent.wanted.registry == self.registry and intent.wanted.sender in self._signers

    def _is_ours(self, intent: Intent) -> bool:
        """Say whether a write is driven here: one that halted is not."""
        return self.can_sign(intent) and intent.state is not State.HALTED

    def _drive_lanes(
        self,
        addresses: Iterable[bytes],
        unfinished: Sequence[Intent],
        pinned: ChainIdentity,
        final: BlockRef,
    ) -> Iterator[Event]:
        """Drive one key after the other; a chain that did not answer for one is raised after the last."""
        silence: ChainUnavailableError | None = None
        for address in addresses:
            try:
                yield from self._drive_lane(address, unfinished, pinned, final)
            except ChainUnavailableError as exc:
                # Each key has a lane and a lease of its own and looks itself: the others lose nothing.
                silence = silence or exc
        if silence is not None:
            raise silence

    def _drive_lane(
        self, address: bytes, unfinished: Sequence[Intent], pinned: ChainIdentity, final: BlockRef
    ) -> Iterator[Event]:
        """Drive the writes of one key in the order they were queued."""
        self._leases.take(build_lease_key(chain_id=pinned.chain_id, address=address))
        registries = self._registries_on(pinned)
        lane = [intent for intent in unfinished if _is_in_lane(intent, address, registries)]
        taker = Taker(self._store, self._sender, self._signers[address], self._leases, pinned)
        look = Look(self._sender, address, final=final)
        watch = LaneWatch(self._store, self._bell, sender=address, registry=self.registry, counts=look.nonces)
        closed = is_closed(lane)
        for place, queued in enumerate(lane):
            if not self._is_ours(queued):
                continue
            before = [earlier for earlier in lane[:place] if blocks(earlier, queued)]
            if before:
                # Behind a write that halted there is nothing to wait for.
                yield build_event(
                    queued, Wait("outbox.lane_closed" if is_closed(before) else "outbox.behind_another")
                )
                continue
            event = self._drive(lane, place, taker, look, watch, closed=closed)
            closed = closed or event.code in CLOSING_CODES or event.after is State.HALTED
            yield event

    def _drive(
        self, lane: Sequence[Intent], place: int, taker: Taker, look: Look, watch: LaneWatch, *, closed: bool
    ) -> Event:
        """Look at one write, decide, and take one step."""
        queued = lane[place]
        # Read again: a writer that lost its lease may have moved it since the round began.
        intent = self._store.fetch_intent(queued.wanted.id) or queued
        attempts = self._store.fetch_attempts(intent.wanted.id)
        carried = self._fetch_carried(intent, attempts)
        now = self._clock.now()
        nonce = watch.next_nonce(intent, closed=closed)
        seen = look.observe(
            intent,
            attempts,
            now=now,
            next_nonce=nonce,
            lane_code=watch.code,
            may_bump=all(one.state is State.SENT for one in carried),
        )
        step = decide(intent, attempts, seen, self._limits)
        watch.watch_step(intent, step, self._bell)
        if isinstance(step, Sign) and not attempts:
            fresh = [*lane[:place], intent, *lane[place + 1 :]]
            together = Together(self._store, look, self._limits)
            carried = together.find(fresh, place, nonce=step.nonce, now=now)
        try:
            after = taker.take(intent, attempts, step, now=now, carried=carried)
        except (ChainIdentityError, LeaseHeldError):
            raise
        except (RefusedError, UnavailableError) as exc:
            stored = self._store.fetch_intent(intent.wanted.id) or intent
            return build_blocked_event(intent, stored, attempts, exc)
        return build_event(intent, step, attempts, after=after)

    def _fetch_carried(self, intent: Intent, attempts: Sequence[Attempt]) -> Sequence[Intent]:
        """Return all that the newest transaction of a write carries, while it may be made dearer."""
        return self._store.fetch_carried(attempts[-1].tx_hash) if intent.state is State.SENT else ()

    def _registries_on(self, pinned: ChainIdentity) -> Sequence[str]:
        """Return the names of all registries on the same chain: a key has one lane there."""
        pins = self._store.fetch_pins()
        return [name for name, identity in pins.items() if is_same_chain(identity, pinned)]


def _is_in_lane(intent: Intent, address: bytes, registries: Sequence[str]) -> bool:
    """Say whether a write is by that key on that chain."""
    return intent.wanted.sender == address and intent.wanted.registry in registries
