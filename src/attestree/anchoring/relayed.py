"""
Watching writes that somebody else sends, along with those of our own keys.

Decides what is read: the words of the effect, at the newest and the newest final block. No lease is
taken, for nothing is signed; two processes that see the end at once are told apart by the intent's fence.
Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attestree.anchoring.observe import fetch_effect
from attestree.anchoring.progress import Event, build_blocked_event, build_event
from attestree.errors import TransitionError
from attestree.outbox.relayed import decide_relayed, is_relayed
from attestree.outbox.states import State
from attestree.outbox.steps import Final
from attestree.ports import Intent, Store, TransactionSender
from attestree.registry.facts import BlockRef


def watch_relayed(
    store: Store, sender: TransactionSender, unfinished: Sequence[Intent], *, registry: str, final: BlockRef
) -> Iterator[Event]:
    """Look at every write of a registry that somebody else sends; what is final is recorded as such."""
    waiting = [
        intent
        for intent in unfinished
        if is_relayed(intent) and intent.wanted.registry == registry and intent.state is State.SEALED
    ]
    if not waiting:
        return
    latest = sender.fetch_block("latest")
    for intent in waiting:
        yield _watch(store, sender, intent, latest=latest, final=final)


def _watch(
    store: Store, sender: TransactionSender, intent: Intent, *, latest: BlockRef, final: BlockRef
) -> Event:
    """Look at one write and take its step."""
    probes = intent.wanted.probes
    words = sender.fetch_words([probe.slot for probe in probes], block=final)
    step = decide_relayed(
        effect_latest=fetch_effect(sender, probes, latest) is True,
        effect_final=fetch_effect(sender, probes, final) is True,
        slot_is_empty=not any(map(any, words)),
    )
    if not isinstance(step, Final):
        return build_event(intent, step)
    try:
        store.move_intent(intent.wanted.id, before=State.SEALED, after=State.FINAL, fence=intent.fence)
    except TransitionError as exc:
        return build_blocked_event(intent, store.fetch_intent(intent.wanted.id) or intent, (), exc)
    return build_event(intent, step, after=State.FINAL)
