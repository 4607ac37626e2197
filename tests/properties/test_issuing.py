from __future__ import annotations

import csv
import io
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.binding import fold_anchor, verify_binding
from attestree.credentials.canonical import canonicalize
from attestree.credentials.credential import parse_credential
from attestree.credentials.strict_json import JsonValue, parse_json
from attestree.errors import AttestreeError, RosterError
from attestree.issuing.canonical_writer import CanonicalWriter
from attestree.issuing.derive import derive_permutation
from attestree.issuing.roster import parse_roster
from attestree.issuing.roster_errors import format_errors_csv
from attestree.issuing.row_key import build_fingerprint, key_rows
from attestree.issuing.rows import Row
from attestree.issuing.seal import seal
from attestree.text.spreadsheet import FORMULA_STARTS
from tests.unit.issuing import samples

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def csv_of(rows: list[list[str]], separator: str = ",") -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=separator).writerows(rows)
    return target.getvalue().encode("utf-8")


@given(st.binary(max_size=200), st.sampled_from(["r.csv", "r.xlsx", "r.jsonl", "r.txt", "r"]))
def test_any_bytes_end_in_rows_or_in_one_of_our_errors(octets: bytes, file_name: str) -> None:
    with suppress(RosterError):
        parse_roster(octets, file_name=file_name)


@given(st.binary(max_size=300))
def test_a_broken_workbook_ends_in_one_of_our_errors(octets: bytes) -> None:
    with suppress(RosterError):
        parse_roster(b"PK\x03\x04" + octets, file_name="r.xlsx")


@given(st.lists(st.tuples(texts, texts, texts, texts), min_size=1, max_size=8), st.sampled_from([",", ";"]))
def test_every_row_is_good_or_has_a_reason_and_none_is_lost(
    rows: list[tuple[str, str, str, str]], separator: str
) -> None:
    table = [["learner_id", "name", "awarded_on", "email"], *map(list, rows)]
    try:
        roster = parse_roster(csv_of(table, separator), file_name="r.csv")
    except RosterError as error:
        # Nothing but blank rows, or a NUL early in the file: no row was judged
        assert error.code in ("roster.no_rows", "roster.utf16")  # noqa: PT017  # an error is one of two fair ends
        return
    good = {row.number for row in roster.rows}
    bad = {finding.row for finding in roster.findings if finding.severity == "bad"}
    assert not good & bad
    assert len(good | bad) == roster.total == len(good) + roster.bad
    for row in roster.rows:
        sealed = seal(
            key_rows(samples.ROSTER_KEY, [row], issuer=samples.profile().address, achievement_id="urn:a"),
            samples.terms(valid_for=None),
            seed=samples.SEED,
            created=samples.CREATED,
        )
        assert sealed.header.size == 1


@given(st.lists(texts, min_size=1, max_size=4))
def test_no_cell_of_an_error_table_is_ever_a_formula(cells: list[str]) -> None:
    rows = [["learner_id", "name", "email"], *([cell, "A B", f"{cell}@"] for cell in cells)]
    try:
        roster = parse_roster(csv_of(rows), file_name="r.csv")
    except AttestreeError:
        return
    table = format_errors_csv(roster.findings, lambda _: ("what", "why", "how")).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(table, newline="")))[1:]
    assert len(lines) == len(roster.findings)
    for line in lines:
        assert not any(cell.startswith(FORMULA_STARTS) for cell in line)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 300))
def test_indexes_are_a_permutation_and_the_same_each_time(seed: bytes, size: int) -> None:
    order = derive_permutation(seed, size)
    assert sorted(order) == list(range(size))
    assert order == derive_permutation(seed, size)


@given(json_values, json_values)
def test_shared_pieces_change_no_byte(shared: JsonValue, other: JsonValue) -> None:
    document: JsonValue = {"a": shared, "b": [shared, other], "\uff5e": {"c": other, "😀": shared}}
    assert CanonicalWriter(shared).write(document) == canonicalize(document)


learners = st.lists(st.integers(0, 10**6), min_size=1, max_size=12, unique=True)


@given(learners, st.binary(min_size=32, max_size=32), st.randoms(use_true_random=False))
def test_a_batch_is_a_function_of_rows_terms_and_seed(ids: list[int], seed: bytes, chance: object) -> None:
    rows = [Row(number=place, learner_id=str(one), name=f"Learner {one}") for place, one in enumerate(ids, 2)]
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    terms = samples.terms()
    issuer, title = terms.profile.address, terms.achievement_id
    one = seal(
        key_rows(samples.ROSTER_KEY, rows, issuer=issuer, achievement_id=title),
        terms, seed=seed, created=samples.CREATED,
    )  # fmt: skip
    other = seal(
        key_rows(samples.ROSTER_KEY, shuffled, issuer=issuer, achievement_id=title),
        terms, seed=seed, created=samples.CREATED,
    )  # fmt: skip
    assert one.root == other.root
    assert [c.octets for c in one.credentials] == [c.octets for c in other.credentials]
    for credential in one.credentials:
        parsed = parse_credential(parse_json(credential.octets))
        (secured,) = parsed.proofs.anchors
        verify_binding(parsed.document, secured, fold_anchor(parsed.document, secured))


@given(learners, st.integers(0, 11), st.sampled_from(["name", "learner_id", "result", "narrative"]), texts)
def test_a_changed_cell_makes_another_fingerprint(ids: list[int], place: int, column: str, text: str) -> None:
    rows = [Row(number=2, learner_id=str(one), name="A") for one in ids]
    changed = list(rows)
    place %= len(rows)
    changed[place] = Row(number=9, **{"learner_id": str(ids[place]), "name": "A", column: text})
    same = changed[place].to_json() == rows[place].to_json()
    before = build_fingerprint(samples.ROSTER_KEY, rows=rows, terms={})
    assert (build_fingerprint(samples.ROSTER_KEY, rows=changed, terms={}) == before) is same
