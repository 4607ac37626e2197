"""
A mould: canonical JSON with gaps, made from one text to read others that differ in the gaps only.

    text   = part 0, gap 0, part 1, gap 1, ..., part n
    part   = bytes that are the same in all of them; each gap is the inside of one JSON string value
    gap    = any printable text without quote and backslash, so it is spelt in one way only

Decides whether a text is the mould's with other texts in its gaps; nothing else of it can be different then:
no member more, none less, no other number. Such a text is canonical because the first one was. None is
returned for everything else, and says nothing about it. What the gaps mean is for the caller.

Parts are cut out where gaps had the same length in every text so far, and looked for behind all others; a
text that does not fit that way is cut at its quotes, gap by gap. Either way all parts are compared.
Source: RFC 8785, section 3.2.2.2 (strings); DESIGN section 4.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from attestree.credentials.canonical_reader import write_again
from attestree.credentials.digest import without_proof

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

Place = tuple[str | int, ...]
"""Names and positions that lead to one value of a document."""

# printable ASCII that is never spelt otherwise inside a JSON string, and the quotes between gaps
_PLAIN = bytes(sorted({*range(0x20, 0x7F)} - set(b"\\")))


class Filling(NamedTuple):
    """What one text has in the gaps of a mould."""

    texts: list[str]
    """The gaps, in the order of `Mould.places`; nothing in the place of the unread one."""
    document: bytes
    """The canonical bytes of the text without its top-level `proof`."""
    unread: bytes
    """What stands in the gap that is not read: anything without a quote, backslashes too."""


class _Stretch(NamedTuple):
    """Parts, and between them gaps of one length each."""

    cut: Callable[[bytes, int], tuple[bytes, ...]]
    """Returns the gaps, from a position; `struct.error` where the text ends before."""
    size: int
    """Bytes of it all."""


class Mould:
    """Parts and gaps; made by `build_mould`. Safe to use from several threads."""

    def __init__(
        self,
        places: Sequence[Place],
        parts: Sequence[bytes],
        *,
        proof_begins: tuple[int, int],
        proof_ends: tuple[int, int],
        unread: Place | None = None,
    ) -> None:
        """
        Put parts together.

        Args:
            places: Of the gaps, in the order of the bytes.
            parts: One more than there are gaps.
            proof_begins: Number of the part, and the offset in it, of the comma before the member `proof`.
            proof_ends: Number of the part, and the offset in it, of what follows the member `proof`.
            unread: Place of a gap that the caller reads itself.
        """
        self.places = tuple(places)
        """Where the gaps are in the document, in the order of the bytes."""
        (first, begin), (last, end) = proof_begins, proof_ends
        seam = parts[first][:begin] + parts[last][end:]
        self._parts = tuple(parts)
        self._whole = _build_template(parts)
        self._document = _build_template([*parts[:first], seam, *parts[last + 1 :]])
        self._proof = slice(first, last)
        self._unread = self.places.index(unread) if unread in self.places else None
        self._lengths: list[int | None] = []
        self._stretches: tuple[_Stretch, ...] = ()

    def read(self, octets: bytes) -> Filling | None:
        """Return what `octets` have in the gaps, or None where they differ elsewhere."""
        gaps = self._cut_in_stretches(octets) or self._cut_at_quotes(octets)
        if gaps is None:
            return None
        unread = b""
        if self._unread is not None:
            unread, gaps[self._unread] = gaps[self._unread], b""
        texts = _read_gaps(gaps)
        # a gap that was cut by its length might hold quotes
        if texts is None or len(texts) != len(gaps) or b'"' in unread:
            return None
        del gaps[self._proof]
        return Filling(texts, self._document % tuple(gaps), unread)

    def _cut_in_stretches(self, octets: bytes) -> list[bytes] | None:
        """Return the gaps, or None where they have other lengths than before, or parts are others."""
        gaps: list[bytes] = []
        position = 0
        try:
            for cut, size in self._stretches:
                if position:
                    end = octets.index(b'"', position)
                    gaps.append(octets[position:end])
                    position = end
                gaps += cut(octets, position)
                position += size
        except (struct.error, ValueError):
            return None
        # all that is not in a gap is compared here
        return gaps if position == len(octets) and self._whole % tuple(gaps) == octets else None

    def _cut_at_quotes(self, octets: bytes) -> list[bytes] | None:
        """Return the gaps, each up to the first quote, or None where parts are others."""
        first, *rest = self._parts
        if not octets.startswith(first):
            return None
        gaps: list[bytes] = []
        position = len(first)
        for part in rest:
            end = octets.find(b'"', position)
            if end < 0 or not octets.startswith(part, end):
                return None
            gaps.append(octets[position:end])
            position = end + len(part)
        if position != len(octets):
            return None
        self._learn(list(map(len, gaps)))
        return gaps

    def _learn(self, lengths: list[int]) -> None:
        """Take gaps of other lengths than before for ones of any length from now on."""
        known = self._lengths or lengths
        self._lengths = merged = [
            one if one == other else None for one, other in zip(known, lengths, strict=True)
        ]
        stretches: list[_Stretch] = []
        form = ""
        for part, length in zip(self._parts, [*merged, None], strict=True):
            form += f"{len(part)}x" if length is None else f"{len(part)}x{length}s"
            if length is None:
                made = struct.Struct(form)
                stretches.append(_Stretch(made.unpack_from, made.size))
                form = ""
        self._stretches = tuple(stretches)


def build_mould(value: JsonObject, places: Sequence[Place], *, unread: Place | None = None) -> Mould | None:
    """
    Make a mould from a document that `read_canonical` returned.

    Args:
        value: Has a `proof`, and another member that sorts before it.
        places: Of string values, all different.
        unread: One of them that the caller reads itself.

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
        parts,
        proof_begins=_locate(begins, parts, length),
        proof_ends=_locate(begins + len(member), parts, length),
        unread=unread,
    )
    texts = ["" if place == unread else str(look_up(value, place)) for place in ordered]
    filling = mould.read(write_again(value))
    return mould if filling and filling[:2] == (texts, write_again(without_proof(value))) else None


def look_up(value: JsonValue, place: Place) -> JsonValue:
    """Return the value at a place, which must exist."""
    for step in place:
        value = value[step]  # type: ignore[index]  # the place was found in this very value
    return value


def _build_template(parts: Sequence[bytes]) -> bytes:
    """Return what gives a text when it is formatted with its gaps."""
    return b"%b".join([part.replace(b"%", b"%%") for part in parts])


def _read_gaps(gaps: list[bytes]) -> list[str] | None:
    """
    Return the texts of gaps, or None where one could be spelt otherwise, or is no text.

    Of gaps with quotes more texts are returned than there are gaps.
    """
    joined = b'"'.join(gaps)
    try:
        text = joined.decode()
    except UnicodeDecodeError:
        return None
    is_plain = not joined.translate(None, _PLAIN)
    return text.split('"') if is_plain or ("\\" not in text and text.isprintable()) else None


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
