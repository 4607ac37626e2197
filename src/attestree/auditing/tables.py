"""
The tables of an audit: every event as JSON lines and as CSV, every batch as CSV.

Decides columns, and that no cell is ever a formula: one that begins like it gets a single quote first.
Texts on chain are whatever an accreditor wrote. Source: RFC 4180; OWASP ASVS 1.2.10; DESIGN section 8.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from enum import IntEnum, IntFlag

from attestree.auditing.replay import Entry
from attestree.auditing.report import BatchLine
from attestree.credentials.dates import format_timestamp
from attestree.registry.event_types import Event
from attestree.registry.records import AnchorRecord
from attestree.text.spelling import format_hex
from attestree.text.spreadsheet import format_csv

EVENT_COLUMNS = (
    *("block", "block_hash", "tx_hash", "log_index", "event", "issuer", "time", "root", "did", "name"),
    *("framework", "details"),
)
"""Columns of `events.csv`; `details` holds the other facts as JSON."""

BATCH_COLUMNS = (
    *("issuer", "issuer_name", "sequence", "root", "list", "size", "kind", "time", "operator", "span"),
    *("confirmed", "revoked", "suspended", "archive", "block", "tx_hash"),
)
"""Columns of `batches.csv`."""

_TEXTS = frozenset({"did", "name", "framework"})


def format_events_jsonl(entries: Iterable[Entry]) -> bytes:
    """Write one JSON object a line, one line an event, in chain order."""
    lines = (json.dumps(_event_row(entry), ensure_ascii=False, sort_keys=True) for entry in entries)
    return "".join(line + "\n" for line in lines).encode()


def format_events_csv(entries: Iterable[Entry]) -> bytes:
    """Write the same as CSV, in UTF-8 with byte order mark."""
    return format_csv(EVENT_COLUMNS, (_event_cells(_event_row(entry)) for entry in entries))


def format_batches_csv(batches: Iterable[BatchLine]) -> bytes:
    """Write one line an anchor."""
    return format_csv(BATCH_COLUMNS, (_batch_cells(batch) for batch in batches))


def event_to_json(event: Event) -> dict[str, object]:
    """Return the facts of an event; bytes as 0x hex, texts as texts, words as hex."""
    facts: dict[str, object] = {}
    for field in fields(event):
        value = getattr(event, field.name)
        if isinstance(value, AnchorRecord):
            facts |= {part.name: _plain(part.name, getattr(value, part.name)) for part in fields(value)}
        else:
            facts[field.name] = _plain(field.name, value)
    return facts


def _plain(name: str, value: object) -> object:
    if isinstance(value, bytes):
        # A text that is not UTF-8 is shown with marks; the raw bytes are hashed on chain all the same
        return value.decode("utf-8", "replace") if name in _TEXTS else format_hex(value)
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, IntFlag):
        return [str(role.name).lower() for role in value]
    if isinstance(value, tuple):
        return [[hex(number) for number in pair] for pair in value]
    return value


def _event_row(entry: Entry) -> dict[str, object]:
    log = entry.log
    return {
        "block": log.block_number,
        "block_hash": format_hex(log.block_hash),
        "tx_hash": format_hex(log.tx_hash),
        "log_index": log.log_index,
        "event": type(entry.event).__name__,
        "facts": event_to_json(entry.event),
    }


def _event_cells(row: dict[str, object]) -> Iterator[object]:
    facts = dict(row["facts"]) if isinstance(row["facts"], dict) else {}
    for column in EVENT_COLUMNS[:-1]:
        value = row[column] if column in row else facts.pop(column, "")
        yield format_timestamp(value) if column == "time" and isinstance(value, int) and value else value
    yield json.dumps(facts, ensure_ascii=False, sort_keys=True)


def _batch_cells(batch: BatchLine) -> Sequence[object]:
    return (
        *(format_hex(batch.issuer), batch.issuer_name or "", batch.sequence, format_hex(batch.root)),
        *(batch.list_id.hex(), batch.size, batch.kind, format_timestamp(batch.time), batch.operator),
        *(batch.span, "yes" if batch.confirmed else "no", batch.revoked, batch.suspended, batch.archive),
        *(batch.block, format_hex(batch.tx_hash)),
    )
