"""
Status bits: where the bit of a credential lies, and what the words of its list and their events say of it.

Decides which bit counts (`index & 255` of word `index >> 8`) and which reason a revocation has. What a
status means is decided in `verifying`. Source: DESIGN section 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from attestree.registry.event_types import StatusChanged
from attestree.registry.facts import WHOLE_LIST_WORD, Purpose, Reason, StatusBits


@dataclass(frozen=True, slots=True)
class StatusWords:
    """The four words that decide about one index."""

    revocation: int
    """Word of the index, 256 bits."""
    suspension: int
    """Word of the index, 256 bits."""
    whole_revocation: int
    """Word of the whole list; any bit means all."""
    whole_suspension: int
    """Word of the whole list; any bit means all."""


def word_of(index: int) -> int:
    """Return the number of the word that holds the bit of `index`."""
    return index >> 8


def bit_of(index: int) -> int:
    """Return the mask of the bit of `index` in its word."""
    return 1 << (index & 255)


def build_masks(indexes: Iterable[int]) -> dict[int, int]:
    """Return word -> mask of the bits of `indexes`, words ascending; an index given twice counts once."""
    masks: dict[int, int] = {}
    for index in indexes:
        masks[word_of(index)] = masks.get(word_of(index), 0) | bit_of(index)
    return dict(sorted(masks.items()))


def build_status_bits(words: StatusWords, *, index: int, reason: Reason | None = None) -> StatusBits:
    """Return the status of `index`; `reason` is dropped where nothing is revoked."""
    bit = bit_of(index)
    whole = words.whole_revocation != 0 or words.whole_suspension != 0
    revoked = words.revocation & bit != 0 or words.whole_revocation != 0
    suspended = words.suspension & bit != 0 or words.whole_suspension != 0
    return StatusBits(
        revoked=revoked, suspended=suspended, whole_list=whole, reason=reason if revoked else None
    )


def find_reason(changes: Iterable[StatusChanged], *, list_id: bytes, index: int) -> Reason | None:
    """
    Return the reason of a revocation from an issuer's changes of status, oldest first; None = no such event.

    A credential can be revoked several times. `SUPERSEDED` is the mildest reason, so it stands only where
    every event gives it: nobody softens an earlier revocation, nor hides a later one. Otherwise the first
    harder reason stands.
    """
    reasons = [change.reason for change in changes if _revokes(change, list_id, index)]
    harder = [reason for reason in reasons if reason is not Reason.SUPERSEDED]
    return next(iter(harder or reasons), None)


def _revokes(change: StatusChanged, list_id: bytes, index: int) -> bool:
    if change.purpose is not Purpose.REVOCATION or change.list_id != list_id:
        return False
    bit = bit_of(index)
    return any(
        word == WHOLE_LIST_WORD or (word == word_of(index) and mask & bit) for word, mask in change.words
    )
