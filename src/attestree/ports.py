"""
The ports: what the use cases need from the outside, and what an adapter must promise.

Protocols and the plain values that cross them; no I/O. An adapter turns every foreign error into
one of `attestree.errors` and never into a default value. Implementations are chosen in `wiring`.
Source: DESIGN sections 3, 6, 7 and 11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from attestree.outbox.batches import Batch, CredentialRow
from attestree.outbox.records import Attempt, Fees, Intent, NewIntent, Nonces, Probe, Receipt
from attestree.outbox.states import State
from attestree.registry.facts import (
    BlockRef,
    ChainIdentity,
    CredentialFacts,
    FactsQuery,
    Head,
    Log,
    Operator,
    Span,
    View,
)

__all__ = [
    "Alarm",
    "Attempt",
    "Batch",
    "BatchFolder",
    "ChainEvents",
    "ChainFacts",
    "Clock",
    "CredentialRow",
    "Entropy",
    "Fees",
    "FolderFile",
    "Intent",
    "IssuerFacts",
    "NewIntent",
    "Nonces",
    "Probe",
    "Receipt",
    "SignedTransaction",
    "Signer",
    "Store",
    "Transaction",
    "TransactionSender",
]
"""The ports, and the plain values that cross them; the outbox's records are passed on from there."""

# -- time and chance ---------------------------------------------------------------------------


class Clock(Protocol):
    """Wall time; read once per use case."""

    def now(self) -> int:
        """Return Unix seconds."""


class Entropy(Protocol):
    """Random bytes, fit for keys."""

    def draw(self, count: int) -> bytes:
        """Return `count` random bytes."""


# -- chain, reading ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """What the registry says about one issuer."""

    view: View
    """As of when."""
    address: bytes
    """20 bytes."""
    spans: tuple[Span, ...]
    """All spans, oldest first."""
    operators: tuple[Operator, ...]
    """All operators by number."""
    anchor_head: Head
    """Fold over its anchors."""
    act_head: Head
    """Fold over its acts."""


class ChainFacts(Protocol):
    """Answers what the registry says about a credential; every answer is as of stated blocks."""

    def fetch_facts(self, query: FactsQuery) -> CredentialFacts:
        """
        Return the facts at the final and the latest block.

        Raises:
            ChainUnavailableError: No answer, a stale one, or sources that disagree. An absent
                anchor is only ever reported from a fresh view; ignorance is never an absence.
            ChainIdentityError: The chain that answers is not the pinned one.
            HeadMismatchError: The events served do not land on the contract's heads.
        """

    def fetch_issuer(self, issuer: bytes) -> IssuerFacts:
        """Return what is known of one issuer; raises as `fetch_facts` does."""

    def fetch_view(self) -> View:
        """Return as of when answers speak now; raises as `fetch_facts` does."""


class ChainEvents(Protocol):
    """Reads the registry's events and heads, for those who replay them."""

    def fetch_logs(self, *, first_block: int, last_block: int) -> Sequence[Log]:
        """Return every event of the registry in the range, in chain order."""

    def fetch_block(self, tag: int | str) -> BlockRef:
        """Return a block by number or by `latest` or `final` (the registry's finality rule)."""

    def fetch_words(self, slots: Sequence[bytes], *, block: BlockRef) -> tuple[bytes, ...]:
        """Return the registry's storage words at that very block, 32 bytes each."""

    def fetch_identity(self) -> ChainIdentity:
        """Return what the chain says it is, read now."""


# -- chain, writing ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Transaction:
    """An unsigned EIP-1559 transaction that moves no ether."""

    chain_id: int
    """EIP-155 chain id."""
    nonce: int
    """Of the signing key."""
    to: bytes
    """20 bytes; empty = creates a contract."""
    payload: bytes
    """Call data."""
    gas: int
    """Gas limit."""
    fees: Fees
    """What it may cost."""


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """Bytes that may leave the process once they are stored."""

    raw: bytes
    """EIP-2718 envelope."""
    hash: bytes
    """32 bytes."""


class Signer(Protocol):
    """Signs transactions with one key."""

    @property
    def address(self) -> bytes:
        """Address of the key, 20 bytes."""

    def sign(self, transaction: Transaction) -> SignedTransaction:
        """Return the signed bytes; raises KeyFileError where the key cannot be used."""


class TransactionSender(Protocol):
    """Writes to the chain, and looks whether a write arrived."""

    def fetch_identity(self) -> ChainIdentity:
        """Return what the chain says it is, read now."""

    def fetch_block(self, tag: int | str) -> BlockRef:
        """Return a block by number or by `latest` or `final`."""

    def fetch_nonces(self, address: bytes) -> Nonces:
        """Return a key's transaction counts."""

    def fetch_balance(self, address: bytes) -> int:
        """Return a key's balance in wei."""

    def fetch_fees(self) -> Fees:
        """Return fees likely to be mined soon."""

    def fetch_gas(self, *, sender: bytes, to: bytes, payload: bytes) -> int:
        """Return the gas a call needs; RevertedError with the contract's reason if it would fail."""

    def fetch_receipts(self, tx_hashes: Sequence[bytes]) -> Mapping[bytes, Receipt | None]:
        """Return a receipt or None (not mined) for each hash."""

    def fetch_words(self, slots: Sequence[bytes], *, block: BlockRef) -> tuple[bytes, ...]:
        """Return the registry's storage words at that very block, 32 bytes each."""

    def send(self, raw: bytes) -> None:
        """
        Hand the bytes to the node; already known is no error.

        Raises:
            ChainUnavailableError: Nobody knows whether it arrived; look before sending again.
            RefusedError: The node will not have it, with code `chain.nonce_too_low`,
                `chain.underpriced`, `chain.no_money` or `chain.refused`.
        """


# -- store -------------------------------------------------------------------------------------


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

    def fetch_row(self, token: str) -> CredentialRow | None:
        """Return one credential's row or None."""

    def fetch_rows(self, batch_id: str) -> Sequence[CredentialRow]:
        """Return a batch's rows by index."""

    def fetch_rows_by_key(self, row_keys: Sequence[bytes]) -> Mapping[bytes, Sequence[CredentialRow]]:
        """Return what was issued before under each row key, oldest first."""

    # outbox
    def add_intent(self, intent: NewIntent) -> Intent:
        """Queue a write in state SEALED, or return the one with the same id."""

    def fetch_intent(self, intent_id: str) -> Intent | None:
        """Return an intent or None."""

    def fetch_intents(self, *, states: Iterable[State] | None = None) -> Sequence[Intent]:
        """Return intents in the order they were queued."""

    def fetch_attempts(self, intent_id: str) -> Sequence[Attempt]:
        """Return an intent's attempts by number."""

    def fetch_last_nonce(self, *, sender: bytes, registries: Sequence[str]) -> int | None:
        """Return the highest nonce ever signed with a key for these registries, or None."""

    def fetch_pins(self) -> Mapping[str, ChainIdentity]:
        """Return the pinned identity of every registry by its name."""

    def resume_intent(self, intent_id: str, *, after: State, fence: int) -> None:
        """Take a HALTED intent up again because a person said so; `after` is SEALED or SENT."""

    def add_attempt(self, attempt: Attempt, *, lease_key: bytes, lease_fence: int, intent_fence: int) -> None:
        """Store a signed transaction and move its intent to SIGNED, fenced by lease and intent."""

    def mark_sent(self, attempt: Attempt, *, now: int, intent_fence: int) -> None:
        """Record, before the bytes leave, that they may have left; the intent moves to SENT."""

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


@dataclass(frozen=True, slots=True)
class FolderFile:
    """One file of a batch folder, on its way to the disk."""

    path: str
    """Relative to the batch folder, with `/`; `private/...` or `public/...`."""
    chunks: Iterable[bytes]
    """Its content in pieces; read once."""


class BatchFolder(Protocol):
    """Files of the batches of one issuer: written as `.part`, fsynced, renamed."""

    def hold(self, batch_id: str, files: Iterable[FolderFile]) -> None:
        """Write a whole folder, or nothing, to where it is held; a held one is replaced."""

    def release(self, batch_id: str) -> None:
        """Move a held folder to where it is handed out; FolderUnavailableError if there is none."""

    def is_held(self, batch_id: str) -> bool:
        """Say whether a whole folder is held."""

    def is_released(self, batch_id: str) -> bool:
        """Say whether the folder was handed out."""

    def location(self, batch_id: str) -> str:
        """Return where the folder is handed out, for people."""


class Alarm(Protocol):
    """Tells a person that something needs looking at."""

    def raise_alarm(self, code: str, **values: object) -> None:
        """Report; must not raise."""
