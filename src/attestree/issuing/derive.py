"""
Everything random in a batch, drawn from one seed: salts, tokens, list id, permutation.

Decides how 32 bytes become all of them, so that a killed run rebuilds the same bytes, and so that
erasing the seed erases the way back. Source: DESIGN section 4; tests/vectors/issuing.

    drawn(label, row)  HMAC-SHA256(seed, "attestree/1 " || label || 0x00 || row), row as 8 bytes, big-endian,
                       cut to the size that is needed
    stream(label)      drawn(label, 0) || drawn(label, 1) || ..., read as 8-byte big-endian numbers
    uniform(n)         the next number x of the stream below n floor(2^64 / n), mod n; larger ones are skipped
    permutation        0..size-1 shuffled by Fisher and Yates: for i = size-1 .. 1, swap i and uniform(i + 1)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from attestree.credentials.anchor_proof import LIST_ID_SIZE, SALT_SIZE
from attestree.errors import NotAllowedError

if TYPE_CHECKING:
    from hashlib import _Hash as HASH

SEED_SIZE = 32
"""Bytes of a batch seed."""

TOKEN_SIZE = 16
"""Bytes of the token in a credential's id."""

LABEL_PREFIX = b"attestree/1 "
"""Start of every label."""

_WORD = 2**64
_BLOCK = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


@lru_cache(maxsize=8)
def _begin(seed: bytes) -> tuple[HASH, HASH]:
    """Return the two states with which every HMAC-SHA256 under a seed begins."""
    # What `hmac` would set up anew for each of the millions of short messages; RFC 2104, section 4.
    block = seed.ljust(_BLOCK, b"\x00")
    return sha256(block.translate(_INNER)), sha256(block.translate(_OUTER))


def _derive(seed: bytes, label: bytes, row: int) -> bytes:
    """Return 32 bytes for one label and row."""
    first, last = _begin(seed)
    inner, outer = first.copy(), last.copy()
    inner.update(LABEL_PREFIX + label + b"\x00" + row.to_bytes(8, "big"))
    outer.update(inner.digest())
    return outer.digest()


def _derive_many(seed: bytes, label: bytes, rows: Iterable[int]) -> list[bytes]:
    """Return `_derive` of each row; what comes before the row is hashed once."""
    first, last = _begin(seed)
    labelled = first.copy()
    labelled.update(LABEL_PREFIX + label + b"\x00")
    begin, end = labelled.copy, last.copy
    drawn = []
    for row in rows:
        inner, outer = begin(), end()
        inner.update(row.to_bytes(8, "big"))
        outer.update(inner.digest())
        drawn.append(outer.digest())
    return drawn


def require_seed(seed: bytes | None) -> bytes:
    """
    Return the seed of a batch.

    Raises:
        NotAllowedError: `refused.seed_erased`: the batch was handed out, its secrets are gone.
    """
    if seed is None or len(seed) != SEED_SIZE:
        raise NotAllowedError("refused.seed_erased")
    return seed


def derive_list_id(seed: bytes) -> bytes:
    """Return the batch's list id, 13 bytes."""
    return _derive(seed, b"list", 0)[:LIST_ID_SIZE]


def derive_salt(seed: bytes, row: int) -> bytes:
    """Return the salt of a digest, 16 bytes; `row` is the position among the sorted rows."""
    return _derive(seed, b"salt", row)[:SALT_SIZE]


def derive_identity_salt(seed: bytes, row: int, *, kind: str) -> str:
    """Return the salt of a hashed identity, 32 hex digits; every kind of identity has its own."""
    return _derive(seed, b"identity " + kind.encode(), row)[:16].hex()


def derive_token(seed: bytes, row: int) -> str:
    """Return the token of a credential's id, 32 hex digits."""
    return _derive(seed, b"token", row)[:TOKEN_SIZE].hex()


def derive_salts(seed: bytes, rows: Iterable[int]) -> list[bytes]:
    """Return `derive_salt` of each row."""
    return [drawn[:SALT_SIZE] for drawn in _derive_many(seed, b"salt", rows)]


def derive_identity_salts(seed: bytes, rows: Iterable[int], *, kind: str) -> list[str]:
    """Return `derive_identity_salt` of each row."""
    return [drawn[:16].hex() for drawn in _derive_many(seed, b"identity " + kind.encode(), rows)]


def derive_tokens(seed: bytes, rows: Iterable[int]) -> list[str]:
    """Return `derive_token` of each row."""
    return [drawn[:TOKEN_SIZE].hex() for drawn in _derive_many(seed, b"token", rows)]


def derive_permutation(seed: bytes, size: int) -> list[int]:
    """Return 0..size-1 in an order that tells nothing of the roster's: row -> index."""
    order = list(range(size))
    uniform = _uniform_numbers(seed)
    for last in range(size - 1, 0, -1):
        chosen = uniform(last + 1)
        order[last], order[chosen] = order[chosen], order[last]
    return order


def _uniform_numbers(seed: bytes) -> Callable[[int], int]:
    """Return a function that draws the next number below a bound, without bias."""
    words = _words(seed)

    def draw(bound: int) -> int:
        ceiling = _WORD - _WORD % bound
        return next(word for word in words if word < ceiling) % bound

    return draw


def _words(seed: bytes) -> Iterator[int]:
    """Yield the stream of the permutation as 64-bit numbers."""
    block = 0
    while True:
        drawn = _derive(seed, b"permutation", block)
        yield from (int.from_bytes(drawn[start : start + 8], "big") for start in range(0, 32, 8))
        block += 1
