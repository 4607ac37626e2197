"""
Deliver: the step from recorded to handed out.

Decides when a batch's folder leaves its held place: once the anchor is FINAL, or before, where the
issuer asked for that. Only when it is FINAL and the folder is there is the seed erased, and only then
are the credentials that it replaces marked superseded. Source: DESIGN sections 4 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attestree.errors import NotAllowedError
from attestree.issuing.status import StatusDesk, StatusRequest
from attestree.outbox.states import State
from attestree.ports import Batch, BatchFolder, Intent, Store
from attestree.registry.facts import Purpose, Reason

RECORDING = frozenset({State.SEALED, State.SIGNED, State.SENT, State.MINED, State.REVERTED})
"""States of a batch whose anchor is on its way."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one batch."""

    batch: Batch
    """As the store has it now."""
    location: str
    """Where its folder is; empty while it is held."""
    supersedes: tuple[str, ...] = ()
    """Writes queued to mark the credentials it replaces."""


def deliver_batch(
    batch_id: str, *, store: Store, folder: BatchFolder, status: StatusDesk | None = None
) -> Delivered:
    """
    Hand out a batch's folder if it may be handed out; asking again changes nothing.

    Args:
        batch_id: Which.
        store: Says whether it is final.
        folder: Where its files lie.
        status: Queues the writes that mark replaced credentials; None holds a final batch that replaces any.

    Raises:
        NotAllowedError: `issuing.no_such_batch`.
        FolderUnavailableError: The folder is gone, or the disk did not answer.
    """
    batch = store.fetch_batch(batch_id)
    if batch is None:
        raise NotAllowedError("issuing.no_such_batch")
    is_final = batch.state is State.FINAL
    if not is_final and not (batch.release_early and batch.state in RECORDING):
        return Delivered(batch, "")
    if is_final and status is None and store.fetch_replaced(batch.id):
        # Once it is handed out, nobody asks again what it replaced.
        return Delivered(batch, "")
    folder.release(batch_id)
    if not is_final:
        return Delivered(batch, folder.location(batch_id))
    queued = _queue_superseded(batch, store, status) if status is not None else []
    if not batch.delivered:
        store.mark_delivered(batch_id)
    found = store.fetch_batch(batch_id)
    return Delivered(found or batch, folder.location(batch_id), tuple(intent.wanted.id for intent in queued))


def deliver_all(
    *, issuer: bytes, store: Store, folder: BatchFolder, status: StatusDesk | None = None
) -> list[Delivered]:
    """Hand out every batch of an issuer that may be handed out and was not; raises as `deliver_batch`."""
    waiting = [batch for batch in store.fetch_batches(issuer=issuer) if not batch.delivered and batch.root]
    return [deliver_batch(batch.id, store=store, folder=folder, status=status) for batch in waiting]


def _queue_superseded(batch: Batch, store: Store, status: StatusDesk) -> Sequence[Intent]:
    """Queue the writes that mark what the batch replaces as superseded."""
    tokens = store.fetch_replaced(batch.id)
    if not tokens:
        return []
    request = StatusRequest(Purpose.REVOCATION, sets=True, reason=Reason.SUPERSEDED)
    return status.queue_credentials(tokens, request)
