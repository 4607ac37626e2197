"""
Giving a sealed batch up, because it can never be recorded any more.

Decides when that is certain: something else stands in the place of its anchor at a final block, or the
institution ruled its root out; and nothing of ours is still on its way. Then the roster may be sealed anew
without anything ever being recorded twice. Source: DESIGN sections 5 and 6.
"""

from __future__ import annotations

from attestree.anchoring.relay import Standing, fetch_standing
from attestree.errors import RequestError
from attestree.outbox.states import State
from attestree.ports import Intent, Store, TransactionSender

NOTES = {Standing.TAKEN: "outbox.root_taken", Standing.RULED_OUT: "outbox.ruled_out"}
"""What stands there -> why the write is given up."""


def find_doomed(
    store: Store, sender: TransactionSender, *, batch_id: str, issuer: bytes
) -> tuple[Intent, str]:
    """
    Return the anchor of a batch that can never be recorded, and why.

    Raises:
        RequestError: `request.no_such_batch`; `request.still_out` where it is on its way, recorded, or given
            up already; `request.not_squatted` where nothing else stands in its place.
        UnavailableError: Chain or store do not answer; nothing is known.
    """
    batch = store.fetch_batch(batch_id)
    if batch is None or batch.issuer != issuer:
        raise RequestError("request.no_such_batch")
    anchors = [one for one in store.fetch_intents(states=[State.SEALED]) if one.wanted.batch_id == batch_id]
    if not anchors:
        raise RequestError("request.still_out", batch=batch_id)
    (intent,) = anchors
    standing = fetch_standing(sender, intent.wanted.probes[0], block=sender.fetch_block("final"))
    if standing not in NOTES:
        raise RequestError("request.not_squatted", batch=batch_id)
    return intent, NOTES[standing]


def give_up(store: Store, sender: TransactionSender, *, batch_id: str, issuer: bytes) -> str:
    """Give up a batch that can never be recorded, and return why; raises as `find_doomed`."""
    intent, note = find_doomed(store, sender, batch_id=batch_id, issuer=issuer)
    store.give_up_batch(batch_id, fence=intent.fence, note=note)
    return note
