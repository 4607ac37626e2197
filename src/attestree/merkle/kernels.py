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


@compiled(types.boolean, READ_WORDS, types.uint64)
def is_turned(source: Any, at: Any) -> Any:
    """Say whether the second of two hashes, from word `at`, is the smaller."""
    for word in range(HASH_WORDS):
        first, second = source[at + word], source[at + HASH_WORDS + word]
        if first != second:
            return turn_round(second) < turn_round(first)
    return False


@compiled(types.void, READ_WORDS, types.uint64, WORDS, types.uint64)
def copy(source: Any, at: Any, target: Any, to: Any) -> None:
    """Copy the hash at word `at` of `source` to word `to` of `target`."""
    for word in range(HASH_WORDS):
        target[to + word] = source[at + word]


@compiled(types.void, WORDS, types.uint64, READ_WORDS, types.uint64, types.uint64, types.uint64)
def put(s: Any, lane: Any, source: Any, at: Any, word: Any, count: Any) -> None:
    """Copy `count` words of `source`, from `at`, into one lane from `word`."""
    for step in range(count):
        s[(word + step) * LANES + lane] = source[at + step]


@compiled(types.void, WORDS, types.uint64, READ_WORDS, types.uint64)
def put_pair(s: Any, lane: Any, source: Any, at: Any) -> None:
    """Put two hashes that follow each other into one lane, the smaller first."""
    # Reckoned, not branched: half of all pairs are turned, and no processor guesses which.
    turn = np.uint64(is_turned(source, at)) * HASH_WORDS
    put(s, lane, source, at + turn, _ZERO, HASH_WORDS)
    put(s, lane, source, at + HASH_WORDS - turn, HASH_WORDS, HASH_WORDS)


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
