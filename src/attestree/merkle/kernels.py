"""
What fills the eight lanes of `lanes.permute`, and takes the hashes out: leaves, parents, folds, checks.

Every array here is one of 64-bit words, four to a hash, little-endian as it lies in memory; a hash is
compared byte by byte from its first, so words are turned round for that. Rows past the end repeat the
last one and are not written. Checks no sizes and no positions: a wrong one reads or writes beyond an
array, so `bulk` checks them all. Source: DESIGN section 4; FIPS 202 with Ethereum's padding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from attestree.merkle.lanes import LANES, READ_WORDS, STATE_WORDS, WORDS, compiled

HASH_WORDS = np.uint64(4)
"""Words of a hash."""

PAIR_WORDS = np.uint64(8)
"""Words of two hashes, or of a digest and an index."""

POSITIONS = types.Array(types.uint32, 1, "C")
"""An array of heap positions."""

READ_POSITIONS = types.Array(types.uint32, 1, "C", readonly=True)
"""The same, only read."""

ORDER = types.Array(types.int64, 1, "C")
"""An array of row numbers, as numpy sorts them."""

_ALL_WORDS = np.uint64(STATE_WORDS)
_LAST_RATE_WORD = np.uint64(16)
_FIRST_PAD = np.uint64(0x01)
_LAST_PAD = np.uint64(0x80 << 56)
_ONE, _TWO, _ZERO = np.uint64(1), np.uint64(2), np.uint64(0)
_INDEX_WORD = np.uint64(7)


@compiled(types.uint64, types.uint64)
def turn_round(word: Any) -> Any:
    """Return a word with its eight bytes in the other order."""
    even, pairs = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF)
    one, two, four = np.uint64(8), np.uint64(16), np.uint64(32)
    word = ((word & even) << one) | ((word >> one) & even)
    word = ((word & pairs) << two) | ((word >> two) & pairs)
    return (word << four) | (word >> four)


@compiled(types.boolean, READ_WORDS, types.uint64, READ_WORDS, types.uint64)
def stands_before(a: Any, first: Any, b: Any, second: Any) -> Any:
    """Say whether the hash at word `first` of `a` is smaller than that at word `second` of `b`."""
    for word in range(HASH_WORDS):
        left, right = a[first + word], b[second + word]
        if left != right:
            return turn_round(left) < turn_round(right)
    return False


@compiled(types.void, WORDS, types.uint64, READ_WORDS, types.uint64, types.uint64, types.uint64)
def put(s: Any, lane: Any, source: Any, at: Any, word: Any, count: Any) -> None:
    """Copy `count` words of `source`, from `at`, into one lane from `word`."""
    for step in range(count):
        s[(word + step) * LANES + lane] = source[at + step]


@compiled(types.void, WORDS, types.uint64, READ_WORDS, types.uint64, READ_WORDS, types.uint64)
def put_pair(s: Any, lane: Any, a: Any, first: Any, b: Any, second: Any) -> None:
    """Put two hashes into one lane, the smaller first."""
    if stands_before(b, second, a, first):
        put(s, lane, b, second, _ZERO, HASH_WORDS)
        put(s, lane, a, first, HASH_WORDS, HASH_WORDS)
    else:
        put(s, lane, a, first, _ZERO, HASH_WORDS)
        put(s, lane, b, second, HASH_WORDS, HASH_WORDS)


@compiled(types.void, WORDS, types.uint64)
def pad(s: Any, width: Any) -> None:
    """Close a message of `width` words in every lane: the rest of the block and of the state."""
    for word in range(width, _ALL_WORDS):
        for lane in range(LANES):
            s[word * LANES + lane] = _ZERO
    for lane in range(LANES):
        s[width * LANES + lane] = _FIRST_PAD
        s[_LAST_RATE_WORD * LANES + lane] = _LAST_PAD


@compiled(types.void, WORDS, WORDS, types.uint64, types.uint64)
def take_out(s: Any, out: Any, row: Any, rows: Any) -> None:
    """Write the hash of each lane to a row of `out`, from `row`, below `rows`."""
    for lane in range(min(LANES, rows - row)):
        for word in range(HASH_WORDS):
            out[(row + lane) * HASH_WORDS + word] = s[word * LANES + lane]


@compiled(types.boolean, WORDS, types.uint64, READ_WORDS, types.uint64)
def holds(s: Any, lane: Any, source: Any, at: Any) -> Any:
    """Say whether the hash of one lane stands at word `at` of `source`."""
    same = True
    for word in range(HASH_WORDS):
        same &= s[word * LANES + lane] == source[at + word]
    return same
