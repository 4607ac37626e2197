from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import pytest

from attestree.errors import ChainUnavailableError
from attestree.registry.facts import WHOLE_LIST_WORD, EndCause, FactsQuery, Head, Reason, Role
from attestree.registry.heads import build_first_act_head
from attestree.registry.reading import read_heads, read_issuer, read_state
from attestree.registry.records import (
    IssuerRecord,
    OperatorRecord,
    SpanRecord,
    format_anchor_record,
    format_head_word,
    format_issuer_record,
    format_operator_record,
    format_span_record,
)
from attestree.registry.slots import (
    REGISTRY_HEAD,
    slot_of_anchor,
    slot_of_anchor_head,
    slot_of_issuer,
    slot_of_operator,
    slot_of_operator_address,
    slot_of_status_word,
    slot_of_value,
    slots_of_span,
)
from tests.unit.registry.contract_logs import (
    ACCREDITOR,
    CHAIN_ID,
    ISSUER,
    LIST,
    OPERATOR,
    OTHER,
    REGISTRY,
    ROOT,
    record,
)

QUERY = FactsQuery(ISSUER, ROOT, LIST, 300)
HASHES = (b"\1" * 32, b"\2" * 32, b"\3" * 32)


def words_of_span(number: int) -> dict[bytes, bytes]:
    packed = format_span_record(SpanRecord(ACCREDITOR, 10 * number, 9999, EndCause.RUNS))
    return dict(zip(slots_of_span(issuer=ISSUER, number=number), (packed, *HASHES), strict=True))


def words_of_operator(number: int, address: bytes) -> dict[bytes, bytes]:
    entry = OperatorRecord(number, 5, 9999, None, None, Role.ANCHOR)
    return {
        slot_of_operator_address(issuer=ISSUER, number=number): address.rjust(32, b"\0"),
        slot_of_operator(issuer=ISSUER, operator=address): format_operator_record(entry),
    }


def storage() -> dict[bytes, bytes]:
    issuer = IssuerRecord(3, 2, 30, 9999, EndCause.RUNS, 0, 0)
    return {
        slot_of_anchor(issuer=ISSUER, root=ROOT): format_anchor_record(record(operator=2, span=1)),
        slot_of_issuer(ISSUER): format_issuer_record(issuer),
        slot_of_anchor_head(ISSUER): format_head_word(Head(7, 1)),
        slot_of_value(REGISTRY_HEAD): format_head_word(Head(9, 4)),
        **words_of_span(1),
        **words_of_span(2),
        **words_of_span(3),
        **words_of_operator(1, OTHER),
        **words_of_operator(2, OPERATOR),
    }


def drive(reading: Generator[list[bytes], Any, Any], words: dict[bytes, bytes]) -> Any:
    wanted = next(reading)
    while True:
        try:
            wanted = reading.send([words.get(slot, bytes(32)) for slot in wanted])
        except StopIteration as done:
            return done.value


def test_an_anchor_leads_to_its_span_its_operator_and_the_newest_span() -> None:
    state = drive(read_state(QUERY), storage())
    assert (state.anchor.operator, state.operator.address, state.operator.number) == (2, OPERATOR, 2)
    assert (state.span.number, state.span.starts, state.current_span.number) == (1, 10, 3)
    assert (state.span.did_hash, state.span.name_hash, state.span.framework_hash) == HASHES
    assert not state.status.revoked


def test_every_span_between_the_anchors_and_the_newest_is_read() -> None:
    state = drive(read_state(QUERY), storage())
    assert [span.number for span in state.spans_between] == [2]


def test_empty_storage_says_that_nothing_happened() -> None:
    state = drive(read_state(QUERY), {})
    assert (state.anchor, state.span, state.current_span, state.operator) == (None, None, None, None)


def test_an_anchor_by_the_issuer_itself_without_a_span_has_neither() -> None:
    words = {slot_of_anchor(issuer=ISSUER, root=ROOT): format_anchor_record(record())}
    state = drive(read_state(QUERY), words)
    assert state.anchor is not None
    assert (state.span, state.operator) == (None, None)


def test_an_anchor_by_the_issuer_itself_leads_to_its_span_and_to_no_operator() -> None:
    words = storage() | {slot_of_anchor(issuer=ISSUER, root=ROOT): format_anchor_record(record(span=1))}
    state = drive(read_state(QUERY), words)
    assert (state.span.number, state.operator) == (1, None)


def test_spans_and_operators_are_read_in_the_same_step() -> None:
    steps: list[list[bytes]] = []

    def counted() -> Generator[list[bytes], Any, Any]:
        reading = read_state(QUERY)
        wanted = next(reading)
        while True:
            steps.append(wanted)
            try:
                wanted = reading.send((yield wanted))
            except StopIteration as done:
                return done.value

    assert drive(counted(), storage()).operator is not None
    assert len(steps) == 3
    assert slot_of_operator_address(issuer=ISSUER, number=2) in steps[1]
    assert slots_of_span(issuer=ISSUER, number=1)[0] in steps[1]


@pytest.mark.parametrize(
    ("purpose", "word", "bits", "expected"),
    [
        (0, 1, 1 << 44, (True, False, False)),
        (0, 0, 1 << 44, (False, False, False)),
        (1, 1, 1 << 44, (False, True, False)),
        (0, WHOLE_LIST_WORD, 1, (True, False, True)),
        (1, WHOLE_LIST_WORD, 1, (False, True, True)),
    ],
)
def test_each_status_word_is_read_where_it_lies(
    purpose: int, word: int, bits: int, expected: tuple[bool, bool, bool]
) -> None:
    slot = slot_of_status_word(issuer=ISSUER, list_id=LIST, purpose=purpose, word=word)
    status = drive(read_state(QUERY), {slot: bits.to_bytes(32, "big")}).status
    assert (status.revoked, status.suspended, status.whole_list) == expected


def test_an_issuer_is_read_whole() -> None:
    state = drive(read_issuer(ISSUER, chain_id=CHAIN_ID, registry=REGISTRY), storage())
    assert [span.number for span in state.spans] == [1, 2, 3]
    assert [operator.address for operator in state.operators] == [OTHER, OPERATOR]
    assert state.heads.anchor == Head(7, 1)
    assert state.heads.act == build_first_act_head(chain_id=CHAIN_ID, registry=REGISTRY, issuer=ISSUER)


def test_heads_are_read_for_each_issuer_and_the_registry() -> None:
    own, issuers = drive(read_heads([OTHER, ISSUER], chain_id=CHAIN_ID, registry=REGISTRY), storage())
    assert own == Head(9, 4)
    assert list(issuers) == [OTHER, ISSUER]
    assert (issuers[ISSUER].anchor, issuers[OTHER].anchor.count) == (Head(7, 1), 0)


def drop_span(words: dict[bytes, bytes]) -> None:
    del words[slots_of_span(issuer=ISSUER, number=1)[0]]


def drop_operator(words: dict[bytes, bytes]) -> None:
    del words[slot_of_operator(issuer=ISSUER, operator=OPERATOR)]


def drop_address(words: dict[bytes, bytes]) -> None:
    del words[slot_of_operator_address(issuer=ISSUER, number=2)]


def dirty_address(words: dict[bytes, bytes]) -> None:
    words[slot_of_operator_address(issuer=ISSUER, number=2)] = b"\1" * 12 + OPERATOR


def other_number(words: dict[bytes, bytes]) -> None:
    words[slot_of_operator_address(issuer=ISSUER, number=2)] = OTHER.rjust(32, b"\0")


@pytest.mark.parametrize("change", [drop_span, drop_operator, drop_address, dirty_address, other_number])
def test_words_that_do_not_belong_together_are_refused(change: Callable[[dict[bytes, bytes]], None]) -> None:
    words = storage()
    change(words)
    with pytest.raises(ChainUnavailableError, match=r"chain\.bad_record"):
        drive(read_state(QUERY), words)


def test_storage_alone_gives_no_reason() -> None:
    slot = slot_of_status_word(issuer=ISSUER, list_id=LIST, purpose=0, word=1)
    status = drive(read_state(QUERY), {slot: b"\xff" * 32}).status
    assert status.reason is None
    assert replace(status, reason=Reason.SUPERSEDED) != status
