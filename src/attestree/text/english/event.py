"""Sentences for `event.*`: what a node claims that the registry logged."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "event.unknown_topic": Entry(
        "The network reports an event that this registry does not have.",
        cause="The node does not tell the truth, or the registry is of another version than this program.",
        next="Update Attestree; if that changes nothing, use another node.",
    ),
    "event.malformed": Entry(
        "The network reports an event {event} that the registry would not have written like this.",
        cause="The node is out of order or does not tell the truth.",
        next="Use another node, best one of your own.",
    ),
    "event.foreign": Entry(
        "The network reports an event of another contract than the registry.",
        cause="The node is out of order or does not tell the truth.",
        next="Use another node, best one of your own.",
    ),
}
"""Code to entry."""
