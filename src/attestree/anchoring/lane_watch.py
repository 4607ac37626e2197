"""
Watching a key's lane: whether somebody else sent with our key, and which nonce may be signed next.

Decides when the stored lane is compared with the chain: in each round, and again before each new
nonce. It signs nothing and moves no lane; the rule stands in `outbox.lane`. What a person may do about
it stands in `lane_healing`. Source: DESIGN section 6.
"""

from __future__ import annotations

from attestree.anchoring.bell import Bell
from attestree.outbox.lane import (
    BEGUN,
    CLOSING_CODES,
    OPEN_LANE,
    TROUBLES,
    UNSETTLED,
    LaneState,
    check_lane,
    is_settled,
)
from attestree.outbox.states import State
from attestree.outbox.steps import Step
from attestree.ports import Intent, Nonces, Store, TransactionSender


class LaneWatch:
    """One key's lane during one round, over counts that were read once."""

    def __init__(self, store: Store, bell: Bell, *, sender: bytes, registry: str, counts: Nonces) -> None:
        """
        Compare the lane with the chain, and call a person where they differ.

        Args:
            store: Where the lane is kept.
            bell: Rings where a person must look.
            sender: The key, 20 bytes.
            registry: A pinned registry on the chain.
            counts: The key's transaction counts, read before this.
        """
        self._store = store
        self._sender = sender
        self._registry = registry
        self._counts = counts
        self.state = self._check()
        """How the lane stands."""
        self._ring(bell)

    def next_nonce(self, intent: Intent, *, closed: bool) -> int | None:
        """Return the nonce that a write may be signed with, or None; `closed` = a write is in doubt."""
        if intent.state is not State.SEALED:
            return None
        if intent.wanted.nonce is not None:
            # What fills a gap opens the lane again; its nonce is nobody's until the store says otherwise.
            return intent.wanted.nonce
        self.state = self._check()
        return None if closed or self.state.code else self._fetch_next()

    def watch_step(self, intent: Intent, step: Step, bell: Bell) -> None:
        """Call a person where another took the place of ours; the count alone does not show it."""
        bell.hush_all(CLOSING_CODES, subject=intent.wanted.id, but=step.code)
        if step.code in CLOSING_CODES:
            bell.ring(step.code, subject=intent.wanted.id, title=intent.wanted.title)

    @property
    def code(self) -> str:
        """Say why there is no nonce."""
        return self.state.code or "outbox.lane_closed"

    def _check(self) -> LaneState:
        """Compare the lane as it is stored now."""
        return check_lane_now(self._store, sender=self._sender, registry=self._registry, counts=self._counts)

    def _fetch_next(self) -> int | None:
        """Return the next nonce; a key that has a past elsewhere goes on behind it, and that is said once."""
        lane = self._store.fetch_lane(sender=self._sender, registry=self._registry)
        if lane is not None:
            return lane.next
        first = self._counts.mined
        lane = self._store.open_lane(sender=self._sender, registry=self._registry, first=first)
        if first:
            self.state = LaneState(BEGUN)
        return None if first else lane.next

    def _ring(self, bell: Bell) -> None:
        """Call a person, or say that all is well again."""
        address, code = f"0x{self._sender.hex()}", self.state.code
        subject = f"{self._registry} {address}"
        bell.hush_all(TROUBLES, subject=subject, but=code)
        if code in TROUBLES:
            first, last = self.state.nonces[0], self.state.nonces[-1]
            bell.ring(code, subject=subject, address=address, registry=self._registry, first=first, last=last)


def check_lane_now(store: Store, *, sender: bytes, registry: str, counts: Nonces) -> LaneState:
    """
    Compare a key's lane, as it is stored now, with counts that were read before.

    A lane that never began has its key's past to wait for.
    """
    lane = store.fetch_lane(sender=sender, registry=registry)
    if lane is None:
        return OPEN_LANE if is_settled(counts) else LaneState(UNSETTLED)
    least = min(counts.mined, lane.next)
    held = store.fetch_held_nonces(sender=sender, registry=registry, least=least)
    return check_lane(lane, counts, held=held)


def watch_idle_lane(
    store: Store, bell: Bell, chain: TransactionSender, *, sender: bytes, registry: str
) -> None:
    """Compare the lane of a key for which nothing is queued; one that was never used has none."""
    if store.fetch_lane(sender=sender, registry=registry) is not None:
        counts = chain.fetch_nonces(sender)
        LaneWatch(store, bell, sender=sender, registry=registry, counts=counts)
