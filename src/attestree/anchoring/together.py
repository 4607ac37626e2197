"""
Who comes along when a write is signed for the first time.

Decides that each is looked at by itself, by the same rules: it comes along only if it would be signed now,
alone. What the contract or the purse refuses together is sifted, then halved, before anything is signed; what
refuses the first alone is raised. Company costs nobody anything: what cannot be found out about others never
keeps the first waiting. Source: docs/adr/0010.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from attestree.anchoring.observe import Look
from attestree.errors import RefusedError, UnavailableError
from attestree.outbox.company import list_company
from attestree.outbox.decide import Limits, decide
from attestree.outbox.states import State
from attestree.outbox.steps import Sign
from attestree.ports import Intent, Store
from attestree.registry.joined import join_anchors

Estimate = Callable[[Sequence[Intent]], int]
"""Returns the gas of some writes together; RefusedError where contract or purse will not have them."""

_NOT_TOGETHER = (RefusedError, UnavailableError)


@dataclass(frozen=True, slots=True)
class Together:
    """Finds company for the writes of one lane, during one round."""

    store: Store
    """Knows the writes."""
    look: Look
    """At the chain, for this lane."""
    limits: Limits
    """How many may go together, and the rules for each."""

    def find(self, lane: Sequence[Intent], place: int, *, nonce: int, now: int) -> Sequence[Intent]:
        """
        Return a write, by its place, and all that may be signed with it, in the order they were queued.

        Args:
            lane: Everything queued for the key.
            place: Of the write, which has no attempts and would be signed now.
            nonce: That it would be signed with.
            now: Wall clock, Unix seconds.
        """
        found = [lane[place]]
        for later in self._list_company(lane, place):
            if len(found) >= self.limits.together:
                break
            try:
                fresh = self.store.fetch_intent(later.wanted.id)
                if fresh is not None and self._would_sign(fresh, nonce=nonce, now=now):
                    found.append(fresh)
            except UnavailableError:
                # Its own turn says so; asking for more would only wait longer
                break
        return found

    def _list_company(self, lane: Sequence[Intent], place: int) -> Iterator[Intent]:
        """Yield those whose calls have a joint one with the first."""
        call = lane[place].wanted.payload
        for later in list_company(lane, place):
            if join_anchors([call, later.wanted.payload]) is not None:
                yield later

    def _would_sign(self, intent: Intent, *, nonce: int, now: int) -> bool:
        """Say whether a write would be signed now, for the first time, if it were its turn."""
        if intent.state is not State.SEALED or self.store.fetch_attempts(intent.wanted.id):
            return False
        seen = self.look.observe(intent, (), now=now, next_nonce=nonce)
        return isinstance(decide(intent, (), seen, self.limits), Sign)


def join_calls(intents: Sequence[Intent]) -> bytes:
    """
    Return the call of some writes together; a single one has its own.

    Raises:
        RefusedError: `outbox.not_together`, they have none.
    """
    call = join_anchors([one.wanted.payload for one in intents])
    if call is None:
        raise RefusedError("outbox.not_together")
    return call


def narrow(intents: Sequence[Intent], estimate: Estimate) -> tuple[Sequence[Intent], int]:
    """Return those taken together, the first among them, and their gas; raises what refuses it alone."""
    first, *beside = intents
    alone: int | None = None
    while beside:
        try:
            return [first, *beside], estimate([first, *beside])
        except _NOT_TOGETHER:
            if alone is not None:
                beside = beside[: len(beside) // 2]
                continue
        alone = estimate([first])
        sifted = [one for one in beside if _is_taken(one, estimate)]
        beside = sifted if len(sifted) < len(beside) else beside[: len(beside) // 2]
    return [first], estimate([first]) if alone is None else alone


def _is_taken(intent: Intent, estimate: Estimate) -> bool:
    """Say whether a write is taken alone."""
    try:
        estimate([intent])
    except _NOT_TOGETHER:
        return False
    return True
