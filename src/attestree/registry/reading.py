"""
Which storage words answer a question, and what they say together.

Each `read_` is a generator: it yields the slots it wants to see, is sent their words (32 bytes each, same
order, all of one block), and returns the answer. So the same reading serves any source of words: a node,
a storage proof, a test. Pure. Source: DESIGN sections 5 and 7.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from attestree.errors import ChainUnavailableError
from attestree.registry.facts import WHOLE_LIST_WORD, FactsQuery, Head, Operator, Purpose, Span, StateAt
from attestree.registry.heads import build_first_act_head, build_first_anchor_head, build_first_registry_head
from attestree.registry.ledger import IssuerHeads
from attestree.registry.records import (
    IssuerRecord,
    build_anchor,
    parse_anchor_record,
    parse_head_word,
    parse_issuer_record,
    parse_operator_record,
    parse_span_record,
)
from attestree.registry.slots import (
    REGISTRY_HEAD,
    SPAN_WORDS,
    slot_of_act_head,
    slot_of_anchor,
    slot_of_anchor_head,
    slot_of_issuer,
    slot_of_operator,
    slot_of_operator_address,
    slot_of_status_word,
    slot_of_value,
    slots_of_span,
)
from attestree.registry.status_bits import StatusWords, build_status_bits, word_of

Words = Sequence[bytes]
"""Storage words, 32 bytes each."""


@dataclass(frozen=True, slots=True)
class IssuerState:
    """All that storage says about one issuer at one block."""

    spans: tuple[Span, ...]
    """By number, without the texts, which only events carry."""
    operators: tuple[Operator, ...]
    """By number."""
    heads: IssuerHeads
    """Over its anchors and acts."""


def read_state(query: FactsQuery) -> Generator[list[bytes], Words, StateAt]:
    """
    Read what the contract says about one credential.

    Raises:
        ChainUnavailableError: `chain.bad_record`, words that the contract would not have written.
    """
    issuer = query.issuer
    words = yield [
        slot_of_anchor(issuer=issuer, root=query.root),
        slot_of_issuer(issuer),
        *_status_slots(query),
    ]
    record = parse_anchor_record(words[0])
    anchor = build_anchor(query.root, record)
    newest = parse_issuer_record(words[1]).span_count
    status = build_status_bits(StatusWords(*(_number(word) for word in words[2:])), index=query.index)
    named = anchor.span if anchor is not None else 0
    spans, operators = yield from _read_parties(
        issuer,
        spans=range(named or newest or 1, newest + 1),
        operators=[anchor.operator] if anchor and anchor.operator else [],
    )
    return StateAt(
        anchor=anchor,
        span=spans.get(named),
        current_span=spans.get(newest),
        operator=operators[0] if operators else None,
        status=status,
        spans_between=tuple(spans[number] for number in range(named + 1, newest)) if named else (),
    )


def read_issuer(
    issuer: bytes, *, chain_id: int, registry: bytes
) -> Generator[list[bytes], Words, IssuerState]:
    """Read one issuer's spans, operators and heads; raises as `read_state` does."""
    words = yield [slot_of_issuer(issuer), slot_of_anchor_head(issuer), slot_of_act_head(issuer)]
    counts: IssuerRecord = parse_issuer_record(words[0])
    heads = _parse_heads(issuer, words[1:], chain_id=chain_id, registry=registry)
    spans, operators = yield from _read_parties(
        issuer, spans=range(1, counts.span_count + 1), operators=range(1, counts.operator_count + 1)
    )
    return IssuerState(tuple(spans.values()), tuple(operators), heads)


def read_heads(
    issuers: Sequence[bytes], *, chain_id: int, registry: bytes
) -> Generator[list[bytes], Words, tuple[Head, dict[bytes, IssuerHeads]]]:
    """Read the registry's own head and both heads of each issuer; raises as `read_state` does."""
    slots = [slot_of_value(REGISTRY_HEAD)]
    for issuer in issuers:
        slots += [slot_of_anchor_head(issuer), slot_of_act_head(issuer)]
    words = yield slots
    first = build_first_registry_head(chain_id=chain_id, registry=registry)
    own = parse_head_word(words[0], first=first.value)
    return own, {
        issuer: _parse_heads(issuer, words[at : at + 2], chain_id=chain_id, registry=registry)
        for at, issuer in zip(range(1, len(words), 2), issuers, strict=True)
    }


def _status_slots(query: FactsQuery) -> list[bytes]:
    places = [(purpose, word) for word in (word_of(query.index), WHOLE_LIST_WORD) for purpose in Purpose]
    return [
        slot_of_status_word(issuer=query.issuer, list_id=query.list_id, purpose=purpose, word=word)
        for purpose, word in places
    ]


def _read_parties(
    issuer: bytes, *, spans: Sequence[int], operators: Sequence[int]
) -> Generator[list[bytes], Words, tuple[dict[int, Span], list[Operator]]]:
    """Read spans and operators by number, what does not hang on each other at once."""
    wanted = [slot for number in spans for slot in slots_of_span(issuer=issuer, number=number)]
    places = [slot_of_operator_address(issuer=issuer, number=number) for number in operators]
    if not wanted and not places:
        return {}, []
    words = yield [*wanted, *places]
    starts = range(0, len(wanted), SPAN_WORDS)
    found = {
        number: _parse_span(number, words[at : at + SPAN_WORDS])
        for at, number in zip(starts, spans, strict=True)
    }
    addresses = [_parse_address(word) for word in words[len(wanted) :]]
    return found, (yield from _read_operators(issuer, operators, addresses))


def _parse_span(number: int, words: Words) -> Span:
    record = parse_span_record(words[0])
    if record is None:
        raise ChainUnavailableError("chain.bad_record", record="span")
    return Span(
        number=number,
        accreditor=record.accreditor,
        starts=record.starts,
        ends=record.ends,
        cause=record.cause,
        did_hash=words[1],
        name_hash=words[2],
        framework_hash=words[3],
    )


def _read_operators(
    issuer: bytes, numbers: Sequence[int], addresses: Sequence[bytes]
) -> Generator[list[bytes], Words, list[Operator]]:
    if not numbers:
        return []
    words = yield [slot_of_operator(issuer=issuer, operator=address) for address in addresses]
    return [
        _parse_operator(number, address, word)
        for number, address, word in zip(numbers, addresses, words, strict=True)
    ]


def _parse_operator(number: int, address: bytes, word: bytes) -> Operator:
    record = parse_operator_record(word)
    if record is None or record.number != number:
        raise ChainUnavailableError("chain.bad_record", record="operator")
    return Operator(
        number=number,
        address=address,
        roles=record.roles,
        starts=record.starts,
        ends=record.ends,
        disavowed_from=record.disavowed_from,
        disavowed_at=record.disavowed_at,
    )


def _parse_address(word: bytes) -> bytes:
    if len(word) != 32 or any(word[:12]) or not any(word):
        raise ChainUnavailableError("chain.bad_record", record="operator")
    return word[12:]


def _parse_heads(issuer: bytes, words: Words, *, chain_id: int, registry: bytes) -> IssuerHeads:
    anchor = build_first_anchor_head(chain_id=chain_id, registry=registry, issuer=issuer)
    act = build_first_act_head(chain_id=chain_id, registry=registry, issuer=issuer)
    return IssuerHeads(
        anchor=parse_head_word(words[0], first=anchor.value), act=parse_head_word(words[1], first=act.value)
    )


def _number(word: bytes) -> int:
    return int.from_bytes(word, "big")
