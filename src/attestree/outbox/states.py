"""
The states of a write on its way to the chain, and the edges between them.

Decides which transitions exist. It does not decide when to take one (`decide`), nor how it is
stored (`adapters.sql`). Source: DESIGN section 6.
"""

from __future__ import annotations

from enum import StrEnum

from attestree.errors import TransitionError


class State(StrEnum):
    """Where a write stands."""

    OPEN = "open"
    """Rows may still join; nothing is fixed."""
    SEALED = "sealed"
    """Root, size and leaves (or the call) are fixed for ever."""
    SIGNED = "signed"
    """Nonce, raw transaction and its hash are stored; no byte has left yet."""
    SENT = "sent"
    """The bytes may have left; a time-out counts as sent."""
    MINED = "mined"
    """A receipt was seen in a block whose number and hash are stored."""
    FINAL = "final"
    """The block is final, its hash unchanged, and state at the final block agrees."""
    REVERTED = "reverted"
    """Mined with status 0; may be signed again once that receipt is final and the effect absent."""
    HALTED = "halted"
    """In doubt: nothing more is signed until a person has looked."""


EDGES: dict[State, frozenset[State]] = {
    State.OPEN: frozenset({State.SEALED}),
    State.SEALED: frozenset({State.SIGNED, State.FINAL, State.HALTED}),
    State.SIGNED: frozenset({State.SENT, State.MINED, State.FINAL, State.REVERTED, State.HALTED}),
    State.SENT: frozenset({State.SIGNED, State.MINED, State.FINAL, State.REVERTED, State.HALTED}),
    State.MINED: frozenset({State.SENT, State.FINAL, State.REVERTED, State.HALTED}),
    State.REVERTED: frozenset({State.SEALED, State.SENT, State.FINAL, State.HALTED}),
    State.FINAL: frozenset({State.HALTED}),
    State.HALTED: frozenset(),
}
"""Every edge there is. FINAL is left only to HALTED, with an alarm; HALTED only by a person."""


def verify_transition(*, before: State, after: State) -> None:
    """
    Return if the edge exists.

    Raises:
        TransitionError: `outbox.no_such_edge`.
    """
    if after not in EDGES[before]:
        raise TransitionError("outbox.no_such_edge", before=before.value, after=after.value)
