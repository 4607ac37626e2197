from __future__ import annotations

from dataclasses import replace

import pytest
from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from hypothesis import given
from hypothesis import strategies as st

from attestree.errors import ChainUnavailableError
from attestree.registry import event_types as types
from attestree.registry.artifact import load_artifact
from attestree.registry.events import SHAPES, _decode, issuer_topic, parse_event
from attestree.registry.facts import EndCause, Log, Purpose, Reason, Role
from tests.unit.registry.contract_logs import (
    ACCREDITOR,
    ADMIN,
    ISSUER,
    LIST,
    OPERATOR,
    ROOT,
    anchored,
    build_log,
    record,
)

NUMBER = int.from_bytes(LIST, "big")

EVENTS: list[tuple[Log, types.Event]] = [
    (anchored(record()), types.Anchored(ISSUER, ROOT, record())),
    (
        build_log("Accredited", 1, ACCREDITOR, 5, 9, 5, b"did", b"", b"f" * 40, issuer=ISSUER),
        types.Accredited(ISSUER, 1, ACCREDITOR, 5, 9, 5, b"did", b"", b"f" * 40),
    ),
    (
        build_log("AccreditationEnded", 1, ADMIN, 3, 2, 5, issuer=ISSUER),
        types.AccreditationEnded(ISSUER, 1, ADMIN, 3, EndCause.WITHDRAWN, 5),
    ),
    (
        build_log("OperatorAdded", 2, OPERATOR, 3, 5, 9, 5, issuer=ISSUER),
        types.OperatorAdded(ISSUER, 2, OPERATOR, Role.ANCHOR | Role.STATUS, 5, 9, 5),
    ),
    (build_log("OperatorRemoved", 2, 5, 5, issuer=ISSUER), types.OperatorRemoved(ISSUER, 2, 5, 5)),
    (build_log("OperatorDisavowed", 2, 1, 5, issuer=ISSUER), types.OperatorDisavowed(ISSUER, 2, 1, 5)),
    (build_log("AnchorConfirmed", ROOT, 5, issuer=ISSUER), types.AnchorConfirmed(ISSUER, ROOT, 5)),
    (build_log("AnchorCancelled", ROOT, 5, issuer=ISSUER), types.AnchorCancelled(ISSUER, ROOT, 5)),
    (
        build_log("StatusChanged", ROOT, NUMBER, 1, 1, True, 3, 5, [(0, 1), (2**256 - 1, 4)], issuer=ISSUER),
        types.StatusChanged(
            ISSUER,
            ROOT,
            LIST,
            1,
            Purpose.SUSPENSION,
            True,
            Reason.KEY_COMPROMISE,
            5,
            ((0, 1), (2**256 - 1, 4)),
        ),
    ),
    (build_log("AccreditorAdded", ACCREDITOR, 5), types.AccreditorAdded(ACCREDITOR, 5)),
    (build_log("AccreditorRemoved", ACCREDITOR, 5), types.AccreditorRemoved(ACCREDITOR, 5)),
    (build_log("AdminProposed", ADMIN, 9, 5), types.AdminProposed(ADMIN, 9, 5)),
    (build_log("AdminProposalCancelled", 5), types.AdminProposalCancelled(5)),
    (build_log("AdminChanged", bytes(20), ADMIN, 5), types.AdminChanged(bytes(20), ADMIN, 5)),
    (build_log("Paused", 9, 5), types.Paused(9, 5)),
    (build_log("Unpaused", 5), types.Unpaused(5)),
]
NAMES = [type(event).__name__ for _, event in EVENTS]
LOGS = [log for log, _ in EVENTS]


@pytest.mark.parametrize(("log", "event"), EVENTS, ids=NAMES)
def test_an_event_is_read_field_by_field(log: Log, event: types.Event) -> None:
    assert parse_event(log) == event


def test_every_event_of_the_compiled_contract_is_known() -> None:
    # the last is declared by OpenZeppelin's EIP712 and never logged: name and version are fixed
    compiled = {
        event.topic for name, event in load_artifact().events.items() if name != "EIP712DomainChanged"
    }
    assert {shape.topic for shape in SHAPES} == compiled
    assert {shape.name for shape in SHAPES} == set(NAMES)


@pytest.mark.parametrize("log", LOGS, ids=NAMES)
def test_an_event_with_another_number_of_topics_is_refused(log: Log) -> None:
    for topics in (log.topics[:-1], (*log.topics, bytes(32))):
        with pytest.raises(ChainUnavailableError, match=r"event\.(malformed|unknown_topic)"):
            parse_event(replace(log, topics=topics))


@pytest.mark.parametrize("log", LOGS, ids=NAMES)
def test_an_event_with_bytes_too_few_or_too_many_is_refused(log: Log) -> None:
    for payload in (log.payload[:-1], log.payload[:-32], log.payload + b"\0", log.payload + bytes(32), b""):
        with pytest.raises(ChainUnavailableError, match=r"event\.malformed"):
            parse_event(replace(log, payload=payload))


@pytest.mark.parametrize("log", [log for log in LOGS if len(log.topics) > 1])
def test_an_issuer_topic_that_is_no_address_is_refused(log: Log) -> None:
    topics = (log.topics[0], b"\1" + log.topics[1][1:], *log.topics[2:])
    with pytest.raises(ChainUnavailableError, match=r"event\.malformed"):
        parse_event(replace(log, topics=topics))


@pytest.mark.parametrize("topics", [(), (bytes(32),), (bytes(32), issuer_topic(ISSUER))])
def test_an_event_of_no_known_name_is_refused(topics: tuple[bytes, ...]) -> None:
    with pytest.raises(ChainUnavailableError, match=r"event\.unknown_topic"):
        parse_event(replace(LOGS[0], topics=topics))


@pytest.mark.parametrize(
    "log",
    [
        anchored(record(flags=1)),
        replace(anchored(record()), payload=bytes(32)),
        anchored(record(time=0, size=0, sequence=0, flags=2, list_id=bytes(13))),
        anchored(record(kind=2)),
        build_log("AccreditationEnded", 1, ADMIN, 3, 4, 5, issuer=ISSUER),
        build_log("OperatorAdded", 2, OPERATOR, 0, 5, 9, 5, issuer=ISSUER),
        build_log("OperatorAdded", 2, OPERATOR, 4, 5, 9, 5, issuer=ISSUER),
        build_log("StatusChanged", ROOT, NUMBER, 1, 2, True, 3, 5, [(0, 1)], issuer=ISSUER),
        build_log("StatusChanged", ROOT, NUMBER, 1, 0, True, 4, 5, [(0, 1)], issuer=ISSUER),
        build_log("StatusChanged", ROOT, NUMBER, 1, 0, True, 3, 5, [], issuer=ISSUER),
    ],
)
def test_an_event_that_the_contract_never_logs_is_refused(log: Log) -> None:
    with pytest.raises(ChainUnavailableError, match=r"event\.malformed"):
        parse_event(log)


@given(st.sampled_from(EVENTS), st.data())
def test_no_changed_byte_of_a_payload_goes_unnoticed(
    event: tuple[Log, types.Event], data: st.DataObject
) -> None:
    log, before = event
    at = data.draw(st.integers(0, len(log.payload) - 1))
    flip = data.draw(st.integers(1, 255))
    payload = bytearray(log.payload)
    payload[at] ^= flip
    try:
        after = parse_event(replace(log, payload=bytes(payload)))
    except ChainUnavailableError:
        return
    assert after != before


def read_by_eth_abi(log: Log) -> object:
    """Read a log's payload with the library alone, strictly; None where it is not as the contract encodes."""
    fields = next(shape.fields for shape in SHAPES if shape.topic == log.topics[0])
    # the contract does not check that a text is UTF-8
    kinds = ["bytes" if kind == "string" else kind for kind in fields]
    try:
        values = decode(kinds, log.payload)
        return values if encode(kinds, values) == log.payload else None
    except (DecodingError, EncodingError, OverflowError, ValueError):
        return None


@given(st.data())
def test_words_are_read_as_eth_abi_reads_them_and_refused_where_it_refuses(data: st.DataObject) -> None:
    log, _ = data.draw(st.sampled_from(EVENTS))
    payload = bytearray(log.payload)
    words = [32 * number + 31 for number in range(len(payload) // 32)]
    for _ in range(data.draw(st.integers(0, 3))):
        # the last byte of a word is where offsets and sizes are
        place = data.draw(st.sampled_from(words) | st.integers(0, len(payload) - 1))
        payload[place] = data.draw(st.sampled_from([0, 1, 2, 4, 32, 128, 255, payload[place]]))
    cut = data.draw(st.sampled_from([0, 0, 0, 1, 32]))
    changed = replace(log, payload=bytes(payload[: len(payload) - cut]))
    shape = next(shape for shape in SHAPES if shape.topic == log.topics[0])
    expected = read_by_eth_abi(changed)
    if expected is None:
        assert read_fields(shape.fields, changed.payload) is None
    else:
        plain = [
            bytes.fromhex(value[2:]) if kind == "address" else value
            for kind, value in zip(shape.fields, expected, strict=True)  # type: ignore[call-overload]
        ]
        assert read_fields(shape.fields, changed.payload) == plain


@given(st.lists(st.binary(max_size=70), min_size=3, max_size=3))
def test_texts_of_any_size_are_read_as_the_contract_writes_them(texts: list[bytes]) -> None:
    log = build_log("Accredited", 1, ACCREDITOR, 5, 9, 5, *texts, issuer=ISSUER)
    assert parse_event(log) == types.Accredited(ISSUER, 1, ACCREDITOR, 5, 9, 5, *texts)


def read_fields(fields: tuple[str, ...], payload: bytes) -> list[object] | None:
    try:
        return _decode(fields, payload)
    except ValueError:
        return None
