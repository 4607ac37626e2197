"""
Company: which writes may share a transaction with one that is signed for the first time.

Decides by what is queued alone: anchors of one institution, in one registry, by one key, with nothing but
anchors between them in the lane, so that no act of standing is overtaken. Whether each would be signed now is
decided in `decide`, whether the contract takes them together by an estimate. Source: docs/adr/0010.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attestree.outbox.lane import blocks
from attestree.outbox.records import Intent
from attestree.outbox.states import State

ANCHOR = "anchor"
"""Kind of the writes that may share a transaction."""


def list_company(lane: Sequence[Intent], place: int) -> Iterator[Intent]:
    """Yield what may come along with the write at a place of a lane, in the order it was queued."""
    first = lane[place]
    if not _is_plain(first):
        return
    for at in range(place + 1, len(lane)):
        later = lane[at]
        if later.state is not State.SEALED:
            # It has its nonce, or gets none
            continue
        if later.wanted.kind != ANCHOR:
            return
        is_free = not any(blocks(earlier, later) for earlier in lane[:at])
        if _is_plain(later) and _road(later) == _road(first) and is_free:
            yield later


def _is_plain(intent: Intent) -> bool:
    """Say whether a write is an anchor that needs no nonce of its own."""
    return intent.wanted.kind == ANCHOR and intent.wanted.nonce is None


def _road(intent: Intent) -> tuple[str, bytes, bytes, bytes]:
    """Return what the writes of one transaction share."""
    wanted = intent.wanted
    return wanted.registry, wanted.issuer, wanted.sender, wanted.to
