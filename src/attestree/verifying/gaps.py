"""
Gaps: the places of a credential that may differ among kin, and no others.

Decides which places those are, and finds them in a document. What stands in them is judged in `kin`, and what
a signature is worth in `checks.signature`. Source: DESIGN section 7.
"""

from __future__ import annotations

from attestree.credentials.anchor_proof import CRYPTOSUITE
from attestree.credentials.credential import Credential
from attestree.credentials.identity import NAME_TYPE
from attestree.credentials.mould import Place
from attestree.credentials.strict_json import JsonObject, JsonValue

ID: Place = ("id",)
"""Address of the credential."""
AWARDED: Place = ("awardedDate",)
"""When it was awarded."""
SUBJECT_ID: Place = ("credentialSubject", "id")
"""Address of the holder."""
STATUS_ID: Place = ("credentialStatus", "id")
"""Address of the status entry."""
STATUS_INDEX: Place = ("credentialStatus", "statusListIndex")
"""Index in the status list, which must be that of the proof."""
IDENTIFIERS: Place = ("credentialSubject", "identifier")
"""Below it, `identityHash` and `salt` of each identity may differ."""
PROOFS: Place = ("proof",)
"""Below it, `proofValue` of the anchor proof and of one signature may differ."""

GAPS = (ID, AWARDED, SUBJECT_ID, STATUS_ID, STATUS_INDEX)
"""What may differ, beside identities and the anchor proof; each is judged in `recognise` or `conclude`."""

ADDRESSES = (ID, SUBJECT_ID, STATUS_ID)
"""Those that must be addresses, as in `parse_credential`."""


def find_proof_values(document: JsonObject) -> tuple[list[Place], list[Place]]:
    """Return the places of the values of anchor proofs, and of other proofs, in a list of proofs."""
    found: tuple[list[Place], list[Place]] = ([], [])
    proofs = document.get("proof")
    for number, proof in enumerate(proofs if isinstance(proofs, list) else ()):
        is_anchor = isinstance(proof, dict) and proof.get("cryptosuite") == CRYPTOSUITE
        found[0 if is_anchor else 1].append((*PROOFS, number, "proofValue"))
    return found


def find_identities(document: JsonObject) -> list[Place]:
    """Return the texts of the identities."""
    subject = document.get("credentialSubject")
    identities = subject.get("identifier") if isinstance(subject, dict) else None
    numbers = range(len(identities)) if isinstance(identities, list) else ()
    return [(*IDENTIFIERS, number, name) for number in numbers for name in ("identityHash", "salt")]


def is_text(document: JsonObject, place: Place) -> bool:
    """Say whether a text stands at a place that may not exist."""
    value: JsonValue = document
    for step in place:
        inside = isinstance(value, dict) if isinstance(step, str) else isinstance(value, list)
        if not inside:
            return False
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list):
            value = value[step] if step < len(value) else None
    return isinstance(value, str)


def find_name(first: Credential) -> Place:
    """Return the place of the identity that `find_holder_name` shows; the root if there is none."""
    subject = first.document["credentialSubject"]
    identities = subject.get("identifier") if isinstance(subject, dict) else None
    for number, identity in enumerate(first.subject.identities if isinstance(identities, list) else ()):
        if identity.identity_type == NAME_TYPE and not identity.hashed:
            return (*IDENTIFIERS, number, "identityHash")
    return ()
