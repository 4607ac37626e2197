"""
What is said of views that a server keeps, and of what is not proven in them yet.

Decides words only; raised in `adapters/evm/followed_facts`, `following` and `snapshot`. Source: DESIGN
section 7.
"""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "chain.unproven_issuer": Entry(
        "Nothing has been seen of this issuer, and it is not yet certain that there is nothing.",
        cause="It is being looked up in the public record for the first time.",
        next="Check again in a few seconds.",
    ),
    "snapshot.damaged": Entry(
        "What was kept of the public record is damaged, and was thrown away.",
        cause="The file was cut short or changed, or another version wrote it.",
        next="Nothing: the record is being read from its beginning.",
    ),
    "snapshot.other_registry": Entry(
        "What was kept is of another public record, and was thrown away.",
        cause="The folder belongs to another installation, or the trust file now names another registry.",
        next="Nothing: the record is being read from its beginning. Use one folder an installation.",
    ),
    "snapshot.block_gone": Entry(
        "What was kept ends in a block that the network no longer has; it was thrown away.",
        cause="The network replaced that block, or it is a test network that was wiped.",
        next="Nothing: the record is being read from its beginning.",
    ),
    "snapshot.heads": Entry(
        "What was kept does not agree with the public record, and was thrown away.",
        cause="The file was changed, or the node that was asked does not tell the truth.",
        next="Nothing: the record is being read from its beginning.",
    ),
    "snapshot.unreadable": Entry(
        "What was kept of the public record could not be read ({file}).",
        cause="Rights or a disk fault are in the way.",
        next="Check the folder that --snapshots names; until then every start reads the whole record.",
    ),
}
