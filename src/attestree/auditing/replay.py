"""
Replays every event of a registry into a ledger, and judges each at its place.

Decides what happens with an event that cannot have happened: it becomes a finding, and what comes
after it for the same issuer is left out, so that other issuers can still be proven. Whether the events
are true and complete is decided in `reconcile`. Source: DESIGN section 8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from attestree.auditing.findings import Finding, Severity, place_finding
from attestree.auditing.judging import Judge
from attestree.errors import AttestreeError, ChainUnavailableError, HeadMismatchError
from attestree.ports import ChainEvents
from attestree.registry.event_types import Anchored, Event
from attestree.registry.events import parse_event
from attestree.registry.facts import BlockRef, ChainIdentity, Log
from attestree.registry.ledger import Ledger

REGISTRY = b""
"""Stands for the registry's own events where issuers are told apart."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event and its place."""

    log: Log
    """As the node served it."""
    event: Event
    """As it was read."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What all events together say, as far as they are true and complete."""

    ledger: Ledger
    """State after the last event; not to be changed."""
    entries: tuple[Entry, ...]
    """Every event that was folded, in chain order."""
    findings: tuple[Finding, ...]
    """What the events show, in chain order."""
    left_out: int
    """Events that were served and could not be folded."""


def fetch_replay(events: ChainEvents, *, identity: ChainIdentity, last: BlockRef) -> Replay:
    """
    Replay the registry from its deployment to the block `last`.

    Raises:
        ChainUnavailableError: `audit.logs_missing`, the node has no events of the deployment;
            `audit.before_deployment`; or any `chain.*`.
    """
    if last.number < identity.deploy_block:
        raise ChainUnavailableError(
            "audit.before_deployment", block=last.number, deploy_block=identity.deploy_block
        )
    logs = events.fetch_logs(first_block=identity.deploy_block, last_block=last.number)
    if not any(log.block_number == identity.deploy_block for log in logs):
        # The deployment itself logs who the admin is: without it, old events are gone at this node
        raise ChainUnavailableError("audit.logs_missing", block=identity.deploy_block)
    return replay(logs, chain_id=identity.chain_id, registry=identity.registry)


def replay(logs: Iterable[Log], *, chain_id: int, registry: bytes) -> Replay:
    """Fold logs in chain order, and judge each before it is folded."""
    ledger, judge = Ledger(chain_id=chain_id, registry=registry), Judge()
    entries: list[Entry] = []
    findings: list[Finding] = []
    broken: set[bytes] = set()
    left_out = 0
    for log in logs:
        if _subject_of(log) in broken:
            left_out += 1
            continue
        try:
            event = parse_event(log)
            found = list(judge.judge(ledger, log, event))
            ledger.apply([log])
        except (ChainUnavailableError, HeadMismatchError) as error:
            issuer = _subject_of(log) or None
            findings.append(place_finding(_find_impossible(ledger, log, error), log, issuer))
            broken.add(_subject_of(log))
            left_out += 1
            continue
        findings += found
        entries.append(Entry(log, event))
    return Replay(ledger, tuple(entries), tuple(findings), left_out)


def _subject_of(log: Log) -> bytes:
    """Return the issuer that a log names, or `REGISTRY`; also of one that cannot be read."""
    return log.topics[1][-20:] if len(log.topics) > 1 else REGISTRY


def _find_impossible(ledger: Ledger, log: Log, error: AttestreeError) -> Finding:
    """Say why an event cannot stand where it was served."""
    if isinstance(error, ChainUnavailableError):
        return Finding(Severity.HIGH, "audit.event_unreadable", {"log_index": log.log_index})
    event = parse_event(log)
    if isinstance(event, Anchored):
        expected, found = ledger.issuer(event.issuer).anchor_head.count + 1, event.record.sequence
        if found != expected:
            return Finding(Severity.HIGH, "audit.sequence_gap", {"expected": expected, "found": found})
    return Finding(Severity.HIGH, "audit.event_impossible", {"event": type(event).__name__})
