"""
What issuing by API needs of store and disk.

Decides where a transaction begins and ends: every method of a store is one, and on disk when it returns.
Source: DESIGN sections 6, 10 and 11; docs/adr/0008.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from attestree.outbox.batches import Batch
from attestree.outbox.by_api import Answered, ApiKey, JoinedCredential, Joining, OpenBatch
from attestree.ports.store import Store


class ApiKeyStore(Protocol):
    """The keys of programs."""

    def add_api_key(self, key: ApiKey) -> None:
        """Insert a key; TransitionError `store.row_twice` where its id is taken."""

    def fetch_api_key(self, key_id: str) -> ApiKey | None:
        """Return a key, revoked or not, or None."""

    def fetch_api_keys(self, *, issuer: bytes | None = None) -> Sequence[ApiKey]:
        """Return all keys, oldest first."""

    def revoke_api_key(self, key_id: str, *, now: int) -> bool:
        """Let a key count no more; False where there is none, or it was revoked before."""

    def mark_api_key_used(self, key_id: str, *, now: int) -> None:
        """Remember when a key was used last."""


class OpenBatchStore(Store, Protocol):
    """A store that also has open batches."""

    def begin_open_batch(self, batch: Batch, *, capacity: int) -> OpenBatch:
        """Insert a batch that may be joined, or return the one that the issuer has."""

    def fetch_open_batch(self, issuer: bytes) -> OpenBatch | None:
        """Return the batch of an issuer that may be joined, or None."""

    def fetch_open_batches(self) -> Sequence[OpenBatch]:
        """Return all of them, also closed ones that were not forgotten yet, oldest first."""

    def join_batch(
        self, joined: JoinedCredential, *, answered: Answered | None, forget_before: int
    ) -> Joining:
        """
        Make a credential a member and remember its answer, in one transaction, or change nothing.

        The member that fills the batch closes it. Answers older than `forget_before` (Unix seconds) go.
        """

    def close_open_batch(self, batch_id: str, *, now: int) -> None:
        """Let nothing join any more; `now` becomes the batch's `created`. Again = no change."""

    def fetch_joined(self, token: str) -> JoinedCredential | None:
        """Return a member by its token, until its batch is forgotten here, or None."""

    def fetch_members(self, batch_id: str) -> Sequence[JoinedCredential]:
        """Return all members by index."""

    def fetch_answered(self, *, api_key_id: str, key_hash: bytes) -> Answered | None:
        """Return what was answered under an `Idempotency-Key`, or None."""

    def forget_answers(self, *, before: int) -> None:
        """Forget answers older than `before`, Unix seconds."""

    def forget_open_batch(self, batch_id: str) -> None:
        """Forget that a batch was open, and its members; the batch stays if it was sealed or joined."""


class JoinedDocuments(Protocol):
    """Files of the members of open batches of one issuer, for its owner's eyes alone."""

    def add(self, batch_id: str, name: str, octets: bytes) -> None:
        """Write a new file; when this returns, it survives a loss of power."""

    def read(self, batch_id: str, name: str) -> bytes:
        """Return a file; CorruptionError `fsck.file_missing` where there is none."""

    def names(self, batch_id: str) -> Sequence[str]:
        """Return the names of all files of a batch, sorted."""

    def drop(self, batch_id: str, name: str) -> None:
        """Remove a file that nobody will ask for."""

    def discard(self, batch_id: str) -> None:
        """Remove all files of a batch."""


class SealedCredentials(Protocol):
    """Credentials in batch folders, one at a time."""

    def read_credential(self, batch_id: str, leaf_index: int) -> bytes:
        """Return one credential with its proofs, canonical JSON; raises as `JoinedDocuments.read` does."""
