"""
The vigil: after each round, what stands in the way of the writes of one registry.

Decides what is worth waking a person for, and after how long. It reads what the round left behind, and
now and then balances and disks; it changes nothing, and nothing that it cannot find out stops a round.
What an alarm does is decided by the adapter. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from attestree.anchoring.bell import Bell
from attestree.anchoring.progress import Progress
from attestree.errors import (
    AttestreeError,
    ChainIdentityError,
    ChainUnavailableError,
    LeaseHeldError,
    NotAllowedError,
    StoreUnavailableError,
    UnavailableError,
)
from attestree.outbox.fees import count_affordable
from attestree.outbox.states import State
from attestree.ports import Clock, Intent, Store, TransactionSender

UNFINISHED = frozenset(State) - {State.OPEN, State.FINAL}
"""States of writes that somebody waits for."""

AT_FEE_LIMIT = frozenset({"fee.above_limit", "outbox.at_fee_limit"})
"""What is said of a write that waits because of the fee limit."""
STILL_THERE = AT_FEE_LIMIT | {"outbox.in_pool", "outbox.not_seen"}
"""What may be said of such a write in between."""

SILENT_CHAIN = "alarm.chain_silent"
"""The chain does not answer, or not usably."""
SILENT_STORE = "alarm.store_silent"
"""The database does not answer."""
DISAGREEMENT = "chain.sources_disagree"
"""The nodes do not agree."""


def _no_places() -> Mapping[str, int]:
    """Look at no disk."""
    return {}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, and how little, before a person is called."""

    silent_seconds: int = 300
    """The chain gives no usable answer."""
    stuck_seconds: int = 3_600
    """A write is queued and not final."""
    fee_seconds: int = 1_800
    """A write waits because of the fee limit."""
    transactions: int = 20
    """Fewer than these can be paid from a key's balance."""
    free_bytes: int = 10**9
    """Less is free on a disk."""
    look_seconds: int = 60
    """Balances and disks are looked at this often."""
    fetch_free: Callable[[], Mapping[str, int]] = _no_places
    """Returns the free bytes by place."""


DEFAULT_PATIENCE = Patience()
"""Patience unless the settings say otherwise; no disk is looked at."""


class Vigil:
    """Keeps watch over one registry; one a worker."""

    def __init__(
        self,
        registry: str,
        store: Store,
        sender: TransactionSender,
        clock: Clock,
        *,
        addresses: Collection[bytes],
        bell: Bell,
        patience: Patience,
    ) -> None:
        """
        Prepare to watch.

        Args:
            registry: Its name in the settings.
            store: Where writes are queued.
            sender: How the chain is asked.
            clock: Wall time.
            addresses: Keys of this process.
            bell: Rings.
            patience: How long before it rings.
        """
        self._registry = registry
        self._store = store
        self._sender = sender
        self._clock = clock
        self._addresses = addresses
        self._bell = bell
        self._patience = patience
        self._capped: set[str] = set()
        self._halted: set[str] = set()
        self._refused: set[str] = set()
        self._looked: int | None = None

    @contextmanager
    def keep(self) -> Iterator[None]:
        """Report what ends a round; the error itself goes on."""
        try:
            yield
        except (ChainIdentityError, NotAllowedError, UnavailableError) as exc:
            self._note_failure(exc)
            raise

    @contextmanager
    def keep_leases(self) -> Iterator[None]:
        """Report that another process has a key which this one is meant to write with; the error goes on."""
        try:
            yield
        except LeaseHeldError as exc:
            self._bell.ring_for(exc, subject=self._registry)
            raise

    def note_round(self, progress: Progress) -> None:
        """Report what a round left behind, after it ended well."""
        passing = {SILENT_CHAIN, SILENT_STORE, DISAGREEMENT, "lease.held"} | self._refused
        self._bell.hush_all(passing, subject=self._registry)
        self._refused.clear()
        try:
            self._note_queue()
            self._note_fees(progress)
            self._note_leases(progress)
            self._look_around()
        except UnavailableError:
            # the next round fails too, and says so
            return

    def _note_failure(self, error: AttestreeError) -> None:
        """Ring at once for what no waiting mends, else when it has lasted."""
        ring, subject = self._bell.ring, self._registry
        match error:
            case ChainIdentityError(code="identity.finality_broken"):
                # the final watch rings for it, with what it found
                return
            case ChainIdentityError() | NotAllowedError():
                self._refused.add(error.code)
                self._bell.ring_for(error, subject=subject)
            case ChainUnavailableError(code="chain.sources_disagree"):
                self._bell.ring_for(error, subject=subject)
            case ChainUnavailableError():
                after = self._patience.silent_seconds
                ring(SILENT_CHAIN, subject=subject, after_seconds=after, registry=subject, reason=error.code)
            case StoreUnavailableError():
                ring(SILENT_STORE, subject=subject, reason=error.code)

    def _note_queue(self) -> None:
        """Ring for writes that stopped, by the reason, and for one that is not final for too long."""
        ours = [one for one in self._store.fetch_intents(states=UNFINISHED) if self._is_ours(one)]
        # One that was given up has been looked at.
        halted = [one for one in ours if one.state is State.HALTED and not one.is_given_up]
        notes = {one.note for one in halted}
        subject = f"writes for {self._registry}"
        self._bell.hush_all(self._halted - notes, subject=subject)
        self._halted = notes
        for note in notes:
            same = [one for one in halted if one.note == note]
            facts = same[0].facts
            self._bell.ring(
                note,
                subject=subject,
                title=facts["title"],
                address=facts["address"],
                registry=self._registry,
                writes=len(same),
            )
        self._note_oldest([one for one in ours if one.state is not State.HALTED])

    def _note_oldest(self, waiting: Sequence[Intent]) -> None:
        """Ring for the write that waits longest."""
        since = min((one.wanted.created for one in waiting), default=None)
        if since is None or self._clock.now() - since < self._patience.stuck_seconds:
            self._bell.hush("alarm.stuck", subject=self._registry)
            return
        minutes = (self._clock.now() - since) // 60
        self._bell.ring(
            "alarm.stuck",
            subject=self._registry,
            registry=self._registry,
            writes=len(waiting),
            minutes=minutes,
        )

    def _note_fees(self, progress: Progress) -> None:
        """Ring where writes have waited at the fee limit for too long."""
        for event in progress.events:
            if event.code in AT_FEE_LIMIT:
                self._capped.add(event.intent_id)
            elif event.code not in STILL_THERE:
                self._capped.discard(event.intent_id)
        if not self._capped:
            self._bell.hush("alarm.fee_limit", subject=self._registry)
            return
        after = self._patience.fee_seconds
        self._bell.ring(
            "alarm.fee_limit",
            subject=self._registry,
            after_seconds=after,
            registry=self._registry,
            writes=len(self._capped),
        )

    def _note_leases(self, progress: Progress) -> None:
        """Ring where another process took a key over while this one was about to sign."""
        if any(event.code == "lease.lost" for event in progress.events):
            self._bell.ring("lease.lost", subject=self._registry)
        elif progress.acted:
            self._bell.hush("lease.lost", subject=self._registry)

    def _look_around(self) -> None:
        """Look at balances and disks, now and then."""
        now = self._clock.now()
        if self._looked is not None and 0 <= now - self._looked < self._patience.look_seconds:
            return
        self._looked = now
        for place, free in self._patience.fetch_free().items():
            if free < self._patience.free_bytes:
                self._bell.ring("alarm.disk_low", subject=place, place=place, free_mb=free // 10**6)
            else:
                self._bell.hush("alarm.disk_low", subject=place)
        for address in self._addresses:
            if self._store.fetch_lane(sender=address, registry=self._registry) is not None:
                self._note_balance(address)

    def _note_balance(self, address: bytes) -> None:
        """Ring where a key that is in use can pay for few transactions only."""
        name = f"0x{address.hex()}"
        subject = f"{self._registry} {name}"
        left = count_affordable(self._sender.fetch_balance(address), fees=self._sender.fetch_fees())
        if left >= self._patience.transactions:
            self._bell.hush("alarm.low_balance", subject=subject)
            return
        self._bell.ring("alarm.low_balance", subject=subject, address=name, transactions=left)

    def _is_ours(self, intent: Intent) -> bool:
        """Say whether a write is for this registry and by a key of this process."""
        return intent.wanted.registry == self._registry and intent.wanted.sender in self._addresses
