"""One writer at a time, in words for the person who runs it. Source: DESIGN section 6."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "lease.held": Entry(
        "Another process is recording with this key: {owner}.",
        cause="`attestree anchor --watch` is running, or a process ended without giving the key back.",
        next="Let it do the work, or stop it; after {seconds} seconds of silence the key is free again.",
    ),
    "lease.lost": Entry(
        "Another process took over recording with this key.",
        cause="This process was asleep or cut off for too long.",
        next="Nothing was sent. Run the command again.",
    ),
}
"""Code to entry."""
