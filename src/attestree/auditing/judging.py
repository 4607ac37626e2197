"""
Judges each event at its place: was the writer entitled then, and does it change what came before?

Decides which acts are findings and how grave each is. It takes the contract's rules as given and looks
for events that break them, and for those that keep them and still matter: back-dating, anchors that
nobody vouched for, shared lists. Source: DESIGN sections 5 and 8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from attestree.auditing.findings import Finding, Severity, place_finding
from attestree.merkle.keccak import keccak256
from attestree.registry import event_types as types
from attestree.registry.facts import WHOLE_LIST_WORD, Anchor, EndCause, Log, Purpose, Role
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.registry.ledger import Ledger

ZERO_ADDRESS = bytes(20)
"""Who is admin before the deployment."""


class Judge:
    """Judges events in chain order; remembers which list each anchor named."""

    def __init__(self) -> None:
        """Begin before the first event."""
        self._lists: dict[tuple[bytes, bytes], bytes] = {}

    def judge(self, before: Ledger, log: Log, event: types.Event) -> Iterator[Finding]:
        """Yield what an event shows; `before` is the ledger without it."""
        issuer = None if isinstance(event, types.RegistryEvent) else event.issuer
        for finding in _RULES.get(type(event), _judge_nothing)(before, event):
            yield place_finding(finding, log, issuer)
        if isinstance(event, types.Anchored):
            for finding in self._judge_list(event):
                yield place_finding(finding, log, issuer)

    def _judge_list(self, event: types.Anchored) -> Iterator[Finding]:
        first = self._lists.setdefault((event.issuer, event.record.list_id), event.root)
        if first != event.root:
            yield Finding(Severity.MEDIUM, "audit.list_shared", {"root": event.root, "first": first})


def killed_by_disavowal(anchors: Iterable[Anchor | None], *, operator: int, since: int) -> list[Anchor]:
    """Return the anchors that a disavowal takes the worth from; a confirmed one stands."""
    return [
        anchor
        for anchor in anchors
        if anchor is not None
        and anchor.operator == operator
        and anchor.time >= since
        and not anchor.confirmed
    ]


def killed_by_end(anchors: Iterable[Anchor | None], *, span: int, ends: int) -> list[Anchor]:
    """Return the anchors of a span that lie at or after its new end."""
    return [
        anchor for anchor in anchors if anchor is not None and anchor.span == span and anchor.time >= ends
    ]


def _judge_nothing(_before: Ledger, _event: types.Event) -> Iterator[Finding]:
    yield from ()


def _judge_anchored(before: Ledger, event: types.Anchored) -> Iterator[Finding]:
    record, root = event.record, event.root
    if record.time < before.administration.paused_until:
        yield Finding(Severity.HIGH, "audit.anchor_while_paused", {"root": root})
    yield from _judge_writer(before.issuer(event.issuer), event)
    if record.span == 0:
        facts = {"root": root, "size": record.size, "time": record.time}
        yield Finding(Severity.MEDIUM, "audit.anchor_outside_span", facts)
    elif not _covers(before.issuer(event.issuer), record.span, record.time):
        yield Finding(Severity.HIGH, "audit.anchor_wrong_span", {"root": root, "span": record.span})


def _judge_writer(issuer: IssuerLedger, event: types.Anchored) -> Iterator[Finding]:
    """Yield a finding if an operator wrote who was not entitled to; one that is not known is impossible."""
    number, time = event.record.operator, event.record.time
    if not 0 < number <= len(issuer.operators):
        return
    operator = issuer.operators[number - 1]
    in_force = operator.starts <= time < operator.ends and operator.disavowed_at is None
    if not in_force or Role.ANCHOR not in operator.roles:
        facts = {"root": event.root, "operator": number, "address": operator.address}
        yield Finding(Severity.HIGH, "audit.anchor_by_expired_operator", facts)


def _covers(issuer: IssuerLedger, span: int, time: int) -> bool:
    """Say whether a span is in force then; one that is not known is impossible, and found elsewhere."""
    return span > len(issuer.spans) or issuer.spans[span - 1].covers(time)


def _judge_disavowed(before: Ledger, event: types.OperatorDisavowed) -> Iterator[Finding]:
    anchors = before.issuer(event.issuer).anchors.values()
    killed = killed_by_disavowal(anchors, operator=event.number, since=event.disavowed_from)
    back_dated = event.disavowed_from < event.time
    yield Finding(
        Severity.MEDIUM if killed else Severity.LOW,
        "audit.disavowal_back_dated" if back_dated else "audit.operator_disavowed",
        {"operator": event.number, "since": event.disavowed_from, "time": event.time, **_count(killed)},
    )


def _judge_ended(before: Ledger, event: types.AccreditationEnded) -> Iterator[Finding]:
    issuer = before.issuer(event.issuer)
    killed = killed_by_end(issuer.anchors.values(), span=event.span, ends=event.ends)
    facts = {"span": event.span, "ends": event.ends, "time": event.time}
    if event.ends < event.time:
        severity = Severity.MEDIUM if killed else Severity.LOW
        yield Finding(severity, "audit.withdrawal_back_dated", {**facts, **_count(killed)})
    elif event.cause is not EndCause.REPLACED:
        yield Finding(Severity.NOTE, "audit.accreditation_ended", facts)
    if 0 < event.span <= len(issuer.spans) and event.by != issuer.spans[event.span - 1].accreditor:
        yield Finding(Severity.LOW, "audit.ended_by_other", {"span": event.span, "by": event.by})


def _judge_accredited(before: Ledger, event: types.Accredited) -> Iterator[Finding]:
    if event.accreditor == event.issuer:
        yield Finding(Severity.LOW, "audit.self_accredited", {"span": event.span})
    spans = before.issuer(event.issuer).spans
    hashes = keccak256(event.did), keccak256(event.name)
    if spans and (spans[-1].did_hash, spans[-1].name_hash) != hashes:
        yield Finding(Severity.LOW, "audit.identity_changed", {"span": event.span})


def _judge_confirmed(_before: Ledger, event: types.AnchorConfirmed) -> Iterator[Finding]:
    yield Finding(Severity.NOTE, "audit.anchor_confirmed", {"root": event.root})


def _judge_cancelled(_before: Ledger, event: types.AnchorCancelled) -> Iterator[Finding]:
    yield Finding(Severity.NOTE, "audit.anchor_cancelled", {"root": event.root})


def _judge_status(_before: Ledger, event: types.StatusChanged) -> Iterator[Finding]:
    whole = any(word == WHOLE_LIST_WORD for word, _ in event.words)
    if whole and event.sets and event.purpose is Purpose.REVOCATION:
        yield Finding(Severity.NOTE, "audit.whole_list_revoked", {"root": event.root})


def _judge_admin(_before: Ledger, event: types.AdminChanged) -> Iterator[Finding]:
    if event.previous != ZERO_ADDRESS:
        facts = {"previous": event.previous, "admin": event.admin}
        yield Finding(Severity.LOW, "audit.admin_changed", facts)


def _judge_struck(_before: Ledger, event: types.AccreditorRemoved) -> Iterator[Finding]:
    yield Finding(Severity.NOTE, "audit.accreditor_removed", {"accreditor": event.accreditor})


def _judge_paused(_before: Ledger, event: types.Paused) -> Iterator[Finding]:
    yield Finding(Severity.NOTE, "audit.paused_once", {"time": event.time, "until": event.until})


def _count(killed: list[Anchor]) -> dict[str, object]:
    return {"anchors": len(killed), "credentials": sum(anchor.size for anchor in killed)}


_RULES: dict[type, Callable[[Ledger, Any], Iterator[Finding]]] = {
    types.Anchored: _judge_anchored,
    types.OperatorDisavowed: _judge_disavowed,
    types.AccreditationEnded: _judge_ended,
    types.Accredited: _judge_accredited,
    types.AnchorConfirmed: _judge_confirmed,
    types.AnchorCancelled: _judge_cancelled,
    types.StatusChanged: _judge_status,
    types.AdminChanged: _judge_admin,
    types.AccreditorRemoved: _judge_struck,
    types.Paused: _judge_paused,
}
