"""
Canonical N-Quads of many documents of one shape, at a small part of the cost.

    (1) Read the shape of a document: its names, numbers and places, with each text left open.
    (2) A shape that comes a second time is canonized with a mark in the place of each text.
    (3) A mark that comes out as one whole term, a literal or an IRI, is a gap; any other text is constant.
    (4) From then on a document's texts are written into the gaps; only labels and order are made anew.

Decides nothing new: the answer is that of `canonize`, which makes each template, judges its terms, and
takes every document that does not fit one. A template counts only if it gave the very answer of
`canonize` for the document that it was made from. How quads are labelled stands in `quads_layout`.
Source: RDF Dataset Canonicalization 1.0, section 4; DESIGN section 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attestree.credentials.signatures.quads_layout import QuadsLayout, find_gaps
from attestree.errors import LinkedDataError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

MAX_TEMPLATES = 256
"""Shapes that are remembered, and templates that are tried; any other document is canonized by itself."""

Canonize = Callable[["JsonObject"], bytes]
"""Returns the canonical N-Quads of a document."""

# A text with a scheme may become an IRI; another scheme, or none, is another shape.
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:(?://)?)[A-Za-z0-9!#$%&'()*+,./:;=?@_~-]*")
# Control characters, which nobody may issue, and what looks like a mark.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]|gap-[0-9]+-gap")
# Brackets of an outline: no name, text or shared object is spelt like them.
_OBJECT, _END_OF_OBJECT, _ARRAY, _END_OF_ARRAY = -1, -2, -3, -4
# No mark could stand for these, which are words of a vocabulary: each is a shape of its own.
_CONSTANT_NAMES = frozenset({"type", "@type", "@context", "proofPurpose"})


@dataclass(frozen=True, slots=True)
class _Shape:
    """What two documents have in common if one template may serve both, and what they have not."""

    outline: tuple[str | int, ...]
    """Names, brackets, numbers, types, and the scheme of each text."""
    texts: list[str]
    """The texts left open, in the order of the document."""


@dataclass(frozen=True, slots=True)
class _Template:
    """Quads with gaps, and the texts that are none."""

    constants: tuple[tuple[int, str], ...]
    """Texts that are no gap, by their place; a document must hold the same ones."""
    layout: QuadsLayout
    """The quads."""

    def fits(self, texts: Sequence[str]) -> bool:
        """Say whether a document of the shape has the texts that are no gap."""
        return all(texts[slot] == text for slot, text in self.constants)


class QuadsTemplates:
    """Canonizes documents, remembering their shapes; holds no document."""

    def __init__(self, canonize: Canonize, *, shared: Sequence[JsonObject] = ()) -> None:
        """
        Canonize with templates made by `canonize`.

        Args:
            canonize: The slow road.
            shared: Objects that documents hold as they are, such as an achievement; their texts are left
                alone. They must not change.
        """
        self._canonize = canonize
        # The objects are kept, so that no other one can take over their identity.
        self._shared = {id(value): value for value in shared}
        self._templates: dict[tuple[str | int, ...], list[_Template]] = {}
        self._tried = 0

    def canonize(self, document: JsonObject) -> bytes:
        """Return `canonize(document)`; raises as it does."""
        shape = self._read(document)
        # nothing unfit holds a line feed, so what is found stands in one text
        if is_unfit("\n".join(shape.texts)):
            return self._canonize(document)
        for template in self._templates.get(shape.outline, ()):
            if template.fits(shape.texts):
                return template.layout.fill(shape.texts) or self._canonize(document)
        quads = self._canonize(document)
        if shape.outline in self._templates and self._tried < MAX_TEMPLATES:
            self._try_template(document, shape, quads)
        elif len(self._templates) < MAX_TEMPLATES:
            # a template costs as much as two documents: not for one that stays alone
            self._templates.setdefault(shape.outline, [])
        return quads

    def _try_template(self, document: JsonObject, shape: _Shape, quads: bytes) -> None:
        """Make a template of a document's shape, if one can be had that gives its own N-Quads."""
        self._tried += 1
        try:
            template = self._make(document, shape)
        except LinkedDataError:
            # A mark cannot stand there, as in the place of a language.
            return
        if template.layout.fill(shape.texts) == quads:
            self._templates[shape.outline].append(template)

    def _make(self, document: JsonObject, shape: _Shape) -> _Template:
        """Find the gaps, then make the template with every other text in its place."""
        marks = [format_mark(slot, text) for slot, text in enumerate(shape.texts)]
        gaps = find_gaps(self._canonize(self._replace(document, marks)).decode())
        mixed = [marks[slot] if slot in gaps else text for slot, text in enumerate(shape.texts)]
        quads = self._canonize(self._replace(document, mixed)).decode()
        constants = tuple((slot, text) for slot, text in enumerate(shape.texts) if slot not in gaps)
        return _Template(constants, QuadsLayout(quads))

    def _read(self, document: JsonObject) -> _Shape:
        """Read what one template may serve."""
        outline: list[str | int] = []
        texts: list[str] = []

        def read(value: JsonValue) -> None:
            if isinstance(value, str):
                outline.append(read_scheme(value))
                texts.append(value)
            elif id(value) in self._shared:
                outline.append(id(value))
            elif isinstance(value, dict):
                outline.append(_OBJECT)
                for name, member in value.items():
                    outline.append(name)
                    outline.append(repr(member)) if name in _CONSTANT_NAMES else read(member)
                outline.append(_END_OF_OBJECT)
            elif isinstance(value, list):
                outline.append(_ARRAY)
                for item in value:
                    read(item)
                outline.append(_END_OF_ARRAY)
            else:
                outline.append(repr(value))

        read(document)
        return _Shape(tuple(outline), texts)

    def _replace(self, document: JsonObject, texts: Sequence[str]) -> JsonObject:
        """Return the document with other texts in the places that `_read` leaves open."""
        following = iter(texts)

        def replace(value: JsonValue) -> JsonValue:
            if isinstance(value, str):
                return next(following)
            if id(value) in self._shared:
                return value
            if isinstance(value, dict):
                return replace_members(value)
            return [replace(item) for item in value] if isinstance(value, list) else value

        def replace_members(members: JsonObject) -> JsonObject:
            return {
                name: member if name in _CONSTANT_NAMES else replace(member)
                for name, member in members.items()
            }

        return replace_members(document)


def format_mark(slot: int, text: str) -> str:
    """Return what stands for a text; one with a scheme keeps it."""
    return f"{read_scheme(text)}gap-{slot}-gap"


def read_scheme(text: str) -> str:
    """Return how a text begins that may become an IRI: scheme, colon and slashes; nothing for any other."""
    address = _ADDRESS.fullmatch(text)
    return address[1] if address else ""


def is_unfit(text: str) -> bool:
    """Say whether a text may not be written into a gap."""
    return _UNFIT.search(text) is not None
