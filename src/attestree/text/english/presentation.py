"""
What the catalogue says about presentations, credentials shown by their holder: `presentation.*`.

Decides words only. Source: DESIGN section 2.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_ASK_AGAIN = "Ask the holder to present again, with a new challenge."

ENTRIES: dict[str, Entry] = {
    "presentation.answered": Entry("The holder signed this in answer to your question."),
    "presentation.challenge": Entry(
        "This was signed in answer to another challenge.",
        cause="It may be an older answer, shown again by somebody else.",
        next=_ASK_AGAIN,
    ),
    "presentation.credential": Entry(
        "This is a credential, and nobody presents it.",
        cause="A challenge was named, and only a presentation answers one: the holder signs it.",
        next="Leave the challenge out to judge the credential alone, or ask the holder to present it.",
    ),
    "presentation.domain": Entry(
        "This was signed for somebody else to check.",
        cause="The holder signed for another domain than the one asked for.",
        next=_ASK_AGAIN,
    ),
    "presentation.enveloped": Entry(
        "What stands at {path} is wrapped in a form that is not read here.",
        cause="A presentation is read as JSON; a credential in it as JSON, or as a token (VC-JWT).",
        next="Ask the holder to present it as JSON, with a data integrity proof.",
    ),
    "presentation.expired": Entry(
        "The holder's signature has lapsed.",
        cause="It says itself until when it counts, and that moment is over.",
        next=_ASK_AGAIN,
    ),
    "presentation.holder_unknown": Entry(
        "Who the holder is could not be established.",
        cause="The holder's DID is neither a did:key nor one that may be looked up here.",
        next="Ask for a presentation by a did:key, or allow did:web to be looked up.",
    ),
    "presentation.no_challenge": Entry(
        "The question lacks a challenge or a domain.",
        cause="Without both, an answer given to anybody could be shown to you again.",
        next="Draw a new random challenge for every question, and state your domain.",
    ),
    "presentation.no_method": Entry(
        "The signature does not name the key that made it.",
        cause="verificationMethod is missing, or is not the address of a key under a DID.",
        next=_ASK_AGAIN,
    ),
    "presentation.no_proof": Entry(
        "Nobody signed this presentation.",
        cause="Anybody can copy credentials into a file; only the holder can sign.",
        next=_ASK_AGAIN,
    ),
    "presentation.one_file": Entry(
        "One presentation is judged at a time.",
        cause="A challenge is good for one answer only.",
        next="Name one file, or leave --challenge and --domain out to judge credentials.",
    ),
    "presentation.other_holder": Entry(
        "The signature is not by the holder.",
        cause="The key belongs to another DID than the one that is named as holder.",
        next=_ASK_AGAIN,
    ),
    "presentation.other_subject": Entry(
        "This credential is not about the person who presents it.",
        cause="The id of its subject is not the holder's DID, or it has none.",
        next="Ask for a credential issued to the holder's own DID, or check the holder in person.",
    ),
    "presentation.purpose": Entry(
        "The signature was made for another purpose.",
        cause="A presentation is signed to prove who presents it: proofPurpose authentication.",
        next=_ASK_AGAIN,
    ),
    "presentation.unasked": Entry(
        "This is a presentation, in which a holder answers a question, and no question was named.",
        cause="Without the challenge and the domain, an answer to anybody could be shown again.",
        next="Name both: `attestree verify FILE --challenge TEXT --domain NAME`, or /presentations/verify.",
    ),
}
"""Code to entry."""
