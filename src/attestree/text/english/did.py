"""
What the catalogue says about DIDs, the identifiers of institutions: the codes `did.*`.

Source: DESIGN section 7.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_NOTHING_FOLLOWS = "Nothing follows from that, neither good nor bad: the public record does not need it."
_ASK = "Ask the institution to look at the document that it publishes there."

ENTRIES: dict[str, Entry] = {
    "did.malformed": Entry(
        "The institution's identifier is misspelt, so nobody can be asked for its keys.",
        cause="A DID is did:key or did:web and plain words after it; no path may climb out of its folder.",
        next="Ask the institution for its identifier.",
    ),
    "did.method": Entry(
        "The institution's identifier is of a kind that is not looked up here.",
        cause="Only did:key and did:web are.",
        next=_NOTHING_FOLLOWS,
    ),
    "did.off": Entry(
        "Nobody was asked for the institution's keys: that is switched off here.",
        cause="Asking tells the institution's host that somebody checks one of its credentials.",
        next="To allow it: --resolve-did-web, or did_web = true under [signatures] in the settings.",
    ),
    "did.forbidden_host": Entry(
        "The institution's identifier leads to a host that is not on the public internet; it is not asked.",
        cause="It names this machine, a private network, or a number in place of a name.",
        next=_NOTHING_FOLLOWS,
    ),
    "did.not_found": Entry(
        "The institution's host has no list of its keys (status {status}).",
        cause="The file did.json is not there, or the host sends elsewhere; no redirect is followed.",
        next=_ASK,
    ),
    "did.too_large": Entry(
        "The institution's host serves more than {limit} bytes for the list of its keys.",
        cause="Something else lies there.",
        next=_ASK,
    ),
    "did.no_answer": Entry(
        "The institution's host did not answer in time, or its certificate cannot be trusted.",
        cause="It is away, or something stands between.",
        next="Try again later. " + _NOTHING_FOLLOWS,
    ),
    "did.busy": Entry(
        "Too many institutions' hosts are being asked at this moment, so this one was not.",
        cause="Some of them do not answer.",
        next="Try again in a minute. " + _NOTHING_FOLLOWS,
    ),
    "did.bad_document": Entry(
        "What the institution's host serves is not the list of its keys.",
        cause="The file did.json is of another identifier, or out of form.",
        next=_ASK,
    ),
    "did.name_taken": Entry(
        "The file lists another key under the name of this one; nothing was written.",
        cause="What the other key signed would be looked up under that name, and would seem tampered with.",
        next="Leave signing_method out of the settings: the key is then called after itself.",
    ),
}
"""Code to entry."""
