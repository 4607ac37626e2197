"""What recording costs, in words for the person who pays. Source: DESIGN section 6."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "fee.above_limit": Entry(
        "Recording is dearer at the moment than the limit that was set.",
        cause="The network is busy.",
        next="Nothing was sent and nothing is lost. Run `attestree anchor` later, or raise the limit.",
    ),
}
"""Code to entry."""
