"""
What the catalogue says about JSON that is no credential, or none that may be issued: `format.*`.

Decides words only. Paths are names of the standards, such as credentialSubject.achievement.
Source: DESIGN section 2.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_ORIGINAL = "Ask the issuer for a credential that follows the standard."
_STANDARD = "Compare with the Open Badges 3.0 standard, or start from `attestree template achievement`."

ENTRIES: dict[str, Entry] = {
    "format.context": Entry(
        "The file does not say which standard it follows: @context is missing or no list.",
        cause="It is no verifiable credential, or an old kind of badge.",
        next=_ORIGINAL,
    ),
    "format.context_order": Entry(
        "@context does not begin with the two contexts of a badge, in their order.",
        cause="Wallets demand first the credentials context, then that of Open Badges 3.0.3.",
        next=_STANDARD,
    ),
    "format.dates_disagree": Entry(
        "The credential gives {path} twice, in its old and its new form, and the two differ.",
        cause="It was converted from an older form by a faulty program.",
        next=_ORIGINAL,
    ),
    "format.ends_before_start": Entry(
        "The credential would end before it begins.", next="Mend validFrom or validUntil."
    ),
    "format.language": Entry(
        "{path} is no language code as the standard spells it.",
        cause="It takes a language, and perhaps a script and a region: en, pt-BR, sr-Latn-RS.",
        next="Write it so, small letters first.",
    ),
    "format.missing": Entry("{path} is missing.", cause="The standard demands it.", next=_ORIGINAL),
    "format.no_holder": Entry(
        "The credential names nobody.",
        cause="The subject has neither an address nor an identity such as a name.",
        next="Give a name, an e-mail address, a learner id or a DID for every learner.",
    ),
    "format.not_array": Entry(
        "{path} is not a list, or an empty one.",
        cause="The standard demands a list with something in it, or nothing at all.",
        next=_STANDARD,
    ),
    "format.not_boolean": Entry("{path} is neither true nor false.", next=_ORIGINAL),
    "format.not_number": Entry("{path} is not a number that is allowed there.", next=_ORIGINAL),
    "format.not_object": Entry("{path} is not an object with members.", next=_ORIGINAL),
    "format.not_text": Entry("{path} is not text.", next=_ORIGINAL),
    "format.too_many": Entry(
        "{path} has more than {limit} items.",
        cause="No credential needs that; such files are made to keep programs busy.",
        next=_ORIGINAL,
    ),
    "format.type": Entry(
        "{path} does not say that this is what the standard wants there.",
        cause="The file is no verifiable credential, or its types are not written as the standard wants.",
        next=_ORIGINAL,
    ),
    "format.unknown_member": Entry(
        "{path} has members that no named context defines ({count}).",
        cause="Wallets refuse, or silently drop, what they cannot look up.",
        next="Take them out, or name a context that defines them.",
    ),
    "format.unknown_word": Entry(
        "{path} is not one of the words that the standard has for it.",
        cause="Wallets and other programs tell kinds of badges apart by these words.",
        next="Take a word of Open Badges 3.0, or write ext: and a word of your own, such as ext:Workshop.",
    ),
    "format.url": Entry(
        "{path} is no address that may be shown as a link.",
        cause="Only https, http, urn and did addresses are read, without spaces or hidden characters.",
        next=_ORIGINAL,
    ),
}
"""Code to entry."""
