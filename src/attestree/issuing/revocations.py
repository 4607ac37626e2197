"""
What was revoked, as far as the store knows: for good, so that nothing of it can be reinstated.

Decides that a revocation counts from the moment it is queued, unless it stopped. What our keys revoked on
another machine is known too: whoever asks makes sure before that the store forgot nothing. A revocation by
the wallet of a contract account is not known here. Source: DESIGN section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from attestree.issuing.status_targets import Targets
from attestree.outbox.states import State
from attestree.ports import Batch, Store
from attestree.registry.facts import WHOLE_LIST_WORD, Purpose
from attestree.registry.slots import slot_of_status_word


@dataclass(frozen=True, slots=True)
class Revocations:
    """Which bits are revoked, or about to be."""

    masks: Mapping[tuple[str, bytes], int]
    """Registry and slot of a status word -> its bits."""

    @classmethod
    def of(cls, store: Store) -> Self:
        """Return those that the store knows: only a revocation can be seen in storage, and so has probes."""
        masks: dict[tuple[str, bytes], int] = {}
        for intent in store.fetch_intents():
            if intent.wanted.kind != "status" or intent.state is State.HALTED:
                continue
            for probe in intent.wanted.probes:
                place = (intent.wanted.registry, probe.slot)
                masks[place] = masks.get(place, 0) | probe.mask
        return cls(masks)

    def is_whole(self, batch: Batch) -> bool:
        """Say whether a batch was revoked as a whole."""
        return bool(self._mask(batch, WHOLE_LIST_WORD))

    def count(self, targets: Targets) -> int:
        """Return how many of these credentials are revoked."""
        return sum(
            (mask if self.is_whole(batch) else mask & self._mask(batch, word)).bit_count()
            for batch, words in targets
            for word, mask in words.items()
        )

    def _mask(self, batch: Batch, word: int) -> int:
        """Return the revoked bits of one word of a batch's list."""
        slot = slot_of_status_word(
            issuer=batch.issuer, list_id=batch.list_id, purpose=int(Purpose.REVOCATION), word=word
        )
        return self.masks.get((batch.registry, slot), 0)
