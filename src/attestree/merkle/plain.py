"""
The plain route: a hash at a time with the library that `keccak` found; needs no numpy.

The oracle of the bulk route, and what runs where numba is absent or the batch is small. Decides no
limits: sizes and lengths are checked before anything comes here. Source: DESIGN section 4.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import pairwise

from attestree.errors import MalformedTreeError
from attestree.merkle.keccak import hash_leaf, hash_pair, keccak256
from attestree.merkle.kind import HASH_SIZE


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
            for sibling in _rows(memoryview(path)):
                node = hash_pair(node, sibling)
            roots.append(node)
        return b"".join(roots)


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
