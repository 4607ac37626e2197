"""Which chain is meant, in words for the person who runs it. Source: DESIGN section 6."""

from __future__ import annotations

from attestree.text.entry import Entry

_NEXT = "Check the address of the node in attestree.toml. Nothing was signed and nothing was sent."
_WIPED = _NEXT + " For a test chain that was wiped on purpose: `attestree registry rerecord`."

ENTRIES: dict[str, Entry] = {
    "identity.not_pinned": Entry(
        'The registry "{registry}" has not been set up on this machine.',
        cause="It was never looked at, so there is nothing to compare the network with.",
        next="`attestree anchor` compares it with the settings once and remembers what it saw.",
    ),
    "identity.chain_id": Entry(
        "The node belongs to another network than the one that was set up.",
        cause="The network's number differs.",
        next=_NEXT,
    ),
    "identity.genesis": Entry(
        "The node belongs to another network than the one that was set up.",
        cause="Its first block differs, although its number is the same; a test network may have been wiped.",
        next=_WIPED,
    ),
    "identity.deploy_block": Entry(
        "The network has another history than the one that was set up.",
        cause="The block in which the public record was founded is another one.",
        next=_WIPED,
    ),
    "identity.finality_broken": Entry(
        "The network took back what it had called final: block {block} is another one now. "
        "No longer recorded for {registry}: {writes:finished write|finished writes}.",
        cause="The network had a severe fault, the node is not telling the truth, or a test chain was "
        "wound back.",
        next="Nothing was signed, and nothing more is signed for this registry. Ask another node what "
        "happened; then `attestree anchor --resume {registry}` records again what is gone.",
    ),
    "identity.code": Entry(
        "The public record at this address is not the one that was set up.",
        cause="Another contract, or none, stands at the address.",
        next=_WIPED,
    ),
}
"""Code to entry."""
