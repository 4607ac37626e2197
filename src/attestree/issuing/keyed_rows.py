"""
Rows under their keys, in the order of the keys: what a batch is made of.

Decides that the order of a roster means nothing, and that a million rows lie in memory as bytes.
Source: DESIGN section 4.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from mmap import mmap
from typing import overload

from attestree.issuing.packed_rows import PackedRows, unpack_row
from attestree.issuing.rows import Row

KEY_SIZE = 32
"""Bytes of a row key."""


class KeyedRows(Sequence[tuple[bytes, Row]]):
    """Row keys and rows, sorted by row key."""

    __hash__ = None  # type: ignore[assignment]  # as for every sequence that is compared by what it holds

    def __init__(self, rows: PackedRows, keys: bytes | bytearray, places: array[int]) -> None:
        """
        Take up rows under keys.

        Args:
            rows: In any order.
            keys: `KEY_SIZE` bytes each, sorted.
            places: Where the row of each key stands among the rows.
        """
        self._rows, self._keys, self._places = rows, keys, places

    @classmethod
    def of(cls, pairs: Iterable[tuple[bytes, Row]]) -> KeyedRows:
        """Take up pairs as they are sorted already."""
        if isinstance(pairs, KeyedRows):
            return pairs
        rows, keys = PackedRows(), bytearray()
        for key, row in pairs:
            keys += key
            rows.append(row)
        return cls(rows, bytes(keys), array("I", range(len(rows))))

    @classmethod
    def sort(cls, rows: PackedRows, keys: Iterable[bytes]) -> KeyedRows:
        """Take up rows and the key of each, and sort them; of two under one key, the first stays first."""
        sorted_keys, places = bytearray(len(rows) * KEY_SIZE), array("I")
        start = 0
        # Mapped, so that it goes back to the system at once and whole
        with mmap(-1, max(len(sorted_keys), 1)) as drawn:
            for key in keys:
                drawn.write(key)
            for records in _sort_by_drawer(drawn, len(rows)):
                octets = b"".join([record[:KEY_SIZE] for record in records])
                sorted_keys[start : start + len(octets)] = octets
                start += len(octets)
                places.extend([int.from_bytes(record[KEY_SIZE:], "big") for record in records])
        return cls(rows, sorted_keys, places)

    def key(self, position: int) -> bytes:
        """Return the row key at a position, from 0."""
        return bytes(self._keys[position * KEY_SIZE : (position + 1) * KEY_SIZE])

    def packed(self, position: int) -> bytes:
        """Return the row at a position as `pack_row` packed it."""
        return self._rows.packed(self._places[position])

    def keys(self) -> Iterator[bytes]:
        """Yield the row keys in their order."""
        keys = memoryview(self._keys)
        return (bytes(keys[start : start + KEY_SIZE]) for start in range(0, len(keys), KEY_SIZE))

    def rows(self) -> Iterator[Row]:
        """Yield the rows in the order of their keys."""
        return self._rows.pick(self._places)

    def select(self, positions: Sequence[int]) -> KeyedRows:
        """Return some of them, by ascending positions; the rows themselves are shared."""
        keys = b"".join([self.key(position) for position in positions])
        return KeyedRows(self._rows, keys, array("I", [self._places[position] for position in positions]))

    def by_roster(self) -> Iterator[int]:
        """Yield the positions in the order of the roster."""
        # Counted from 1; rows that were not selected stay 0.
        counted = array("I", bytes(4 * len(self._rows)))
        for number, place in enumerate(self._places, 1):
            counted[place] = number
        return (number - 1 for number in counted if number)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, position: int) -> tuple[bytes, Row]: ...
    @overload
    def __getitem__(self, position: slice) -> KeyedRows: ...
    def __getitem__(self, position: int | slice) -> tuple[bytes, Row] | KeyedRows:
        if isinstance(position, slice):
            return self.select(range(*position.indices(len(self))))
        size = len(self)
        if not -size <= position < size:
            raise IndexError(position)
        return self.key(position % size), unpack_row(self.packed(position % size))

    def __iter__(self) -> Iterator[tuple[bytes, Row]]:
        return zip(self.keys(), self.rows(), strict=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)


def _sort_by_drawer(keys: mmap, count: int) -> Iterator[list[bytes]]:
    """Yield keys, each with its place behind it, sorted: those of one first byte after those of another."""
    # All of them as objects, at once, would take three times their bytes.
    drawers = [array("I") for _ in range(256)]
    for place, first in enumerate(keys[: count * KEY_SIZE : KEY_SIZE]):
        drawers[first].append(place)
    for drawer in drawers:
        yield sorted(
            [keys[place * KEY_SIZE : (place + 1) * KEY_SIZE] + place.to_bytes(4, "big") for place in drawer]
        )
