"""
What our keys recorded and the store does not know.

Decides when something on the chain counts as known here:

    an anchor             its batch is here, or a person accepted that its documents are lost
    a change of status    one of our stored transactions made it; or it was entered by `recover`; or it is a
                          revocation that is wanted here all the same, whose bits tell the outbox

What another key wrote in the issuer's name is nobody's loss: an issuer may have several machines, each with
a key and a store of its own. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from attestree.outbox.states import State
from attestree.ports import Intent, Store
from attestree.ports.recovering import RecoverableStore
from attestree.recovering.chronicle import Chronicle, RecordedAnchor, RecordedChange
from attestree.registry.facts import Purpose


@dataclass(frozen=True, slots=True)
class Unknown:
    """What the store does not know, in chain order."""

    anchors: tuple[RecordedAnchor, ...]
    """Anchors by our keys."""
    changes: tuple[RecordedChange, ...]
    """Changes of status by our keys."""

    def __bool__(self) -> bool:
        """Say whether there is anything."""
        return bool(self.anchors or self.changes)


def find_unknown(
    chronicle: Chronicle, store: RecoverableStore, *, registry: str, keys: Collection[bytes]
) -> Unknown:
    """Return what these keys (20 bytes each) recorded in a registry and the store does not know."""
    known = {(batch.issuer, batch.root) for batch in store.fetch_batches() if batch.root is not None}
    known |= {(missing.issuer, missing.root) for missing in store.fetch_missing()}
    anchors = (one for one in chronicle.anchors if (one.issuer, one.anchor.root) not in known)
    ours = [change for change in chronicle.changes if change.writer in keys]
    return Unknown(
        tuple(anchor for anchor in anchors if anchor.writer in keys),
        tuple(_unknown_changes(ours, store, registry)),
    )


def _unknown_changes(
    changes: Collection[RecordedChange], store: Store, registry: str
) -> Collection[RecordedChange]:
    """Return those that neither a transaction of ours nor an entered write explains."""
    if not changes:
        return ()
    writes = [
        intent
        for intent in store.fetch_intents()
        if intent.wanted.kind == "status" and intent.wanted.registry == registry
    ]
    on_chain = {change.tx_hash for change in changes}
    signed: set[bytes] = set()
    entered: Counter[bytes] = Counter()
    for write in writes:
        hashes = {attempt.tx_hash for attempt in store.fetch_attempts(write.wanted.id)}
        signed |= hashes
        if write.state is State.FINAL and not hashes & on_chain:
            entered[write.wanted.payload] += 1
    wanted = {write.wanted.payload for write in writes if _shows_in_storage(write)}
    unknown = []
    for change in changes:
        payload = change.payload
        if change.tx_hash in signed:
            continue
        if entered[payload] > 0:
            entered[payload] -= 1
        elif change.change.purpose is not Purpose.REVOCATION or payload not in wanted:
            unknown.append(change)
    return unknown


def _shows_in_storage(write: Intent) -> bool:
    """Say whether the outbox will see by itself that a write was done."""
    return bool(write.wanted.probes)
