"""
What the catalogue says about documents that break a rule of the W3C data model: `model.*`.

Decides words only. Paths are names of the standards, such as issuer.id. Source: DESIGN section 2.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_NEXT = "Compare with the W3C standard, Verifiable Credentials Data Model 2.0."

ENTRIES: dict[str, Entry] = {
    "model.context_first": Entry(
        "@context does not begin with the address of the credentials standard.",
        cause="The first context says which version of the standard everything else follows.",
        next=_NEXT,
    ),
    "model.context_item": Entry(
        "{path} is neither an address nor a set of definitions.",
        cause="Nothing else can say what the words of a document mean.",
        next=_NEXT,
    ),
    "model.digest_differs": Entry(
        "The file that {path} names is not the one that the issuer meant.",
        cause="Its digest differs from the one written in the credential.",
        next="Ask the issuer for the right digest.",
    ),
    "model.digest_form": Entry("{path} is not the digest of a file.", next=_NEXT),
    "model.digest_missing": Entry(
        "{path} names a file without its digest.",
        cause="Without a digest nobody can tell whether the file is still the same.",
        next="Add digestSRI or digestMultibase.",
    ),
    "model.duplicate_id": Entry("{path} names a file that was named before.", next=_NEXT),
    "model.empty": Entry("{path} is empty.", cause="The standard demands something in it.", next=_NEXT),
    "model.language_value": Entry(
        "{path} is neither text nor text in a stated language.",
        cause="Such an object has @value, @language and @direction, and nothing else.",
        next=_NEXT,
    ),
    "model.no_type": Entry(
        "{path} does not say what kind of thing it is.",
        cause="The standard demands a type there: one word or address, or a list of them.",
        next=_NEXT,
    ),
    "model.url": Entry(
        "{path} is not exactly one address.",
        cause="The standard demands one URL there, such as https://..., urn:... or did:...",
        next=_NEXT,
    ),
}
"""Code to entry."""
