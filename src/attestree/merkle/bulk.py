"""
The bulk route: eight hashes at once, over arrays that are views of the caller's bytes.

Sorts by the first eight bytes of a hash, and by all of them where two are alike there: who grinds hashes
to collide gets the same tree, only a slower sort. Importing this loads numpy and numba: `routes` does.
Beside the arrays it is given, laying a tree takes 16 bytes a leaf for the time of the sort.
Source: DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attestree.errors import MalformedTreeError
from attestree.merkle import passes
from attestree.merkle.kind import HASH_SIZE

Words = NDArray[np.uint64]
"""An array of 64-bit words."""

_WORD = np.dtype(np.uint64)
_POSITION = np.dtype(np.uint32)
_HASH_WORDS = HASH_SIZE // _WORD.itemsize
# sorting one row takes longer than hashing it
_ONE_ROW = np.zeros(1, dtype=np.int64)


class BulkRoute:
    """`routes.Route`, eight hashes at once."""

    def hash_all(self, messages: memoryview, *, width: int) -> bytes:
        """Return the Keccak-256 of each message of `width` bytes."""
        out = np.empty(len(messages) // width * _HASH_WORDS, dtype=_WORD)
        passes.hash_rows(_array(messages, _WORD), width // _WORD.itemsize, out)
        return out.tobytes()

    def lay_leaves(self, digests: memoryview, nodes: memoryview, *, first_index: int) -> None:
        """Write the leaf hash of each digest into the first rows of `nodes`."""
        target = nodes[: len(digests)]
        words = _array(target, _WORD)
        passes.hash_leaves(_array(digests, _WORD), first_index, words)
        _write_back(words, target)

    def lay_tree(self, nodes: memoryview, positions: memoryview) -> None:
        """Sort the leaf hashes in the first rows, and lay the whole tree over them."""
        words, places = _array(nodes, _WORD), _array(positions, _POSITION)
        leaves = words[: places.size * _HASH_WORDS]
        keys = leaves[::_HASH_WORDS].byteswap()
        order = np.argsort(keys)
        if passes.has_ties(keys, order):
            order = _exact_order(leaves)
        del keys
        passes.lay_leaves(words, places, order)
        del order
        passes.hash_levels(words)
        _write_back(words, nodes)
        _write_back(places, positions)

    def fold_all(self, leaf_hashes: memoryview, paths: Sequence[bytes]) -> bytes:
        """Return the root of each leaf hash and its path, one after another."""
        lengths = [len(path) // HASH_SIZE for path in paths]
        starts = np.fromiter(accumulate(lengths, initial=0), dtype=_WORD, count=len(paths) + 1)
        order = _ONE_ROW
        if len(paths) != 1:
            order = np.argsort(np.fromiter(lengths, dtype=np.uint8, count=len(paths)), kind="stable")
        out = np.empty(len(leaf_hashes) // _WORD.itemsize, dtype=_WORD)
        steps = _array(memoryview(b"".join(paths)), _WORD)
        passes.fold_rows(_array(leaf_hashes, _WORD), steps, starts, order, out)
        return out.tobytes()

    def first_misplaced(self, positions: memoryview, *, leaves: int) -> int | None:
        """Return the first row whose position is no leaf's in a heap of so many leaves, or None."""
        places = _array(positions, _POSITION)
        wrong = (places < leaves - 1) | (places > 2 * leaves - 2)
        return int(wrong.argmax()) if wrong.any() else None

    def has_wrong_leaf(
        self, digests: memoryview, nodes: memoryview, positions: memoryview, *, first_index: int
    ) -> bool:
        """Say whether a leaf hash is not at its position."""
        places = _array(positions, _POSITION)
        words = _array(nodes, _WORD)
        return bool(passes.has_wrong_leaf(_array(digests, _WORD), first_index, words, places))

    def has_wrong_parent(self, nodes: memoryview) -> bool:
        """Say whether an inner node of a heap is not the hash of its children."""
        return bool(passes.has_wrong_parent(_array(nodes, _WORD)))

    def cut_paths(
        self, pieces: Sequence[tuple[memoryview, memoryview, bytes]]
    ) -> tuple[memoryview, memoryview]:
        """Return all paths, one after another, and where each starts and the last ends, in bytes."""
        lengths = [_path_steps(*piece) for piece in pieces]
        starts = np.zeros(1 + sum(map(len, lengths)), dtype=_WORD)
        np.cumsum(np.concatenate([starts[:0], *lengths]), out=starts[1:])
        out = np.empty(int(starts[-1]) * _HASH_WORDS, dtype=_WORD)
        row = 0
        for nodes, positions, tail in pieces:
            places = _array(positions, _POSITION)
            tail_words = _array(memoryview(tail), _WORD)
            passes.cut_rows(_array(nodes, _WORD), places, tail_words, starts[row:], out)
            row += places.size
        starts *= _WORD.type(HASH_SIZE)
        return out.view(np.uint8).data, starts.data.toreadonly()


def _path_steps(nodes: memoryview, positions: memoryview, tail: bytes) -> Words:
    """Return the number of steps of each path: in a heap, one of two numbers that follow each other."""
    leaves = len(nodes) // HASH_SIZE // 2 + 1
    least = leaves.bit_length() - 1
    deeper = _array(positions, _POSITION) + 1 >= 2 << least
    return deeper.astype(_WORD) + _WORD.type(least + len(tail) // HASH_SIZE)


def _array(view: memoryview, kind: np.dtype[Any]) -> NDArray[Any]:
    """Return the view as an array; a copy where it does not begin on a word, as compiled code wants."""
    array = np.frombuffer(view, dtype=kind)
    return array if array.flags.aligned else array.copy()


def _write_back(array: NDArray[Any], view: memoryview) -> None:
    """Write an array into the view it was made of, where it had to be a copy."""
    target = np.frombuffer(view, dtype=array.dtype)
    if not target.flags.aligned:
        target[:] = array


def _exact_order(leaves: Words) -> NDArray[np.int64]:
    """Return the row numbers of the hashes, smallest first, by all their bytes."""
    columns = [leaves[word::_HASH_WORDS].byteswap() for word in range(_HASH_WORDS)]
    order: NDArray[np.int64] = np.lexsort(columns[::-1])
    alike = np.ones(order.size - 1, dtype=np.bool_)
    for column in columns:
        alike &= column[order[1:]] == column[order[:-1]]
    if alike.any():
        rank = int(alike.argmax())
        raise MalformedTreeError("tree.duplicate_leaf", first=int(order[rank]), second=int(order[rank + 1]))
    return order
