"""
Kind 1: the ordered SHA-256 tree of Chainpoint and Tierion tooling, built by `merkletools`.

    leaf hash     SHA-256(0x00 || digest (32) || index (8, big-endian))       41 bytes: never a node's 64
    node          SHA-256(left || right); an odd last node moves up as it is
    path element  side byte || sibling: 0 the sibling stands left of us, 1 it stands right

Sides tell the position, so here the position of a leaf must equal its index. `merkletools` hashes
no leaf prefix of its own, which is why the leaf hash does. Decides nothing about foreign Chainpoint
proofs but the position they state. A registry never verifies this kind on chain.
Source: DESIGN section 4; Chainpoint 2 proofs; merkletools 1.0.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from attestree.errors import (
    BindingError,
    MalformedProofError,
    MalformedTreeError,
    MissingExtraError,
    RootMismatchError,
)
from attestree.merkle.kind import HASH_SIZE, MAX_SIZE, SHARD_SIZE, TreeKind
from attestree.merkle.path import (
    ELEMENT_SIZES,
    require_hash,
    require_length,
    require_place,
    require_sides,
)

SIDE_LEFT = b"\x00"
"""First byte of a path element whose sibling stands left of us."""

SIDE_RIGHT = b"\x01"
"""First byte of a path element whose sibling stands right of us."""

LEAF_PREFIX = b"\x00"
"""First byte under a leaf hash."""


@dataclass(frozen=True, slots=True)
class ChainpointTree:
    """One ordered tree; made by `build_chainpoint_tree`."""

    size: int
    """Number of leaves."""

    root: bytes
    """The root, `HASH_SIZE` bytes."""

    tree: Any = field(repr=False, compare=False)
    """The `merkletools.MerkleTools` that built it; not to be changed."""

    def path(self, index: int) -> tuple[bytes, ...]:
        """
        Return the path elements of leaf `index`, leaf level first: side byte and sibling.

        Raises:
            MalformedTreeError: `tree.index_range`.
        """
        if not 0 <= index < self.size:
            raise MalformedTreeError("tree.index_range", index=index, size=self.size)
        sides = {"left": SIDE_LEFT, "right": SIDE_RIGHT}
        return tuple(
            sides[side] + bytes.fromhex(sibling)
            for step in self.tree.get_proof(index)
            for side, sibling in step.items()
        )


def chainpoint_leaf_hash(digest: bytes, index: int) -> bytes:
    """
    Return the leaf hash of one credential: SHA-256(0x00 || digest || index).

    Args:
        digest: `HASH_SIZE` bytes.
        index: 0 <= index < `MAX_SIZE`.

    Raises:
        MalformedProofError: `proof.digest_size` or `proof.index_range`.
    """
    if len(digest) != HASH_SIZE:
        raise MalformedProofError("proof.digest_size", size=len(digest), expected=HASH_SIZE)
    require_place(MAX_SIZE, index=index)
    return sha256(LEAF_PREFIX + digest + index.to_bytes(8, "big")).digest()


def build_chainpoint_tree(digests: Sequence[bytes]) -> ChainpointTree:
    """
    Build the ordered tree over `digests`, by index.

    Args:
        digests: 1 to `SHARD_SIZE`, `HASH_SIZE` bytes each. There are no shards of this kind.

    Raises:
        MissingExtraError: `extra.merkletools`.
        MalformedTreeError: `tree.empty` or `tree.too_large`.
        MalformedProofError: `proof.digest_size`.
    """
    if not digests:
        raise MalformedTreeError("tree.empty")
    if len(digests) > SHARD_SIZE:
        raise MalformedTreeError("tree.too_large", size=len(digests), limit=SHARD_SIZE)
    tree = _new_tree()
    tree.add_leaf([chainpoint_leaf_hash(digest, index).hex() for index, digest in enumerate(digests)])
    tree.make_tree()
    return ChainpointTree(len(digests), bytes.fromhex(tree.get_merkle_root()), tree)


def fold_chainpoint(leaf_hash: bytes, path: Sequence[bytes]) -> bytes:
    """
    Return the root that `leaf_hash` and `path` imply; it says nothing about the position.

    Args:
        leaf_hash: `HASH_SIZE` bytes.
        path: Side byte and sibling, leaf level first. Untrusted.

    Raises:
        MalformedProofError: `proof.hash_size`, `proof.path_too_long` or `proof.side`.
    """
    require_hash(leaf_hash)
    _require_path(path)
    node = leaf_hash
    for element in path:
        sibling = element[1:]
        node = sha256(sibling + node if element[:1] == SIDE_LEFT else node + sibling).digest()
    return node


def chainpoint_position(path: Sequence[bytes], *, size: int) -> int:
    """
    Return the position in a tree of `size` that the sides of `path` lead to, from the root down.

    Raises:
        RootMismatchError: `proof.path_length`, no leaf of such a tree has these sides.
        MalformedProofError: `proof.hash_size`, `proof.path_too_long`, `proof.side` or `proof.size_range`.
    """
    require_place(size, index=0)
    _require_path(path)
    sides = [element[:1] for element in path]
    position = 0
    for width in _widths_below_root(size):
        position *= 2
        # The last node of an odd level has no sibling: it moved up without a step.
        if position == width - 1:
            continue
        if not sides:
            raise RootMismatchError("proof.path_length", length=len(path), size=size)
        if sides.pop() == SIDE_LEFT:
            position += 1
    if sides:
        raise RootMismatchError("proof.path_length", length=len(path), size=size)
    return position


def verify_chainpoint_position(path: Sequence[bytes], *, index: int, size: int) -> None:
    """
    Verify that the sides of `path` lead to `index`, as they do in every tree of ours.

    Raises:
        BindingError: `proof.position`, they lead elsewhere.
        RootMismatchError: `proof.path_length`.
        MalformedProofError: `proof.index_range` and those of `chainpoint_position`.
    """
    require_place(size, index=index)
    position = chainpoint_position(path, size=size)
    if position != index:
        raise BindingError("proof.position", position=position, index=index)


def _widths_below_root(size: int) -> list[int]:
    """Return the number of nodes of every level but the root's, highest level first."""
    widths = []
    while size > 1:
        widths.append(size)
        size = (size + 1) // 2
    return widths[::-1]


def _require_path(path: Sequence[bytes]) -> None:
    """Refuse a path with an element out of form."""
    require_length(len(path))
    for element in path:
        require_hash(element, expected=ELEMENT_SIZES[TreeKind.CHAINPOINT])
    require_sides(path)


def _new_tree() -> Any:
    """Return an empty `MerkleTools`, or say how to install it."""
    try:
        from merkletools import MerkleTools
    except ImportError as exc:
        raise MissingExtraError("extra.merkletools") from exc
    return MerkleTools(hash_type="sha256")
