"""
What a round of driving did, for the command line and for logs.

Decides the shape only. Codes are keys into the catalogue. Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from attestree.errors import AttestreeError
from attestree.outbox.states import State
from attestree.outbox.steps import Mined, Reverted, Step, Wait
from attestree.ports import Attempt, Intent


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to one write in one round."""

    intent_id: str
    """Which write."""
    kind: str
    """`anchor`, `status`, `accreditation`, `operator`, `registry` or `deploy`."""
    title: str
    """One line for people."""
    before: State
    """Where it stood."""
    after: State
    """Where it stands now."""
    code: str
    """Why; `outbox.*`, `fee.*` or the code of `error`."""
    tx_hash: bytes | None = None
    """Its newest transaction, 32 bytes; None before the first."""
    block_number: int | None = None
    """Where it was mined, once it was."""
    error: AttestreeError | None = None
    """What stood in the way; nothing was lost, the next round tries again."""
    acted: bool = False
    """Whether anything was stored or sent; a round without any may be followed by a pause."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One round over all writes of our keys."""

    events: tuple[Event, ...]
    """In the order in which they were queued."""
    waiting: int
    """Writes that are neither FINAL nor HALTED after the round."""

    @property
    def acted(self) -> bool:
        """Say whether the round changed anything."""
        return any(event.acted for event in self.events)


OnProgress = Callable[[Event], None]
"""Is told of every event as it happens."""


def ignore(_event: Event) -> None:
    """Tell nobody."""


def build_event(
    intent: Intent, step: Step, attempts: Sequence[Attempt] = (), *, after: State | None = None
) -> Event:
    """Say what a step did; `after` is where the write stands now, if it moved."""
    return Event(
        intent_id=intent.wanted.id,
        kind=intent.wanted.kind,
        title=intent.wanted.title,
        before=intent.state,
        after=intent.state if after is None else after,
        code=step.code,
        tx_hash=attempts[-1].tx_hash if attempts else None,
        block_number=step.receipt.block_number if isinstance(step, Mined | Reverted) else intent.block_number,
        acted=not isinstance(step, Wait),
    )


def build_blocked_event(
    before: Intent, stored: Intent, attempts: Sequence[Attempt], error: AttestreeError
) -> Event:
    """Say what stood in the way of a step; `stored` is the write as it stands now."""
    # The node has seen the nonce already: one of ours was mined meanwhile, or waits; looking tells.
    harmless = error.code in ("chain.nonce_too_low", "chain.underpriced")
    return Event(
        intent_id=before.wanted.id,
        kind=before.wanted.kind,
        title=before.wanted.title,
        before=before.state,
        after=stored.state,
        code=error.code,
        tx_hash=attempts[-1].tx_hash if attempts else None,
        block_number=stored.block_number,
        error=None if harmless else error,
        acted=stored.state is not before.state,
    )
