"""
The passes of the bulk route over whole arrays, each compiled: hash, lay, fold, check, cut.

Arrays as in `kernels`; nothing here checks a size or a position, `bulk` does. Source: DESIGN section 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from attestree.merkle.kernels import (
    HASH_WORDS,
    ORDER,
    PAIR_WORDS,
    POSITIONS,
    READ_POSITIONS,
    copy,
    holds,
    pad,
    put,
    put_pair,
    take_out,
    turn_round,
)
from attestree.merkle.lanes import LANES, READ_WORDS, STATE_WORDS, WORDS, compiled, permute

_NONE, _ONE, _TWO = np.uint64(0), np.uint64(1), np.uint64(2)
_INDEX_WORD = np.uint64(7)


@compiled(types.void, READ_WORDS, types.uint64, WORDS)
def hash_rows(messages: Any, width: Any, out: Any) -> None:
    """Hash each message of `width` words."""
    s = np.zeros(LANES * STATE_WORDS, dtype=np.uint64)
    rows = np.uint64(out.size) // HASH_WORDS
    for row in range(_NONE, rows, LANES):
        for lane in range(LANES):
            put(s, lane, messages, min(row + lane, rows - _ONE) * width, _NONE, width)
        pad(s, width)
        permute(s)
        take_out(s, out, row, rows)


@compiled(types.void, WORDS, READ_WORDS, types.uint64, types.uint64)
def hash_eight_leaves(s: Any, digests: Any, row: Any, first_index: Any) -> None:
    """Leave the leaf hashes of eight digests, from `row`, in the lanes."""
    rows = np.uint64(digests.size) // HASH_WORDS
    for lane in range(LANES):
        place = min(row + lane, rows - _ONE)
        put(s, lane, digests, place * HASH_WORDS, _NONE, HASH_WORDS)
        for word in range(HASH_WORDS, _INDEX_WORD):
            s[word * LANES + lane] = _NONE
        s[_INDEX_WORD * LANES + lane] = turn_round(first_index + place)
    pad(s, PAIR_WORDS)
    permute(s)
    pad(s, HASH_WORDS)
    permute(s)


@compiled(types.void, READ_WORDS, types.uint64, WORDS)
def hash_leaves(digests: Any, first_index: Any, out: Any) -> None:
    """Write the leaf hash of each digest, whose index is `first_index` and its row."""
    s = np.zeros(LANES * STATE_WORDS, dtype=np.uint64)
    rows = np.uint64(digests.size) // HASH_WORDS
    for row in range(_NONE, rows, LANES):
        hash_eight_leaves(s, digests, row, first_index)
        take_out(s, out, row, rows)


@compiled(types.void, WORDS, READ_WORDS, types.uint64, types.uint64)
def hash_eight_parents(s: Any, nodes: Any, parent: Any, parents: Any) -> None:
    """Leave the hashes of eight inner nodes, from `parent`, below `parents`, in the lanes."""
    for lane in range(LANES):
        left = (_TWO * min(parent + lane, parents - _ONE) + _ONE) * HASH_WORDS
        put_pair(s, lane, nodes, left)
    pad(s, PAIR_WORDS)
    permute(s)


@compiled(types.void, WORDS)
def hash_levels(nodes: Any) -> None:
    """Write every inner node of a heap whose leaves are laid, lowest first."""
    s = np.zeros(LANES * STATE_WORDS, dtype=np.uint64)
    above = np.uint64(nodes.size) // HASH_WORDS // _TWO
    while above > _NONE:
        # The children of every parent from here on are leaves, or were hashed in the turn before.
        first = above // _TWO
        for parent in range(first, above, LANES):
            hash_eight_parents(s, nodes, parent, above)
            take_out(s, nodes, parent, above)
        above = first


@compiled(types.boolean, READ_WORDS, ORDER)
def has_ties(keys: Any, order: Any) -> Any:
    """Say whether two neighbours in the order have the same key."""
    tied = False
    for rank in range(1, order.size):
        tied |= keys[order[rank]] == keys[order[rank - 1]]
    return tied


@compiled(types.void, WORDS, POSITIONS, ORDER)
def lay_leaves(nodes: Any, positions: Any, order: Any) -> None:
    """Move the n hashes in the first rows to the end of the heap, the smallest last, in one array."""
    leaves = np.uint64(order.size)
    for rank in range(leaves):
        index = np.uint64(order[rank])
        # One row is both source and target, and is written last: the place of the greatest.
        position = _TWO * (leaves - _ONE) - rank
        positions[index] = position
        copy(nodes, index * HASH_WORDS, nodes, position * HASH_WORDS)


@compiled(types.void, WORDS, WORDS, types.uint64, types.uint64)
def fold_step(s: Any, pairs: Any, first: Any, end: Any) -> None:
    """Put the hash of each lane's pair in the place of its first, in the lanes from `first` to `end`."""
    for lane in range(first, end):
        put_pair(s, lane, pairs, lane * PAIR_WORDS)
    pad(s, PAIR_WORDS)
    permute(s)
    for lane in range(first, end):
        for word in range(HASH_WORDS):
            pairs[lane * PAIR_WORDS + word] = s[word * LANES + lane]


@compiled(types.void, READ_WORDS, READ_WORDS, READ_WORDS, ORDER, WORDS)
def fold_rows(leaves: Any, steps: Any, starts: Any, order: Any, out: Any) -> None:
    """Fold eight rows at a time, each to the end of its path; the order goes from short paths to long."""
    s = np.zeros(LANES * STATE_WORDS, dtype=np.uint64)
    pairs = np.zeros(LANES * PAIR_WORDS, dtype=np.uint64)
    for row in range(_NONE, np.uint64(order.size), LANES):
        places = order[row : row + LANES]
        end = np.uint64(places.size)
        for lane in range(end):
            copy(leaves, np.uint64(places[lane]) * HASH_WORDS, pairs, lane * PAIR_WORDS)
        first = _NONE
        for step in range(starts[places[-1] + 1] - starts[places[-1]]):
            while starts[places[first]] + step >= starts[places[first] + 1]:
                first += _ONE
            for lane in range(first, end):
                at = (starts[places[lane]] + step) * HASH_WORDS
                copy(steps, at, pairs, lane * PAIR_WORDS + HASH_WORDS)
            fold_step(s, pairs, first, end)
        for lane in range(end):
            copy(pairs, lane * PAIR_WORDS, out, np.uint64(places[lane]) * HASH_WORDS)


@compiled(types.boolean, READ_WORDS, types.uint64, READ_WORDS, READ_POSITIONS)
def has_wrong_leaf(digests: Any, first_index: Any, nodes: Any, positions: Any) -> Any:
    """Say whether a leaf hash is not at its position."""
    s = np.zeros(LANES * STATE_WORDS, dtype=np.uint64)
    rows = np.uint64(digests.size) // HASH_WORDS
    for row in range(_NONE, rows, LANES):
        hash_eight_leaves(s, digests, row, first_index)
        for lane in range(min(LANES, rows - row)):
            if not holds(s, lane, nodes, positions[row + lane] * HASH_WORDS):
                return True
    return False


@compiled(types.boolean, READ_WORDS)
def has_wrong_parent(nodes: Any) -> Any:
    """Say whether an inner node of a heap is not the hash of its children."""
    s = np.zeros(LANES * STATE_WORDS, dtype=np.uint64)
    parents = np.uint64(nodes.size) // HASH_WORDS // _TWO
    for parent in range(_NONE, parents, LANES):
        hash_eight_parents(s, nodes, parent, parents)
        for lane in range(min(LANES, parents - parent)):
            if not holds(s, lane, nodes, (parent + lane) * HASH_WORDS):
                return True
    return False


@compiled(types.void, READ_WORDS, READ_POSITIONS, READ_WORDS, READ_WORDS, WORDS)
def cut_rows(nodes: Any, positions: Any, tail: Any, starts: Any, out: Any) -> None:
    """Write the path of each position, then `tail`, to the row of `out` where `starts` says it starts."""
    for row in range(np.uint64(positions.size)):
        at = starts[row] * HASH_WORDS
        position = np.uint64(positions[row])
        while position > _NONE:
            sibling = position + _ONE if position & _ONE else position - _ONE
            copy(nodes, sibling * HASH_WORDS, out, at)
            at += HASH_WORDS
            position = (position - _ONE) // _TWO
        for word in range(np.uint64(tail.size)):
            out[at + word] = tail[word]
