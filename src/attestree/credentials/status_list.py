"""
Status bitmaps as the contract keeps them: bit `index & 255` of word `index >> 8`.

Decides the arithmetic between leaf indexes and {word: mask}. Does not know which bits are set, nor
the word that stands for a whole list. Source: DESIGN section 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attestree.errors import MalformedProofError
from attestree.merkle.kind import MAX_SIZE

WORD_BITS = 256
"""Bits of one word."""


def place_of(index: int) -> tuple[int, int]:
    """
    Return the word that holds an index, and the mask of its bit there.

    Raises:
        MalformedProofError: `proof.index_range`, outside 0 to 2^32 - 2.
    """
    if not 0 <= index < MAX_SIZE:
        raise MalformedProofError("proof.index_range", index=index, size=MAX_SIZE)
    return index >> 8, 1 << (index & 255)


def build_masks(indexes: Iterable[int]) -> dict[int, int]:
    """
    Return {word: mask} for leaf indexes, words ascending; an index given twice counts once.

    Raises:
        MalformedProofError: `proof.index_range`.
    """
    masks: dict[int, int] = {}
    for index in indexes:
        word, bit = place_of(index)
        masks[word] = masks.get(word, 0) | bit
    return dict(sorted(masks.items()))


def list_indexes(masks: Mapping[int, int]) -> list[int]:
    """
    Return the leaf indexes, ascending, that {word: mask} stands for; inverse of `build_masks`.

    Raises:
        MalformedProofError: `proof.index_range`, or `proof.mask_range` for a mask beyond 256 bits.
    """
    indexes: list[int] = []
    for word, mask in sorted(masks.items()):
        if not 0 <= mask < 1 << WORD_BITS:
            raise MalformedProofError("proof.mask_range", word=word)
        indexes.extend(word * WORD_BITS + bit for bit in range(WORD_BITS) if mask >> bit & 1)
    for index in indexes[:1] + indexes[-1:]:
        place_of(index)
    return indexes
