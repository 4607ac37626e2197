"""
The fee rule: how much gas a transaction may use, what it may cost, and how a waiting one is made dearer.

Decides amounts only; when to raise them is decided in `decide`. A node keeps the old transaction
unless both fees rise by its margin, 10 % in most; an eighth is above that everywhere.
Source: DESIGN section 6; EIP-1559.
"""

from __future__ import annotations

from attestree.outbox.records import Fees

DEFAULT_LIMIT_WEI = 200 * 10**9
"""Most that a unit of gas may cost unless the settings say otherwise."""

GAS_MARGIN_PARTS = 5
"""A transaction may use one part in this many above the estimate: heads move before it is mined."""

USUAL_GAS = 80_000
"""Most that recording a batch takes, with room; status changes of a few credentials take less."""

_PARTS = 8
"""A raise adds one part in this many, 12.5 %."""


def limit_gas(estimate: int) -> int:
    """Return the most gas that a transaction may use, given what the node thinks it needs."""
    return estimate + estimate // GAS_MARGIN_PARTS


def raise_fees(paid: Fees, *, suggested: Fees) -> Fees:
    """Return fees at least an eighth above those paid so far and no lower than those suggested now."""
    return Fees(
        max_fee=max(_raise(paid.max_fee), suggested.max_fee),
        priority_fee=max(_raise(paid.priority_fee), suggested.priority_fee),
    )


def count_affordable(balance_wei: int, *, fees: Fees) -> int:
    """Return how many usual transactions a balance pays for, each at its dearest."""
    return balance_wei // (USUAL_GAS * max(1, fees.max_fee))


def is_within(fees: Fees, *, limit_wei: int) -> bool:
    """Say whether no unit of gas can cost more than the limit."""
    return fees.max_fee <= limit_wei


def _raise(wei: int) -> int:
    """Return an eighth more, rounded up."""
    return wei + -(-wei // _PARTS)
