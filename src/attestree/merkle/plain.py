"""
The plain route: a hash at a time with the library that `keccak` found; needs no numpy.

The oracle of the bulk route, and what runs where numba is absent or the batch is small. Decides no
limits: sizes and lengths are checked before anything comes here. Source: DESIGN section 4.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence
from itertools import accumulate, pairwise

from attestree.errors import MalformedTreeError
from attestree.merkle.keccak import hash_leaf, hash_pair, keccak256
from attestree.merkle.kind import HASH_SIZE

_unpack_node = struct.Struct(f"{HASH_SIZE}s").unpack_from


class PlainRoute:
    """`routes.Route`, one hash after another."""

    def hash_all(self, messages: memoryview, *, width: int) -> bytes:
        """Return the Keccak-256 of each message of `width` bytes."""
        return b"".join(map(keccak256, _rows(messages, width)))

    def lay_leaves(self, digests: memoryview, nodes: memoryview, *, first_index: int) -> None:
        """Write the leaf hash of each digest into the first rows of `nodes`."""
        hashes = [hash_leaf(digest, index) for index, digest in enumerate(_rows(digests), first_index)]
        nodes[: len(digests)] = b"".join(hashes)

    def lay_tree(self, nodes: memoryview, positions: memoryview) -> None:
        """Sort the leaf hashes in the first rows, and lay the whole tree over them."""
        size = len(nodes) // HASH_SIZE // 2 + 1
        leaves = _rows(nodes[: size * HASH_SIZE])
        order = _sorted_order(leaves)
        last = 2 * size - 2
        places = [0] * size
        for rank, index in enumerate(order):
            places[index] = last - rank
        heap = [b""] * (size - 1) + [leaves[index] for index in reversed(order)]
        for parent in range(size - 2, -1, -1):
            heap[parent] = hash_pair(heap[2 * parent + 1], heap[2 * parent + 2])
        nodes[:] = b"".join(heap)
        positions[:] = struct.pack(f"<{size}I", *places)

    def fold_all(self, leaf_hashes: memoryview, paths: Sequence[bytes]) -> bytes:
        """Return the root of each leaf hash and its path, one after another."""
        roots = []
        for leaf, path in zip(_rows(leaf_hashes), paths, strict=True):
            node = leaf
            for start in range(0, len(path), HASH_SIZE):
                node = hash_pair(node, path[start : start + HASH_SIZE])
            roots.append(node)
        return b"".join(roots)

    def first_misplaced(self, positions: memoryview, *, leaves: int) -> int | None:
        """Return the first row whose position is no leaf's in a heap of so many leaves, or None."""
        for row, position in enumerate(_numbers(positions)):
            if not leaves - 1 <= position <= 2 * leaves - 2:
                return row
        return None

    def has_wrong_leaf(
        self, digests: memoryview, nodes: memoryview, positions: memoryview, *, first_index: int
    ) -> bool:
        """Say whether a leaf hash is not at its position."""
        places = zip(_rows(digests), _numbers(positions), strict=True)
        return any(
            hash_leaf(digest, index) != nodes[position * HASH_SIZE : (position + 1) * HASH_SIZE]
            for index, (digest, position) in enumerate(places, first_index)
        )

    def has_wrong_parent(self, nodes: memoryview) -> bool:
        """Say whether an inner node of a heap is not the hash of its children."""
        heap = _rows(nodes)
        return any(
            hash_pair(heap[2 * parent + 1], heap[2 * parent + 2]) != heap[parent]
            for parent in range(len(heap) // 2)
        )

    def cut_paths(
        self, pieces: Sequence[tuple[memoryview, memoryview, bytes]]
    ) -> tuple[memoryview, memoryview]:
        """Return all paths, one after another, and where each starts and the last ends, in bytes."""
        paths = [
            b"".join(cut_path(nodes, position)) + tail
            for nodes, positions, tail in pieces
            for position in _numbers(positions)
        ]
        starts = array("Q", accumulate(map(len, paths), initial=0))
        return memoryview(b"".join(paths)), memoryview(starts).toreadonly()


def cut_path(nodes: bytes | memoryview, position: int, *, first_node: int = 0) -> tuple[bytes, ...]:
    """
    Return the siblings from `position` up to the root of one heap, leaf level first.

    Args:
        nodes: One heap or several, one after another, `HASH_SIZE` bytes a node.
        position: A position in the heap; not checked here.
        first_node: Number of nodes that stand before this heap.
    """
    # Counted from 1, a node's sibling differs from it in the last bit, and its parent is half of it.
    place, before = position + 1, first_node - 1
    path: tuple[bytes, ...] = ()
    while place > 1:
        path += _unpack_node(nodes, (before + (place ^ 1)) * HASH_SIZE)
        place >>= 1
    return path


def _numbers(positions: memoryview) -> list[int]:
    """Return the positions as numbers."""
    return [position for (position,) in struct.iter_unpack("<I", positions)]


def _rows(content: memoryview, width: int = HASH_SIZE) -> list[bytes]:
    """Return the rows of `width` bytes."""
    whole = bytes(content)
    return [whole[start : start + width] for start in range(0, len(whole), width)]


def _sorted_order(leaves: Sequence[bytes]) -> list[int]:
    """Return the places of the leaves, smallest hash first, once they are known to differ."""
    order = sorted(range(len(leaves)), key=leaves.__getitem__)
    for before, after in pairwise(order):
        if leaves[before] == leaves[after]:
            raise MalformedTreeError("tree.duplicate_leaf", first=before, second=after)
    return order
