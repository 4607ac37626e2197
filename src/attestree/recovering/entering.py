"""
What a recovered batch or change of status looks like as a write of the outbox.

Decides that it is, to the letter, the write that was made: the same name, call and way to see it, so that
asking for it again finds it. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Callable

from attestree.outbox.recovered import MissingAnchor
from attestree.ports import Batch, NewIntent, Probe
from attestree.ports.titles import STATUS_VERBS, name_batch, title_anchor, title_change
from attestree.recovering.chronicle import RecordedAnchor, RecordedChange
from attestree.registry.calls import build_anchor
from attestree.registry.facts import WHOLE_LIST_WORD, Purpose
from attestree.registry.records import build_anchor_pattern
from attestree.registry.slots import slot_of_anchor, slot_of_status_word

StatusName = Callable[[str, bytes, int], str]
"""Given registry, call and how often it was asked before, returns the name of a change of status."""


def build_anchor_write(batch: Batch, *, contract: bytes, sender: bytes, created: int) -> NewIntent:
    """Return the write that anchors a batch, which has root and size; addresses are 20 bytes."""
    root, size = batch.root or b"", batch.size or 0
    mask, value = build_anchor_pattern(size=size, kind=batch.kind, list_id=batch.list_id)
    return NewIntent(
        id=f"anchor:{batch.id}",
        kind="anchor",
        registry=batch.registry,
        issuer=batch.issuer,
        sender=sender,
        to=contract,
        payload=build_anchor(batch.issuer, root=root, size=size, kind=batch.kind, list_id=batch.list_id),
        probes=(Probe(slot_of_anchor(issuer=batch.issuer, root=root), mask, value),),
        title=title_anchor(size, batch.title),
        created=created,
        batch_id=batch.id,
    )


def build_change_write(
    recorded: RecordedChange, *, name: str, registry: str, contract: bytes, batch: Batch | None
) -> NewIntent:
    """Return the write that made a change of status; `batch` is None where its documents are not here."""
    change, whole = recorded.change, any(word == WHOLE_LIST_WORD for word, _ in recorded.change.words)
    count = None if whole else sum(mask.bit_count() for _, mask in change.words)
    named = name_batch(batch.id, batch.title) if batch is not None else f"batch 0x{change.root.hex()[:8]}.."
    return NewIntent(
        id=name,
        kind="status",
        registry=registry,
        issuer=recorded.issuer,
        sender=recorded.writer,
        to=contract,
        payload=recorded.payload,
        probes=_probes(recorded),
        title=title_change(STATUS_VERBS[change.purpose, change.sets], count, named),
        created=change.time,
    )


def build_missing(recorded: RecordedAnchor, *, registry: str) -> MissingAnchor:
    """Return an anchor without documents as it is remembered."""
    anchor = recorded.anchor
    return MissingAnchor(
        issuer=recorded.issuer,
        root=anchor.root,
        registry=registry,
        writer=recorded.writer,
        size=anchor.size,
        kind=anchor.kind,
        list_id=anchor.list_id,
        time=anchor.time,
        block_number=recorded.block.number,
    )


def _probes(recorded: RecordedChange) -> tuple[Probe, ...]:
    """Return how to see a revocation in storage; a suspension may be lifted again, and proves nothing."""
    change = recorded.change
    if change.purpose is not Purpose.REVOCATION:
        return ()
    return tuple(
        Probe(
            slot_of_status_word(
                issuer=recorded.issuer, list_id=change.list_id, purpose=int(change.purpose), word=word
            ),
            mask,
            mask,
        )
        for word, mask in sorted(change.words)
    )
