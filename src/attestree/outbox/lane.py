"""
The nonce lane: one key's transactions on one chain, in order.

Decides which nonce comes next, which writes must wait for another, and what the chain's counts say
about a key that somebody else may use too. The next nonce is one that we keep: it starts at the
chain's count when a key is first used, and grows by one with each nonce that is signed. What a node
says can stop a lane; it can never move one. Only a person can, who accepts what another sent.
Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from attestree.errors import ChainUnavailableError, TransitionError
from attestree.outbox.records import Intent, Lane, Nonces, Probe
from attestree.outbox.states import State

CLOSING_CODES = frozenset({"outbox.nonce_passed"})
"""Waits that close the lane: another sender seems to use the key."""

FOREIGN = "lane.foreign"
"""Nonces from the next one on are spent, and we did not sign them."""
FOREIGN_WAITING = "lane.foreign_waiting"
"""A node says that a transaction waits which we did not sign."""
GAP = "lane.gap"
"""A nonce of ours is out while a lower one is used by nobody."""
BEHIND = "lane.behind"
"""A node counts fewer transactions than were final: it is behind, or not telling the truth."""
UNSETTLED = "lane.unsettled"
"""A key with a past is used for the first time, and its past is not final yet."""
BEGUN = "lane.begun"
"""A key with a past begins its lane behind it; said once."""

TROUBLES = frozenset({FOREIGN, FOREIGN_WAITING, GAP, BEHIND})
"""What a person should hear of."""
NEEDS_A_PERSON = frozenset({FOREIGN, FOREIGN_WAITING, GAP, "outbox.lane_closed"})
"""Why nothing is signed until a person has looked; the rest passes by itself."""

MAX_COUNT = 2**53
"""More transactions than any key can have sent; a node that counts more is not believed."""

MAX_GAP = 16
"""Nonces that may be filled at once; more than these were never lost by accident."""


@dataclass(frozen=True, slots=True)
class LaneState:
    """What the chain's counts say about a lane."""

    code: str
    """Empty = the lane is open; else why nothing new may be signed."""
    nonces: range = range(0)
    """From the first to the last nonce in doubt."""
    missing: tuple[int, ...] = ()
    """Of those, the ones that nobody used, where there is a gap."""


OPEN_LANE = LaneState("")
"""Nothing stands in the way of the next nonce."""


def check_lane(lane: Lane, counts: Nonces, *, held: Collection[int]) -> LaneState:
    """
    Compare a lane with the chain's counts, which were read before the lane was.

    Args:
        lane: As it is stored.
        counts: The key's transaction counts; only `final` is the same from every node.
        held: Every nonce from `counts.mined` on that a stored transaction of ours has.
    """
    if counts.mined < max(lane.first, counts.final):
        return LaneState(BEHIND, range(counts.mined, max(lane.first, counts.final)))
    if counts.mined > lane.next:
        return LaneState(FOREIGN, range(lane.next, counts.mined))
    missing = tuple(nonce for nonce in range(counts.mined, lane.next) if nonce not in held)
    if missing:
        return LaneState(GAP, range(missing[0], missing[-1] + 1), missing)
    if counts.pending > lane.next:
        return LaneState(FOREIGN_WAITING, range(lane.next, counts.pending))
    return OPEN_LANE


def is_settled(counts: Nonces) -> bool:
    """Say whether all that a key ever sent is final, as far as the nodes know."""
    return counts.final == counts.mined >= counts.pending and counts.mined <= MAX_COUNT


def accept_foreign(lane: Lane, counts: Nonces) -> Lane:
    """
    Return the lane as it goes on behind what another sent.

    Raises:
        ChainUnavailableError: `lane.unsettled`, what another sent may still come or vanish.
        TransitionError: `lane.nothing_foreign`.
    """
    if counts.mined <= lane.next and counts.pending <= lane.next:
        raise TransitionError("lane.nothing_foreign")
    if not is_settled(counts):
        raise ChainUnavailableError("lane.unsettled")
    return Lane(lane.first, counts.mined)


def verify_nonce(nonce: int, *, lane: Lane, pinned: int | None) -> None:
    """
    Return if a nonce that was not signed before may be signed now.

    Args:
        nonce: The one to sign.
        lane: As it is stored.
        pinned: The very nonce that the write is for, where it fills a gap.

    Raises:
        TransitionError: `lane.wrong_nonce`.
    """
    expected = lane.next if pinned is None else pinned
    if nonce != expected or not lane.first <= nonce <= lane.next:
        raise TransitionError("lane.wrong_nonce", nonce=nonce, expected=lane.next)


def advance(lane: Lane, *, signed: int) -> Lane:
    """Return the lane after a nonce was signed; filling a gap does not move it."""
    return Lane(lane.first, max(lane.next, signed + 1))


def is_closed(lane: Iterable[Intent]) -> bool:
    """Say whether a write of the key is in doubt, so that no new nonce may be signed."""
    return any(intent.state is State.HALTED and not intent.is_given_up for intent in lane)


def blocks(earlier: Intent, later: Intent) -> bool:
    """
    Say whether a write must wait until an earlier one is FINAL, because both are seen in the same bits.

    Suspending and reinstating one credential would otherwise each take the other's effect for its own.
    """
    if earlier.state is State.FINAL or earlier.is_given_up or earlier.wanted.to != later.wanted.to:
        return False
    return any(_overlap(one, other) for one in earlier.wanted.probes for other in later.wanted.probes)


def _overlap(one: Probe, other: Probe) -> bool:
    """Say whether two probes look at the same bit."""
    return one.slot == other.slot and bool(one.mask & other.mask)
