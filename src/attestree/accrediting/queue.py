"""
Puts an act into the outbox, once.

Decides that an act which already waits is the same act, that one which is over may be asked again
(suspend, reinstate, suspend), and that the contract is asked first. Source: DESIGN section 6.
"""

from __future__ import annotations

from attestree.accrediting.acts import Act
from attestree.outbox.states import State
from attestree.ports import Clock, Entropy, Intent, NewIntent, Store, TransactionSender

WAITING = tuple(state for state in State if state not in (State.FINAL, State.HALTED))
"""States of a write that is still on its way."""


def queue_act(
    act: Act,
    *,
    registry: str,
    contract: bytes,
    store: Store,
    sender: TransactionSender,
    clock: Clock,
    entropy: Entropy,
) -> Intent:
    """
    Queue `act` for the registry called `registry` at `contract` (20 bytes).

    Returns:
        The intent that waits already for the same call by the same key, or a new one.

    Raises:
        RevertedError: The contract would refuse it now. Nothing is queued: it would wait for a day on
            which the contract no longer refuses, when nobody wants it any more.
    """
    for intent in store.fetch_intents(states=WAITING):
        wanted = intent.wanted
        if (wanted.payload, wanted.sender, wanted.to) == (act.payload, act.sender, contract):
            return intent
    sender.fetch_gas(sender=act.sender, to=contract, payload=act.payload)
    return store.add_intent(
        NewIntent(
            id=f"{act.kind}:{entropy.draw(8).hex()}",
            kind=act.kind,
            registry=registry,
            issuer=act.issuer,
            sender=act.sender,
            to=contract,
            payload=act.payload,
            probes=(),
            title=act.title,
            created=clock.now(),
        )
    )
