"""
The lines of a report: one for each issuer, one for each anchor.

Decides which facts of a ledger stand in a line; judges nothing. Source: DESIGN section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attestree.auditing.archives import ArchiveResult, ArchiveState
from attestree.auditing.report import BatchLine, IssuerLine
from attestree.auditing.standing import Places
from attestree.registry.facts import WHOLE_LIST_WORD, Anchor, Purpose
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.registry.ledger import Ledger

NO_ARCHIVE = "none"
"""Stands in a line where no archive of the batch was given."""


def build_issuer_lines(ledger: Ledger, proven: Mapping[bytes, bool], *, now: int) -> tuple[IssuerLine, ...]:
    """Return a line for each issuer that was compared; `now` is the time of the last block."""
    return tuple(_issuer_line(address, ledger, proven[address], now) for address in proven)


def build_batch_lines(
    ledger: Ledger, places: Places, archives: Iterable[ArchiveResult]
) -> tuple[BatchLine, ...]:
    """Return a line for each anchor; of several archives of one batch a good one counts."""
    states: dict[tuple[bytes, bytes], ArchiveState] = {}
    for result in archives:
        if result.issuer is not None and result.root is not None:
            key = (result.issuer, result.root)
            if states.get(key) is not ArchiveState.RECOMPUTED:
                states[key] = result.state
    return tuple(
        _batch_line(address, issuer, anchor, places, states)
        for address, issuer in ledger.issuers.items()
        for anchor in issuer.anchors.values()
        if anchor is not None
    )


def count_status(issuer: IssuerLedger, anchor: Anchor, purpose: Purpose) -> int:
    """Return how many credentials of a batch are revoked or suspended."""
    if issuer.status.get((anchor.list_id, purpose, WHOLE_LIST_WORD), 0):
        return anchor.size
    words = range(-(-anchor.size // 256))
    if len(words) < len(issuer.status):
        return sum(issuer.status.get((anchor.list_id, purpose, word), 0).bit_count() for word in words)
    return sum(
        bits.bit_count()
        for (list_id, found, _), bits in issuer.status.items()
        if (list_id, found) == (anchor.list_id, purpose)
    )


def _issuer_line(address: bytes, ledger: Ledger, proven: bool, now: int) -> IssuerLine:  # noqa: FBT001 - a fact
    issuer = ledger.issuer(address)
    newest = issuer.spans[-1] if issuer.spans else None
    return IssuerLine(
        address=address,
        name=newest.name if newest else None,
        did=newest.did if newest else None,
        accreditor=newest.accreditor if newest else None,
        accredited=newest is not None and newest.covers(now),
        anchors=issuer.anchor_head.count,
        credentials=sum(anchor.size for anchor in issuer.anchors.values() if anchor is not None),
        acts=issuer.act_head.count,
        proven=proven,
    )


def _batch_line(
    address: bytes,
    issuer: IssuerLedger,
    anchor: Anchor,
    places: Places,
    states: Mapping[tuple[bytes, bytes], ArchiveState],
) -> BatchLine:
    log = places[address, anchor.root]
    return BatchLine(
        issuer=address,
        issuer_name=issuer.spans[-1].name if issuer.spans else None,
        sequence=anchor.sequence,
        root=anchor.root,
        list_id=anchor.list_id,
        size=anchor.size,
        kind=anchor.kind,
        time=anchor.time,
        operator=anchor.operator,
        span=anchor.span,
        confirmed=anchor.confirmed,
        revoked=count_status(issuer, anchor, Purpose.REVOCATION),
        suspended=count_status(issuer, anchor, Purpose.SUSPENSION),
        archive=str(states.get((address, anchor.root), NO_ARCHIVE)),
        block=log.block_number,
        tx_hash=log.tx_hash,
    )
