"""
The steps that a write can take next; one is one transaction of the store.

Decides their shape. Which one comes next is decided in `decide`; `anchoring.worker` takes it.
Every step carries a code that says why. Source: DESIGN section 6.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.outbox.records import Attempt, Fees, Receipt


@dataclass(frozen=True, slots=True)
class Sign:
    """Sign the first transaction with a new nonce and store it."""

    nonce: int
    """Next of the lane."""
    fees: Fees
    """What it may cost."""
    code: str = "outbox.new"
    """Why."""


@dataclass(frozen=True, slots=True)
class Bump:
    """Sign again with the same nonce and higher fees, and store it."""

    nonce: int
    """That of all live attempts."""
    fees: Fees
    """What it may cost now."""
    code: str = "outbox.too_cheap"
    """Why."""


@dataclass(frozen=True, slots=True)
class Send:
    """Hand stored bytes to the node; the first time, or the same bytes again."""

    attempt: Attempt
    """What to hand over."""
    code: str
    """Why."""


@dataclass(frozen=True, slots=True)
class Mined:
    """Record the block of a receipt with status 1."""

    receipt: Receipt
    """Where it was mined."""
    code: str = "outbox.mined"
    """Why."""


@dataclass(frozen=True, slots=True)
class Reverted:
    """Record the block of a receipt with status 0."""

    receipt: Receipt
    """Where it was mined."""
    code: str = "outbox.reverted"
    """Why."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Go back to SENT: the block that was recorded is no longer in the chain."""

    code: str = "outbox.block_changed"
    """Why."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Go back to SEALED: the nonce is spent without effect, for ever."""

    code: str = "outbox.no_effect"
    """Why."""


@dataclass(frozen=True, slots=True)
class Final:
    """Done, and it stays done."""

    code: str
    """Why."""


@dataclass(frozen=True, slots=True)
class Halt:
    """Stop: nothing more is signed until a person has looked."""

    code: str
    """Why."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing now."""

    code: str
    """Why."""


Step = Sign | Bump | Send | Mined | Reverted | Lost | Retry | Final | Halt | Wait
"""Everything that `decide` can answer."""
