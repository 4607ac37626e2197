"""Many rows of a roster: the short ways give what the long, obvious ones give."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.canonical import canonicalize
from attestree.errors import KeyFileError, RosterError
from attestree.issuing.beside import Beside, find_same_learners
from attestree.issuing.columns import map_columns
from attestree.issuing.finding import Finding, Severity
from attestree.issuing.plan import find_unfit
from attestree.issuing.roster import parse_roster
from attestree.issuing.roster_csv import DECODED_AT_ONCE, decode_text, parse_csv, verify_text
from attestree.issuing.roster_jsonl import parse_jsonl
from attestree.issuing.row_checks import read_row
from attestree.issuing.row_key import ROSTER_LABEL, build_fingerprint, build_row_key, key_rows
from attestree.issuing.rows import COLUMNS, Row
from attestree.issuing.table import MAX_ROWS, Table
from tests.unit.issuing import samples

ISSUER = b"\x11" * 20

# Few values, so that rows meet each other; of one kind in the place of another, too.
few = st.sampled_from(["", "", "17", "0017", "018", "1234", "a@x.org", "A@X.org", "b@x.org", "did:key:z6Mk"])
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
met = st.builds(Row, number=st.just(0), email=few, learner_id=few, did=few, ref=few).filter(
    lambda row: bool(row.email or row.learner_id or row.did)
)
written = st.builds(
    Row,
    number=st.integers(2, 9),
    credits=st.none() | st.integers(0, 10**5) | st.floats(0, 10**5) | st.sampled_from([0, 1e-5, 1e-7, 2.0]),
    **{name: texts for name in COLUMNS if name != "credits"},
)


@given(st.lists(met, max_size=12), st.randoms(use_true_random=False), st.sampled_from(["Course", "Ä"]))
def test_rows_have_the_keys_that_hmac_gives_and_stand_in_their_order(
    rows: list[Row], chance: Random, achievement: str
) -> None:
    chance.shuffle(rows)
    keyed = key_rows(samples.ROSTER_KEY, rows, issuer=ISSUER, achievement_id=achievement)

    def key(row: Row) -> bytes:
        return build_row_key(samples.ROSTER_KEY, issuer=ISSUER, achievement_id=achievement, row=row)

    assert list(keyed) == sorted(((key(row), row) for row in rows), key=lambda pair: pair[0])


@pytest.mark.parametrize("size", [0, 31, 33])
def test_no_row_is_keyed_with_a_key_of_another_size(size: int) -> None:
    with pytest.raises(KeyFileError):
        key_rows(bytes(size), [Row(2, learner_id="17")], issuer=ISSUER, achievement_id="")


@given(st.lists(written, max_size=4), st.integers(1, 700))
def test_a_fingerprint_is_that_of_the_canonical_json_of_all_rows(rows: list[Row], times: int) -> None:
    many = rows * times
    content = canonicalize({"rows": [row.to_json() for row in many], "terms": {"a": 1}})
    message = ROSTER_LABEL + hashlib.sha256(content).digest()
    expected = hmac.digest(samples.ROSTER_KEY, message, "sha256")
    assert build_fingerprint(samples.ROSTER_KEY, rows=iter(many), terms={"a": 1}) == expected


@given(st.lists(met, max_size=30), st.sampled_from([0, 1, 30]))
def test_what_is_wrong_among_rows_is_found_without_comparing_them_all(rows: list[Row], expected: int) -> None:
    numbered = [
        Row(number, row.email, row.learner_id, row.did, ref=row.ref) for number, row in enumerate(rows)
    ]
    columns = map_columns(Table(1, ("learner_id", "email", "did", "ref"), ()), with_names=False)
    beside = Beside(expected)
    for row in numbered:
        beside.see(row)
    found = beside.find(numbered, columns)
    assert [one for one in found if one.code != "roster.lost_zeros"] == find_same_learners(numbered, columns)


days = st.sampled_from(["", "2026-05-01", "2026-05-02", "2031-01-01"])
fitness = st.builds(
    Row,
    number=st.just(0),
    learner_id=st.just("17"),
    name=st.sampled_from(["Ann", "Ann", "Zoë O’Hara", "A\u200bB", "A\tB", "x" * 400, " "]),
    awarded_on=days,
    expires_on=days,
    result=st.sampled_from(["", "A", "\x00"]),
    credits=st.sampled_from([None, 2.5]),
    did=st.sampled_from(["", "", "did:key:z6Mk", "no did"]),
)


@given(st.lists(st.tuples(fitness, st.integers(1, 3)), min_size=1, max_size=6))
def test_rows_tried_together_are_judged_as_each_by_itself(drawn: list[tuple[Row, int]]) -> None:
    rows = [row for row, times in drawn for _ in range(times)]
    terms, now = samples.terms(valid_for=None), samples.CREATED

    def judge(some: list[Row]) -> list[tuple[str, str, object]]:
        findings = find_unfit([(b"", row) for row in some], terms, now=now)
        return sorted((one.code, one.severity, one.values.get("problem", "")) for one in findings)

    assert judge(rows) == sorted(one for row, times in drawn for one in judge([row]) * times)


def test_one_bad_row_among_many_is_found_where_it_stands() -> None:
    rows = [Row(number, learner_id=f"{number}", name="Ann") for number in range(2_500)]
    rows[2_100] = Row(2_100, learner_id="2100", name="Ann", awarded_on="2031-01-01", did="no did")
    rows[1_500] = Row(1_500, learner_id="1500", name="A\u200bB")
    found = find_unfit([(b"", row) for row in rows], samples.terms(), now=samples.CREATED)
    assert [(one.row, one.code) for one in found] == [
        (1_500, "roster.not_issuable"),
        (2_100, "roster.future_award"),
        (2_100, "roster.not_issuable"),
    ]


rosters = st.lists(
    st.tuples(
        few, few, st.sampled_from(["Ann", "Zoë", "test", "", "A\u200bB"]), st.sampled_from(["1", "x", ""])
    ),
    min_size=1,
    max_size=12,
).filter(lambda lines: any(map(any, lines)))


@given(rosters)
def test_a_roster_is_judged_as_if_every_row_took_the_long_way(cells: list[tuple[str, ...]]) -> None:
    names = ("learner_id", "email", "name", "credits")
    lines = "\n".join(",".join(line) for line in [names, *cells])
    roster = parse_roster(lines.encode(), file_name="roster.csv")
    table = parse_csv(lines.encode())
    columns = map_columns(table, with_names=True)
    judged = [read_row(row, columns, with_names=True) for row in table.rows]
    findings: list[Finding] = [one for _, found in judged for one in found]
    rows = [row for row, _ in judged if row is not None]
    findings += find_same_learners(rows, columns)
    bad = {finding.row for finding in findings if finding.severity is Severity.BAD}
    assert list(roster.rows) == [row for row in rows if row.number not in bad]
    shown = [finding for finding in roster.findings if finding.code != "roster.lost_zeros"]
    assert sorted(shown, key=repr) == sorted(findings, key=repr)


@given(
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.integers(-6, 6),
    st.sampled_from([b"\xc3", b"\xf0\x9f\x98", b"\xff", b"\xed\xa0\x80", "ä😀".encode()]),
    st.binary(max_size=4),
)
def test_text_is_refused_in_parts_as_it_is_in_the_whole(
    mark: bytes, place: int, odd: bytes, end: bytes
) -> None:
    octets = mark + b"a\n" * ((DECODED_AT_ONCE - len(mark)) // 2 - 4)
    octets += b"b" * (DECODED_AT_ONCE + place - len(octets)) + odd + b"\n" + end
    assert _refuse(verify_text, octets) == _refuse(decode_text, octets)


def _refuse(read: Callable[[bytes], object], octets: bytes) -> tuple[str, object] | None:
    try:
        read(octets)
    except RosterError as error:
        return error.code, error.values
    return None


@pytest.mark.parametrize("parse", [parse_csv, parse_jsonl])
def test_a_row_more_than_may_be_is_refused_before_any_is_read(parse: object) -> None:
    octets = b"email,name\n" + b"\n" * MAX_ROWS
    with pytest.raises(RosterError) as caught:
        parse(octets)  # type: ignore[operator]  # either
    assert (caught.value.code, caught.value.values) == ("roster.too_many_rows", {"limit": 16_777_216})
