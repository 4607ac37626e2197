"""
Inclusion paths of kind 0: fold a leaf hash up to a root, and the byte string that carries a path.

`fold` computes; it says nothing until its result is compared with a root that counts, and which root
counts is not known here. Pairs are sorted, so a path shows no sides and no position; what ties it to
an index is the leaf hash. The length is held to what a batch of the stated size can have: a path cut
short would otherwise prove the root of a subtree. Source: DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.errors import MalformedProofError, RootMismatchError
from attestree.merkle.keccak import hash_pair
from attestree.merkle.kind import (
    HASH_SIZE,
    MAX_PATH_LENGTH,
    MAX_SIZE,
    SHARD_SIZE,
    TreeKind,
    parse_kind,
    require_shard_size,
)

ELEMENT_SIZES = {TreeKind.OPENZEPPELIN: HASH_SIZE, TreeKind.CHAINPOINT: HASH_SIZE + 1}
"""Bytes of one path element: a hash, or a side byte and a hash."""


def fold(leaf_hash: bytes, path: Sequence[bytes]) -> bytes:
    """
    Return the root that `leaf_hash` and `path` imply.

    Args:
        leaf_hash: `HASH_SIZE` bytes; a hash of a credential, never a node taken from elsewhere.
        path: Siblings, leaf level first, `HASH_SIZE` bytes each. Untrusted.

    Raises:
        MalformedProofError: `proof.hash_size` or `proof.path_too_long`.
    """
    require_hash(leaf_hash)
    require_length(len(path))
    node = leaf_hash
    for sibling in path:
        require_hash(sibling)
        node = hash_pair(node, sibling)
    return node


def path_length_bounds(size: int, *, index: int, shard_size: int = SHARD_SIZE) -> tuple[int, int]:
    """
    Return the least and the greatest length of the path of `index` in a batch of `size`.

    Every length between can occur: floor or ceil of log2 in the shard, plus the same in the top.

    Args:
        size: Leaves of the whole batch, 1 to `MAX_SIZE`.
        index: 0 <= index < size; only the last shard may be smaller than the others.
        shard_size: Smaller in tests only.

    Raises:
        MalformedProofError: `proof.size_range` or `proof.index_range`.
        MalformedTreeError: `tree.shard_size`.
    """
    require_place(size, index=index)
    require_shard_size(shard_size)
    shards = -(-size // shard_size)
    leaves = min(shard_size, size - index // shard_size * shard_size)
    least = (leaves.bit_length() - 1) + (shards.bit_length() - 1)
    greatest = (leaves - 1).bit_length() + (shards - 1).bit_length()
    return least, greatest


def verify_path_length(length: int, *, size: int, index: int, shard_size: int = SHARD_SIZE) -> None:
    """
    Verify that a path of `length` elements can belong to `index` in a batch of `size`.

    Raises:
        RootMismatchError: `proof.path_length`: cut short, drawn out, or a wrong size is stated.
        MalformedProofError: `proof.path_too_long`, `proof.size_range` or `proof.index_range`.
    """
    require_length(length)
    least, greatest = path_length_bounds(size, index=index, shard_size=shard_size)
    if not least <= length <= greatest:
        raise RootMismatchError("proof.path_length", length=length, least=least, greatest=greatest)


def parse_path(encoded: bytes, *, kind: TreeKind) -> tuple[bytes, ...]:
    """
    Return the elements of a path's byte string; inverse of `format_path`.

    Args:
        encoded: 32 bytes an element for kind 0, 33 for kind 1. Untrusted.
        kind: The kind of tree, from the same `proofValue`.

    Raises:
        MalformedProofError: `proof.kind`, `proof.path_size`, `proof.path_too_long` or `proof.side`.
    """
    step = ELEMENT_SIZES[parse_kind(kind)]
    if len(encoded) % step:
        raise MalformedProofError("proof.path_size", size=len(encoded), step=step)
    require_length(len(encoded) // step)
    path = tuple(encoded[start : start + step] for start in range(0, len(encoded), step))
    if kind == TreeKind.CHAINPOINT:
        require_sides(path)
    return path


def format_path(path: Sequence[bytes], *, kind: TreeKind) -> bytes:
    """
    Return the byte string of a path; inverse of `parse_path`.

    Raises:
        MalformedProofError: `proof.kind`, `proof.hash_size`, `proof.path_too_long` or `proof.side`.
    """
    step = ELEMENT_SIZES[parse_kind(kind)]
    require_length(len(path))
    for element in path:
        require_hash(element, expected=step)
    if kind == TreeKind.CHAINPOINT:
        require_sides(path)
    return b"".join(path)


def require_hash(node: bytes, *, expected: int = HASH_SIZE) -> None:
    """Refuse a hash, or a path element, of another size: `proof.hash_size`."""
    if len(node) != expected:
        raise MalformedProofError("proof.hash_size", size=len(node), expected=expected)


def require_length(length: int) -> None:
    """Refuse a path that no batch can have, before any hashing: `proof.path_too_long`."""
    if length > MAX_PATH_LENGTH:
        raise MalformedProofError("proof.path_too_long", length=length, limit=MAX_PATH_LENGTH)


def require_place(size: int, *, index: int) -> None:
    """Refuse an impossible size (`proof.size_range`) and an index outside it (`proof.index_range`)."""
    if not 1 <= size <= MAX_SIZE:
        raise MalformedProofError("proof.size_range", size=size, limit=MAX_SIZE)
    if not 0 <= index < size:
        raise MalformedProofError("proof.index_range", index=index, size=size)


def require_sides(path: Sequence[bytes]) -> None:
    """Refuse a side byte other than 0 and 1: `proof.side`."""
    if any(element[0] > 1 for element in path):
        raise MalformedProofError("proof.side")
