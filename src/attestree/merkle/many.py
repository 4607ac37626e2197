"""
Many hashes at once: Keccak-256 of messages of one length, and the leaf hashes of digests with any indexes.

For whoever verifies or writes a batch; what a forest needs of them it computes for itself. Source: DESIGN
section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Literal

from attestree.errors import MalformedProofError
from attestree.merkle.kind import HASH_SIZE, MAX_SIZE
from attestree.merkle.path import require_place
from attestree.merkle.routes import choose_route
from attestree.merkle.rows import Rows, count_rows, find_misfit, join_rows


def keccak256_many(messages: bytes | bytearray | memoryview, *, width: Literal[32, 64]) -> bytes:
    """
    Return the Keccak-256 of each message, `HASH_SIZE` bytes each, in the same order.

    Args:
        messages: One after another, `width` bytes each.
        width: Bytes of one message.

    Raises:
        MalformedProofError: `proof.hash_size`, something is left at the end.
    """
    content = memoryview(messages).cast("B")
    if rest := len(content) % width:
        raise MalformedProofError("proof.hash_size", size=rest, expected=width)
    return choose_route(len(content) // width).hash_all(content, width=width)


def leaf_hash_many(digests: Rows, indexes: Sequence[int]) -> bytes:
    """
    Return the leaf hashes of digests with these indexes, as `standard.leaf_hash`, `HASH_SIZE` bytes each.

    Args:
        digests: `HASH_SIZE` bytes each, one by one or joined.
        indexes: As many, in any order, from any batches; 0 <= index < `MAX_SIZE`.

    Raises:
        MalformedProofError: `proof.digest_size`, also where there are not as many as indexes;
            `proof.index_range`.
    """
    misfit = find_misfit(digests)
    if misfit or count_rows(digests) != len(indexes):
        size = misfit[1] if misfit else 0
        raise MalformedProofError("proof.digest_size", size=size, expected=HASH_SIZE)
    if indexes:
        require_place(MAX_SIZE, index=min(indexes))
        require_place(MAX_SIZE, index=max(indexes))
    content = join_rows(digests)
    rows = [content[start : start + HASH_SIZE] for start in range(0, len(content), HASH_SIZE)]
    words = [index.to_bytes(HASH_SIZE, "big") for index in indexes]
    preimages = b"".join(chain.from_iterable(zip(rows, words, strict=True)))
    route = choose_route(2 * len(indexes))
    inner = route.hash_all(memoryview(preimages), width=2 * HASH_SIZE)
    return route.hash_all(memoryview(inner), width=HASH_SIZE)
