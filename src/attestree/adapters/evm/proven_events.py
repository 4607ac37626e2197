"""
What only events tell, taken from a node only where storage proves it.

Decides when a reason or a text counts: reasons, where all acts of the issuer fold to the act head that the
contract stores; texts, where they hash to what a span stores. Anything else is left out, not guessed: the
fact itself (revoked, accredited) stands without it. Source: DESIGN sections 5 and 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attestree.adapters.evm.hexes import format_bytes
from attestree.adapters.evm.source import Source
from attestree.errors import ChainUnavailableError
from attestree.registry.event_types import Accredited, StatusChanged
from attestree.registry.events import SHAPES_BY_NAME, issuer_topic, parse_event
from attestree.registry.facts import BlockRef, FactsQuery, Log, Reason, Span
from attestree.registry.heads import build_first_act_head, fold_act
from attestree.registry.issuer_ledger import build_span
from attestree.registry.reading import read_heads
from attestree.registry.status_bits import find_reason

_ACCREDITED_TOPIC = SHAPES_BY_NAME["Accredited"].topic


def fetch_reasons(
    source: Source, query: FactsQuery, *, block: BlockRef, earlier: BlockRef
) -> tuple[Reason | None, Reason | None]:
    """Return the reason of a revocation at `block` and at the `earlier` block; None = not proven."""
    changes = fetch_changes(source, query.issuer, block=block)
    return find_reasons(changes, query, earlier=earlier)


def fetch_changes(source: Source, issuer: bytes, *, block: BlockRef) -> list[tuple[int, StatusChanged]]:
    """Return an issuer's changes of status up to a block, each with its own; none if they are unproven."""
    try:
        events = [(log.block_number, parse_event(log)) for log in _fetch_acts(source, issuer, block)]
    except ChainUnavailableError:
        return []
    return [(number, event) for number, event in events if isinstance(event, StatusChanged)]


def find_reasons(
    changes: Sequence[tuple[int, StatusChanged]], query: FactsQuery, *, earlier: BlockRef
) -> tuple[Reason | None, Reason | None]:
    """Return the reason of a revocation after all changes, and after those up to the `earlier` block."""
    return (
        _reason_of([change for _, change in changes], query),
        _reason_of([change for number, change in changes if number <= earlier.number], query),
    )


def fetch_texts(source: Source, issuer: bytes, spans: Sequence[Span], *, block: BlockRef) -> tuple[Span, ...]:
    """Return the spans with DID, name and framework, where the events up to `block` prove them."""
    topics = [format_bytes(_ACCREDITED_TOPIC), format_bytes(issuer_topic(issuer))]
    try:
        first = source.identity.deploy_block
        events = [parse_event(log) for log in source.fetch_logs(first=first, last=block, topics=topics)]
    except ChainUnavailableError:
        return tuple(spans)
    told = {event.span: build_span(event) for event in events if isinstance(event, Accredited)}
    return tuple(_add_texts(span, told.get(span.number)) for span in spans)


def _fetch_acts(source: Source, issuer: bytes, block: BlockRef) -> list[Log]:
    chain_id, registry = source.identity.chain_id, source.identity.registry
    _, heads = source.read(read_heads([issuer], chain_id=chain_id, registry=registry), block)
    logs = source.fetch_logs(
        first=source.identity.deploy_block, last=block, topics=[None, format_bytes(issuer_topic(issuer))]
    )
    acts = [log for log in logs if len(log.topics) == 2]
    head = build_first_act_head(chain_id=chain_id, registry=registry, issuer=issuer)
    for log in acts:
        head = fold_act(head, topic=log.topics[0], payload=log.payload)
    if head != heads[issuer].act:
        raise ChainUnavailableError("chain.sources_disagree")
    return acts


def _reason_of(changes: Sequence[StatusChanged], query: FactsQuery) -> Reason | None:
    return find_reason(changes, list_id=query.list_id, index=query.index)


def _add_texts(span: Span, told: Span | None) -> Span:
    if told is None:
        return span
    return replace(
        span,
        did=told.did if told.did_hash == span.did_hash else None,
        name=told.name if told.name_hash == span.name_hash else None,
        framework=told.framework if told.framework_hash == span.framework_hash else None,
    )
