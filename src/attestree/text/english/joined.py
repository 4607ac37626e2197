"""What is said about batches that credentials join one by one."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "joined.busy": Entry(
        "Too many credentials are being issued at this moment.",
        cause="Others were faster each time; nothing was issued.",
        next="Ask again with the same Idempotency-Key.",
    ),
    "joined.changed": Entry(
        "The file of credential no. {index} of an open batch is not what was handed out.",
        cause="Something changed it on the disk. Its batch is not sealed, and nothing was recorded.",
        next="Restore the .open folder of the batch from a backup, then: attestree seal",
    ),
}
"""Code -> what is said."""
