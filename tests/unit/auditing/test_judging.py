"""Events that the contract would never log are found, should a broken contract or a clever node show them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from attestree.auditing.findings import Finding, Severity, sort_findings
from attestree.auditing.judging import Judge
from attestree.auditing.standing import BURST_ANCHORS, BURST_SECONDS, judge_bursts, judge_power
from attestree.registry import event_types as types
from attestree.registry.events import SHAPES_BY_NAME, issuer_topic
from attestree.registry.facts import Anchor, Log, Role
from attestree.registry.ledger import Administration, Ledger
from attestree.registry.records import AnchorRecord, format_anchor_record
from attestree.text.catalogue import explain, load_areas
from tests.unit.registry.contract_logs import format_event_payload

ISSUER, OPERATOR, ACCREDITOR = b"\x05" * 20, b"\x06" * 20, b"\x07" * 20
REGISTRY = b"\x02" * 20
ROOT = b"\x09" * 32


def log(name: str, payload: bytes, *, topics: tuple[bytes, ...] = (), block: int = 1) -> Log:
    place = (block, b"\x0a" * 32, b"\x0b" * 32, 0)
    return Log(REGISTRY, (SHAPES_BY_NAME[name].topic, *topics), payload, *place)


def act(name: str, *fields: object) -> Log:
    return log(name, format_event_payload(name, *fields), topics=(issuer_topic(ISSUER),))


@pytest.fixture
def ledger() -> Ledger:
    """An accredited issuer with one operator for status, in force from 100 to 200; recording is paused."""
    built = Ledger(chain_id=31337, registry=REGISTRY)
    built.apply(
        [
            act("Accredited", 1, ACCREDITOR, 100, 200, 100, b"did:x", b"X", b"F"),
            act("OperatorAdded", 1, OPERATOR, int(Role.STATUS), 100, 200, 100),
            log("Paused", format_event_payload("Paused", 150, 100)),
        ]
    )
    return built


def anchored(*, time: int, operator: int, span: int) -> tuple[Log, types.Anchored]:
    record = AnchorRecord(time, 3, 1, operator, span, 0, 0, b"\x01" * 13)
    word = format_anchor_record(record)
    return log("Anchored", word, topics=(issuer_topic(ISSUER), ROOT)), types.Anchored(ISSUER, ROOT, record)


def codes(found: Iterator[Finding]) -> set[str]:
    return {finding.code for finding in found}


def test_an_anchor_by_an_operator_without_the_right_is_found(ledger: Ledger) -> None:
    by_operator = anchored(time=160, operator=1, span=1)
    assert codes(Judge().judge(ledger, *by_operator)) == {"audit.anchor_by_expired_operator"}
    late = anchored(time=250, operator=1, span=1)
    assert codes(Judge().judge(ledger, *late)) == {
        "audit.anchor_by_expired_operator",
        "audit.anchor_wrong_span",
    }


def test_an_anchor_during_a_pause_is_found(ledger: Ledger) -> None:
    assert codes(Judge().judge(ledger, *anchored(time=149, operator=0, span=1))) == {
        "audit.anchor_while_paused"
    }
    assert codes(Judge().judge(ledger, *anchored(time=150, operator=0, span=1))) == set()


def test_an_anchor_that_names_what_is_not_there_is_left_to_the_ledger(ledger: Ledger) -> None:
    assert codes(Judge().judge(ledger, *anchored(time=160, operator=9, span=9))) == set()


def test_a_disavowal_that_is_not_back_dated_is_told_apart(ledger: Ledger) -> None:
    event = types.OperatorDisavowed(ISSUER, 1, 160, 160)
    (finding,) = Judge().judge(ledger, act("OperatorDisavowed", 1, 160, 160), event)
    assert (finding.code, finding.severity) == ("audit.operator_disavowed", Severity.LOW)


def anchors(times: list[int]) -> list[Anchor | None]:
    first = Anchor(ROOT, 0, 1, 1, 0, 1, 0, confirmed=False, list_id=bytes(13))
    return [replace(first, time=time, root=number.to_bytes(32, "big")) for number, time in enumerate(times)]


@pytest.mark.parametrize(
    ("times", "bursts"),
    [
        ([0] * (BURST_ANCHORS - 1), 0),
        ([0] * BURST_ANCHORS, 1),
        ([0] * (BURST_ANCHORS - 1) + [BURST_SECONDS], 0),
        ([0] * (BURST_ANCHORS - 1) + [BURST_SECONDS - 1], 1),
        ([0] * 3 * BURST_ANCHORS, 1),
        ([0] * BURST_ANCHORS + [BURST_SECONDS] * BURST_ANCHORS, 2),
        ([n * BURST_SECONDS for n in range(50)], 0),
    ],
)
def test_a_burst_is_so_many_anchors_within_an_hour(times: list[int], bursts: int) -> None:
    found = anchors(times)
    some = log("Anchored", b"")
    places = {(ISSUER, anchor.root): some for anchor in found if anchor is not None}
    assert len(list(judge_bursts(ISSUER, [*found, None], places))) == bursts


def test_who_holds_power_is_always_told() -> None:
    assert codes(judge_power(Administration(admin=b"\x01" * 20), now=0)) == {"audit.power_admin"}


def test_findings_stand_in_one_order_whatever_order_they_were_found_in() -> None:
    found = [
        Finding(Severity.NOTE, "audit.a"),
        Finding(Severity.HIGH, "audit.b", block=9),
        Finding(Severity.HIGH, "audit.c", block=2),
        Finding(Severity.HIGH, "audit.a"),
        Finding(Severity.HIGH, "audit.b", {"x": 1}, block=9),
    ]
    assert sort_findings(found) == sort_findings(found[::-1])
    assert [finding.code[-1] for finding in sort_findings(found)] == ["c", "b", "b", "a", "a"]


def test_no_sentence_of_an_audit_says_complete() -> None:
    for code in load_areas()["audit"]:
        said = explain(code, {})
        assert "complete" not in f"{said.sentence} {said.cause} {said.next}".lower()
