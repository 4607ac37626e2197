"""The fast road to credentials gives the bytes, N-Quads and refusals of the slow one, whatever the roster."""

from __future__ import annotations

import hmac
from hashlib import sha256
from itertools import pairwise
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from attestree.credentials.anchor_proof import AnchorProof
from attestree.credentials.canonical import canonicalize
from attestree.credentials.digest import credential_digest
from attestree.credentials.open_badge import are_fit, is_fit
from attestree.credentials.proof_set import SecuredAnchor, format_secured_anchor
from attestree.errors import AttestreeError
from attestree.issuing.anchor_writer import AnchorWriter
from attestree.issuing.claims import Place
from attestree.issuing.columns import map_columns
from attestree.issuing.compose import Composer
from attestree.issuing.derive import (
    derive_identity_salt,
    derive_identity_salts,
    derive_list_id,
    derive_salt,
    derive_salts,
    derive_token,
    derive_tokens,
)
from attestree.issuing.forms import Forms
from attestree.issuing.plain_rows import PlainRows
from attestree.issuing.row_checks import read_row
from attestree.issuing.row_key import build_fingerprint
from attestree.issuing.rows import COLUMNS, Row
from attestree.issuing.table import Table, TableRow
from tests.properties.test_quads_template import normalize
from tests.unit.issuing import samples
from tests.unit.issuing.shapes import HOSTILE

LIST_ID = b"\x33" * 13
texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=3), max_size=4).map("".join)
days = st.sampled_from(["", "2026-05-01", "2028-05-01", "9999-12-31", "2026-13-01", "1066-10-14"])
rows = st.builds(
    Row,
    number=st.integers(2, 99),
    learner_id=st.sampled_from(["", "0017"]) | texts,
    email=st.sampled_from(["", "Zofia@Example.org"]) | texts,
    did=st.sampled_from(["", "did:key:z6MkHolder", "did:web:a.example", "did:web:é", "no did"]),
    name=st.sampled_from(["", "Zofia Kowalska"]) | texts,
    given_name=texts,
    family_name=texts,
    awarded_on=days,
    expires_on=days,
    result=st.sampled_from(["", "A"]) | texts,
    credits=st.sampled_from([None, 0, 3, 2.5, 1e-7, 3.0, -1]),
    narrative=st.sampled_from(["", "Built\na thing."]) | texts,
    evidence_url=st.sampled_from(
        ["", "https://example.org/w/17", "http://a.example/", "https://x y", "urn:a:b"]
    ),
    licence_number=texts,
    language=st.sampled_from(["", "pl", "de-AT", "klingon-"]),
)

CELLS: dict[str, tuple[Any, ...]] = {
    "learner_id": ("0017", "0018", "é"),
    "email": ("zofia@example.org", "Z@Example.org"),
    "did": ("did:key:z6MkHolder", "did:web:a.example", "no did", "did:web:é"),
    "name": ("Zofia Kowalska", "Zoë", "gap-3-gap", "\u202eabc", "e\u0301", " ", "a" * 1_001),
    "awarded_on": ("2026-05-01", "2026-05-02", "2026-13-01"),
    "expires_on": ("2028-05-01", "2029-05-01", "1066-10-14"),
    "result": ("A", "%s", '"', "\x7f"),
    "credits": (3, 3.0, 2.5, 0, None, -1),
    "narrative": ("Built\na thing.", "\\", "\u2028"),
    "evidence_url": ("https://example.org/w/17", "http://a.example/", "urn:a:b", "https://x y"),
    "licence_number": ("L-17", "_:b0"),
    "language": ("pl", "de-AT", "klingon-"),
}
"""Cells, the most ordinary first: the rows of a batch mostly fill the same ones."""


@st.composite
def alike_rows(draw: st.DrawFn) -> list[Row]:
    """Draw rows that fill the same cells, and differ in one or two."""
    filled = {name: values for name, values in CELLS.items() if name == "learner_id" or draw(st.booleans())}
    changing = draw(st.lists(st.sampled_from(sorted(filled)), min_size=1, max_size=2))
    return [
        Row(
            number,
            **{name: values[0] for name, values in filled.items()}
            | {name: draw(st.sampled_from(filled[name])) for name in changing},
        )
        for number in range(2, draw(st.integers(4, 8)))
    ]


def say(error: AttestreeError) -> str:
    """Return what a row is refused for first: of a first credential, more is found."""
    return f"{error.code} {error.values.get('path')}"


def compose_slowly(composer: Composer, row: Row, place: Place) -> bytes | str:
    try:
        return canonicalize(composer.compose(row, place))
    except AttestreeError as error:
        return say(error)


def write_fast(forms: Forms, row: Row, place: Place) -> bytes | str:
    try:
        return forms.write_rows([row], [place.position], place.index).bodies[0].octets
    except AttestreeError as error:
        return say(error)


@given(st.lists(rows, min_size=1, max_size=4), st.booleans(), st.sampled_from([None, "P2Y"]), st.booleans())
def test_a_filled_form_is_the_composed_document_byte_for_byte(
    some: list[Row], hosted: bool, valid_for: str | None, with_names: bool
) -> None:
    url = "https://badges.example.edu" if hosted else None
    terms = samples.terms(public_url=url, valid_for=valid_for, with_names=with_names)
    composer = Composer(terms, samples.SEED, samples.CREATED)
    forms = Forms(composer, LIST_ID)
    # each row again with another's words, so that forms are filled with what they were not made from
    mixed = [*some, *(replace_words(row, other) for row, other in pairwise(some)), *some]
    for number, row in enumerate(mixed):
        place = Place(number, 7 * number, LIST_ID)
        wanted = compose_slowly(Composer(terms, samples.SEED, samples.CREATED), row, place)
        assert write_fast(forms, row, place) == wanted
        assert refuses(forms, row) == isinstance(wanted, str)


@given(
    alike_rows() | st.lists(rows, min_size=1, max_size=4), st.booleans(), st.integers(0, 99), st.booleans()
)
@example([Row(2, learner_id="1", credits=3), Row(3, learner_id="1", credits=2.5)], True, 0, True)
@example([Row(2, learner_id="1", language="pl"), Row(3, learner_id="1", language="de")], True, 0, True)
def test_rows_written_together_are_written_as_each_by_itself(
    some: list[Row], hosted: bool, first: int, with_names: bool
) -> None:
    url = "https://badges.example.edu" if hosted else None
    composer = Composer(samples.terms(public_url=url, with_names=with_names), samples.SEED, samples.CREATED)
    alone = [compose_slowly(composer, row, Place(0, 0, LIST_ID)) for row in some]
    good = [row for row, written in zip(some, alone, strict=True) if isinstance(written, bytes)]
    bad = {row.number for row, written in zip(some, alone, strict=True) if isinstance(written, str)}
    refused = refused_row(Forms(composer, LIST_ID), some)
    assert refused in bad if bad else refused is None
    places = [Place(5 * number, first + number, LIST_ID) for number in range(len(good))]
    written = Forms(composer, LIST_ID).write_rows(good, [place.position for place in places], first)
    wanted = [compose_slowly(composer, row, place) for row, place in zip(good, places, strict=True)]
    assert [body.octets for body in written.bodies] == wanted


@given(alike_rows())
def test_the_quads_of_rows_written_together_are_those_that_pyld_gives(some: list[Row]) -> None:
    composer = Composer(samples.terms(), samples.SEED, samples.CREATED)
    forms, place = Forms(composer, LIST_ID), Place(0, 0, LIST_ID)
    good = [row for row in some if isinstance(compose_slowly(composer, row, place), bytes)]
    unsigned = forms.write_rows(good, range(len(good)), 0).signables()
    for number, (one, row) in enumerate(zip(unsigned, good, strict=True)):
        assert one.quads() == normalize(composer.compose(row, Place(number, number, LIST_ID)))


@given(rows, st.integers(1, 3), st.integers(0, 2**32))
def test_what_rows_state_together_is_what_each_states(row: Row, count: int, position: int) -> None:
    statements = Composer(samples.terms(valid_for="P2Y"), samples.SEED, samples.CREATED).statements
    places = [Place(position + number, 7 * number, LIST_ID) for number in range(count)]
    try:
        alone = [statements.state(row, place) for place in places]
    except AttestreeError:
        return
    assert [*zip(*statements.state_alike([row] * count, places), strict=True)] == alone


@given(st.lists(texts | st.sampled_from(["Zoë", "\x7f", "a" * 1_001, " "]), max_size=4))
def test_texts_are_fit_together_if_each_is(some: list[str]) -> None:
    for kind in ("line", "prose", "address"):
        assert are_fit(some, kind) == all(is_fit(text, kind) for text in some)


def refused_row(forms: Forms, some: list[Row]) -> object:
    """Return the number of the row that is refused, or None."""
    try:
        forms.write_rows(some, range(len(some)), 0)
    except AttestreeError as error:
        return error.values["row"]
    return None


def replace_words(row: Row, other: Row) -> Row:
    """Return a row of the same form with the words of another, where both have some."""
    words = {
        name: getattr(other, name)
        for name in COLUMNS
        if isinstance(getattr(row, name), str) and getattr(row, name) and getattr(other, name)
    }
    return Row(**{**{name: getattr(row, name) for name in ("number", *COLUMNS)}, **words})


def refuses(forms: Forms, row: Row) -> bool:
    try:
        forms.verify(row)
    except AttestreeError:
        return True
    return False


@given(st.lists(rows, min_size=1, max_size=2))
def test_the_quads_of_a_filled_form_are_those_that_pyld_gives(some: list[Row]) -> None:
    composer = Composer(samples.terms(), samples.SEED, samples.CREATED)
    forms = Forms(composer, LIST_ID)
    for number, row in enumerate([*some, *some, *some]):
        place = Place(number, number, LIST_ID)
        wanted = compose_slowly(composer, row, place)
        if isinstance(wanted, bytes):
            [unsigned] = forms.write_rows([row], [number], number).signables()
            assert unsigned.quads() == normalize(composer.compose(row, place))


@given(
    st.binary(min_size=16, max_size=16),
    st.integers(0, 2**32 - 2),
    st.integers(0, 40),
    st.integers(1, 2**32 - 1),
)
def test_an_anchor_proof_and_its_digest_are_written_as_the_standard_road_writes_them(
    salt: bytes, index: int, depth: int, size: int
) -> None:
    header = samples.terms().header(size=size, list_id=LIST_ID)
    options = samples.terms().options(created="2026-11-22T05:44:00Z")
    writer = AnchorWriter(header, options)
    path, root = bytes(range(32)) * depth, b"\xfe" * 32
    secured = SecuredAnchor(options, AnchorProof(header=header, index=index, salt=salt, path=path, root=root))
    assert writer.write(index, salt, path, root) == canonicalize(format_secured_anchor(secured))
    document = {"a": "é"}
    digest = credential_digest(salt=salt, header=header, options=options, document=document)
    assert writer.digest(salt, canonicalize(document)) == digest
    assert writer.digests([salt, salt[::-1]], [canonicalize(document)] * 2) == [
        digest,
        writer.digest(salt[::-1], canonicalize(document)),
    ]
    assert writer.write_all(index, [salt, salt], [path, path[32:]], root) == [
        writer.write(index, salt, path, root),
        writer.write(index + 1, salt, path[32:], root),
    ]


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**64 - 1))
def test_what_is_drawn_from_a_seed_is_an_hmac_of_label_and_row(seed: bytes, row: int) -> None:
    def draw(label: bytes) -> bytes:
        return hmac.digest(seed, b"attestree/1 " + label + b"\x00" + row.to_bytes(8, "big"), "sha256")

    assert derive_salt(seed, row) == draw(b"salt")[:16]
    assert derive_token(seed, row) == draw(b"token")[:16].hex()
    several = [row, row // 2, 0]
    assert derive_salts(seed, several) == [derive_salt(seed, one) for one in several]
    assert derive_tokens(seed, several) == [derive_token(seed, one) for one in several]
    drawn = derive_identity_salts(seed, several, kind="email")
    assert drawn == [derive_identity_salt(seed, one, kind="email") for one in several]
    assert derive_identity_salt(seed, row, kind="email") == draw(b"identity email")[:16].hex()
    if row == 0:
        assert derive_list_id(seed) == draw(b"list")[:13]


@given(st.lists(rows, max_size=4))
def test_a_fingerprint_covers_the_canonical_json_of_rows_and_terms(some: list[Row]) -> None:
    content = canonicalize({"rows": [dict(row.to_json()) for row in some], "terms": {"a": 1}})
    message = b"attestree/1 roster\x00" + sha256(content).digest()
    wanted = hmac.digest(samples.ROSTER_KEY, message, "sha256")
    assert build_fingerprint(samples.ROSTER_KEY, rows=iter(some), terms={"a": 1}) == wanted


cells = st.sampled_from(
    [
        *(
            "",
            " ",
            "0017",
            "1E5",
            "1e5",
            "12E+05",
            "A/7",
            "-5",
            "=1",
            "@x",
            "#REF!",
            "Zofia Kowalska",
            "test",
            "n/a",
        ),
        *(
            "Zoë O’Hara",
            "Ã©",
            "Å\u0081",
            "Łukasz",
            "A\u00a0B",
            "A\x1fB",
            "e\u0301",
            "Zofia ",
            "null null",
            "x@y.org",
        ),
        *("x.@y.org", "x..y@z.org", "a+b@c-d.example", "a@b", "x@-y.org", f"{'a' * 65}@b.cd", "2026-05-01"),
        *(
            "2026-02-30",
            "45000",
            "2026-05-01 10:00",
            "3",
            "2,5",
            "2.5",
            "100001",
            "pl",
            "p",
            "https://a.example/w",
        ),
        *("https://a b", "did:key:z6Mk", "did:", "A, B", "a\tb", "a\nb", "張偉", "😀", "100%", "(A)"),
    ]
) | st.text(max_size=6)


@given(
    st.lists(st.sampled_from([*COLUMNS, "shoe size"]), min_size=2, max_size=6, unique=True).filter(
        lambda names: {"learner_id", "email", "did"} & set(names) and "name" in names
    ),
    st.data(),
    st.booleans(),
)
def test_a_row_read_in_one_look_is_the_row_that_each_check_accepts(
    names: list[str], draw: st.DataObject, with_names: bool
) -> None:
    columns = map_columns(Table(1, tuple(names), ()), with_names=with_names)
    plain = PlainRows(columns, with_names=with_names)
    for number in range(2, 6):
        drawn = draw.draw(st.lists(cells, min_size=len(names) - 1, max_size=len(names) + 1))
        row = TableRow(number, drawn)
        read = plain.read(row)
        if read is not None:
            judged, findings = read_row(row, columns, with_names=with_names)
            assert (read, []) == (judged, findings)


def test_an_ordinary_row_is_read_in_one_look() -> None:
    names = ("learner_id", "email", "name", "awarded_on", "credits", "shoe size")
    plain = PlainRows(map_columns(Table(1, names, ()), with_names=True), with_names=True)
    read = plain.read(
        TableRow(7, ["0017", "z.k@example.org", "Zoë Łukasiewicz-O’Hara", "2026-05-01", "2.5", "43"])
    )
    assert read == Row(
        7, "z.k@example.org", "0017", name="Zoë Łukasiewicz-O’Hara", awarded_on="2026-05-01", credits=2.5
    )
    assert plain.read(TableRow(8, ["0018", "", "test", "", "", ""])) is None
    assert plain.read(TableRow(8, ["0018", "", "Ann", "", "", ""], {1: "roster.formula_value"})) is None
