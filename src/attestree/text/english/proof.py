"""
What the catalogue says about anchor proofs: the codes `proof.*` of `proofValue` and of binding.

Decides words only. The codes of inclusion paths stand in `proof_path`. Source: DESIGN section 2.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_DAMAGED = "The credential was cut or changed on its way, or was made by a faulty program."
_ORIGINAL = "Ask the holder for the original file."
_DO_NOT_RELY = "Do not rely on this credential. Ask the holder for the original file, or ask the issuer."

ENTRIES: dict[str, Entry] = {
    "proof.alphabet": Entry(
        "The part of the credential that leads to its record contains characters that do not belong there.",
        cause=_DAMAGED,
        next=_ORIGINAL,
    ),
    "proof.cbor": Entry(
        "The part of the credential that leads to its record is cut short, or something follows it.",
        cause=_DAMAGED,
        next=_ORIGINAL,
    ),
    "proof.index_mismatch": Entry(
        "The credential gives two different numbers for itself.",
        cause="Its status entry names another number than its record.",
        next=_DO_NOT_RELY,
    ),
    "proof.length": Entry(
        "The field {field} of the credential's record is {size} bytes long instead of {expected}.",
        cause=_DAMAGED,
        next=_ORIGINAL,
    ),
    "proof.list_mismatch": Entry(
        "The credential names two different status lists.",
        cause="Its status entry points at another list than its record.",
        next=_DO_NOT_RELY,
    ),
    "proof.members": Entry(
        "The credential's record has {count} parts instead of {expected}.", cause=_DAMAGED, next=_ORIGINAL
    ),
    "proof.not_canonical": Entry(
        "The credential's record is not written in its one exact form.",
        cause="The same content in another spelling is refused, so that no two files pass for one.",
        next=_ORIGINAL,
    ),
    "proof.not_object": Entry("A proof of the credential is no object.", cause=_DAMAGED, next=_ORIGINAL),
    "proof.options": Entry(
        "The credential's anchor proof does not have exactly the members it must have. {member}",
        cause="A member is missing, unknown or out of form; what is not known is never passed over.",
        next=_ORIGINAL,
    ),
    "proof.purpose_mismatch": Entry(
        "A status entry of the credential says two different things about what it is for.",
        cause="Its purpose differs from the one in the address of its list.",
        next=_DO_NOT_RELY,
    ),
    "proof.range": Entry(
        "The field {field} of the credential's record is not from {first} to {last}.",
        cause=_DAMAGED,
        next=_ORIGINAL,
    ),
    "proof.too_large": Entry(
        "The part of the credential that leads to its record is {size} characters long; {limit} is the most.",
        cause="No credential needs that; such files are made to keep programs busy.",
        next=_ORIGINAL,
    ),
    "proof.too_many": Entry(
        "The credential has {count} proofs; {limit} is the most that is read.",
        cause="No credential needs that; such files are made to keep programs busy.",
        next=_ORIGINAL,
    ),
    "proof.type": Entry(
        "A part of the credential's record has the wrong type.", cause=_DAMAGED, next=_ORIGINAL
    ),
    "proof.version": Entry(
        "The credential was recorded in a version other than {expected}, which is the one known here.",
        cause="It may have been made by a newer version of the software, or it was changed.",
        next="Update this software and check again.",
    ),
}
"""Code to entry."""
