"""
Judges where things stand at the last block: anchors that no longer count, bursts, and who holds power.

Decides on the state after the last event; what an event shows at its place is decided in `judging`.
Source: DESIGN section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attestree.auditing.findings import Finding, Severity
from attestree.auditing.judging import killed_by_disavowal
from attestree.registry.facts import Anchor, Log
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.registry.ledger import Administration, Ledger

BURST_ANCHORS = 20
"""So many anchors of one issuer within `BURST_SECONDS` are a burst."""

BURST_SECONDS = 3600
"""One hour: a person issues in a few batches; a program that runs wild, or a thief in a hurry, does not."""

Places = Mapping[tuple[bytes, bytes], Log]
"""The event of each anchor, by issuer and root."""


def judge_standing(ledger: Ledger, places: Places, *, now: int) -> Iterator[Finding]:
    """Yield what the state after the last event shows; `now` is the time of the last block."""
    for address, issuer in ledger.issuers.items():
        yield from _judge_disavowed_anchors(address, issuer, places)
        yield from judge_bursts(address, issuer.anchors.values(), places)
    yield from judge_power(ledger.administration, now=now)


def judge_bursts(issuer: bytes, anchors: Iterable[Anchor | None], places: Places) -> Iterator[Finding]:
    """Yield each burst once: no anchor belongs to two."""
    standing = [anchor for anchor in anchors if anchor is not None]
    start = 0
    while start < len(standing):
        end = _end_of_hour(standing, start)
        if end - start < BURST_ANCHORS:
            start += 1
            continue
        burst = standing[start:end]
        log = places[issuer, burst[0].root]
        facts = {
            "issuer": issuer,
            "anchors": len(burst),
            "credentials": sum(anchor.size for anchor in burst),
            "time": burst[0].time,
        }
        yield Finding(Severity.LOW, "audit.burst", facts, issuer, log.block_number, log.tx_hash)
        start = end


def judge_power(administration: Administration, *, now: int) -> Iterator[Finding]:
    """Yield who can change the registry, now."""
    yield Finding(Severity.NOTE, "audit.power_admin", {"admin": administration.admin})
    if administration.pending_admin is not None:
        facts = {"admin": administration.pending_admin, "time": administration.pending_effective}
        yield Finding(Severity.LOW, "audit.power_pending", facts)
    for accreditor in sorted(administration.accreditors):
        yield Finding(Severity.NOTE, "audit.power_accreditor", {"accreditor": accreditor})
    if administration.paused_until > now:
        yield Finding(Severity.LOW, "audit.paused", {"until": administration.paused_until})


def _end_of_hour(anchors: Sequence[Anchor], start: int) -> int:
    """Return the number of the first anchor that lies an hour or more after the one at `start`."""
    end = start
    while end < len(anchors) and anchors[end].time - anchors[start].time < BURST_SECONDS:
        end += 1
    return end


def _judge_disavowed_anchors(address: bytes, issuer: IssuerLedger, places: Places) -> Iterator[Finding]:
    for operator in issuer.operators:
        if operator.disavowed_from is None:
            continue
        killed = killed_by_disavowal(
            issuer.anchors.values(), operator=operator.number, since=operator.disavowed_from
        )
        for anchor in killed:
            log = places[address, anchor.root]
            facts = {
                "issuer": address,
                "root": anchor.root,
                "size": anchor.size,
                "operator": operator.number,
                "since": operator.disavowed_from,
            }
            code = "audit.anchor_disavowed"
            yield Finding(Severity.HIGH, code, facts, address, log.block_number, log.tx_hash)
