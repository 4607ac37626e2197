"""
Titles of writes, for people: what stands in lists, requests and alarms.

Decides words only, so that a write which is found again on chain is called what it was called when it was
asked for. Source: DESIGN section 6.
"""

from __future__ import annotations

from typing import Final

from attestree.registry.facts import Purpose

STATUS_VERBS: Final = {
    (Purpose.REVOCATION, True): "Revoke",
    (Purpose.SUSPENSION, True): "Suspend",
    (Purpose.SUSPENSION, False): "Reinstate",
}
"""What a change of status does, by purpose and whether it sets bits; the contract knows no others."""


def title_anchor(size: int, batch_title: str) -> str:
    """Return the title of the write that records a batch."""
    return f"Record {size:,} credential{'' if size == 1 else 's'}: {batch_title}"


def title_change(verb: str, count: int | None, named: str) -> str:
    """Return the title of a change of status; `count` None = all, `named` says of which batch."""
    return f"{verb} {'all' if count is None else count} of {named}"


def name_batch(batch_id: str, batch_title: str) -> str:
    """Return how a title names a batch whose documents are here."""
    return f"batch {batch_id}: {batch_title}"
