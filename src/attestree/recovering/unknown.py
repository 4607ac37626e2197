"""
What our keys recorded and the store does not know.

Decides when something on the chain counts as known here: one of our stored transactions made it, or the store
has it as FINAL. What a person accepted as lost counts as known too. What another key wrote in the issuer's
name is nobody's loss: an issuer may have several machines, each with a key and a store of its own.
Source: DESIGN section 6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from attestree.outbox.states import State
from attestree.ports import Intent, Store
from attestree.ports.recovering import RecoverableStore
from attestree.recovering.chronicle import Chronicle, RecordedAnchor, RecordedChange

AT_REST = frozenset({State.FINAL, State.HALTED})
"""States of a write that is not moved any more."""

_Here = dict[tuple[bytes, bytes | None], Intent | None]


@dataclass(frozen=True, slots=True)
class Unknown:
    """What the store does not know, in chain order."""

    anchors: tuple[RecordedAnchor, ...]
    """Anchors by our keys of batches that are not fixed here."""
    waiting: tuple[tuple[Intent, RecordedAnchor], ...]
    """Writes that wait here, although a transaction that is not of this store has done them."""
    changes: tuple[RecordedChange, ...]
    """Changes of status by our keys."""
    unsigned: frozenset[bytes]
    """Keys that recorded something which this store did not sign, known or not."""
    acted: frozenset[bytes]
    """Keys that wrote an act of standing which this store did not sign."""

    def __bool__(self) -> bool:
        """Say whether there is anything."""
        return bool(self.anchors or self.waiting or self.changes)


def find_unknown(
    chronicle: Chronicle, store: RecoverableStore, *, registry: str, keys: Collection[bytes]
) -> Unknown:
    """Return what these keys (20 bytes each) recorded in a registry and the store does not know."""
    writes = [intent for intent in store.fetch_intents() if intent.wanted.registry == registry]
    signed = _SignedHere(store, writes)
    waits = {write.wanted.batch_id: write for write in writes if write.wanted.batch_id is not None}
    here: _Here = {
        (one.issuer, one.root): waits.get(one.id) for one in store.fetch_batches() if one.root is not None
    }
    strange = [
        anchor
        for anchor in chronicle.anchors
        if anchor.writer in keys and not _is_explained(anchor, here, signed)
    ]
    changes = [change for change in chronicle.changes if change.writer in keys]
    known = here.keys() | {(missing.issuer, missing.root) for missing in store.fetch_missing()}
    unsigned = [change for change in changes if change.tx_hash not in signed.hashes]
    return Unknown(
        anchors=tuple(one for one in strange if (one.issuer, one.anchor.root) not in known),
        waiting=tuple(
            (write, one)
            for one in strange
            if (write := here.get((one.issuer, one.anchor.root))) is not None and write.state not in AT_REST
        ),
        changes=tuple(_unknown_changes(changes, writes, signed)),
        unsigned=frozenset(recorded.writer for recorded in (*strange, *unsigned)),
        acted=frozenset(act.writer for act in chronicle.acts if act.tx_hash not in signed.hashes),
    )


def _is_explained(recorded: RecordedAnchor, here: _Here, signed: _SignedHere) -> bool:
    """Say whether this store signed the anchor, or left it to somebody else to send."""
    write = here.get((recorded.issuer, recorded.anchor.root))
    is_relayed = write is not None and write.wanted.sender != recorded.writer
    return recorded.tx_hash in signed.hashes or is_relayed


class _SignedHere:
    """The transactions of this store, by write."""

    def __init__(self, store: Store, writes: Iterable[Intent]) -> None:
        self.by_write = {
            write.wanted.id: {attempt.tx_hash for attempt in store.fetch_attempts(write.wanted.id)}
            for write in writes
        }
        self.hashes = {tx_hash for hashes in self.by_write.values() for tx_hash in hashes}


def _unknown_changes(
    changes: Collection[RecordedChange], writes: Iterable[Intent], signed: _SignedHere
) -> Iterator[RecordedChange]:
    """Yield those that neither a transaction of ours explains nor a write that is FINAL without one."""
    on_chain = {change.tx_hash for change in changes}
    entered = Counter(
        write.wanted.payload
        for write in writes
        if write.state is State.FINAL and not signed.by_write[write.wanted.id] & on_chain
    )
    for change in changes:
        if change.tx_hash in signed.hashes:
            continue
        if entered[change.payload] > 0:
            entered[change.payload] -= 1
        else:
            yield change
