"""
Taking up what halted, because a person has looked and says so.

Decides from where a write goes on: with a new nonce only if no transaction of ours can be mined any more.
Decides also what it takes to believe a chain again that took back what was final: the mark is forgotten,
and every write that is gone with it is taken up. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.anchoring.final_watch import BROKEN, find_vanished, halt_vanished
from attestree.anchoring.identity import fetch_pin, verify_identity
from attestree.errors import TransitionError
from attestree.outbox.states import State
from attestree.ports import Attempt, Intent, Store, TransactionSender


def resume_intent(store: Store, sender: TransactionSender, intent_id: str) -> State:
    """
    Take a HALTED write up again and return the state it is in now: SEALED or SENT.

    If it halted because finality broke, the chain is believed again as it stands.

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
    if intent.note == BROKEN:
        believe_again(store, sender, registry=intent.wanted.registry)
    store.resume_intent(intent_id, after=after, fence=intent.fence)
    return after


def believe_again(store: Store, sender: TransactionSender, *, registry: str) -> Sequence[Intent]:
    """
    Forget the final block that a registry's chain no longer holds, and return what waits for a person.

    Whatever is gone with it and was not HALTED yet, is now: nothing is taken for FINAL that is not there.

    Raises:
        ChainIdentityError: Another chain answers, not the same one with another end.
        UnavailableError: Chain or store do not answer; nothing was changed.
    """
    verify_identity(sender.fetch_identity(), pinned=fetch_pin(store, registry=registry))
    for intent in find_vanished(store, sender, registry=registry):
        halt_vanished(store, intent)
    store.drop_final_mark(registry)
    halted = store.fetch_intents(states=[State.HALTED])
    return [one for one in halted if one.wanted.registry == registry and one.note == BROKEN]


def _are_spent_by_others(sender: TransactionSender, address: bytes, attempts: Sequence[Attempt]) -> bool:
    """Say whether every nonce is spent for ever, and none of them by a transaction of ours."""
    if not attempts:
        return True
    final = sender.fetch_nonces(address).final
    receipts = sender.fetch_receipts([attempt.tx_hash for attempt in attempts])
    ours = any(receipt is not None for receipt in receipts.values())
    return not ours and all(attempt.nonce < final for attempt in attempts)
