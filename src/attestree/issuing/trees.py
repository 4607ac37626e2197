"""
The tree of a batch of either kind: digests in, root and paths out.

Decides that every digest is found under the root before any path is handed out. How trees are built is
decided in `merkle`. Source: DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from attestree.merkle.chainpoint import build_chainpoint_tree, chainpoint_leaf_hash
from attestree.merkle.kind import HASH_SIZE, TreeKind
from attestree.merkle.membership import verify_digest
from attestree.merkle.shards import build_forest


@dataclass(frozen=True, slots=True, repr=False)
class BatchTree:
    """The tree of one batch."""

    digests: bytes
    """32 bytes each, by index."""
    root: bytes
    """32 bytes."""
    path: Callable[[int], bytes]
    """Given an index, returns the path from leaf to root, joined."""
    leaf_hash: Callable[[int], bytes]
    """Given an index, returns the leaf hash, 32 bytes."""
    nodes: bytes | memoryview = b""
    """Content of `nodes.bin`; empty for Chainpoint."""
    positions: bytes | memoryview = b""
    """Content of `positions.u32`; empty for Chainpoint."""

    def digest(self, index: int) -> bytes:
        """Return the digest of an index, 32 bytes."""
        return self.digests[index * HASH_SIZE : (index + 1) * HASH_SIZE]


def build_batch_tree(digests: bytes, kind: TreeKind) -> BatchTree:
    """
    Build the tree of a batch and verify that it holds every digest.

    Args:
        digests: 32 bytes each, by index; at least one.
        kind: Kind of tree.
    """
    cut = [digests[start : start + HASH_SIZE] for start in range(0, len(digests), HASH_SIZE)]
    if kind is TreeKind.CHAINPOINT:
        ordered = build_chainpoint_tree(cut)
        for index, digest in enumerate(cut):
            verify_digest(digest, ordered.path(index), ordered.root, kind=kind, index=index, size=len(cut))
        return BatchTree(
            digests,
            ordered.root,
            lambda index: b"".join(ordered.path(index)),
            lambda index: chainpoint_leaf_hash(cut[index], index),
        )
    forest = build_forest(cut)
    for index, digest in enumerate(cut):
        verify_digest(digest, forest.path(index), forest.root, kind=kind, index=index, size=len(cut))
    return BatchTree(
        digests,
        forest.root,
        lambda index: b"".join(forest.path(index)),
        forest.leaf_hash,
        forest.nodes,
        forest.positions,
    )
