"""
Compares the heads that events fold to with the heads that the contract stores at the very same block.

Decides what is proven: an issuer whose both heads agree has no event that was invented, altered, left out
or put elsewhere. An issuer of whom no event was served is only looked at if somebody names it.
Source: DESIGN sections 5 and 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from attestree.auditing.findings import Finding, Severity
from attestree.errors import ChainUnavailableError
from attestree.ports import ChainEvents
from attestree.registry.facts import BlockRef, Head
from attestree.registry.ledger import IssuerHeads, Ledger
from attestree.registry.reading import read_heads

ISSUERS_AT_ONCE = 100
"""Issuers whose heads are asked for in one request."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What the comparison showed."""

    registry: bool
    """Whether the registry's own events are proven."""
    issuers: Mapping[bytes, bool]
    """Whether all events of an issuer are proven, for each that was looked at."""
    findings: tuple[Finding, ...]
    """One for each head that differs."""

    @property
    def proven(self) -> bool:
        """Whether every head that was looked at agrees."""
        return self.registry and all(self.issuers.values())


def reconcile(
    events: ChainEvents, ledger: Ledger, *, block: BlockRef, named: Iterable[bytes] = ()
) -> Reconciled:
    """
    Compare all heads at one block.

    Args:
        events: Serve the storage words.
        ledger: Holds every event up to `block`.
        block: Where storage is read.
        named: Issuers to look at even if no event of theirs was served, 20 bytes each.

    Raises:
        ChainUnavailableError: `chain.*`.
    """
    addresses = list(dict.fromkeys([*ledger.issuers, *named]))
    own, stored = _fetch_heads(events, ledger, addresses, block)
    findings: list[Finding] = []
    if own != ledger.registry_head:
        findings.append(Finding(Severity.HIGH, "audit.head_registry", _counts(ledger.registry_head, own)))
    for address in addresses:
        findings += _compare(address, ledger.heads_of(address), stored[address])
    differing = {finding.issuer for finding in findings}
    return Reconciled(
        registry=own == ledger.registry_head,
        issuers={address: address not in differing for address in addresses},
        findings=tuple(findings),
    )


def verify_still_there(events: ChainEvents, block: BlockRef) -> None:
    """Raise ChainUnavailableError `chain.reorganised` unless the chain still holds this very block."""
    if events.fetch_block(block.number).hash != block.hash:
        raise ChainUnavailableError("chain.reorganised")


def _fetch_heads(
    events: ChainEvents, ledger: Ledger, addresses: Sequence[bytes], block: BlockRef
) -> tuple[Head, dict[bytes, IssuerHeads]]:
    """Read the registry's head, and both heads of each issuer."""
    own, stored = _fetch_part(events, ledger, [], block)
    remaining = iter(addresses)
    while part := list(islice(remaining, ISSUERS_AT_ONCE)):
        stored.update(_fetch_part(events, ledger, part, block)[1])
    return own, stored


def _fetch_part(
    events: ChainEvents, ledger: Ledger, addresses: Sequence[bytes], block: BlockRef
) -> tuple[Head, dict[bytes, IssuerHeads]]:
    reading = read_heads(addresses, chain_id=ledger.chain_id, registry=ledger.registry)
    words = events.fetch_words(next(reading), block=block)
    try:
        reading.send(words)
    except StopIteration as done:
        own, stored = done.value
        return own, stored
    raise AssertionError("heads are read in one step")


def _compare(address: bytes, folded: IssuerHeads, stored: IssuerHeads) -> Iterator[Finding]:
    pairs = (
        ("audit.head_anchors", folded.anchor, stored.anchor),
        ("audit.head_acts", folded.act, stored.act),
    )
    for code, ours, theirs in pairs:
        if ours != theirs:
            yield Finding(Severity.HIGH, code, {"issuer": address, **_counts(ours, theirs)}, address)


def _counts(folded: Head, stored: Head) -> dict[str, object]:
    return {"folded": folded.count, "stored": stored.count}
