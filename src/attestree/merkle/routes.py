"""
Which way many hashes are computed: eight at once by numba, or one after another.

The only place that decides. Loading numba costs more than the plain route needs for a small batch, so
it is loaded only for many hashes, or when somebody asked for it with `preload`; once it is there, small
amounts take it too. Both routes give the same bytes. Source: DESIGN section 12; /benchmarks/RESULTS.md.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Protocol, TypeAlias

from attestree.merkle.plain import PlainRoute

HASHES_PER_LEAF = 3
"""Hashes that a tree costs for each of its leaves: two make the leaf hash, one an inner node."""

ENOUGH_HASHES = 300_000
"""From so many hashes on, loading numba costs less than doing without: about 100,000 leaves."""

FEWEST_HASHES = 16
"""Below so many hashes the plain route is faster even where numba is loaded."""

_BULK_MODULE = "attestree.merkle.bulk"


Piece: TypeAlias = tuple[memoryview, memoryview, bytes]
"""The nodes of one heap, positions in it that were checked, and what is appended to each path."""


class Route(Protocol):
    """One way to hash; every view is of single bytes, and every size was checked before."""

    def hash_all(self, messages: memoryview, *, width: int) -> bytes:
        """Return the Keccak-256 of each message of `width` bytes, 32 or 64."""

    def lay_leaves(self, digests: memoryview, nodes: memoryview, *, first_index: int) -> None:
        """Write the leaf hash of each digest into the first rows of `nodes`."""

    def lay_tree(self, nodes: memoryview, positions: memoryview) -> None:
        """
        Sort the leaf hashes in the first n of 2n-1 rows, and lay the whole tree over them.

        Raises:
            MalformedTreeError: `tree.duplicate_leaf`.
        """

    def fold_all(self, leaf_hashes: memoryview, paths: Sequence[bytes]) -> bytes:
        """Return the root of each leaf hash and its path, one after another."""

    def first_misplaced(self, positions: memoryview, *, leaves: int) -> int | None:
        """Return the first row whose position is no leaf's in a heap of so many leaves, or None."""

    def has_wrong_leaf(
        self, digests: memoryview, nodes: memoryview, positions: memoryview, *, first_index: int
    ) -> bool:
        """Say whether a leaf hash is not at its position; the positions were checked."""

    def has_wrong_parent(self, nodes: memoryview) -> bool:
        """Say whether an inner node of a heap is not the hash of its children."""

    def cut_paths(self, pieces: Sequence[Piece]) -> tuple[memoryview, memoryview]:
        """Return all paths, one after another, and where each starts and the last ends, in bytes."""


_PLAIN = PlainRoute()


def choose_route(hashes: int) -> Route:
    """Return the cheapest way to compute about so many hashes."""
    loaded = _BULK_MODULE in sys.modules
    if hashes < (FEWEST_HASHES if loaded else ENOUGH_HASHES):
        return _PLAIN
    return _bulk_route() or _PLAIN


def preload() -> bool:
    """
    Load the bulk route now, for a process that will hash in bulk all its life; say whether it is there.

    Costs 0.4 s and 150 MB; some seconds more where numba's cache cannot be written, or is not yet.
    """
    return _bulk_route() is not None


@cache
def _bulk_route() -> Route | None:
    """Return the bulk route, or None where it cannot be: no numba that works, or bytes in another order."""
    if sys.byteorder != "little":
        return None
    try:
        bulk = import_module(_BULK_MODULE)
    # A numba that does not fit its numpy, its LLVM or this processor raises anything: it is as if absent.
    except Exception:  # noqa: BLE001
        return None
    route: Route = bulk.BulkRoute()
    return route
