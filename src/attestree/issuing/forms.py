"""
Forms: documents of one batch that fill the same claims differ in those claims alone; only they are written.

    (1) A row's claims say which form its credential has: which of them are filled, in which language.
    (2) The first credential of a form is composed, verified and written in full, and once more with a mark
        in the place of each claim: what lies between the marks is the form.
    (3) From then on a row's claims are written into the gaps, once each was found fit to be issued.

Decides nothing new: bytes and N-Quads are those of `Composer.compose` with `canonicalize` and `canonize`,
which write every document that fits no form. A form counts only if it gave the very bytes of the document
that it was made from. Source: RFC 8785; RDF Dataset Canonicalization 1.0; DESIGN section 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import astuple

from attestree.credentials.dates import parse_timestamp
from attestree.credentials.open_badge import is_fit
from attestree.credentials.signatures.quads_layout import MARK, QuadsLayout, find_gaps
from attestree.credentials.signatures.quads_template import format_mark, is_unfit, read_scheme
from attestree.errors import LinkedDataError, MalformedCredentialError
from attestree.issuing.body import Body, build_body
from attestree.issuing.canonical_writer import CanonicalWriter
from attestree.issuing.compose import CONTEXTS, Claims, Composer, Place

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue
    from attestree.issuing.rows import Row

MAX_FORMS = 256
"""Forms that are remembered; documents of any other are written in full."""

MAX_PERIODS = 10_000
"""Pairs of time stamps that are remembered as fit."""

_GAP = re.compile(r'"[^"]*?gap-([0-9]+)-gap"')


class Written(NamedTuple):
    """One credential, written but not secured."""

    body: Body
    """Its bytes."""
    quads: Callable[[], bytes]
    """Returns its canonical N-Quads; raises as `canonize` does."""
    context: JsonValue = CONTEXTS
    """Its `@context`."""


@dataclass(slots=True)
class _Form:
    """What the documents of one form share."""

    before: str
    """The first part of the body, with `%s` for each claim."""
    before_slots: tuple[int, ...]
    """Which claims, in their order there."""
    after: str
    """The last part of the body, likewise."""
    after_slots: tuple[int, ...]
    """Which claims, in their order there."""
    uses: int = 0
    """How many documents asked for their N-Quads."""
    layout: QuadsLayout | None = field(default=None)
    """The N-Quads with gaps; None where there is none yet, or none can be had."""

    def fill(self, claims: Claims) -> Body:
        """Write claims into the gaps."""
        before = self.before % tuple([encode_basestring(claims[slot]) for slot in self.before_slots])
        after = self.after % tuple([encode_basestring(claims[slot]) for slot in self.after_slots])
        return Body(before.encode(), after.encode())


class Forms:
    """Writes the credentials of one batch."""

    def __init__(self, composer: Composer, list_id: bytes) -> None:
        """Write what `composer` composes; `list_id` is the batch's list, 13 bytes."""
        self._composer, self._list_id = composer, list_id
        self._writer = CanonicalWriter(composer.terms.achievement.document)
        self._forms: dict[tuple[object, ...], _Form | None] = {}
        self._periods: set[tuple[str, str]] = set()

    def verify(self, row: Row) -> None:
        """
        Verify that a row makes a credential that may be issued.

        Raises:
            MalformedCredentialError: As `Composer.compose`.
        """
        if self._forms.get(_key(row)) is None or not self._fits(row):
            self.write(row, 0, 0)

    def write(self, row: Row, position: int, index: int) -> Written:
        """
        Return the credential of one row, once it may be issued.

        Args:
            row: A good row.
            position: Its position among the sorted rows.
            index: Its leaf index.

        Raises:
            MalformedCredentialError: As `Composer.compose`.
        """
        place = Place(position, index, self._list_id)
        claims = self._composer.state(row, place)
        form = self._forms.get(_key(row))
        if form is None or not self._fits(row):
            return self._write_in_full(row, place, claims)
        return Written(form.fill(claims), lambda: self._write_quads(form, row, claims))

    def _write_in_full(self, row: Row, place: Place, claims: Claims) -> Written:
        """Compose, verify and write one credential, and learn its form if it is new."""
        document = self._composer.compose(row, place)
        body = build_body(document, self._writer.write)
        key = _key(row)
        if key not in self._forms and len(self._forms) < MAX_FORMS:
            self._forms[key] = self._learn(row, claims, body)
        return Written(body, lambda: _canonize(document))

    def _learn(self, row: Row, claims: Claims, body: Body) -> _Form | None:
        """Return the form of a document, if it can be had; it gives the document's own bytes."""
        if MARK.search(body.octets.decode()):
            return None
        marked = build_body(self._composer.build(_mark(claims), row, self._list_id), self._writer.write)
        form = _Form(*_open(marked.before.decode()), *_open(marked.after.decode()))
        return form if form.fill(claims) == body else None

    def _fits(self, row: Row) -> bool:
        """Say whether a row whose form is known makes a credential that may be issued."""
        period = row.awarded_on, row.expires_on
        if period not in self._periods and not self._learn_period(row):
            return False
        lines = (row.full_name, row.result, row.licence_number)
        return (
            all(not text or is_fit(text, "line") for text in lines)
            and (not row.narrative or is_fit(row.narrative, "prose"))
            and all(not text or is_fit(text, "address") for text in (row.did, row.evidence_url))
        )

    def _learn_period(self, row: Row) -> bool:
        """Say whether award and end are times, and the end is not before the beginning."""
        try:
            claims = self._composer.state(row, Place(0, 0, self._list_id))
            for text in filter(None, (claims.awarded, claims.until)):
                parse_timestamp(text)
            if claims.until and parse_timestamp(claims.until) < parse_timestamp(self._composer.valid_from):
                return False
        except MalformedCredentialError:
            return False
        if len(self._periods) < MAX_PERIODS:
            self._periods.add((row.awarded_on, row.expires_on))
        return True

    def _write_quads(self, form: _Form, row: Row, claims: Claims) -> bytes:
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
            quads = _canonize(self._composer.build(_mark(claims), row, self._list_id)).decode()
        except LinkedDataError:
            return None
        if find_gaps(quads) != slots:
            return None
        layout = QuadsLayout(quads)
        expected = _canonize(self._composer.build(claims, row, self._list_id))
        return layout if layout.fill(claims) == expected else None


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


def _mark(claims: Claims) -> Claims:
    """Return claims with a mark in the place of each text; one with a scheme keeps it."""
    return Claims(*(text and format_mark(slot, text) for slot, text in enumerate(claims)))


def _open(text: str) -> tuple[str, tuple[int, ...]]:
    """Return JSON with `%s` in the place of each marked text, and which claims these are."""
    slots = tuple(int(match[1]) for match in _GAP.finditer(text))
    return "%s".join(part.replace("%", "%%") for part in _GAP.split(text)[::2]), slots
