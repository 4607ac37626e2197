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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attestree.errors import MalformedProofError, MalformedTreeError
from attestree.merkle.kind import HASH_SIZE, MAX_SIZE, SHARD_SIZE, require_shard_size
from attestree.merkle.path import require_place
from attestree.merkle.plain import cut_path
from attestree.merkle.routes import HASHES_PER_LEAF, choose_route
from attestree.merkle.rows import Rows, count_rows, find_misfit, join_rows
from attestree.merkle.standard import (
    POSITION_SIZE,
    MerkleTree,
    build_tree,
    read_position,
    require_tree_size,
    tree_file_sizes,
)

if TYPE_CHECKING:
    from typing_extensions import Buffer


@dataclass(frozen=True, slots=True)
class ForestPart:
    """One heap of a forest: a shard, or the top."""

    nodes: memoryview
    """Its nodes."""

    positions: memoryview
    """The positions of its leaves: of the shard's by index, or of the shard roots."""

    first_index: int
    """Index of its first leaf, or, of the top, the first place behind all leaves."""

    is_top: bool
    """Whether it is the top, whose leaves are the shard roots."""

    @property
    def leaves(self) -> int:
        """Number of its leaves."""
        return len(self.positions) // POSITION_SIZE

    @property
    def root(self) -> bytes:
        """Its root, `HASH_SIZE` bytes."""
        return bytes(self.nodes[:HASH_SIZE])


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
        node_bytes, position_bytes = forest_file_sizes(size, shard_size=shard_size)
        _require_bytes(nodes, node_bytes)
        _require_bytes(positions, position_bytes)
        return cls(nodes, positions, size, shard_size)

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
        return cut_path(self.nodes, position, first_node=self._shard_node(index)) + self.top_path(index)

    def top_path(self, index: int) -> tuple[bytes, ...]:
        """
        Return the siblings from the root of the shard that holds `index` up; none where there is no top.

        Raises:
            MalformedTreeError: `tree.position`.
        """
        if self.shard_count == 1:
            return ()
        place = self.size + index // self.shard_size
        position = self._position(place, leaves=self.shard_count)
        return cut_path(self.nodes, position, first_node=self._top_node)

    def parts(self) -> Iterator[ForestPart]:
        """Return the shards in turn, then the top if there is one: views, nothing is copied."""
        nodes, positions = memoryview(self.nodes), memoryview(self.positions)
        return _parts(nodes, positions, size=self.size, shard_size=self.shard_size)

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


def forest_file_sizes(size: int, *, shard_size: int = SHARD_SIZE) -> tuple[int, int]:
    """
    Return the bytes of `nodes.bin` and of `positions.u32` for a batch of `size`.

    Raises:
        MalformedTreeError: `tree.empty`, `tree.too_large`, `tree.shard_size`.
    """
    shards = _shard_count(size, shard_size)
    nodes = 2 * size - shards + (2 * shards - 1 if shards > 1 else 0)
    return nodes * HASH_SIZE, (size + (shards if shards > 1 else 0)) * POSITION_SIZE


def build_forest(
    digests: Rows,
    *,
    shard_size: int = SHARD_SIZE,
    nodes: Buffer | None = None,
    positions: Buffer | None = None,
) -> MerkleForest:
    """
    Build all trees of a batch.

    Args:
        digests: `HASH_SIZE` bytes each, by index, one by one or joined; equal digests are fine, the
            index tells them apart.
        shard_size: Smaller in tests only; a batch built with another size is not readable by others.
        nodes: Where the nodes go, such as a memory map: writable, as long as `forest_file_sizes` says.
            The forest keeps a view of it, which a map that is closed too early refuses. What it holds
            if this raises is undefined. Without it the forest has bytes of its own, copied once.
        positions: Where the positions go; the same.

    Raises:
        MalformedTreeError: `tree.empty`, `tree.too_large`, `tree.shard_size`, `tree.file_size`.
        MalformedProofError: `proof.digest_size`.
    """
    size = count_rows(digests)
    node_bytes, position_bytes = forest_file_sizes(size, shard_size=shard_size)
    content = _join_digests(digests)
    heaps = _open_buffer(nodes, node_bytes)
    places = _open_buffer(positions, position_bytes)
    route = choose_route(HASHES_PER_LEAF * size)
    roots = bytearray()
    for part in _parts(heaps, places, size=size, shard_size=shard_size):
        if part.is_top:
            part.nodes[: len(roots)] = roots
        else:
            digests_of_part = content[part.first_index * HASH_SIZE :][: part.leaves * HASH_SIZE]
            route.lay_leaves(digests_of_part, part.nodes, first_index=part.first_index)
        route.lay_tree(part.nodes, part.positions)
        roots += part.nodes[:HASH_SIZE]
    return MerkleForest(_close(nodes, heaps), _close(positions, places), size, shard_size)


def build_shard(digests: Rows, *, first_index: int) -> MerkleTree:
    """
    Build one shard; shards may be built in any order, or on several machines.

    Args:
        digests: Those of the shard, by index, one by one or joined.
        first_index: The index of the first of them in the batch.

    Raises:
        MalformedTreeError: `tree.empty` or `tree.too_large`.
        MalformedProofError: `proof.digest_size` or `proof.index_range`.
    """
    size = count_rows(digests)
    require_tree_size(size)
    content = _join_digests(digests)
    for index in (first_index, min(first_index + size - 1, MAX_SIZE)):
        require_place(MAX_SIZE, index=index)
    nodes, positions = map(bytearray, tree_file_sizes(size))
    route = choose_route(HASHES_PER_LEAF * size)
    route.lay_leaves(content, memoryview(nodes), first_index=first_index)
    route.lay_tree(memoryview(nodes), memoryview(positions))
    return MerkleTree(bytes(nodes), bytes(positions))


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


def _parts(nodes: memoryview, positions: memoryview, *, size: int, shard_size: int) -> Iterator[ForestPart]:
    """Return the shards in turn, then the top if there is one."""
    node = 0
    for first in range(0, size, shard_size):
        leaves = min(shard_size, size - first)
        end = node + 2 * leaves - 1
        yield ForestPart(
            nodes[node * HASH_SIZE : end * HASH_SIZE],
            positions[first * POSITION_SIZE : (first + leaves) * POSITION_SIZE],
            first,
            is_top=False,
        )
        node = end
    if size > shard_size:
        yield ForestPart(nodes[node * HASH_SIZE :], positions[size * POSITION_SIZE :], size, is_top=True)


def _join_digests(digests: Rows) -> memoryview:
    """Return the digests in one view, once each is known to be one."""
    if misfit := find_misfit(digests):
        raise MalformedProofError("proof.digest_size", size=misfit[1], expected=HASH_SIZE)
    return join_rows(digests)


def _open_buffer(buffer: Buffer | None, expected: int) -> memoryview:
    """Return a view of the caller's buffer, or of new memory."""
    if buffer is None:
        return memoryview(bytearray(expected))
    view = memoryview(buffer).cast("B")
    _require_bytes(view, expected)
    return view


def _close(buffer: Buffer | None, view: memoryview) -> bytes | memoryview:
    """Return what a forest keeps: a view of the caller's buffer, or bytes."""
    return bytes(view) if buffer is None else view.toreadonly()


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
