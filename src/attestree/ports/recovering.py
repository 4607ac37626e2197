"""
Durable memory that can take in again what it lost.

Decides what recovering needs beyond `ports.Store`; every method is one transaction.
Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from attestree.outbox.batches import Batch, CredentialRow
from attestree.outbox.records import NewIntent
from attestree.outbox.recovered import MissingAnchor
from attestree.ports.store import Store
from attestree.registry.facts import BlockRef


class RecoverableStore(Store, Protocol):
    """A store into which what the chain knows is entered."""

    def enter_batch(
        self, batch: Batch, *, rows: Iterable[CredentialRow], intent: NewIntent, block: BlockRef | None
    ) -> bool:
        """
        Enter a batch that was sealed before the store forgot it; say whether it was new.

        `block` is where its anchor is FINAL; None = it waits. TransitionError `store.sealed_otherwise` or
        `store.row_twice`.
        """

    def enter_write(self, intent: NewIntent, *, block: BlockRef) -> bool:
        """Enter a write that is FINAL in a block; say whether it was new."""

    def accept_missing(self, anchors: Iterable[MissingAnchor]) -> None:
        """Remember anchors whose documents are not here; again = no change."""

    def fetch_missing(self) -> Sequence[MissingAnchor]:
        """Return the anchors that were accepted as missing, in the order of their blocks."""
