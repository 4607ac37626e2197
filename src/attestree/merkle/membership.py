"""
The one question a verifier asks: to which root does this digest belong, at this index?

Brings together what must never be left out: index within size, a length or position that the tree
can have, the leaf hash of the right kind, the fold. Whether the root counts is not known here.
Source: DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.errors import RootMismatchError
from attestree.merkle.chainpoint import chainpoint_leaf_hash, fold_chainpoint, verify_chainpoint_position
from attestree.merkle.kind import SHARD_SIZE, TreeKind, parse_kind
from attestree.merkle.path import fold, require_hash, verify_path_length
from attestree.merkle.standard import leaf_hash


def fold_digest(
    digest: bytes,
    path: Sequence[bytes],
    *,
    kind: TreeKind,
    index: int,
    size: int,
    shard_size: int = SHARD_SIZE,
) -> bytes:
    """
    Return the root that a digest at `index` of a batch of `size` implies, every check made.

    Args:
        digest: `HASH_SIZE` bytes, computed from the credential.
        path: Elements as `parse_path` returns them, leaf level first.
        kind: The kind of tree; kind 1 has no shards.
        index: The index that the credential states.
        size: The size that the credential states: the issuer's claim.
        shard_size: Smaller in tests only.

    Raises:
        RootMismatchError: `proof.path_length`.
        BindingError: `proof.position`, kind 1 only.
        MalformedProofError: `proof.kind`, `proof.digest_size`, `proof.hash_size`,
            `proof.index_range`, `proof.size_range`, `proof.path_too_long` or `proof.side`.
    """
    if parse_kind(kind) is TreeKind.CHAINPOINT:
        verify_chainpoint_position(path, index=index, size=size)
        return fold_chainpoint(chainpoint_leaf_hash(digest, index), path)
    verify_path_length(len(path), size=size, index=index, shard_size=shard_size)
    return fold(leaf_hash(digest, index), path)


def verify_digest(
    digest: bytes,
    path: Sequence[bytes],
    root: bytes,
    *,
    kind: TreeKind,
    index: int,
    size: int,
    shard_size: int = SHARD_SIZE,
) -> None:
    """
    Verify that a digest at `index` of a batch of `size` belongs to `root`.

    Raises:
        RootMismatchError: `proof.root_mismatch`, and whatever `fold_digest` raises.
    """
    require_hash(root)
    if fold_digest(digest, path, kind=kind, index=index, size=size, shard_size=shard_size) != root:
        raise RootMismatchError("proof.root_mismatch")
