"""
Several anchors of one issuer as one call.

Decides which calls of `anchor` have a joint one, and its bytes: `anchorMany` with the same roots in the same
order. A call that is not exactly what `build_anchor` makes has none. It does not decide who travels
together. Source: `contracts/interfaces/ICredentialRegistry.sol`; docs/adr/0010.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.merkle.keccak import keccak256
from attestree.registry.calls import SIGNATURES, build_anchor_many

_WORD = 32
_LENGTH = 4 + 5 * _WORD
_WIDTHS = (20, _WORD, 4, 1, 13)
_SELECTOR = keccak256(SIGNATURES["anchor"].encode())[:4]

_Anchor = tuple[bytes, int, int, bytes]


def join_anchors(calls: Sequence[bytes]) -> bytes | None:
    """
    Return the call that does what these calls do together; a single one is its own.

    None where one of them is no call of `anchor`, or is for another issuer than the first.
    """
    if len(calls) == 1:
        return calls[0]
    split = [_split(call) for call in calls]
    anchors = [one for one in split if one is not None]
    if not anchors or len(anchors) != len(calls) or len({issuer for issuer, _ in anchors}) != 1:
        return None
    return build_anchor_many(anchors[0][0], [anchor for _, anchor in anchors])


def _split(call: bytes) -> tuple[bytes, _Anchor] | None:
    """Return issuer and root, size, kind and list of a call of `anchor`, or None for any other bytes."""
    words = [call[at : at + _WORD] for at in range(4, _LENGTH, _WORD)]
    if len(call) != _LENGTH or call[:4] != _SELECTOR:
        return None
    if any(any(word[:-width]) for word, width in zip(words, _WIDTHS, strict=True)):
        return None
    issuer, root, size, kind, listed = (word[-width:] for word, width in zip(words, _WIDTHS, strict=True))
    return issuer, (root, int.from_bytes(size), int.from_bytes(kind), listed)
