"""
A form: what the documents of one batch that fill the same claims share, with a gap for each claim.

Decides how claims stand in canonical JSON: as `canonicalize` writes texts. Which rows have one form, and
when a form may be trusted, is decided in `forms`. Source: RFC 8785, section 3.2.2.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from attestree.credentials.signatures.quads_template import format_mark
from attestree.issuing.body import Body
from attestree.issuing.claims import Claims, Columns

if TYPE_CHECKING:
    from attestree.credentials.signatures.quads_layout import QuadsLayout

_GAP = re.compile(r'"[^"]*?gap-([0-9]+)-gap"')


class Gapped:
    """Canonical JSON with a gap for each claim in it."""

    def __init__(self, marked: bytes) -> None:
        """Take JSON in which a mark stands for each claim."""
        between = _GAP.split(marked.decode())
        self._slots = tuple(map(int, between[1::2]))
        self._between = [part.encode() for part in between[::2]]

    def fill(self, columns: Columns) -> Iterator[bytes]:
        """Yield the bytes for each row."""
        first, *rest = self._between
        parts: list[Iterable[bytes]] = [repeat(first, len(columns[0]))]
        for slot, part in zip(self._slots, rest, strict=True):
            parts += [map(str.encode, map(encode_basestring, columns[slot])), repeat(part)]
        return map(b"".join, zip(*parts, strict=False))


@dataclass(slots=True)
class Form:
    """What the documents of one form share."""

    before: Gapped
    """The first part of the body."""
    after: Gapped
    """The last part of the body."""
    uses: int = 0
    """How many documents asked for their N-Quads."""
    layout: QuadsLayout | None = None
    """The N-Quads with gaps; None where there is none yet, or none can be had."""

    def fill(self, columns: Columns) -> Iterator[Body]:
        """Yield the body for each row."""
        return map(Body, self.before.fill(columns), self.after.fill(columns))


def mark_claims(claims: Claims) -> Claims:
    """Return claims with a mark in the place of each text; one with a scheme keeps it."""
    return Claims(*(text and format_mark(slot, text) for slot, text in enumerate(claims)))
