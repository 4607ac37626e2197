"""
The registry's events, read from logs.

Decides which logs are events of the registry: any other topic, any byte out of place ends in an error.
A decoded event is a claim of the node that served it; only a head (`heads`) makes it a fact.
Source: contracts/interfaces/IRegistryEvents.sol; Solidity ABI specification.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from attestree.errors import ChainUnavailableError
from attestree.merkle.keccak import keccak256
from attestree.registry import event_types as types
from attestree.registry.event_types import Anchored, Event, IssuerAct, RegistryEvent
from attestree.registry.facts import EndCause, Log, Purpose, Reason, Role
from attestree.registry.records import parse_anchor_record


@dataclass(frozen=True, slots=True)
class EventShape:
    """How one event lies in a log."""

    name: str
    """As in the contract."""
    indexed: tuple[str, ...]
    """ABI types of the topics after the first."""
    fields: tuple[str, ...]
    """ABI types of the payload, in order."""
    build: Callable[..., Event]
    """Takes indexed values, then fields."""

    @property
    def topic(self) -> bytes:
        """First topic, 32 bytes."""
        return keccak256(f"{self.name}({','.join((*self.indexed, *self.fields))})".encode())


def _words(pairs: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    if not pairs:
        raise ValueError("a change of status names at least one word")
    return pairs


def _build_anchored(issuer: bytes, root: bytes, word: bytes) -> Anchored:
    record = parse_anchor_record(word)
    if record is None or record.cancelled or record.flags:
        raise ValueError("an anchor begins with a full record and no flag")
    return Anchored(issuer, root, record)


def _build_ended(issuer: bytes, span: int, by: bytes, ends: int, cause: int, time: int) -> IssuerAct:
    return types.AccreditationEnded(issuer, span, by, ends, EndCause(cause), time)


def _build_operator(issuer: bytes, number: int, operator: bytes, roles: int, *times: int) -> IssuerAct:
    if not 1 <= roles <= 3:
        raise ValueError("no such roles")
    return types.OperatorAdded(issuer, number, operator, Role(roles), *times)


def _build_status(issuer: bytes, root: bytes, list_number: int, operator: int, *rest: Any) -> IssuerAct:
    purpose, sets, reason, time, words = rest
    list_id = list_number.to_bytes(13, "big")
    return types.StatusChanged(
        issuer, root, list_id, operator, Purpose(purpose), sets, Reason(reason), time, _words(words)
    )


_ISSUER = ("address",)
_TIME = "uint40"
_PAIRS = "(uint256,uint256)[]"

SHAPES = (
    EventShape("Anchored", ("address", "bytes32"), ("bytes32",), _build_anchored),
    EventShape(
        "Accredited",
        _ISSUER,
        ("uint16", "address", _TIME, _TIME, _TIME, "string", "string", "string"),
        types.Accredited,
    ),
    EventShape("AccreditationEnded", _ISSUER, ("uint16", "address", _TIME, "uint8", _TIME), _build_ended),
    EventShape(
        "OperatorAdded", _ISSUER, ("uint16", "address", "uint8", _TIME, _TIME, _TIME), _build_operator
    ),
    EventShape("OperatorRemoved", _ISSUER, ("uint16", _TIME, _TIME), types.OperatorRemoved),
    EventShape("OperatorDisavowed", _ISSUER, ("uint16", _TIME, _TIME), types.OperatorDisavowed),
    EventShape("AnchorConfirmed", _ISSUER, ("bytes32", _TIME), types.AnchorConfirmed),
    EventShape("AnchorCancelled", _ISSUER, ("bytes32", _TIME), types.AnchorCancelled),
    EventShape(
        "StatusChanged",
        _ISSUER,
        ("bytes32", "uint104", "uint16", "uint8", "bool", "uint8", _TIME, _PAIRS),
        _build_status,
    ),
    EventShape("AccreditorAdded", (), ("address", _TIME), types.AccreditorAdded),
    EventShape("AccreditorRemoved", (), ("address", _TIME), types.AccreditorRemoved),
    EventShape("AdminProposed", (), ("address", _TIME, _TIME), types.AdminProposed),
    EventShape("AdminProposalCancelled", (), (_TIME,), types.AdminProposalCancelled),
    EventShape("AdminChanged", (), ("address", "address", _TIME), types.AdminChanged),
    EventShape("Paused", (), (_TIME, _TIME), types.Paused),
    EventShape("Unpaused", (), (_TIME,), types.Unpaused),
)
"""Every event of the registry."""

SHAPES_BY_TOPIC: Mapping[bytes, EventShape] = {shape.topic: shape for shape in SHAPES}
"""The same, by first topic."""

SHAPES_BY_NAME: Mapping[str, EventShape] = {shape.name: shape for shape in SHAPES}
"""The same, by name."""


def parse_event(log: Log) -> Event:
    """
    Read one log of the registry.

    Raises:
        ChainUnavailableError: `event.unknown_topic`, or `event.malformed` for bytes that the
            contract would not have written.
    """
    shape = SHAPES_BY_TOPIC.get(log.topics[0]) if log.topics else None
    if shape is None:
        raise ChainUnavailableError("event.unknown_topic")
    try:
        indexed = _decode_topics(shape, log.topics[1:])
        return shape.build(*indexed, *_decode(shape.fields, log.payload))
    except (ValueError, OverflowError, ChainUnavailableError) as exc:
        raise ChainUnavailableError("event.malformed", event=shape.name) from exc


def issuer_topic(issuer: bytes) -> bytes:
    """Return the topic that names an issuer, 32 bytes."""
    return issuer.rjust(32, b"\0")


def _decode_topics(shape: EventShape, topics: tuple[bytes, ...]) -> list[Any]:
    if len(topics) != len(shape.indexed):
        raise ValueError("another number of topics")
    values: list[Any] = []
    for kind, topic in zip(shape.indexed, topics, strict=True):
        values += _decode((kind,), topic)
    return values


def _decode(fields: tuple[str, ...], payload: bytes) -> list[Any]:
    # read here and not by eth_abi, which is a tenth as fast, and takes longer to load than all else that
    # verifies a credential: a replay reads every event since the deployment
    if fields[-1] == _PAIRS:
        return _read_words_and_pairs(fields[:-1], payload)
    texts = fields.count("string")
    if texts:
        return _read_words_and_texts(fields[: len(fields) - texts], texts, payload)
    return _read_words(fields, payload)


_WORD_BITS = {
    "address": 160,
    "bool": 1,
    "bytes32": 256,
    "uint8": 8,
    "uint16": 16,
    "uint40": 40,
    "uint104": 104,
    "uint256": 256,
}
"""Bits of each type that fills one word."""


def _read_words(fields: tuple[str, ...], payload: bytes) -> list[Any]:
    """Read one word a field; a bit above the type's width, or a byte too many, is no such value."""
    if len(payload) != 32 * len(fields):
        raise ValueError("another number of words")
    return [_read_word(kind, payload[32 * place : 32 * place + 32]) for place, kind in enumerate(fields)]


def _read_word(kind: str, word: bytes) -> Any:
    if kind == "bytes32":
        return word
    number = int.from_bytes(word, "big")
    if number >> _WORD_BITS[kind]:
        raise ValueError("out of range")
    if kind == "address":
        return word[12:]
    return bool(number) if kind == "bool" else number


def _read_words_and_pairs(fields: tuple[str, ...], payload: bytes) -> list[Any]:
    """Read one word a field and then pairs of numbers, laid out in the only way that the contract writes."""
    head = 32 * (len(fields) + 1)
    offset, count = (int.from_bytes(payload[at : at + 32], "big") for at in (head - 32, head))
    tail = payload[head + 32 :]
    if offset != head or len(tail) != 64 * count:
        raise ValueError("not as the contract encodes")
    numbers = [int.from_bytes(tail[at : at + 32], "big") for at in range(0, len(tail), 32)]
    return [*_read_words(fields, payload[: head - 32]), tuple(zip(numbers[::2], numbers[1::2], strict=True))]


def _read_words_and_texts(fields: tuple[str, ...], texts: int, payload: bytes) -> list[Any]:
    """
    Read one word a field and then texts, laid out in the only way that the contract writes.

    A text is read as bytes: the contract does not check that it is UTF-8, and one bad text must not make the
    whole registry unreadable.
    """
    place = 32 * (len(fields) + texts)
    values = _read_words(fields, payload[: 32 * len(fields)])
    for at in range(32 * len(fields), place, 32):
        if int.from_bytes(payload[at : at + 32], "big") != place:
            raise ValueError("not as the contract encodes")
        size = int.from_bytes(payload[place : place + 32], "big")
        end = place + 32 + size
        place = end + -size % 32
        if place > len(payload) or any(payload[end:place]):
            raise ValueError("not as the contract encodes")
        values.append(payload[end - size : end])
    if place != len(payload):
        raise ValueError("bytes too many")
    return values


__all__ = [
    "SHAPES",
    "SHAPES_BY_NAME",
    "SHAPES_BY_TOPIC",
    "Event",
    "EventShape",
    "IssuerAct",
    "RegistryEvent",
    "issuer_topic",
    "parse_event",
]
