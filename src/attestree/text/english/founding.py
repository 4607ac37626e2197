"""Sentences for founding and joining a registry."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "chain.no_receipt": Entry(
        "The deployed contract could not be found again.",
        cause="The node does not return the receipt of a transaction that it had mined.",
        next="Ask another node: change rpc in the settings, and run the command again.",
    ),
    "chain.other_network": Entry(
        "The chain at that address is not the one in the trust file.",
        cause="Its chain id, its first block or the code of the registry differ.",
        next="Check the RPC address, or get the trust file of the network you mean to join.",
    ),
}
"""Code to entry."""
