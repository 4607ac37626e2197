"""
Many hashes, given one by one or one after another in a single byte string.

Decides only how they are counted and joined; which error a misfit is, the caller says. A list costs
over 60 bytes of overhead a hash, a byte string none: large batches are given as the latter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from attestree.merkle.kind import HASH_SIZE

Rows: TypeAlias = bytes | bytearray | memoryview | Sequence[bytes]
"""Hashes of `HASH_SIZE` bytes: each for itself, or all in one; a memory map is given as a memoryview."""


def count_rows(rows: Rows) -> int:
    """Return the number of hashes, unread; what is left at the end of a byte string counts as one."""
    if isinstance(rows, bytes | bytearray | memoryview):
        return -(-memoryview(rows).nbytes // HASH_SIZE)
    return len(rows)


def find_misfit(rows: Rows) -> tuple[int, int] | None:
    """Return the place and the size of the first hash that is not `HASH_SIZE` bytes long, or None."""
    if isinstance(rows, bytes | bytearray | memoryview):
        whole, rest = divmod(memoryview(rows).nbytes, HASH_SIZE)
        return (whole, rest) if rest else None
    for place, row in enumerate(rows):
        if len(row) != HASH_SIZE:
            return place, len(row)
    return None


def join_rows(rows: Rows) -> memoryview:
    """Return all hashes in one view, copied only where they were given one by one."""
    if isinstance(rows, bytes | bytearray | memoryview):
        return memoryview(rows).cast("B")
    return memoryview(b"".join(rows))
