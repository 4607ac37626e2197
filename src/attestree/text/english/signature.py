"""
What the catalogue says about signatures: the codes `signature.*` that are raised.

Decides words only. The lines of a verdict about signatures stand in `check`. Source: DESIGN section 7.
"""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "signature.bad_key": Entry(
        "A public key is named that is no key.",
        cause="The key was cut or changed on its way, or was made by a faulty program.",
        next="Ask the issuer for its right key.",
    ),
    "signature.key_kind": Entry(
        "A public key is of a kind that is not known here.",
        cause="Known are Ed25519, P-256 and P-384.",
        next="Ask the issuer for a credential that is signed with one of these.",
    ),
    "signature.key_not_listed": Entry(
        "The issuer's own list of keys does not have the key that signed.",
        cause="The key was withdrawn, or somebody else signed in the issuer's name.",
        next="Ask the issuer which keys are theirs.",
    ),
    "signature.mismatch": Entry(
        "The signature does not fit the credential.",
        cause="The credential was changed after it was signed, or was signed with another key.",
        next="Do not rely on this credential. Ask the holder for the original file.",
    ),
    "signature.multibase": Entry(
        "A key or a signature is not spelled as the standards say.",
        cause="It was cut or changed on its way, or was made by a faulty program.",
        next="Ask the holder for the original file.",
    ),
    "signature.options": Entry(
        "The signature does not say what it must: {member}.",
        cause="It was cut or changed on its way, or was made by a faulty program.",
        next="Ask the holder for the original file.",
    ),
    "signature.previous_proof": Entry(
        "A signature rests on another one that the document does not carry, or carries twice.",
        cause="A signature was taken out of the document, or put in.",
        next="Ask the holder for the original file.",
    ),
    "signature.proofs": Entry(
        "The signatures of the document cannot be read, or are more than {limit}.",
        cause="The document was changed, or was made by a faulty program.",
        next="Ask the holder for the original file.",
    ),
    "signature.no_such_suite": Entry(
        "The signature is of a kind that is not known here.",
        cause="It may have been made by a newer program.",
        next="Update this software and check again.",
    ),
    "signature.claims": Entry(
        "The token around the credential says something else than the credential: {claim}.",
        cause="It was made by a faulty program, or was put together from two.",
        next="Do not rely on this credential. Ask the issuer for a new one.",
    ),
    "signature.token": Entry(
        "The signed token is not written as the standard says.",
        cause="It was cut or changed on its way, or was made by a faulty program.",
        next="Ask the holder for the original file.",
    ),
}
"""Code to entry."""
