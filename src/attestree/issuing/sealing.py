"""
Sealing: a batch that credentials joined one by one gets its root, and its anchor is queued.

Decides when a batch closes (by age here; by size with the member that fills it, in the store) and the order
after that: its folder is held, then root, rows and anchor are fixed in one transaction, as in `issue`. Killed
anywhere, the next round goes on with the same bytes. When the batch was handed out and a day is over, what
lay in its open folder goes. Source: DESIGN sections 4 and 6; docs/adr/0008.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from attestree.errors import CorruptionError
from attestree.issuing.by_api import ANSWER_SECONDS, name_document
from attestree.issuing.derive import require_seed
from attestree.issuing.folder import build_folder, format_record
from attestree.issuing.issue import Issued, build_anchor_intent, build_store_rows
from attestree.issuing.seal_joined import Member, build_checksum, seal_joined
from attestree.issuing.terms import Terms
from attestree.outbox.by_api import OpenBatch
from attestree.outbox.states import State
from attestree.ports import Batch, BatchFolder, Clock
from attestree.ports.by_api import JoinedDocuments, OpenBatchStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """Seals the open batches of one institution; what it needs is given, never looked up."""

    store: OpenBatchStore
    """Where batches and members are remembered."""
    folder: BatchFolder
    """Where files of sealed batches lie."""
    documents: JoinedDocuments
    """Where the files of members lie."""
    clock: Clock
    """Wall time."""
    issuer: bytes
    """Whose, 20 bytes."""
    terms_of: Callable[[str], Terms]
    """Given the name of a registry, returns the terms of open batches there."""
    roster_key: bytes
    """The issuer's, 32 bytes; secret."""
    operator: bytes
    """Address of the key that anchors, 20 bytes."""
    open_seconds: int
    """A batch closes when its first member joined so long ago."""

    def seal_due(self, *, now_all: bool = False) -> Sequence[Issued]:
        """
        Close what is old enough, or everything, seal what is closed, and tidy up what is over.

        Raises:
            CorruptionError: `joined.changed`, `fsck.file_missing`; nothing of that batch was sealed.
            UnavailableError: Disk or database did not answer; the next round goes on.
        """
        sealed = []
        for opened in self._list():
            if opened.closed is None and opened.size and (now_all or self._is_old(opened)):
                self.store.close_open_batch(opened.batch_id, now=self.clock.now())
        for opened in self._list():
            batch = self.store.fetch_batch(opened.batch_id)
            if opened.closed is None or batch is None:
                continue
            if not opened.size:
                self.documents.discard(batch.id)
                self.store.forget_open_batch(batch.id)
            elif batch.root is None:
                sealed.append(self._seal(batch))
            elif batch.state is State.FINAL and batch.delivered:
                self._tidy(opened)
        return sealed

    def _list(self) -> Iterator[OpenBatch]:
        """Yield the open batches of this issuer, closed ones too."""
        yield from (one for one in self.store.fetch_open_batches() if one.issuer == self.issuer)

    def _is_old(self, opened: OpenBatch) -> bool:
        return opened.first_joined is not None and (
            opened.first_joined + self.open_seconds <= self.clock.now()
        )

    def _seal(self, batch: Batch) -> Issued:
        """Build a closed batch, hold its folder, and fix it in the store together with its anchor."""
        sealed, terms = seal_joined(
            self._read_members(batch),
            self.terms_of(batch.registry),
            seed=batch.seed,
            created=batch.created,
            roster_key=self.roster_key,
        )
        first = sealed.row_key(0)
        record = format_record(batch.fingerprint, first_row_key=first, replaces={})
        self.folder.hold(batch.id, build_folder(batch.id, sealed, terms, record=record))
        intent = build_anchor_intent(
            batch, sealed, contract=terms.registry, operator=self.operator, now=self.clock.now()
        )
        size = sealed.size
        rows = build_store_rows(batch, sealed, {})
        self.store.seal_batch(batch.id, root=sealed.root, size=size, rows=rows, intent=intent)
        return Issued(self.store.fetch_batch(batch.id), intent.id, size, is_new=True)

    def _read_members(self, batch: Batch) -> Sequence[Member]:
        """Return the members by index, each as it was handed out."""
        members: list[Member] = []
        for joined in self.store.fetch_members(batch.id):
            octets = self.documents.read(batch.id, name_document(joined.index, joined.token))
            checksum = build_checksum(require_seed(batch.seed), octets)
            if joined.index != len(members) or not hmac.compare_digest(checksum, joined.checksum):
                raise CorruptionError("joined.changed", index=joined.index)
            members.append(Member(joined.token, octets))
        return members

    def _tidy(self, opened: OpenBatch) -> None:
        """Forget what only answers to an `Idempotency-Key` were made of, once none can be asked for."""
        now = self.clock.now()
        if opened.last_joined is not None and opened.last_joined + ANSWER_SECONDS < now:
            self.store.forget_answers(before=now - ANSWER_SECONDS)
            self.documents.discard(opened.batch_id)
            self.store.forget_open_batch(opened.batch_id)
