"""Sentences for `head.*`: replayed events that do not land where the registry says they do."""

from __future__ import annotations

from attestree.text.entry import Entry

_CAUSE = "The node left something out, made something up, or has lost part of its history."
_NEXT = "Use another node; if two independent nodes say the same, tell the registry's operator."

ENTRIES: dict[str, Entry] = {
    "head.registry": Entry(
        "The registry's own history is not complete: {folded} events were read, it counts {stored}.",
        cause=_CAUSE,
        next=_NEXT,
    ),
    "head.anchors": Entry(
        "The recordings of the issuer {issuer} do not add up: {folded} were read, {stored} were made.",
        cause=_CAUSE,
        next=_NEXT,
    ),
    "head.acts": Entry(
        "The history of the issuer {issuer} does not add up: {folded} events were read, {stored} took place.",
        cause=_CAUSE,
        next=_NEXT,
    ),
    "head.not_read": Entry(
        "Not every issuer's history could be compared with the registry.",
        cause="The comparison was cut short.",
        next="Try again.",
    ),
    "head.impossible_event": Entry(
        "The network reports an event {event} that cannot have happened at that place.",
        cause=_CAUSE,
        next=_NEXT,
    ),
}
"""Code to entry."""
