"""
One tree, exactly as OpenZeppelin's `StandardMerkleTree` builds it.

The leaves are sorted by hash and laid from the end of a heap of 2n-1 nodes: node i has the children
2i+1 and 2i+2, node 0 is the root, and leaf hashes fill positions n-1 to 2n-2, the greatest first. So a
leaf's position says nothing about its index, and every leaf lies floor or ceil of log2(n) deep.

Decides the layout of one tree. Larger batches are joined in `shards`, paths are folded in `path`.
Source: DESIGN section 4; @openzeppelin/merkle-tree, `standard-v1`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from attestree.errors import MalformedProofError, MalformedTreeError
from attestree.merkle.keccak import hash_pair, keccak256
from attestree.merkle.kind import HASH_SIZE, MAX_SIZE, SHARD_SIZE

POSITION_SIZE = 4
"""Bytes of one position: an unsigned 32-bit number, little-endian."""


def leaf_hash(digest: bytes, index: int) -> bytes:
    """
    Return the leaf hash of one credential: keccak256(keccak256(abi.encode(digest, index))).

    Two rounds over 64 bytes, then 32: no inner node, which is one round over 64 bytes, is ever a leaf.

    Args:
        digest: `HASH_SIZE` bytes.
        index: The credential's index, 0 <= index < `MAX_SIZE`.

    Raises:
        MalformedProofError: `proof.digest_size` or `proof.index_range`.
    """
    if len(digest) != HASH_SIZE:
        raise MalformedProofError("proof.digest_size", size=len(digest), expected=HASH_SIZE)
    if not 0 <= index < MAX_SIZE:
        raise MalformedProofError("proof.index_range", index=index, size=MAX_SIZE)
    return keccak256(keccak256(digest + index.to_bytes(32, "big")))


@dataclass(frozen=True, slots=True)
class MerkleTree:
    """One tree with all its nodes; made by `build_tree`."""

    nodes: bytes
    """The 2n-1 nodes in heap order, `HASH_SIZE` bytes each; the root is first."""

    positions: bytes
    """Heap position of the n leaves in the order they were given, `POSITION_SIZE` bytes each."""

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self.positions) // POSITION_SIZE

    @property
    def root(self) -> bytes:
        """The root, `HASH_SIZE` bytes."""
        return self.nodes[:HASH_SIZE]

    def position(self, index: int) -> int:
        """
        Return the heap position of the leaf that was given at `index`.

        Raises:
            MalformedTreeError: `tree.index_range`.
        """
        if not 0 <= index < self.size:
            raise MalformedTreeError("tree.index_range", index=index, size=self.size)
        return read_position(self.positions, index)

    def path(self, index: int) -> tuple[bytes, ...]:
        """
        Return the siblings from the leaf given at `index` up to the root, leaf level first.

        Raises:
            MalformedTreeError: `tree.index_range`.
        """
        return cut_path(self.nodes, self.position(index))


def build_tree(leaf_hashes: Sequence[bytes]) -> MerkleTree:
    """
    Build the tree over `leaf_hashes`, as `StandardMerkleTree` and `SimpleMerkleTree` do.

    Args:
        leaf_hashes: 1 to `SHARD_SIZE` hashes of `HASH_SIZE` bytes, all different, in any order; a
            leaf's place in this sequence is the index that `path` takes.

    Raises:
        MalformedTreeError: `tree.empty`, `tree.too_large`, `tree.leaf_size` or `tree.duplicate_leaf`.
    """
    order = _sorted_order(leaf_hashes)
    last = 2 * len(order) - 2
    positions = [0] * len(order)
    for rank, index in enumerate(order):
        positions[index] = last - rank
    nodes = [b""] * (last + 1)
    for position, leaf in zip(positions, leaf_hashes, strict=True):
        nodes[position] = leaf
    for parent in range(len(order) - 2, -1, -1):
        nodes[parent] = hash_pair(nodes[2 * parent + 1], nodes[2 * parent + 2])
    return MerkleTree(b"".join(nodes), struct.pack(f"<{len(positions)}I", *positions))


def _sorted_order(leaf_hashes: Sequence[bytes]) -> list[int]:
    """Return the places of the leaves, smallest hash first, once they are known to make a tree."""
    if not leaf_hashes:
        raise MalformedTreeError("tree.empty")
    if len(leaf_hashes) > SHARD_SIZE:
        raise MalformedTreeError("tree.too_large", size=len(leaf_hashes), limit=SHARD_SIZE)
    for index, leaf in enumerate(leaf_hashes):
        if len(leaf) != HASH_SIZE:
            raise MalformedTreeError("tree.leaf_size", index=index, size=len(leaf), expected=HASH_SIZE)
    order = sorted(range(len(leaf_hashes)), key=leaf_hashes.__getitem__)
    for before, after in pairwise(order):
        if leaf_hashes[before] == leaf_hashes[after]:
            raise MalformedTreeError("tree.duplicate_leaf", first=before, second=after)
    return order


def read_position(positions: bytes | memoryview, place: int) -> int:
    """Return the number at `place` of a positions string; `place` is not checked here."""
    start = place * POSITION_SIZE
    return int.from_bytes(positions[start : start + POSITION_SIZE], "little")


def cut_path(nodes: bytes | memoryview, position: int, *, first_node: int = 0) -> tuple[bytes, ...]:
    """
    Return the siblings from `position` up to the root of one heap, leaf level first.

    Args:
        nodes: One heap or several, one after another, `HASH_SIZE` bytes a node.
        position: A position in the heap; not checked here.
        first_node: Number of nodes that stand before this heap.
    """
    path = []
    while position > 0:
        sibling = position + 1 if position & 1 else position - 1
        start = (first_node + sibling) * HASH_SIZE
        path.append(bytes(nodes[start : start + HASH_SIZE]))
        position = (position - 1) >> 1
    return tuple(path)
