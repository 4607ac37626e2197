"""
A mould: canonical JSON with gaps, made from one text to read others that differ in the gaps only.

    text   = part 0, gap 0, part 1, gap 1, ..., part n
    part   = bytes that are the same in all of them; each gap is the inside of one JSON string value
    gap    = any printable text without quote and backslash, so it is spelt in one way only

Decides whether a text is the mould's with other texts in its gaps; nothing else of it can be different then:
no member more, none less, no other number. Such a text is canonical because the first one was. None is
returned for everything else, and says nothing about it. What the gaps mean is for the caller.
Source: RFC 8785, section 3.2.2.2 (strings); DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from attestree.credentials.canonical_reader import write_again
from attestree.credentials.digest import without_proof

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

Place = tuple[str | int, ...]
"""Names and positions that lead to one value of a document."""


class Filling(NamedTuple):
    """What one text has in the gaps of a mould."""

    texts: list[str]
    """The gaps, in the order of `Mould.places`."""
    document: bytes
    """The canonical bytes of the text without its top-level `proof`."""


@dataclass(frozen=True, slots=True)
class Mould:
    """Parts and gaps; made by `build_mould`."""

    places: tuple[Place, ...]
    """Where the gaps are in the document, in the order of the bytes."""
    first: bytes
    """What stands before the first gap."""
    rest: tuple[bytes, ...]
    """What follows each gap."""
    proof_begins: tuple[int, int]
    """Number of the part, and the offset in it, of the comma before the member `proof`."""
    proof_ends: tuple[int, int]
    """Number of the part, and the offset in it, of what follows the member `proof`."""

    def read(self, octets: bytes) -> Filling | None:
        """Return what `octets` have in the gaps, or None where they differ elsewhere."""
        if not octets.startswith(self.first):
            return None
        starts = [0]
        gaps: list[bytes] = []
        position = len(self.first)
        for part in self.rest:
            end = octets.find(b'"', position)
            if end < 0 or not octets.startswith(part, end):
                return None
            gaps.append(octets[position:end])
            starts.append(end)
            position = end + len(part)
        texts = None if position != len(octets) else _read_gaps(gaps)
        if texts is None:
            return None
        begins = starts[self.proof_begins[0]] + self.proof_begins[1]
        ends = starts[self.proof_ends[0]] + self.proof_ends[1]
        return Filling(texts, octets[:begins] + octets[ends:])


def build_mould(value: JsonObject, places: Sequence[Place]) -> Mould | None:
    """
    Make a mould from a document that `read_canonical` returned.

    Args:
        value: Has a `proof`, and another member that sorts before it.
        places: Of string values, all different.

    Returns:
        None where no mould gives back the document that it was made from.
    """
    marks = {place: f"mould gap {number:06}" for number, place in enumerate(places)}
    marked = _mark(value, (), marks)
    assert isinstance(marked, dict)  # noqa: S101 - told to the type checker
    whole = write_again(marked)
    found = sorted((whole.find(mark.encode()), place) for place, mark in marks.items())
    parts, position = [], 0
    for start, place in found:
        parts.append(whole[position:start])
        position = start + len(marks[place])
    parts.append(whole[position:])
    member = b"," + write_again({"proof": marked.get("proof")})[1:-1]
    begins = _find_member(whole, member, write_again(without_proof(marked)))
    if begins is None:
        return None
    ordered = tuple(place for _start, place in found)
    length = len(f"mould gap {0:06}")
    mould = Mould(
        ordered,
        parts[0],
        tuple(parts[1:]),
        _locate(begins, parts, length),
        _locate(begins + len(member), parts, length),
    )
    expected = Filling([str(look_up(value, place)) for place in ordered], write_again(without_proof(value)))
    return mould if mould.read(write_again(value)) == expected else None


def look_up(value: JsonValue, place: Place) -> JsonValue:
    """Return the value at a place, which must exist."""
    for step in place:
        value = value[step]  # type: ignore[index]  # the place was found in this very value
    return value


def _read_gaps(gaps: list[bytes]) -> list[str] | None:
    """Return the texts of the gaps, or None where one could be spelt otherwise, or is no text."""
    joined = b'"'.join(gaps)
    try:
        text = joined.decode()
    except UnicodeDecodeError:
        return None
    return None if "\\" in text or not text.isprintable() else text.split('"')


def _mark(value: JsonValue, place: Place, marks: dict[Place, str]) -> JsonValue:
    """Return a copy with marks at the places."""
    if isinstance(value, dict):
        return {name: _mark(member, (*place, name), marks) for name, member in value.items()}
    if isinstance(value, list):
        return [_mark(item, (*place, number), marks) for number, item in enumerate(value)]
    return marks.get(place, value)


def _find_member(whole: bytes, member: bytes, rest: bytes) -> int | None:
    """Return where a member stands whose removal leaves `rest`, or None."""
    at = whole.find(member)
    while at >= 0:
        if whole[:at] + whole[at + len(member) :] == rest:
            return at
        at = whole.find(member, at + 1)
    return None


def _locate(position: int, parts: Sequence[bytes], gap_length: int) -> tuple[int, int]:
    """Return the part, and the offset in it, of a position that is in no gap."""
    for number, part in enumerate(parts):
        if position <= len(part):
            return number, position
        position -= len(part) + gap_length
    raise AssertionError("beyond the end")  # pragma: no cover - the position was found in these parts
