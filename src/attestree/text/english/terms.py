"""
What the catalogue says about the terms of a document that is signed as linked data: the codes `terms.*`.

Decides words only. Source: DESIGN section 4.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_ISSUER = "Ask the issuer for a credential that uses known terms only."

ENTRIES: dict[str, Entry] = {
    "terms.changed_context": Entry(
        "The file {file} of this program is not the file that was published.",
        cause="The installation is damaged, or somebody changed it.",
        next="Install Attestree again.",
    ),
    "terms.syntax": Entry(
        "The document is not written as linked data must be.",
        cause="It was made by a faulty program, or was changed afterwards.",
        next="Ask the issuer for a credential that other verifiers accept.",
    ),
    "terms.too_much_work": Entry(
        "The document would take too long to examine: more than {limit} steps.",
        cause="It is very large, or was built to keep verifiers busy.",
        next="Ask the issuer for a smaller credential.",
    ),
    "terms.undefined": Entry(
        "The document says something in {count:place|places} that has no settled meaning, "
        "so a signature would not cover it.",
        cause="None of its contexts defines a word, an address is not complete, or a member is null.",
        next=_ISSUER,
    ),
    "terms.unknown_context": Entry(
        "The document rests on a list of terms that is not known here.",
        cause="Lists of terms are never fetched: whoever could change one could change what is signed.",
        next=_ISSUER,
    ),
}
"""Code to entry."""
