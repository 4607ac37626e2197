"""
The tree of a batch of either kind: digests in, root and paths out.

Decides that every digest is found under the root before any path is handed out. How trees are built is
decided in `merkle`. Source: DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attestree.merkle.chainpoint import build_chainpoint_tree, chainpoint_leaf_hash
from attestree.merkle.kind import HASH_SIZE, TreeKind
from attestree.merkle.membership import verify_digest
from attestree.merkle.shards import build_forest, forest_file_sizes
from attestree.merkle.whole import cut_paths, verify_forest

if TYPE_CHECKING:
    from typing_extensions import Buffer

Memory = Callable[[int], "Buffer"]
"""Given a size, returns so many bytes, zero, that may be written to."""


@dataclass(frozen=True, slots=True, repr=False)
class BatchTree:
    """The tree of one batch."""

    digests: bytes
    """32 bytes each, by index."""
    root: bytes
    """32 bytes."""
    paths: Callable[[int, int], Sequence[bytes]]
    """Given an index and a number, returns the paths of so many leaves from that one on, each joined."""
    leaf_hash: Callable[[int], bytes]
    """Given an index, returns the leaf hash, 32 bytes."""
    nodes: bytes | memoryview = b""
    """Content of `nodes.bin`; empty for Chainpoint."""
    positions: bytes | memoryview = b""
    """Content of `positions.u32`; empty for Chainpoint."""

    def digest(self, index: int) -> bytes:
        """Return the digest of an index, 32 bytes."""
        return self.digests[index * HASH_SIZE : (index + 1) * HASH_SIZE]


def build_batch_tree(digests: bytes, kind: TreeKind, *, memory: Memory = bytearray) -> BatchTree:
    """
    Build the tree of a batch and verify that it holds every digest.

    Args:
        digests: 32 bytes each, by index; at least one.
        kind: Kind of tree.
        memory: Where the nodes and positions of a large tree lie; raises as it does.
    """
    return _build_ordered(digests) if kind is TreeKind.CHAINPOINT else _build_sorted(digests, memory)


def _build_sorted(digests: bytes, memory: Memory) -> BatchTree:
    """Build an OpenZeppelin tree, or a forest of them."""
    nodes, positions = map(memory, forest_file_sizes(len(digests) // HASH_SIZE))
    forest = build_forest(digests, nodes=nodes, positions=positions)
    verify_forest(forest, digests)

    def paths(first: int, count: int) -> Sequence[bytes]:
        cut = cut_paths(forest, first=first, count=count)
        return [cut.path(place) for place in range(count)]

    return BatchTree(digests, forest.root, paths, forest.leaf_hash, forest.nodes, forest.positions)


def _build_ordered(digests: bytes) -> BatchTree:
    """Build a Chainpoint tree."""
    cut = [digests[start : start + HASH_SIZE] for start in range(0, len(digests), HASH_SIZE)]
    tree = build_chainpoint_tree(cut)
    for index, digest in enumerate(cut):
        path = tree.path(index)
        verify_digest(digest, path, tree.root, kind=TreeKind.CHAINPOINT, index=index, size=len(cut))

    def paths(first: int, count: int) -> Sequence[bytes]:
        return [b"".join(tree.path(index)) for index in range(first, first + count)]

    return BatchTree(digests, tree.root, paths, lambda index: chainpoint_leaf_hash(cut[index], index))
