"""
What forgers try with genuine files: pure, from one credential to another.

Decides how each forgery is made; a verifier decides what it is worth. None needs a key, which is the
point. Source: DESIGN sections 4 and 7.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from attestree.credentials.binding import fold_anchor
from attestree.credentials.proof_set import SecuredAnchor, format_secured_anchor, parse_proof_set
from attestree.credentials.strict_json import JsonObject


def change_grade(genuine: JsonObject, grade: str) -> JsonObject:
    """Return a copy with another grade and the proof as it was."""
    forged = deepcopy(genuine)
    subject = forged["credentialSubject"]
    if not isinstance(subject, dict):
        raise TypeError("a credential of ours has one subject")
    subject["result"] = [{"type": ["Result"], "value": grade}]
    return forged


def borrow_proof(document: JsonObject, other: JsonObject) -> JsonObject:
    """Return a copy of `document` with the anchor proof of another credential of its batch."""
    return {**deepcopy(document), "proof": deepcopy(other["proof"])}


def recompute_root(document: JsonObject) -> JsonObject:
    """Return a copy whose anchor proof states the root that its content leads to, so that it fits again."""
    secured = parse_proof_set(document).anchors[0]
    folded = fold_anchor(document, secured)
    fitting = SecuredAnchor(secured.options, replace(secured.anchor, root=folded.root))
    return {**deepcopy(document), "proof": [format_secured_anchor(fitting)]}


def leave_proof_out(document: JsonObject) -> JsonObject:
    """Return a copy without any proof: a badge that was never recorded anywhere."""
    return {name: deepcopy(value) for name, value in document.items() if name != "proof"}
