"""
Forms: documents of one batch that fill the same claims differ in those claims alone; only they are written.

    (1) A row's claims say which form its credential has: which of them are filled, in which language.
    (2) The first credential of a form is composed, verified and written in full, and once more with a mark
        in the place of each claim: what lies between the marks is the form.
    (3) From then on claims are written into the gaps, those of all rows of a form at once, column by column,
        once each was found fit to be issued.

Decides nothing new: bytes and N-Quads are those of `Composer.compose` with `canonicalize` and `canonize`,
which write every document that fits no form. A form counts only if it gave the very bytes of the document
that it was made from. Source: RFC 8785; RDF Dataset Canonicalization 1.0; DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import astuple

from attestree.credentials.dates import parse_timestamp
from attestree.credentials.open_badge import are_fit
from attestree.credentials.signatures.quads_layout import MARK, QuadsLayout, find_gaps
from attestree.credentials.signatures.quads_template import is_unfit, read_scheme
from attestree.errors import LinkedDataError, MalformedCredentialError
from attestree.issuing.body import Body, build_body
from attestree.issuing.canonical_writer import CanonicalWriter
from attestree.issuing.claims import Claims, Columns, Place
from attestree.issuing.compose import CONTEXTS, Composer
from attestree.issuing.form import Form, Gapped, mark_claims

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue
    from attestree.issuing.rows import Row

MAX_FORMS = 256
"""Forms that are remembered; documents of any other are written in full."""

MAX_PERIODS = 10_000
"""Pairs of time stamps that are remembered as fit."""


class Unsigned(NamedTuple):
    """One document that can be signed; implements `signing.Signable`."""

    quads: Callable[[], bytes]
    """Returns its canonical N-Quads; raises as `canonize` does."""
    context: JsonValue = CONTEXTS
    """Its `@context`."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Credentials, written but not secured, in the order of their rows."""

    bodies: Sequence[Body]
    """Their bytes."""
    _quads: Sequence[tuple[Sequence[int], Iterable[Callable[[], bytes]]]]

    def signables(self) -> list[Unsigned]:
        """Return what is signed of each; to be asked once."""
        quads = {
            number: one for numbers, some in self._quads for number, one in zip(numbers, some, strict=True)
        }
        return [Unsigned(quads[number]) for number in range(len(self.bodies))]


class Forms:
    """Writes the credentials of one batch."""

    def __init__(self, composer: Composer, list_id: bytes) -> None:
        """Write what `composer` composes; `list_id` is the batch's list, 13 bytes."""
        self._composer, self._list_id = composer, list_id
        self._statements = composer.statements
        self._writer = CanonicalWriter(composer.terms.achievement.document)
        self._forms: dict[tuple[object, ...], Form | None] = {}
        self._periods: set[tuple[str, str]] = set()

    def verify(self, row: Row) -> None:
        """
        Verify that a row makes a credential that may be issued.

        Raises:
            MalformedCredentialError: As `write_rows`.
        """
        if self._forms.get(_key(row)) is None or not self._fit([row]):
            place = Place(0, 0, self._list_id)
            self._write(self._compose(row, place), row, place)

    def accept(self, rows: Sequence[Row]) -> bool:
        """Say whether all of some rows, one at least, are known to pass `verify`."""
        return all(
            self._forms.get(key) is not None and self._fit([rows[number] for number in numbers])
            for key, numbers in _group(rows).items()
        )

    def write_rows(self, rows: Sequence[Row], positions: Sequence[int], first: int) -> Documents:
        """
        Return the credentials of some rows, in their order, once they may be issued.

        Args:
            rows: Good rows.
            positions: Position of each among the sorted rows.
            first: Leaf index of the first row; those of the others follow it.

        Raises:
            MalformedCredentialError: As `Composer.compose`, with the `row` by its number.
        """
        places = [Place(position, first + number, self._list_id) for number, position in enumerate(positions)]
        bodies: dict[int, Body] = {}
        quads: list[tuple[Sequence[int], Iterable[Callable[[], bytes]]]] = []

        def write_in_full(number: int) -> None:
            document = self._compose(rows[number], places[number])
            bodies[number] = self._write(document, rows[number], places[number])
            quads.append(([number], [partial(_canonize, document)]))

        for key, numbers in _group(rows).items():
            if key not in self._forms:
                # so that there is a form to fill
                write_in_full(numbers[0])
            form = self._forms.get(key)
            ready = [] if form is None else self._choose_fit(rows, numbers)
            if form is not None and ready:
                some = [rows[number] for number in ready]
                columns = self._statements.state_alike(some, [places[number] for number in ready])
                bodies |= zip(ready, form.fill(columns), strict=True)
                quads.append((ready, self._list_quads(form, some, columns)))
        for number in range(len(rows)):
            if number not in bodies:
                write_in_full(number)
        return Documents([bodies[number] for number in range(len(rows))], quads)

    def _list_quads(self, form: Form, rows: Sequence[Row], columns: Columns) -> Iterator[Callable[[], bytes]]:
        """Yield, for each row of a form, what returns its N-Quads."""
        claims = map(Claims._make, zip(*columns, strict=True))
        return map(partial, repeat(self._write_quads), repeat(form), rows, claims)

    def _compose(self, row: Row, place: Place) -> JsonObject:
        """Compose and verify one credential; a refusal names the row."""
        try:
            return self._composer.compose(row, place)
        except MalformedCredentialError as exc:
            raise MalformedCredentialError(exc.code, **{**exc.values, "row": row.number}) from exc

    def _write(self, document: JsonObject, row: Row, place: Place) -> Body:
        """Write one credential by itself, and learn its form if it is new."""
        body = build_body(document, self._writer.write)
        key = _key(row)
        if key not in self._forms and len(self._forms) < MAX_FORMS:
            self._forms[key] = self._learn(row, self._statements.state(row, place), body)
        return body

    def _learn(self, row: Row, claims: Claims, body: Body) -> Form | None:
        """Return the form of a document, if it can be had; it gives the document's own bytes."""
        if MARK.search(body.octets.decode()):
            return None
        marked = build_body(self._composer.build(mark_claims(claims), row, self._list_id), self._writer.write)
        form = Form(Gapped(marked.before), Gapped(marked.after))
        return form if [*form.fill(tuple((claim,) for claim in claims))] == [body] else None

    def _choose_fit(self, rows: Sequence[Row], numbers: Sequence[int]) -> Sequence[int]:
        """Return the numbers of the rows that make credentials that may be issued, if their form is known."""
        if self._fit([rows[number] for number in numbers]):
            return numbers
        return [number for number in numbers if self._fit([rows[number]])]

    def _fit(self, rows: Sequence[Row]) -> bool:
        """Say whether all of these rows make credentials that may be issued, if their forms are known."""
        periods = {(row.awarded_on, row.expires_on): row for row in rows}
        if not all(period in self._periods or self._learn_period(row) for period, row in periods.items()):
            return False
        lines = [text for row in rows for text in (row.full_name, row.result, row.licence_number) if text]
        prose = [row.narrative for row in rows if row.narrative]
        addresses = [text for row in rows for text in (row.did, row.evidence_url) if text]
        return are_fit(lines, "line") and are_fit(prose, "prose") and are_fit(addresses, "address")

    def _learn_period(self, row: Row) -> bool:
        """Say whether award and end are times, and the end is not before the beginning."""
        try:
            claims = self._statements.state(row, Place(0, 0, self._list_id))
            for text in filter(None, (claims.awarded, claims.until)):
                parse_timestamp(text)
            if claims.until and parse_timestamp(claims.until) < parse_timestamp(self._statements.valid_from):
                return False
        except MalformedCredentialError:
            return False
        if len(self._periods) < MAX_PERIODS:
            self._periods.add((row.awarded_on, row.expires_on))
        return True

    def _write_quads(self, form: Form, row: Row, claims: Claims) -> bytes:
        """Return the N-Quads of a document whose form is known."""
        form.uses += 1
        if form.uses == 2:
            # a layout costs as much as three documents: not for one that stays alone
            form.layout = self._lay_out(row, claims)
        if form.layout is not None and not is_unfit("".join(claims)):
            quads = form.layout.fill(claims)
            if quads is not None:
                return quads
        return _canonize(self._composer.build(claims, row, self._list_id))

    def _lay_out(self, row: Row, claims: Claims) -> QuadsLayout | None:
        """Return the N-Quads of a form with gaps, if they can be had; they give those of this document."""
        slots = {slot for slot, text in enumerate(claims) if text}
        try:
            quads = _canonize(self._composer.build(mark_claims(claims), row, self._list_id)).decode()
        except LinkedDataError:
            return None
        if find_gaps(quads) != slots:
            return None
        layout = QuadsLayout(quads)
        expected = _canonize(self._composer.build(claims, row, self._list_id))
        return layout if layout.fill(claims) == expected else None


def _group(rows: Sequence[Row]) -> dict[tuple[object, ...], list[int]]:
    """Return the numbers of the rows of each form."""
    if _are_alike(rows):
        return {_key(rows[0]): list(range(len(rows)))}
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(_key(row), []).append(number)
    return groups


def _are_alike(rows: Sequence[Row]) -> bool:
    """Say whether one look shows that all rows are of one form; most shards are."""
    cells = zip(*map(astuple, rows), strict=True)
    return (
        all(all(column) or not any(column) for column in cells)
        and len({(row.language, repr(row.credits)) for row in rows}) == 1
        and not any(row.did or row.evidence_url for row in rows)
    )


def _key(row: Row) -> tuple[object, ...]:
    """Return what tells one form of a batch from another."""
    filled = tuple(map(bool, astuple(row)))
    schemes = row.did and read_scheme(row.did), row.evidence_url and read_scheme(row.evidence_url)
    return filled, row.language, repr(row.credits), schemes


def _canonize(document: JsonObject) -> bytes:
    """Return the canonical N-Quads of a document; the slow road."""
    # Loaded here because a batch without signatures never needs it, and it is slow to load.
    from attestree.credentials.signatures.canonize import canonize

    return canonize(document)
