"""
Intents and attempts as rows, and back.

Decides how records stand in columns. Probes are bytes, 96 each (slot, mask, value), because SQL
has no number of 256 bits. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from attestree.errors import CorruptionError
from attestree.outbox.states import State
from attestree.ports import Attempt, Fees, Intent, NewIntent, Probe

_WORD = 32


def intent_columns(intent: NewIntent) -> dict[str, object]:
    """Return a wanted write as columns."""
    plain = (name for name in NewIntent.__dataclass_fields__ if name != "probes")
    columns: dict[str, object] = {name: getattr(intent, name) for name in plain}
    columns["probes"] = format_probes(intent.probes)
    return columns


def intent_of(row: Row[Any]) -> Intent:
    """Return the intent in a row."""
    wanted = NewIntent(
        id=row.id,
        kind=row.kind,
        registry=row.registry,
        issuer=row.issuer,
        sender=row.sender,
        to=row.to,
        payload=row.payload,
        probes=parse_probes(row.probes),
        title=row.title,
        created=row.created,
        batch_id=row.batch_id,
        nonce=row.nonce,
    )
    return Intent(
        wanted=wanted,
        state=parse_state(row.state),
        fence=row.fence,
        block_number=row.block_number,
        block_hash=row.block_hash,
        note=row.note,
    )


def attempt_of(row: Row[Any]) -> Attempt:
    """Return the attempt in a row."""
    return Attempt(
        intent_id=row.intent_id,
        number=row.number,
        nonce=row.nonce,
        raw=row.raw,
        tx_hash=row.tx_hash,
        gas=row.gas,
        fees=Fees(max_fee=row.max_fee, priority_fee=row.priority_fee),
        created=row.created,
        sent_at=row.sent_at,
    )


def attempt_columns(attempt: Attempt) -> dict[str, object]:
    """Return an attempt as columns."""
    plain = ("intent_id", "number", "nonce", "raw", "tx_hash", "gas", "created", "sent_at")
    columns: dict[str, object] = {name: getattr(attempt, name) for name in plain}
    columns["max_fee"] = attempt.fees.max_fee
    columns["priority_fee"] = attempt.fees.priority_fee
    return columns


def parse_state(stored: str) -> State:
    """Return a state; CorruptionError `store.row_changed` where there is none of that name."""
    try:
        return State(stored)
    except ValueError as exc:
        raise CorruptionError("store.row_changed", table="intents", row="?") from exc


def format_probes(probes: Iterable[Probe]) -> bytes:
    """Return probes as bytes, 96 each."""
    return b"".join(
        probe.slot + probe.mask.to_bytes(_WORD, "big") + probe.value.to_bytes(_WORD, "big")
        for probe in probes
    )


def parse_probes(stored: bytes) -> tuple[Probe, ...]:
    """
    Return the probes in bytes.

    Raises:
        CorruptionError: `store.probes`, not a whole number of probes.
    """
    if len(stored) % (3 * _WORD):
        raise CorruptionError("store.probes")
    return tuple(_probe(stored[at : at + 3 * _WORD]) for at in range(0, len(stored), 3 * _WORD))


def _probe(stored: bytes) -> Probe:
    """Return one probe."""
    return Probe(
        slot=stored[:_WORD],
        mask=int.from_bytes(stored[_WORD : 2 * _WORD], "big"),
        value=int.from_bytes(stored[2 * _WORD :], "big"),
    )
