"""
How the contract packs its records into storage words, read and written strictly.

Decides which words are records: a field out of its range ends in an error, never in a fact. Does not
decide where a word lies (`slots`) nor what a record means for a credential (`verifying`).
Source: DESIGN section 5; contracts/RegistryStorage.sol and contracts/AnchorRecord.sol.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.errors import ChainUnavailableError
from attestree.registry.facts import Anchor, EndCause, Head, Role

FLAG_CONFIRMED = 1
"""The issuer itself said that the anchor stands."""

FLAG_CANCELLED = 2
"""The root can never be anchored."""

ANCHOR_FIELDS = (40, 32, 32, 16, 16, 8, 8, 104)
"""Widths in bits, high to low: time, size, sequence, operator, span, kind, flags, list."""

SPAN_FIELDS = (160, 40, 40, 8)
"""Widths in bits, low to high: accreditor, from, until, cause."""

OPERATOR_FIELDS = (16, 40, 40, 40, 40, 8)
"""Widths in bits, low to high: number, from, to, disavowed from, disavowed at, roles."""

ISSUER_FIELDS = (16, 16, 40, 40, 8, 40, 16)
"""Widths, low to high: spans, operators, newest span's from, until, cause; suspended until; disavowed."""

_EMPTY = bytes(32)


@dataclass(frozen=True, slots=True)
class AnchorRecord:
    """One anchor's word, unpacked; of a cancelled root only the flag is set."""

    time: int
    """Block time, Unix seconds; 0 = cancelled."""
    size: int
    """Number of leaves."""
    sequence: int
    """From 1."""
    operator: int
    """0 = the issuer itself."""
    span: int
    """0 = none in force."""
    kind: int
    """0 OpenZeppelin, 1 Chainpoint."""
    flags: int
    """`FLAG_CONFIRMED`, or `FLAG_CANCELLED` alone."""
    list_id: bytes
    """13 bytes."""

    @property
    def cancelled(self) -> bool:
        """Whether the root can never be anchored."""
        return self.flags == FLAG_CANCELLED


@dataclass(frozen=True, slots=True)
class SpanRecord:
    """First word of a span; the three hashes lie in the next three."""

    accreditor: bytes
    """20 bytes."""
    starts: int
    """Unix seconds, inclusive."""
    ends: int
    """Unix seconds, exclusive."""
    cause: EndCause
    """Why it ends then."""


@dataclass(frozen=True, slots=True)
class OperatorRecord:
    """An operator's word; the address is the key it lies under."""

    number: int
    """From 1."""
    starts: int
    """Unix seconds, inclusive."""
    ends: int
    """Unix seconds, exclusive."""
    disavowed_from: int | None
    """Unix seconds; None = never disavowed."""
    disavowed_at: int | None
    """Unix seconds; None = never disavowed."""
    roles: Role
    """What it may do."""


@dataclass(frozen=True, slots=True)
class IssuerRecord:
    """Counters of an issuer, and a copy of its newest span."""

    span_count: int
    """Spans so far = number of the newest."""
    operator_count: int
    """Operators so far."""
    span_starts: int
    """Of the newest span."""
    span_ends: int
    """Of the newest span."""
    span_cause: EndCause
    """Of the newest span."""
    suspended_until: int
    """The end that a suspension cut off; 0 = not suspended."""
    disavowed_count: int
    """Operators ever disavowed."""


def parse_anchor_record(word: bytes) -> AnchorRecord | None:
    """
    Unpack an anchor's word; None for the empty word, which is the absence of an anchor.

    Raises:
        ChainUnavailableError: `chain.bad_record`, the contract writes no such word.
    """
    if word == _EMPTY:
        return None
    time, size, sequence, operator, span, kind, flags, list_number = _unpack_low(word, ANCHOR_FIELDS[::-1])[
        ::-1
    ]
    record = AnchorRecord(time, size, sequence, operator, span, kind, flags, list_number.to_bytes(13, "big"))
    if flags == FLAG_CANCELLED:
        _require(int.from_bytes(word, "big") == FLAG_CANCELLED << 104, record="anchor")
    else:
        _require(time > 0 and size > 0 and sequence > 0 and kind <= 1 and flags <= 1, record="anchor")
    return record


def format_anchor_record(record: AnchorRecord | None) -> bytes:
    """Pack an anchor's word."""
    if record is None:
        return _EMPTY
    fields = (
        record.time,
        record.size,
        record.sequence,
        record.operator,
        record.span,
        record.kind,
        record.flags,
        int.from_bytes(record.list_id, "big"),
    )
    return _pack_low(fields[::-1], ANCHOR_FIELDS[::-1])


def build_anchor_pattern(*, size: int, kind: int, list_id: bytes) -> tuple[int, int]:
    """
    Return mask and value: a word is the anchor of such a batch where word & mask == value.

    The bits of time, sequence, operator and span may be anything, that of a cancellation may not be set.
    """
    mask = (0, 2**32 - 1, 0, 0, 0, 2**8 - 1, FLAG_CANCELLED, 2**104 - 1)
    value = (0, size, 0, 0, 0, kind, 0, int.from_bytes(list_id, "big"))
    packed = (_pack_low(fields[::-1], ANCHOR_FIELDS[::-1]) for fields in (mask, value))
    return int.from_bytes(next(packed), "big"), int.from_bytes(next(packed), "big")


def build_anchor(root: bytes, record: AnchorRecord | None) -> Anchor | None:
    """Return the anchor that a record stands for; None where there is none or the root is cancelled."""
    if record is None or record.cancelled:
        return None
    return Anchor(
        root=root,
        time=record.time,
        size=record.size,
        sequence=record.sequence,
        operator=record.operator,
        span=record.span,
        kind=record.kind,
        confirmed=record.flags == FLAG_CONFIRMED,
        list_id=record.list_id,
    )


def parse_span_record(word: bytes) -> SpanRecord | None:
    """
    Unpack the first word of a span; None for the empty word.

    Raises:
        ChainUnavailableError: `chain.bad_record`.
    """
    if word == _EMPTY:
        return None
    accreditor, starts, ends, cause = _unpack_low(word, SPAN_FIELDS)
    _require(accreditor > 0 and 0 < starts <= ends and cause <= 3, record="span")
    return SpanRecord(accreditor.to_bytes(20, "big"), starts, ends, EndCause(cause))


def format_span_record(record: SpanRecord | None) -> bytes:
    """Pack the first word of a span."""
    if record is None:
        return _EMPTY
    accreditor = int.from_bytes(record.accreditor, "big")
    return _pack_low((accreditor, record.starts, record.ends, record.cause), SPAN_FIELDS)


def parse_operator_record(word: bytes) -> OperatorRecord | None:
    """
    Unpack an operator's word; None for the empty word.

    Raises:
        ChainUnavailableError: `chain.bad_record`.
    """
    if word == _EMPTY:
        return None
    number, starts, ends, disavowed_from, disavowed_at, roles = _unpack_low(word, OPERATOR_FIELDS)
    disavowed = disavowed_at > 0
    _require(number > 0 and 0 < starts <= ends and 1 <= roles <= 3, record="operator")
    _require(disavowed == (disavowed_from > 0) and disavowed_from <= disavowed_at, record="operator")
    return OperatorRecord(
        number=number,
        starts=starts,
        ends=ends,
        disavowed_from=disavowed_from if disavowed else None,
        disavowed_at=disavowed_at if disavowed else None,
        roles=Role(roles),
    )


def format_operator_record(record: OperatorRecord | None) -> bytes:
    """Pack an operator's word."""
    if record is None:
        return _EMPTY
    disavowed = (record.disavowed_from or 0, record.disavowed_at or 0)
    return _pack_low((record.number, record.starts, record.ends, *disavowed, record.roles), OPERATOR_FIELDS)


def parse_issuer_record(word: bytes) -> IssuerRecord:
    """
    Unpack an issuer's word; the empty word is an issuer to whom nothing happened.

    Raises:
        ChainUnavailableError: `chain.bad_record`.
    """
    spans, operators, starts, ends, cause, suspended_until, disavowed = _unpack_low(word, ISSUER_FIELDS)
    _require(cause <= 3 and starts <= ends and disavowed <= operators, record="issuer")
    _require((spans > 0) == (starts > 0), record="issuer")
    return IssuerRecord(spans, operators, starts, ends, EndCause(cause), suspended_until, disavowed)


def format_issuer_record(record: IssuerRecord) -> bytes:
    """Pack an issuer's word."""
    fields = (
        record.span_count,
        record.operator_count,
        record.span_starts,
        record.span_ends,
        record.span_cause,
        record.suspended_until,
        record.disavowed_count,
    )
    return _pack_low(fields, ISSUER_FIELDS)


def parse_head_word(word: bytes, *, first: int) -> Head:
    """
    Unpack a head and its count; the empty word stands for the `first` head and no folds.

    Raises:
        ChainUnavailableError: `chain.bad_record`, a head that was folded no time.
    """
    count, value = _unpack_low(word, (32, 224))
    if word == _EMPTY:
        return Head(first, 0)
    _require(count > 0, record="head")
    return Head(value, count)


def format_head_word(head: Head) -> bytes:
    """Pack a head and its count; no folds = the empty word."""
    return _EMPTY if head.count == 0 else _pack_low((head.count, head.value), (32, 224))


def _unpack_low(word: bytes, widths: tuple[int, ...]) -> list[int]:
    _require(len(word) == 32, record="word")
    rest = int.from_bytes(word, "big")
    fields = []
    for width in widths:
        fields.append(rest & ((1 << width) - 1))
        rest >>= width
    # bits above the last field are never written
    _require(rest == 0, record="word")
    return fields


def _pack_low(fields: tuple[int, ...], widths: tuple[int, ...]) -> bytes:
    word = 0
    shift = 0
    for field, width in zip(fields, widths, strict=True):
        if not 0 <= field < 1 << width:
            raise ValueError(f"{field} does not fit into {width} bits")
        word |= field << shift
        shift += width
    return word.to_bytes(32, "big")


def _require(holds: bool, *, record: str) -> None:  # noqa: FBT001 - reads as a sentence at each call
    if not holds:
        raise ChainUnavailableError("chain.bad_record", record=record)
