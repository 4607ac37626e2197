"""
Keccak-f[1600] on eight states at once, in Python that numba compiles to vector instructions.

The eight states lie side by side: word w of lane l stands at `8 w + l` of one array. LLVM turns the
loop over the lanes into AVX-512 (or AVX2, or plain) instructions only in this shape: one dimension,
constant offsets, unsigned indexes. Loading this module loads numba, which costs 0.4 s and 150 MB once
its cache is written; `routes` alone decides whether it is worth that. Hashes nothing by itself:
`kernels` fills the lanes. Source: FIPS 202, section 3; /benchmarks for the figures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit, types

LANES = np.uint64(8)
"""States side by side: as many 64-bit words as one AVX-512 register holds."""

STATE_WORDS = 25
"""Words of one state."""

WORDS = types.Array(types.uint64, 1, "C")
"""An array of 64-bit words, for the signatures of compiled functions."""

READ_WORDS = types.Array(types.uint64, 1, "C", readonly=True)
"""The same, only read: a view of `bytes` passes for it."""

_ROUND_CONSTANTS = np.array(
    [
        0x0000000000000001,
        0x0000000000008082,
        0x800000000000808A,
        0x8000000080008000,
        0x000000000000808B,
        0x0000000080000001,
        0x8000000080008081,
        0x8000000000008009,
        0x000000000000008A,
        0x0000000000000088,
        0x0000000080008009,
        0x000000008000000A,
        0x000000008000808B,
        0x800000000000008B,
        0x8000000000008089,
        0x8000000000008003,
        0x8000000000008002,
        0x8000000000000080,
        0x000000000000800A,
        0x800000008000000A,
        0x8000000080008081,
        0x8000000000008080,
        0x0000000080000001,
        0x8000000080008008,
    ],
    dtype=np.uint64,
)


def compiled(*signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """
    Return a decorator that compiles for one signature now, and keeps the result where it may.

    Args:
        signature: numba types: of what is returned, then of each argument.
    """
    wanted = signature[0](*signature[1:])

    def decorate(function: Callable[..., Any]) -> Any:
        try:
            return njit(wanted, cache=True, error_model="numpy", nogil=True)(function)
        # No folder for the cache, no room, or a broken file in it: this process compiles for itself then.
        except Exception:  # noqa: BLE001 # what a broken file raises is not foreseeable
            return njit(wanted, error_model="numpy", nogil=True)(function)

    return decorate


@compiled(types.uint64, types.uint64, types.uint64)
def _at(word: Any, lane: Any) -> Any:
    """Return where a word of a lane stands."""
    return word * LANES + lane


@compiled(types.uint64, types.uint64, types.uint64)
def _turn(word: Any, bits: Any) -> Any:
    """Return a word turned left."""
    return (word << bits) | (word >> (np.uint64(64) - bits))


@compiled(types.uint64, READ_WORDS, types.uint64, types.uint64)
def _column(s: Any, lane: Any, word: Any) -> Any:
    """Return the sum of the five words of one lane that stand in the column of `word`: the step theta."""
    row = np.uint64(5 * LANES)
    at = _at(word, lane)
    return s[at] ^ s[at + row] ^ s[at + row + row] ^ s[at + row + row + row] ^ s[at + row + row + row + row]


@compiled(types.void, WORDS, *[types.uint64] * 7)
def _put_row(  # noqa: PLR0917 # a row is five words; numba passes them in registers
    s: Any, lane: Any, word: Any, a: Any, b: Any, c: Any, d: Any, e: Any
) -> None:
    """Write five words of one lane, from `word`: the step chi."""
    s[_at(word, lane)] = a ^ (~b & c)
    s[_at(word + np.uint64(1), lane)] = b ^ (~c & d)
    s[_at(word + np.uint64(2), lane)] = c ^ (~d & e)
    s[_at(word + np.uint64(3), lane)] = d ^ (~e & a)
    s[_at(word + np.uint64(4), lane)] = e ^ (~a & b)


@compiled(types.void, WORDS)
def permute(s: Any) -> None:
    """
    Permute eight states in place: 24 rounds of theta, of rho with pi, of chi, and of iota.

    Args:
        s: `LANES * STATE_WORDS` words.
    """
    for constant in _ROUND_CONSTANTS:
        for lane in range(LANES):
            c0, c1, c2 = _column(s, lane, 0), _column(s, lane, 1), _column(s, lane, 2)
            c3, c4 = _column(s, lane, 3), _column(s, lane, 4)
            d0, d1, d2 = c4 ^ _turn(c1, 1), c0 ^ _turn(c2, 1), c1 ^ _turn(c3, 1)
            d3, d4 = c2 ^ _turn(c4, 1), c3 ^ _turn(c0, 1)
            b0 = s[_at(0, lane)] ^ d0
            b1 = _turn(s[_at(6, lane)] ^ d1, 44)
            b2 = _turn(s[_at(12, lane)] ^ d2, 43)
            b3 = _turn(s[_at(18, lane)] ^ d3, 21)
            b4 = _turn(s[_at(24, lane)] ^ d4, 14)
            b5 = _turn(s[_at(3, lane)] ^ d3, 28)
            b6 = _turn(s[_at(9, lane)] ^ d4, 20)
            b7 = _turn(s[_at(10, lane)] ^ d0, 3)
            b8 = _turn(s[_at(16, lane)] ^ d1, 45)
            b9 = _turn(s[_at(22, lane)] ^ d2, 61)
            b10 = _turn(s[_at(1, lane)] ^ d1, 1)
            b11 = _turn(s[_at(7, lane)] ^ d2, 6)
            b12 = _turn(s[_at(13, lane)] ^ d3, 25)
            b13 = _turn(s[_at(19, lane)] ^ d4, 8)
            b14 = _turn(s[_at(20, lane)] ^ d0, 18)
            b15 = _turn(s[_at(4, lane)] ^ d4, 27)
            b16 = _turn(s[_at(5, lane)] ^ d0, 36)
            b17 = _turn(s[_at(11, lane)] ^ d1, 10)
            b18 = _turn(s[_at(17, lane)] ^ d2, 15)
            b19 = _turn(s[_at(23, lane)] ^ d3, 56)
            b20 = _turn(s[_at(2, lane)] ^ d2, 62)
            b21 = _turn(s[_at(8, lane)] ^ d3, 55)
            b22 = _turn(s[_at(14, lane)] ^ d4, 39)
            b23 = _turn(s[_at(15, lane)] ^ d0, 41)
            b24 = _turn(s[_at(21, lane)] ^ d1, 2)
            _put_row(s, lane, 0, b0, b1, b2, b3, b4)
            s[lane] ^= constant
            _put_row(s, lane, 5, b5, b6, b7, b8, b9)
            _put_row(s, lane, 10, b10, b11, b12, b13, b14)
            _put_row(s, lane, 15, b15, b16, b17, b18, b19)
            _put_row(s, lane, 20, b20, b21, b22, b23, b24)
