"""
Writes that somebody else sends: signed here, paid for elsewhere, and only watched here.

Decides what there is to do for such a write: nothing, until its effect is final. It has no key and no
nonce of ours, so nothing is ever signed or sent for it. Source: DESIGN sections 5 and 6.
"""

from __future__ import annotations

from attestree.outbox.records import Intent
from attestree.outbox.steps import Final, Step, Wait

NOBODY = bytes(20)
"""Sender of a write that no key of ours sends: the zero address, which no key has."""


def is_relayed(intent: Intent) -> bool:
    """Say whether somebody else sends this write."""
    return intent.wanted.sender == NOBODY


def decide_relayed(*, effect_latest: bool, effect_final: bool, slot_is_empty: bool) -> Step:
    """
    Return the next step of a write that somebody else sends.

    Args:
        effect_latest: Whether its probes agree at the newest block.
        effect_final: Whether they agree at the newest final block.
        slot_is_empty: Whether the words that it writes are still zero at the newest final block.
    """
    if effect_final:
        return Final("outbox.done_by_another")
    if effect_latest:
        return Wait("outbox.effect_not_final")
    return Wait("outbox.waits_for_relayer" if slot_is_empty else "outbox.root_taken")
