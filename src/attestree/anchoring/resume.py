"""
Taking up a write that halted, because a person has looked and says so.

Decides from where it goes on: with a new nonce only if no transaction of ours can be mined any more.
Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.errors import TransitionError
from attestree.outbox.states import State
from attestree.ports import Attempt, Store, TransactionSender


def resume_intent(store: Store, sender: TransactionSender, intent_id: str) -> State:
    """
    Take a HALTED write up again and return the state it is in now: SEALED or SENT.

    Raises:
        TransitionError: `outbox.no_such_intent` or `outbox.not_halted`.
        UnavailableError: Chain or store do not answer; nothing was changed.
    """
    intent = store.fetch_intent(intent_id)
    if intent is None:
        raise TransitionError("outbox.no_such_intent")
    if intent.state is not State.HALTED:
        raise TransitionError("outbox.not_halted")
    attempts = store.fetch_attempts(intent_id)
    is_clear = _are_spent_by_others(sender, intent.wanted.sender, attempts)
    after = State.SEALED if is_clear else State.SENT
    store.resume_intent(intent_id, after=after, fence=intent.fence)
    return after


def _are_spent_by_others(sender: TransactionSender, address: bytes, attempts: Sequence[Attempt]) -> bool:
    """Say whether every nonce is spent for ever, and none of them by a transaction of ours."""
    if not attempts:
        return True
    final = sender.fetch_nonces(address).final
    receipts = sender.fetch_receipts([attempt.tx_hash for attempt in attempts])
    ours = any(receipt is not None for receipt in receipts.values())
    return not ours and all(attempt.nonce < final for attempt in attempts)
