"""
Rows in few bytes each: a national cohort's roster fits into memory, its rows one by one into hands.

Decides how rows lie in memory between reading and issuing; a row is unpacked each time somebody asks for it,
so nobody should hold them all. Nothing of this is ever written to a disk. Source: msgpack.org.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import msgspec

from attestree.issuing.rows import Row

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Row)

pack_row = _ENCODER.encode
"""Returns a row as bytes."""

unpack_row = _DECODER.decode
"""Returns the row that `pack_row` packed."""


class PackedRows(Sequence[Row]):
    """A sequence of rows that holds their bytes, up to 4 GiB: about 20 more than their text has, each."""

    __hash__ = None  # type: ignore[assignment]  # it can be appended to

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        """Pack rows; `append` adds others."""
        self._octets = bytearray()
        self._ends = array("I", [0])
        for row in rows:
            self.append(row)

    def append(self, row: Row) -> None:
        """Add a row at the end."""
        self._octets += pack_row(row)
        self._ends.append(len(self._octets))

    def packed(self, place: int) -> bytes:
        """Return the bytes of the row at a place, from 0."""
        return bytes(self._octets[self._ends[place] : self._ends[place + 1]])

    def pick(self, places: Iterable[int]) -> Iterator[Row]:
        """Yield the rows at some places, in the order of the places; none is appended meanwhile."""
        view, ends = memoryview(self._octets), self._ends
        return (unpack_row(view[ends[place] : ends[place + 1]]) for place in places)

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> PackedRows: ...
    def __getitem__(self, place: int | slice) -> Row | PackedRows:
        if isinstance(place, slice):
            return PackedRows(self[one] for one in range(*place.indices(len(self))))
        size = len(self)
        if not -size <= place < size:
            raise IndexError(place)
        return unpack_row(self.packed(place % size))

    def __iter__(self) -> Iterator[Row]:
        return self.pick(range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)
