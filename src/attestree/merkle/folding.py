"""
Fold many paths at once, for whoever verifies a batch of credentials.

Decides nothing that `path.fold` does not decide; the length of each path is held to its size and index
by `path.verify_path_length`, before or after. Source: DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.errors import MalformedProofError
from attestree.merkle.kind import HASH_SIZE
from attestree.merkle.path import require_length
from attestree.merkle.routes import choose_route


def fold_many(leaf_hashes: bytes | bytearray | memoryview, paths: Sequence[bytes]) -> bytes:
    """
    Return the roots that n leaf hashes and n paths imply, `HASH_SIZE` bytes each, in the same order.

    Args:
        leaf_hashes: n leaf hashes, one after another, `HASH_SIZE` bytes each.
        paths: n byte strings of siblings as `parse_path` takes them for kind 0, leaf level first;
            lengths may differ, and an empty path folds to its leaf. Untrusted.

    Raises:
        MalformedProofError: `proof.hash_size`: not as many leaf hashes as paths; `proof.path_size` or
            `proof.path_too_long`: nothing was folded then.
    """
    leaves = memoryview(leaf_hashes).cast("B")
    if len(leaves) != len(paths) * HASH_SIZE:
        raise MalformedProofError("proof.hash_size", size=len(leaves), expected=len(paths) * HASH_SIZE)
    for path in paths:
        require_path_size(len(path))
    return choose_route(sum(map(len, paths)) // HASH_SIZE).fold_all(leaves, paths)


def require_path_size(size: int) -> None:
    """Refuse a path of so many bytes: `proof.path_size` or `proof.path_too_long`."""
    if size % HASH_SIZE:
        raise MalformedProofError("proof.path_size", size=size, step=HASH_SIZE)
    require_length(size // HASH_SIZE)
