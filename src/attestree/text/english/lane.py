"""A key that somebody else may use too, in words for the person who is called. Source: DESIGN section 6."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "lane.foreign": Entry(
        "Somebody else has sent a transaction with this key; nothing new is signed with it.",
        cause="Another program uses the key, the store is an old copy, or the key was stolen.",
        next="Find out who sent it. If it was you: `attestree anchor --accept-foreign {address}`, once it is"
        " final. If it was not, the key is stolen: see docs/how-to/stolen-key.md.",
    ),
    "lane.foreign_waiting": Entry(
        "A transaction of this key waits that was not made here; nothing new is signed with it.",
        cause="Another program uses the key, the key was stolen, or the node is wrong.",
        next="Find out who sent it. Once it is final: `attestree anchor --accept-foreign {address}`. Where"
        " nobody sent anything, name another node in the settings.",
    ),
    "lane.gap": Entry(
        "A transaction of this key cannot be recorded: one with a lower number is missing.",
        cause="The network took back a transaction that somebody else had sent with this key.",
        next="`attestree anchor --fill-gap {address}` sends an empty one with that number.",
    ),
    "lane.behind": Entry(
        "The node knows fewer transactions of this key than were final; nothing is signed meanwhile.",
        cause="The node is behind, or it is not telling the truth.",
        next="It passes by itself where the node catches up; else name another node in the settings.",
    ),
    "lane.unsettled": Entry(
        "What was sent with this key elsewhere is not final yet.",
        cause="Counting on from it is safe only when nobody can undo it.",
        next="Wait until it is final, some minutes on most networks, then run the command again.",
    ),
    "lane.begun": Entry(
        "This key was used elsewhere before; it goes on behind its earlier transactions.",
    ),
    "lane.nothing_foreign": Entry(
        "Nobody else has used this key: there is nothing to accept.",
        next="`attestree doctor` says how the key stands.",
    ),
    "lane.no_gap": Entry(
        "No transaction of this key is missing: there is nothing to fill.",
        next="`attestree doctor` says how the key stands.",
    ),
    "lane.wide_gap": Entry(
        "{missing} transactions of this key are missing, too many to fill.",
        cause="So many are not lost by accident; the node may not be telling the truth.",
        next="Compare with another node; `attestree doctor` asks each alone.",
    ),
    "lane.not_known": Entry(
        "No registry of the settings knows this key.",
        next="`attestree doctor` lists the keys and their addresses.",
    ),
    "lane.no_pin": Entry(
        "The registry has not been set up on this machine yet.",
        next="`attestree anchor` compares it with the settings once and remembers what it saw.",
    ),
    "lane.wrong_nonce": Entry(
        "A transaction out of turn was refused.",
        cause="Number {nonce} was to be signed, and {expected} is next.",
        next="Nothing was sent. Run the command again.",
    ),
    "lane.nonce_taken": Entry(
        "A second write for the same transaction number was refused.",
        cause="Another write holds number {nonce}.",
        next="Nothing was sent. Run the command again.",
    ),
}
"""Code to entry."""
