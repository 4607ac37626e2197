"""
The kinds of tree, and the limits that every kind shares.

Decides which numbers stand for which tree in headers, proofs and anchors. Does not hash.
Source: DESIGN section 4; `kind` is one byte of the anchor's slot in DESIGN section 5.
"""

from __future__ import annotations

from enum import IntEnum

from attestree.errors import MalformedProofError, MalformedTreeError

HASH_SIZE = 32
"""Bytes of a digest, a leaf hash, a node and a root."""

SHARD_SIZE = 2**20
"""Most leaves of one tree; shard k of a larger batch holds indexes [k 2^20, (k+1) 2^20)."""

MAX_SIZE = 2**32 - 1
"""Most leaves of a batch: the anchor's slot keeps the size in 32 bits."""

MAX_PATH_LENGTH = 40
"""Most elements of a path; far above what `MAX_SIZE` needs, and a bound on the work of a fold."""


class TreeKind(IntEnum):
    """How leaves and nodes are hashed; the number is what headers and anchors carry."""

    OPENZEPPELIN = 0
    """Keccak-256, sorted pairs, OpenZeppelin standard-v1 with leaf `["bytes32", "uint256"]`."""

    CHAINPOINT = 1
    """SHA-256, ordered pairs, as `merkletools` builds them."""


def parse_kind(number: int) -> TreeKind:
    """
    Return the kind that `number` stands for.

    Raises:
        MalformedProofError: `proof.kind`, no such kind.
    """
    try:
        return TreeKind(number)
    except ValueError as exc:
        raise MalformedProofError("proof.kind") from exc


def require_shard_size(shard_size: int) -> None:
    """
    Refuse a shard size that no tree can have.

    Raises:
        MalformedTreeError: `tree.shard_size`.
    """
    if not 1 <= shard_size <= SHARD_SIZE:
        raise MalformedTreeError("tree.shard_size", size=shard_size, limit=SHARD_SIZE)
