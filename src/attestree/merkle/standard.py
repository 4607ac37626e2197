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
from dataclasses import dataclass

from attestree.errors import MalformedProofError, MalformedTreeError
from attestree.merkle.keccak import hash_leaf
from attestree.merkle.kind import HASH_SIZE, MAX_SIZE, SHARD_SIZE
from attestree.merkle.plain import cut_path
from attestree.merkle.routes import choose_route
from attestree.merkle.rows import Rows, count_rows, find_misfit, join_rows

POSITION_SIZE = 4
"""Bytes of one position: an unsigned 32-bit number, little-endian."""

_unpack_position = struct.Struct("<I").unpack_from


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
    return hash_leaf(digest, index)


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


def tree_file_sizes(leaves: int) -> tuple[int, int]:
    """Return the bytes that the nodes and the positions of a tree of so many leaves take."""
    return (2 * leaves - 1) * HASH_SIZE, leaves * POSITION_SIZE


def build_tree(leaf_hashes: Rows) -> MerkleTree:
    """
    Build the tree over `leaf_hashes`, as `StandardMerkleTree` and `SimpleMerkleTree` do.

    Args:
        leaf_hashes: 1 to `SHARD_SIZE` hashes of `HASH_SIZE` bytes, all different, in any order, one by
            one or joined; a leaf's place among them is the index that `path` takes.

    Raises:
        MalformedTreeError: `tree.empty`, `tree.too_large`, `tree.leaf_size` or `tree.duplicate_leaf`.
    """
    size = count_rows(leaf_hashes)
    require_tree_size(size)
    if misfit := find_misfit(leaf_hashes):
        raise MalformedTreeError("tree.leaf_size", index=misfit[0], size=misfit[1], expected=HASH_SIZE)
    nodes, positions = map(bytearray, tree_file_sizes(size))
    nodes[: size * HASH_SIZE] = join_rows(leaf_hashes)
    choose_route(size).lay_tree(memoryview(nodes), memoryview(positions))
    return MerkleTree(bytes(nodes), bytes(positions))


def require_tree_size(size: int) -> None:
    """Refuse a number of leaves that no tree can have: `tree.empty` or `tree.too_large`."""
    if size < 1:
        raise MalformedTreeError("tree.empty")
    if size > SHARD_SIZE:
        raise MalformedTreeError("tree.too_large", size=size, limit=SHARD_SIZE)


def read_position(positions: bytes | memoryview, place: int) -> int:
    """Return the number at `place` of a positions string; `place` is not checked here."""
    position: int = _unpack_position(positions, place * POSITION_SIZE)[0]
    return position
