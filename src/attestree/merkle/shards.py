"""
A batch of any size: trees of at most 2^20 leaves, joined by a top tree.

Shard k is the tree over indexes [k S, (k+1) S), S being the shard size. The top is OpenZeppelin's
`SimpleMerkleTree` over the raw shard roots: sorted like leaves, not hashed again. A path is the path
in the shard, then the path of the shard's root in the top. A batch of up to S leaves is its one
shard, without a top: exactly a `StandardMerkleTree`.

Both parts of a forest are the files of a batch folder, byte for byte:

    nodes.bin       the heap of each shard in turn, then the heap of the top; 32 bytes a node
    positions.u32   heap position of each leaf by index, then of each shard root; little-endian

Decides how a batch becomes one root. Opens no file. Source: DESIGN sections 4 and 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attestree.errors import MalformedTreeError
from attestree.merkle.kind import HASH_SIZE, MAX_SIZE, SHARD_SIZE, require_shard_size
from attestree.merkle.standard import (
    POSITION_SIZE,
    MerkleTree,
    build_tree,
    cut_path,
    leaf_hash,
    read_position,
)


@dataclass(frozen=True, slots=True)
class MerkleForest:
    """All trees of one batch; made by `build_forest`, `join_shards` or `from_bytes`."""

    nodes: bytes | memoryview
    """Content of `nodes.bin`: shard heaps in turn, then the top's; `HASH_SIZE` bytes a node."""

    positions: bytes | memoryview
    """Content of `positions.u32`: of the leaves by index, then of the shard roots."""

    size: int
    """Number of leaves."""

    shard_size: int
    """Leaves of every shard but the last."""

    @classmethod
    def from_bytes(
        cls,
        nodes: bytes | memoryview,
        positions: bytes | memoryview,
        *,
        size: int,
        shard_size: int = SHARD_SIZE,
    ) -> MerkleForest:
        """
        Take up the two files of a batch folder, unread: a memory map costs nothing until cut.

        Only lengths are checked. Compare `root` with the anchored root, and verify the paths that
        are cut, before anything is handed out.

        Raises:
            MalformedTreeError: `tree.empty`, `tree.too_large`, `tree.shard_size` or `tree.file_size`.
        """
        shards = _shard_count(size, shard_size)
        joined = shards if shards > 1 else 0
        forest = cls(nodes, positions, size, shard_size)
        _require_bytes(nodes, (forest._top_node + max(2 * joined - 1, 0)) * HASH_SIZE)
        _require_bytes(positions, (size + joined) * POSITION_SIZE)
        return forest

    @property
    def shard_count(self) -> int:
        """Number of shards; 1 means that there is no top."""
        return -(-self.size // self.shard_size)

    @property
    def root(self) -> bytes:
        """The root of the batch, `HASH_SIZE` bytes."""
        start = self._top_node * HASH_SIZE if self.shard_count > 1 else 0
        return bytes(self.nodes[start : start + HASH_SIZE])

    def leaf_hash(self, index: int) -> bytes:
        """
        Return the leaf hash that the nodes hold for `index`.

        Raises:
            MalformedTreeError: `tree.index_range` or `tree.position`.
        """
        start = (self._shard_node(index) + self._leaf_position(index)) * HASH_SIZE
        return bytes(self.nodes[start : start + HASH_SIZE])

    def path(self, index: int) -> tuple[bytes, ...]:
        """
        Return the siblings from leaf `index` up to the root, leaf level first.

        Raises:
            MalformedTreeError: `tree.index_range`, or `tree.position`: the positions are damaged.
        """
        position = self._leaf_position(index)
        path = cut_path(self.nodes, position, first_node=self._shard_node(index))
        if self.shard_count == 1:
            return path
        place = self.size + index // self.shard_size
        position = self._position(place, leaves=self.shard_count)
        return path + cut_path(self.nodes, position, first_node=self._top_node)

    @property
    def _top_node(self) -> int:
        """Number of nodes that stand before the top: each shard has one less than twice its leaves."""
        return 2 * self.size - self.shard_count

    def _shard_node(self, index: int) -> int:
        """Return the number of nodes before the shard that holds `index`."""
        return index // self.shard_size * (2 * self.shard_size - 1)

    def _leaf_position(self, index: int) -> int:
        """Return the position of leaf `index` in the heap of its shard."""
        if not 0 <= index < self.size:
            raise MalformedTreeError("tree.index_range", index=index, size=self.size)
        before = index // self.shard_size * self.shard_size
        return self._position(index, leaves=min(self.shard_size, self.size - before))

    def _position(self, place: int, *, leaves: int) -> int:
        """Return one position, once it is known to be a leaf's in a heap of so many leaves."""
        position = read_position(self.positions, place)
        if not leaves - 1 <= position <= 2 * leaves - 2:
            raise MalformedTreeError("tree.position", place=place, position=position)
        return position


def build_forest(digests: Sequence[bytes], *, shard_size: int = SHARD_SIZE) -> MerkleForest:
    """
    Build all trees of a batch.

    Args:
        digests: `HASH_SIZE` bytes each, by index; equal digests are fine, the index tells them apart.
        shard_size: Smaller in tests only; a batch built with another size is not readable by others.

    Raises:
        MalformedTreeError: `tree.empty`, `tree.too_large`, `tree.shard_size`.
        MalformedProofError: `proof.digest_size`.
    """
    size = len(digests)
    shards = [
        build_shard(digests[first : first + shard_size], first_index=first)
        for first in range(0, _shard_count(size, shard_size) * shard_size, shard_size)
    ]
    return join_shards(shards, shard_size=shard_size)


def build_shard(digests: Sequence[bytes], *, first_index: int) -> MerkleTree:
    """
    Build one shard; shards may be built in any order, or on several machines.

    Args:
        digests: Those of the shard, by index.
        first_index: The index of the first of them in the batch.

    Raises:
        MalformedTreeError: `tree.empty` or `tree.too_large`.
        MalformedProofError: `proof.digest_size` or `proof.index_range`.
    """
    return build_tree([leaf_hash(digest, index) for index, digest in enumerate(digests, first_index)])


def join_shards(shards: Sequence[MerkleTree], *, shard_size: int = SHARD_SIZE) -> MerkleForest:
    """
    Join the shards of one batch, in order of their indexes, under a top tree.

    Raises:
        MalformedTreeError: `tree.empty`, `tree.too_large`, `tree.shard_size`, or
            `tree.shard_not_full`: a shard other than the last is not full, or the last is too large.
    """
    size = sum(shard.size for shard in shards)
    for number, shard in enumerate(shards[:-1]):
        if shard.size != shard_size:
            raise MalformedTreeError("tree.shard_not_full", shard=number, size=shard.size)
    if _shard_count(size, shard_size) != len(shards):
        raise MalformedTreeError("tree.shard_not_full", shard=len(shards) - 1, size=shards[-1].size)
    parts = list(shards)
    if len(shards) > 1:
        parts.append(build_tree([shard.root for shard in shards]))
    nodes = b"".join(part.nodes for part in parts)
    positions = b"".join(part.positions for part in parts)
    return MerkleForest(nodes, positions, size, shard_size)


def _shard_count(size: int, shard_size: int) -> int:
    """Return the number of shards of a batch, once both numbers are known to be possible."""
    require_shard_size(shard_size)
    if size < 1:
        raise MalformedTreeError("tree.empty")
    if size > MAX_SIZE:
        raise MalformedTreeError("tree.too_large", size=size, limit=MAX_SIZE)
    return -(-size // shard_size)


def _require_bytes(content: bytes | memoryview, expected: int) -> None:
    """Refuse a file that is longer or shorter than the batch needs."""
    if len(content) != expected:
        raise MalformedTreeError("tree.file_size", size=len(content), expected=expected)
