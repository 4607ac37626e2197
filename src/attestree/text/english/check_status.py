"""
What the catalogue says about the check of a credential's status, by the public record and by lists of others.

Decides words only; the other checks stand in `check`. Source: DESIGN section 7.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_ASK_ISSUER = "Ask the issuer, at an address you know from elsewhere and not from this file."

ENTRIES: dict[str, Entry] = {
    "status.clear": Entry("It has not been taken back or put on hold."),
    "status.revoked": Entry(
        "The issuer has taken this credential back.",
        cause="No reason is on record.",
        next="Do not accept it. " + _ASK_ISSUER,
    ),
    "status.revoked_list": Entry(
        "The issuer has taken back the whole batch this credential belongs to.",
        cause="No reason is on record.",
        next="Do not accept it. " + _ASK_ISSUER,
    ),
    "status.issued_in_error": Entry(
        "The issuer has taken this credential back: it was issued in error.",
        cause="It should not have been issued, or had a mistake in it.",
        next="Do not accept it. Ask the holder whether there is a corrected one.",
    ),
    "status.key_compromise": Entry(
        "The issuer has taken this credential back: its signing key was in wrong hands.",
        cause="Somebody else may have issued it.",
        next="Do not accept it. " + _ASK_ISSUER,
    ),
    "status.superseded": Entry(
        "A newer credential has taken the place of this one.",
        cause="Something was corrected or renewed.",
        next="Ask the holder for the newer one.",
    ),
    "status.suspended": Entry(
        "The issuer has put this credential on hold.",
        cause="Something is being looked into; it may become good again.",
        next=_ASK_ISSUER,
    ),
    "status.suspended_list": Entry(
        "The issuer has put the whole batch this credential belongs to on hold.",
        cause="Something is being looked into; it may become good again.",
        next=_ASK_ISSUER,
    ),
    "status.other_list": Entry(
        "The credential also names a status list elsewhere, which was not looked up.",
        cause="Only the public record is asked; addresses in a credential are never called.",
        next="If you rely on that list, look there as well.",
    ),
    "status.listed_revoked": Entry(
        "The issuer has taken this credential back, in a status list of its own.",
        cause="The public record does not say so; the list that the credential names does.",
        next="Do not accept it. " + _ASK_ISSUER,
    ),
    "status.listed_suspended": Entry(
        "The issuer has put this credential on hold, in a status list of its own.",
        cause="The public record does not say so; the list that the credential names does.",
        next=_ASK_ISSUER,
    ),
    "status.list_unknown": Entry(
        "A status list that the credential names could not be used, so its status is not known.",
        cause="Its host does not answer, or the list is not signed by the issuer, out of date or damaged.",
        next="Ask again later, or leave lists of others aside: then only the public record counts.",
    ),
    "status.list_message": Entry(
        "A status list carries a message about this credential, which says nothing against it.",
        next="Ask the issuer what it says, if that matters to you.",
    ),
    "status.not_reached": Entry("Withdrawal was not looked at, because an earlier check already decided."),
}
"""Code -> what is said."""
