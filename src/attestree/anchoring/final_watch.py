"""
The final watch: whether what was called final still stands, asked in every round.

Decides which writes stop when it does not: all that were FINAL in a block which is no longer in the
chain, and all whose effect another brought about and which is gone. A chain whose final block is lower than
it was lags, and is waited for; another block at a height that was final is broken finality. After that
nothing is signed or sent for the registry until a person has looked. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attestree.anchoring.bell import Bell
from attestree.anchoring.observe import fetch_effect
from attestree.errors import ChainIdentityError, ChainUnavailableError, TransitionError
from attestree.outbox.states import State
from attestree.ports import Intent, Store, TransactionSender
from attestree.registry.facts import BlockRef

BROKEN = "outbox.finality_broken"
"""Note of every write that stops here, and code of the alarm."""


@dataclass(frozen=True, slots=True)
class FinalWatch:
    """Watches one registry."""

    registry: str
    """Its name in the settings."""
    store: Store
    """Where the newest final block is remembered that anything was based on."""
    sender: TransactionSender
    """How the chain is asked."""
    bell: Bell
    """Rings when finality broke."""

    def verify(self, final: BlockRef) -> None:
        """
        Return if everything that was final still is; `final` may be acted on then, and is remembered.

        Raises:
            ChainIdentityError: `identity.finality_broken`; the writes concerned are HALTED.
            ChainUnavailableError: `chain.final_behind`, the chain's final block is lower than it was.
        """
        mark = self.store.fetch_final_mark(self.registry)
        if mark is not None and (mark.number, mark.hash) == (final.number, final.hash):
            return
        mark = mark or self._newest_recorded()
        if mark is not None and not self._stands(mark, final):
            self._halt(mark)
        self.store.write_final_mark(self.registry, final)
        self.bell.hush(BROKEN, subject=self.registry)

    def _stands(self, mark: BlockRef, final: BlockRef) -> bool:
        """Say whether the chain still holds the block that was final; raise where it has not got there."""
        found = final.hash if mark.number == final.number else hash_at(self.sender, mark.number)
        if found is not None and found != mark.hash:
            return False
        if found is not None and final.number >= mark.number:
            return True
        # Behind the mark: another block where one of ours was final tells a loss from a lag.
        if find_vanished(self.store, self.sender, registry=self.registry, is_behind=True):
            return False
        raise ChainUnavailableError("chain.final_behind", block=mark.number, found=final.number)

    def _newest_recorded(self) -> BlockRef | None:
        """Return the newest block in which a write was FINAL: it was final once, whatever the mark says."""
        recorded = [
            BlockRef(one.block_number, one.block_hash, time=0)
            for one in _fetch_final(self.store, self.registry)
            if one.block_number is not None and one.block_hash is not None
        ]
        return max(recorded, key=lambda block: block.number, default=None)

    def _halt(self, mark: BlockRef) -> None:
        """Stop every write whose block is gone, call a person, and raise."""
        vanished = find_vanished(self.store, self.sender, registry=self.registry)
        for intent in vanished:
            halt_vanished(self.store, intent)
        self.bell.ring(
            BROKEN, subject=self.registry, registry=self.registry, block=mark.number, writes=len(vanished)
        )
        raise ChainIdentityError(
            "identity.finality_broken", registry=self.registry, block=mark.number, writes=len(vanished)
        )


def find_vanished(
    store: Store, sender: TransactionSender, *, registry: str, is_behind: bool = False
) -> Sequence[Intent]:
    """
    Return the FINAL writes of a registry whose block is no longer in the chain, or whose effect is gone.

    One block that is still in the chain vouches for all before it. What another brought about has no block
    of its own and is looked for in storage.

    Args:
        store: Knows the writes.
        sender: Knows the chain.
        registry: Name of the registry.
        is_behind: The chain may only lag: count what stands in another block, not what is absent.
    """
    final = _fetch_final(store, registry)
    vanished: list[Intent] = []
    for intent in sorted(final, key=lambda one: one.block_number or 0, reverse=True):
        if intent.block_number is None:
            continue
        found = hash_at(sender, intent.block_number)
        if found == intent.block_hash:
            break
        if found is not None or not is_behind:
            vanished.append(intent)
    borrowed = [one for one in final if one.block_number is None and one.wanted.probes]
    if borrowed and not is_behind:
        block = sender.fetch_block("final")
        vanished += [one for one in borrowed if not fetch_effect(sender, one.wanted.probes, block)]
    return vanished


def halt_vanished(store: Store, intent: Intent) -> None:
    """Move one write from FINAL to HALTED, unless another process has done so."""
    try:
        store.move_intent(
            intent.wanted.id, before=State.FINAL, after=State.HALTED, fence=intent.fence, note=BROKEN
        )
    except TransitionError as exc:
        if exc.code != "outbox.lost_race":
            raise


def hash_at(sender: TransactionSender, number: int) -> bytes | None:
    """Return the hash of the chain's block at a height, or None where the chain has not got there."""
    try:
        return sender.fetch_block(number).hash
    except ChainUnavailableError as exc:
        if exc.code != "chain.no_block":
            raise
        return None


def _fetch_final(store: Store, registry: str) -> Sequence[Intent]:
    """Return the FINAL writes of a registry."""
    return [one for one in store.fetch_intents(states=[State.FINAL]) if one.wanted.registry == registry]
