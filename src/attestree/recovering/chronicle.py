"""
What the chain holds in the name of our issuers: every anchor and every change of status, proven complete.

Decides that only events which land on the contract's heads count: a node that hides one is found out before
anything is concluded from its absence. Whose they are is told by the address that wrote them; an issuer may
well have other machines with other keys. Source: DESIGN sections 5 and 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from attestree.ports import ChainEvents
from attestree.registry import event_types as types
from attestree.registry.calls import build_anchor as build_anchor_call
from attestree.registry.calls import build_status
from attestree.registry.event_types import Anchored, Event, StatusChanged
from attestree.registry.events import parse_event
from attestree.registry.facts import Anchor, BlockRef, ChainIdentity, Head, Log
from attestree.registry.ledger import IssuerHeads, Ledger
from attestree.registry.reading import read_heads
from attestree.registry.records import build_anchor

ISSUERS_AT_ONCE = 100
"""Issuers whose heads are asked for in one request."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where one event stands, and who wrote it."""

    issuer: bytes
    """In whose name, 20 bytes."""
    writer: bytes
    """Address of the key, 20 bytes."""
    block: BlockRef
    """Its block; the time is that of the event."""
    tx_hash: bytes
    """Its transaction, 32 bytes."""


@dataclass(frozen=True, slots=True)
class RecordedAnchor(Recorded):
    """One anchor on the chain."""

    anchor: Anchor
    """What was recorded."""

    @property
    def payload(self) -> bytes:
        """The call that we make for it."""
        anchor = self.anchor
        return build_anchor_call(
            self.issuer, root=anchor.root, size=anchor.size, kind=anchor.kind, list_id=anchor.list_id
        )


@dataclass(frozen=True, slots=True)
class RecordedChange(Recorded):
    """One change of status on the chain."""

    change: StatusChanged
    """What was recorded."""

    @property
    def payload(self) -> bytes:
        """The call that we make for it."""
        change = self.change
        return build_status(
            self.issuer,
            root=change.root,
            purpose=change.purpose,
            sets=change.sets,
            words=dict(change.words),
            reason=change.reason,
        )


@dataclass(frozen=True, slots=True)
class Chronicle:
    """What the chain holds in the name of some issuers, in chain order."""

    last: BlockRef
    """Newest block that was read."""
    anchors: tuple[RecordedAnchor, ...]
    """Every anchor that was not ruled out."""
    changes: tuple[RecordedChange, ...]
    """Every change of status."""
    acts: tuple[Recorded, ...] = ()
    """Every act of standing in the registry whose writer the event tells, whomever it concerns."""


def fetch_chronicle(
    events: ChainEvents, *, identity: ChainIdentity, issuers: Iterable[bytes], last: BlockRef
) -> Chronicle:
    """
    Read everything up to a block, and compare it with the contract's heads at that block.

    Raises:
        ChainUnavailableError: `chain.*`, `event.*`.
        HeadMismatchError: `head.*`, the node hides or invents events.
    """
    named = list(dict.fromkeys(issuers))
    logs = events.fetch_logs(first_block=identity.deploy_block, last_block=last.number)
    ledger = Ledger(chain_id=identity.chain_id, registry=identity.registry)
    ledger.apply(logs)
    _verify_heads(events, ledger, named, last)
    return _build(ledger, logs, frozenset(named), last)


def _build(ledger: Ledger, logs: Sequence[Log], issuers: frozenset[bytes], last: BlockRef) -> Chronicle:
    """Pick what concerns our issuers."""
    anchors: list[RecordedAnchor] = []
    changes: list[RecordedChange] = []
    acts: list[Recorded] = []
    for log in logs:
        event = parse_event(log)
        if (writer := _writer_of(event)) is not None:
            block = BlockRef(log.block_number, log.block_hash, time=0)
            acts.append(Recorded(log.topics[1][-20:], writer, block, log.tx_hash))
        if getattr(event, "issuer", b"") not in issuers:
            continue
        if isinstance(event, Anchored) and (anchor := build_anchor(event.root, event.record)) is not None:
            place = _place(ledger, log, event.issuer, event.record.operator, time=event.record.time)
            anchors.append(RecordedAnchor(*place, anchor))
        elif isinstance(event, StatusChanged):
            place = _place(ledger, log, event.issuer, event.operator, time=event.time)
            changes.append(RecordedChange(*place, event))
    return Chronicle(last, tuple(anchors), tuple(changes), tuple(acts))


def _writer_of(event: Event) -> bytes | None:
    """Return who wrote an act of standing; None for other events, and for those of the registry itself."""
    match event:
        case types.Accredited(accreditor=writer) | types.AccreditationEnded(by=writer):
            return writer
        case (
            types.OperatorAdded(issuer=writer)
            | types.OperatorRemoved(issuer=writer)
            | types.OperatorDisavowed(issuer=writer)
            | types.AnchorConfirmed(issuer=writer)
            | types.AnchorCancelled(issuer=writer)
        ):
            return writer
    return None


def _place(
    ledger: Ledger, log: Log, issuer: bytes, operator: int, *, time: int
) -> tuple[bytes, bytes, BlockRef, bytes]:
    """Return issuer, writer, block and transaction; an operator's number is never given to another."""
    writer = issuer if operator == 0 else ledger.issuer(issuer).operators[operator - 1].address
    return issuer, writer, BlockRef(log.block_number, log.block_hash, time), log.tx_hash


def _verify_heads(events: ChainEvents, ledger: Ledger, named: Sequence[bytes], block: BlockRef) -> None:
    """Return if every event up to the block was served, and none that never was."""
    addresses = list(dict.fromkeys([*ledger.issuers, *named]))
    stored: dict[bytes, IssuerHeads] = {}
    own: Head | None = None
    for start in range(0, max(len(addresses), 1), ISSUERS_AT_ONCE):
        own, part = _fetch_heads(events, ledger, addresses[start : start + ISSUERS_AT_ONCE], block)
        stored |= part
    assert own is not None  # noqa: S101 - the loop runs at least once
    ledger.verify_heads(registry_head=own, issuers=stored)


def _fetch_heads(
    events: ChainEvents, ledger: Ledger, addresses: Sequence[bytes], block: BlockRef
) -> tuple[Head, dict[bytes, IssuerHeads]]:
    """Read the registry's head, and both heads of some issuers."""
    reading = read_heads(addresses, chain_id=ledger.chain_id, registry=ledger.registry)
    words = events.fetch_words(next(reading), block=block)
    try:
        reading.send(words)
    except StopIteration as done:
        found: tuple[Head, dict[bytes, IssuerHeads]] = done.value
        return found
    raise AssertionError("heads are read in one step")
