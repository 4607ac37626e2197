"""What is said of status lists: those that wallets read here, and those of others."""

from __future__ import annotations

from attestree.text.entry import Entry

_ASK = "Ask whoever issued the credential to mend the list."

ENTRIES: dict[str, Entry] = {
    "statuslist.not_a_list": Entry(
        "This is no status list: {path} is missing or of the wrong kind.",
        cause="What lies at its address is something else, or does not follow Bitstring Status List 1.0.",
        next=_ASK,
    ),
    "statuslist.not_encoded": Entry(
        "The bits of the status list cannot be read.",
        cause="It must be gzip, written in base64url behind a u; something was cut or changed.",
        next=_ASK,
    ),
    "statuslist.too_large": Entry(
        "The status list unfolds to more than {limit} bytes, so it is not read.",
        cause="It is made to use up memory, or by far larger than any list in use.",
        next=_ASK,
    ),
    "statuslist.too_short": Entry(
        "The status list has fewer than {least} places.",
        cause="The standard asks for so many, so that nobody learns from a look whose credential it was for.",
        next=_ASK,
    ),
    "statuslist.range": Entry(
        "The credential points behind the end of its status list, which has {count} places.",
        cause="It names another list than its own, or the list was replaced by a shorter one.",
        next=_ASK,
    ),
    "statuslist.too_many": Entry(
        "The credential names more status lists than are looked up.",
        cause="One or two are usual; more would have strangers asked on its behalf.",
        next="Ask whoever issued the credential for a corrected one.",
    ),
    "statuslist.other_address": Entry(
        "The status list is not the one that the credential names.",
        cause="Another list was put in its place.",
        next=_ASK,
    ),
    "statuslist.other_issuer": Entry(
        "The status list is by somebody else than the issuer of the credential.",
        cause="Only the issuer's own list is believed here.",
        next=_ASK,
    ),
    "statuslist.other_purpose": Entry(
        "The status list does not answer what the credential asks of it.",
        cause="Its purposes are others.",
        next=_ASK,
    ),
    "statuslist.unknown_purpose": Entry(
        "The status list says something about the credential that is not understood here.",
        cause="Its purpose is none of the standard's.",
        next="Ask the issuer what it means.",
    ),
    "statuslist.not_current": Entry(
        "The status list is not valid at this time.",
        cause="It is out of date, or begins in the future.",
        next=_ASK,
    ),
    "statuslist.unsigned": Entry(
        "No signature of the issuer on the status list could be checked.",
        cause="There is none, it does not fit, or the issuer's keys could not be looked up.",
        next="Allow did:web to be looked up, if the issuer uses it; or ask whoever issued the credential.",
    ),
    "statuslist.no_public_url": Entry(
        "There are no status lists without a public address.",
        cause="Credentials that were issued without public_url point to no list.",
        next="Set public_url in attestree.toml before you issue, if wallets are to see what is revoked.",
    ),
    "statuslist.no_signing_key": Entry(
        "The issuer {issuer} has no signing key, so it has no status lists.",
        cause="Wallets take a list only with a signature of the issuer.",
        next="`attestree key new keys/ed25519.pem --kind signature` makes one; name it in attestree.toml.",
    ),
    "statuslist.not_signed": Entry(
        "The status list is not signed yet.",
        cause="The batch was recorded a moment ago, or the issuer's `attestree anchor --watch` does not run.",
        next="Ask again in a minute. For the issuer: `attestree status-lists` signs it now.",
    ),
    "statuslist.behind": Entry(
        "The status list is older than the public record, so it is not handed out.",
        cause="Something was revoked, put on hold or reinstated since the issuer signed it.",
        next="Ask again in a minute. For the issuer: `attestree status-lists` signs it now.",
    ),
    "statuslist.lapsed": Entry(
        "The status list is past its time, so it is not handed out.",
        cause="The issuer's `attestree anchor --watch`, which signs it anew in time, does not run.",
        next="Ask again later. For the issuer: `attestree status-lists` signs it now.",
    ),
    "statuslist.damaged": Entry(
        "The file of the status list is not what was signed.",
        cause="Its disk failed, or somebody changed it.",
        next="For the issuer: `attestree status-lists` puts it right.",
    ),
    "statuslist.busy": Entry(
        "Another process is signing status lists at this moment.",
        cause="`attestree anchor --watch` keeps them, and one process writes at a time.",
        next="Nothing to do, or ask again in a moment.",
    ),
    "statuslist.entry": Entry(
        "The credential does not say properly where its status lies: {path}.",
        cause="The entry does not follow Bitstring Status List 1.0.",
        next="Ask whoever issued the credential for a corrected one.",
    ),
}
"""Code -> what is said."""
