from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.errors import ChainUnavailableError
from attestree.registry.facts import Anchor, EndCause, Head, Role
from attestree.registry.records import (
    ANCHOR_FIELDS,
    FLAG_CANCELLED,
    FLAG_CONFIRMED,
    ISSUER_FIELDS,
    OPERATOR_FIELDS,
    SPAN_FIELDS,
    AnchorRecord,
    IssuerRecord,
    OperatorRecord,
    SpanRecord,
    build_anchor,
    build_anchor_pattern,
    format_anchor_record,
    format_head_word,
    format_issuer_record,
    format_operator_record,
    format_span_record,
    parse_anchor_record,
    parse_head_word,
    parse_issuer_record,
    parse_operator_record,
    parse_span_record,
)
from tests.unit.registry.contract_logs import ROOT, record

EMPTY = bytes(32)
CANCELLED = AnchorRecord(0, 0, 0, 0, 0, 0, FLAG_CANCELLED, bytes(13))


def numbers(bits: int, least: int = 0) -> st.SearchStrategy[int]:
    return st.integers(least, 2**bits - 1)


anchor_records = st.builds(
    AnchorRecord,
    time=numbers(40, 1),
    size=numbers(32, 1),
    sequence=numbers(32, 1),
    operator=numbers(16),
    span=numbers(16),
    kind=st.integers(0, 1),
    flags=st.sampled_from([0, FLAG_CONFIRMED]),
    list_id=st.binary(min_size=13, max_size=13),
)
times = st.lists(numbers(40, 1), min_size=2, max_size=2).map(sorted)
span_records = st.builds(
    lambda accreditor, pair, cause: SpanRecord(accreditor, *pair, cause),
    st.binary(min_size=20, max_size=20).filter(any),
    times,
    st.sampled_from(EndCause),
)
operator_records = st.builds(
    lambda number, pair, disavowal, roles: OperatorRecord(number, *pair, *disavowal, Role(roles)),
    numbers(16, 1),
    times,
    st.one_of(st.just((None, None)), times),
    st.integers(1, 3),
)


@given(st.one_of(st.none(), anchor_records, st.just(CANCELLED)))
def test_an_anchor_record_comes_back_as_it_was(one: AnchorRecord | None) -> None:
    assert parse_anchor_record(format_anchor_record(one)) == one


@given(st.one_of(st.none(), span_records))
def test_a_span_record_comes_back_as_it_was(one: SpanRecord | None) -> None:
    assert parse_span_record(format_span_record(one)) == one


@given(st.one_of(st.none(), operator_records))
def test_an_operator_record_comes_back_as_it_was(one: OperatorRecord | None) -> None:
    assert parse_operator_record(format_operator_record(one)) == one


@given(numbers(16, 1), numbers(16), times, st.sampled_from(EndCause), numbers(40), st.data())
def test_an_issuer_record_comes_back_as_it_was(
    spans: int, operators: int, pair: list[int], cause: EndCause, suspended: int, data: st.DataObject
) -> None:
    disavowed = data.draw(st.integers(0, operators))
    one = IssuerRecord(spans, operators, *pair, cause, suspended, disavowed)
    assert parse_issuer_record(format_issuer_record(one)) == one


@given(numbers(224), numbers(32, 1), numbers(224))
def test_a_head_comes_back_as_it_was(value: int, count: int, first: int) -> None:
    assert parse_head_word(format_head_word(Head(value, count)), first=first) == Head(value, count)


def test_an_empty_head_stands_for_the_first() -> None:
    assert parse_head_word(EMPTY, first=77) == Head(77, 0)
    assert format_head_word(Head(77, 0)) == EMPTY


def test_an_empty_issuer_word_is_an_issuer_to_whom_nothing_happened() -> None:
    assert parse_issuer_record(EMPTY) == IssuerRecord(0, 0, 0, 0, EndCause.RUNS, 0, 0)


@given(st.binary(min_size=32, max_size=32))
def test_whatever_is_read_is_written_back_the_same(word: bytes) -> None:
    pairs = [
        (parse_anchor_record, format_anchor_record),
        (parse_span_record, format_span_record),
        (parse_operator_record, format_operator_record),
        (parse_issuer_record, format_issuer_record),
    ]
    for parse, write in pairs:
        try:
            found = parse(word)
        except ChainUnavailableError:
            continue
        assert write(found) == word  # type: ignore[operator]


@pytest.mark.parametrize(
    "wrong",
    [
        record(time=0),
        record(size=0),
        record(sequence=0),
        record(kind=2),
        record(flags=2),
        record(flags=3),
        record(flags=4),
    ],
)
def test_an_anchor_that_the_contract_never_writes_is_refused(wrong: AnchorRecord) -> None:
    with pytest.raises(ChainUnavailableError, match=r"chain\.bad_record"):
        parse_anchor_record(format_anchor_record(wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        SpanRecord(bytes(20), 1, 2, EndCause.RUNS),
        SpanRecord(b"\1" * 20, 0, 2, EndCause.RUNS),
        SpanRecord(b"\1" * 20, 3, 2, EndCause.RUNS),
    ],
)
def test_a_span_that_the_contract_never_writes_is_refused(wrong: SpanRecord) -> None:
    with pytest.raises(ChainUnavailableError, match=r"chain\.bad_record"):
        parse_span_record(format_span_record(wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        OperatorRecord(0, 1, 2, None, None, Role.ANCHOR),
        OperatorRecord(1, 0, 2, None, None, Role.ANCHOR),
        OperatorRecord(1, 3, 2, None, None, Role.ANCHOR),
        OperatorRecord(1, 1, 2, None, None, Role(0)),
        OperatorRecord(1, 1, 2, 5, None, Role.ANCHOR),
        OperatorRecord(1, 1, 2, None, 5, Role.ANCHOR),
        OperatorRecord(1, 1, 2, 6, 5, Role.ANCHOR),
    ],
)
def test_an_operator_that_the_contract_never_writes_is_refused(wrong: OperatorRecord) -> None:
    with pytest.raises(ChainUnavailableError, match=r"chain\.bad_record"):
        parse_operator_record(format_operator_record(wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        IssuerRecord(0, 0, 1, 2, EndCause.RUNS, 0, 0),
        IssuerRecord(1, 0, 0, 2, EndCause.RUNS, 0, 0),
        IssuerRecord(1, 0, 3, 2, EndCause.RUNS, 0, 0),
        IssuerRecord(1, 0, 1, 2, EndCause.RUNS, 0, 1),
    ],
)
def test_an_issuer_that_the_contract_never_writes_is_refused(wrong: IssuerRecord) -> None:
    with pytest.raises(ChainUnavailableError, match=r"chain\.bad_record"):
        parse_issuer_record(format_issuer_record(wrong))


@pytest.mark.parametrize("size", [0, 1, 31, 33])
def test_a_word_of_another_length_is_no_record(size: int) -> None:
    for parse in (parse_anchor_record, parse_span_record, parse_operator_record, parse_issuer_record):
        with pytest.raises(ChainUnavailableError, match=r"chain\.bad_record"):
            parse(bytes(size))
    with pytest.raises(ChainUnavailableError, match=r"chain\.bad_record"):
        parse_head_word(bytes(size), first=0)


def test_a_head_without_a_count_is_refused() -> None:
    with pytest.raises(ChainUnavailableError, match=r"chain\.bad_record"):
        parse_head_word(b"\1" + bytes(31), first=0)


def test_a_field_that_does_not_fit_is_not_written() -> None:
    with pytest.raises(ValueError, match="bits"):
        format_anchor_record(record(size=2**32))


def test_the_fields_fill_what_the_contract_packs() -> None:
    assert sum(ANCHOR_FIELDS) == 256
    assert (sum(SPAN_FIELDS), sum(OPERATOR_FIELDS), sum(ISSUER_FIELDS)) == (248, 184, 176)


def test_a_cancelled_root_is_no_anchor() -> None:
    assert CANCELLED.cancelled
    assert build_anchor(ROOT, CANCELLED) is None
    assert build_anchor(ROOT, None) is None


def test_a_record_is_an_anchor_with_its_root() -> None:
    told = build_anchor(ROOT, record(flags=FLAG_CONFIRMED))
    assert told == Anchor(ROOT, 1000, 300, 1, 0, 0, 0, True, record().list_id)


@given(anchor_records)
def test_a_pattern_fits_every_anchor_of_its_batch(one: AnchorRecord) -> None:
    mask, value = build_anchor_pattern(size=one.size, kind=one.kind, list_id=one.list_id)
    assert int.from_bytes(format_anchor_record(one), "big") & mask == value


@pytest.mark.parametrize(
    "other",
    [
        None,
        CANCELLED,
        AnchorRecord(7, 4, 1, 1, 1, 0, 0, b"\x01" * 13),
        AnchorRecord(7, 3, 1, 1, 1, 1, 0, b"\x01" * 13),
        AnchorRecord(7, 3, 1, 1, 1, 0, 0, b"\x02" * 13),
        AnchorRecord(7, 3, 1, 1, 1, 0, FLAG_CANCELLED, b"\x01" * 13),
    ],
    ids=["none", "cancelled", "size", "kind", "list", "flag"],
)
def test_a_pattern_fits_no_other_word(other: AnchorRecord | None) -> None:
    mask, value = build_anchor_pattern(size=3, kind=0, list_id=b"\x01" * 13)
    assert int.from_bytes(format_anchor_record(other), "big") & mask != value
