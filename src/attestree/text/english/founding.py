"""Sentences for founding and joining a registry."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "chain.no_receipt": Entry(
        "The deployed contract could not be found again.",
        cause="The node does not return the receipt of a transaction that it had mined.",
        next="Ask another node: change rpc in the settings, and run the command again.",
    ),
    "chain.no_local_chain": Entry(
        "No local test chain answers at {host}.",
        cause="It is not running, or it runs on another port.",
        next="Start one in another terminal with `attestree chain`, or give its address with --rpc.",
    ),
    "chain.other_network": Entry(
        "The chain at that address is not the one in the trust file.",
        cause="Its chain id, its first block or the code of the registry differ.",
        next="Check the RPC address, or get the trust file of the network you mean to join.",
    ),
}
"""Code to entry."""
