"""
The nonce lane: one key's transactions on one chain, in order.

Decides which nonce comes next and which writes must wait for another. Every nonce that was signed
is spent by us, so that the lane never has a gap. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Iterable

from attestree.outbox.records import Intent, Probe
from attestree.outbox.states import State

CLOSING_CODES = frozenset({"outbox.nonce_passed"})
"""Waits that close the lane: another sender seems to use the key."""


def next_nonce(*, mined: int, last_signed: int | None) -> int:
    """
    Return the nonce of the next transaction.

    Args:
        mined: The key's transactions in blocks.
        last_signed: The highest nonce ever signed with the key on this chain; None = none yet.
    """
    return mined if last_signed is None else max(mined, last_signed + 1)


def is_closed(lane: Iterable[Intent]) -> bool:
    """Say whether a write of the key is in doubt, so that no new nonce may be signed."""
    return any(intent.state is State.HALTED for intent in lane)


def blocks(earlier: Intent, later: Intent) -> bool:
    """
    Say whether a write must wait until an earlier one is FINAL, because both are seen in the same bits.

    Suspending and reinstating one credential would otherwise each take the other's effect for its own.
    """
    if earlier.state is State.FINAL or earlier.wanted.to != later.wanted.to:
        return False
    return any(_overlap(one, other) for one in earlier.wanted.probes for other in later.wanted.probes)


def _overlap(one: Probe, other: Probe) -> bool:
    """Say whether two probes look at the same bit."""
    return one.slot == other.slot and bool(one.mask & other.mask)
