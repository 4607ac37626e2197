"""
Durable memory: pins, leases, batches with their credentials, and the outbox.

Decides where a transaction begins and ends: every method is one. Source: DESIGN sections 3, 6 and 11.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from attestree.errors import CorruptionError
from attestree.outbox.batches import Batch, CredentialRow
from attestree.outbox.records import Attempt, Intent, Lane, NewIntent
from attestree.outbox.states import State
from attestree.registry.facts import BlockRef, ChainIdentity

NOBODY_ELSE: Mapping[str, int] = MappingProxyType({})
"""No other write."""


class Store(Protocol):
    """Durable memory. Every method is one transaction; when it returns, it is on disk."""

    # pins and leases
    def fetch_pin(self, registry: str) -> ChainIdentity | None:
        """Return the identity pinned for a registry, or None before the first pin."""

    def write_pin(self, registry: str, identity: ChainIdentity) -> None:
        """Pin an identity; TransitionError `store.pinned_otherwise` if another is pinned."""

    def take_lease(self, *, key: bytes, owner: str, now: int, seconds: int) -> int:
        """Take or renew the writer lease of a key; return its fence, or raise LeaseHeldError."""

    def drop_lease(self, *, key: bytes, fence: int) -> None:
        """Give a lease back, if it is still ours."""

    # what was final
    def fetch_final_mark(self, registry: str) -> BlockRef | None:
        """Return the newest final block that was acted on (its time is 0), or None before the first."""

    def write_final_mark(self, registry: str, block: BlockRef) -> None:
        """Remember a final block before anything is based on it; a mark only ever rises."""

    def drop_final_mark(self, registry: str) -> None:
        """Forget the mark, because a person has looked at the chain and says so."""

    # batches and credentials
    def open_batch(self, batch: Batch) -> Batch:
        """Insert an OPEN batch, or return the one with the same issuer and fingerprint."""

    def seal_batch(
        self, batch_id: str, *, root: bytes, size: int, rows: Iterable[CredentialRow], intent: NewIntent
    ) -> None:
        """Fix root, size and rows and queue the anchor, in one transaction; again = no change."""

    def fetch_batch(self, batch_id: str) -> Batch | None:
        """Return a batch or None."""

    def fetch_batches(self, *, issuer: bytes | None = None) -> Sequence[Batch]:
        """Return batches, oldest first."""

    def fetch_batch_of_root(self, *, issuer: bytes, root: bytes) -> Batch | None:
        """Return the batch with that root or None."""

    def mark_delivered(self, batch_id: str) -> None:
        """Record that the folder was handed out, and erase the seed."""

    def give_up_batch(self, batch_id: str, *, fence: int, note: str) -> None:
        """Stop the anchor of a SEALED batch for good, so that its roster can be issued anew."""

    def fetch_row(self, token: str) -> CredentialRow | None:
        """Return one credential's row or None."""

    def fetch_rows(self, batch_id: str) -> Sequence[CredentialRow]:
        """Return a batch's rows by index."""

    def fetch_replaced(self, batch_id: str) -> Sequence[str]:
        """Return the tokens that a batch's rows take the place of, by index; every row is looked at."""

    def fetch_rows_by_key(self, row_keys: Iterable[bytes]) -> Mapping[bytes, Sequence[CredentialRow]]:
        """Return what was issued before under each row key, oldest first, without what was given up."""

    # outbox
    def add_intent(self, intent: NewIntent) -> Intent:
        """Queue a write in state SEALED, or return the one with the same id."""

    def fetch_intent(self, intent_id: str) -> Intent | None:
        """Return an intent or None."""

    def fetch_intents(self, *, states: Iterable[State] | None = None) -> Sequence[Intent]:
        """Return intents in the order they were queued."""

    def fetch_attempts(self, intent_id: str) -> Sequence[Attempt]:
        """Return an intent's attempts by number."""

    # the lane of a key on the chain of a pinned registry
    def fetch_lane(self, *, sender: bytes, registry: str) -> Lane | None:
        """Return a key's lane, or None before it was first used."""

    def open_lane(self, *, sender: bytes, registry: str, first: int) -> Lane:
        """Begin a key's lane at the chain's count, or return the one that is there."""

    def move_lane(self, *, sender: bytes, registry: str, before: Lane, after: Lane) -> None:
        """Move a lane because a person said so; TransitionError `outbox.lost_race` if it moved since."""

    def fetch_held_nonces(self, *, sender: bytes, registry: str, least: int) -> Collection[int]:
        """Return every nonce from `least` on that a stored transaction of the key has."""

    def fetch_pins(self) -> Mapping[str, ChainIdentity]:
        """Return the pinned identity of every registry by its name."""

    def resume_intent(self, intent_id: str, *, after: State, fence: int) -> None:
        """Take a HALTED intent up again because a person said so; `after` is SEALED or SENT."""

    def check_at_rest(self) -> Iterator[CorruptionError]:
        """Yield a fault for every row, and every part of a file, that is not what was written."""

    def verify_outbox(self) -> None:
        """Return if all that a nonce is reckoned from is what was written; CorruptionError otherwise."""

    def fetch_carried(self, tx_hash: bytes) -> Sequence[Intent]:
        """Return the writes that a stored transaction carries, in the order they were queued."""

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

        A nonce that is new to its intent must be the next one of the lane, or the one that the
        intent was made to fill, and no other intent's; the lane moves with it.

        Args:
            attempt: What was signed.
            lease_key: Key of the lease.
            lease_fence: Its fence.
            intent_fence: Fence of the attempt's intent.
            beside: Fence of each other intent that the transaction carries, by id. None of them was ever
                signed, or all were signed together before and all are here.
        """

    def mark_sent(self, attempt: Attempt, *, now: int, intent_fence: int) -> None:
        """
        Record, before the bytes leave, that they may have left; the intent moves to SENT.

        So does every other that waits with the same bytes.
        """

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
        """Take one edge; TransitionError `outbox.lost_race` if state or fence differ."""

    def drop_intent(self, intent_id: str, *, fence: int) -> None:
        """
        Forget a SEALED write and, with an anchor, its batch; TransitionError where it is not SEALED.

        SEALED says that whatever was signed for it is spent for ever without effect.
        """

    def start_over(self, registry: str, *, identity: ChainIdentity) -> None:
        """
        Put every write of a registry back to SEALED, because its test chain was wiped.

        What was signed for the old chain is kept apart, the mark is forgotten, and `identity` is pinned.
        """
