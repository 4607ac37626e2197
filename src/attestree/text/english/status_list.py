"""What is said of status lists: those that wallets read here, and those of others."""

from __future__ import annotations

from attestree.text.entry import Entry

_ASK = "Ask whoever issued the credential to mend the list."

ENTRIES: dict[str, Entry] = {
    "status_list.not_a_list": Entry(
        "This is no status list: {path} is missing or of the wrong kind.",
        cause="What lies at its address is something else, or does not follow Bitstring Status List 1.0.",
        next=_ASK,
    ),
    "status_list.not_encoded": Entry(
        "The bits of the status list cannot be read.",
        cause="It must be gzip, written in base64url behind a u; something was cut or changed.",
        next=_ASK,
    ),
    "status_list.too_large": Entry(
        "The status list unfolds to more than {limit} bytes, so it is not read.",
        cause="It is made to use up memory, or by far larger than any list in use.",
        next=_ASK,
    ),
    "status_list.too_short": Entry(
        "The status list has fewer than {least} places.",
        cause="The standard asks for so many, so that nobody learns from a look whose credential it was for.",
        next=_ASK,
    ),
    "status_list.range": Entry(
        "The credential points behind the end of its status list, which has {count} places.",
        cause="It names another list than its own, or the list was replaced by a shorter one.",
        next=_ASK,
    ),
    "status_list.entry": Entry(
        "The credential does not say properly where its status lies: {path}.",
        cause="The entry does not follow Bitstring Status List 1.0.",
        next="Ask whoever issued the credential for a corrected one.",
    ),
}
"""Code -> what is said."""
