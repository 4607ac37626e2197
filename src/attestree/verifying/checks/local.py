"""
Checks that the file alone answers: format and integrity.

Decides without chain or clock, so that a changed file is called changed even when no node answers.
What cannot be read at all is an `InputError` before any check, not a result. Signatures have a page of
their own, `signature`. Source: DESIGN sections 4 and 7.
"""

from __future__ import annotations

from attestree.credentials.binding import fold_anchor, verify_binding
from attestree.credentials.contexts import unknown_contexts
from attestree.credentials.proof_set import ProofSet, SecuredAnchor
from attestree.credentials.strict_json import JsonObject
from attestree.errors import EvidenceError
from attestree.text.spelling import format_hex
from attestree.verifying.result import CheckId, CheckResult, Fact, Notice, failed, passed

CONTRADICTIONS = frozenset({"proof.list_mismatch", "proof.index_mismatch", "proof.purpose_mismatch"})
"""Codes that mean: the bytes fold, but two places in them name different status entries."""


def check_format(document: JsonObject, proofs: ProofSet) -> CheckResult:
    """Check which terms the document uses; those whose meaning is not known here are a warning."""
    contexts = unknown_contexts(document)
    notices = (Notice("format.terms_unknown", {"count": len(contexts)}),) if contexts else ()
    evidence: dict[str, Fact] = {
        "anchorProofs": len(proofs.anchors),
        "otherProofs": len(proofs.others),
        "unknownContexts": len(contexts),
    }
    return passed(CheckId.FORMAT, "format.readable", evidence=evidence, notices=notices)


def check_integrity(document: JsonObject, secured: SecuredAnchor, *, document_hash: bytes) -> CheckResult:
    """
    Check that the document folds to the stated root, and that list and index agree everywhere.

    A pass says that document and proof belong together; whether the root counts is `check_anchor`.

    Args:
        document: The credential.
        secured: One of its anchor proofs.
        document_hash: `hash_document` of it, made once for all of them: hashing is what a large file costs.
    """
    try:
        folded = fold_anchor(document_hash, secured)
        verify_binding(document, secured, folded)
    except EvidenceError as error:
        code = "integrity.contradiction" if error.code in CONTRADICTIONS else "integrity.changed"
        return failed(CheckId.INTEGRITY, code, values=error.values, evidence={"because": error.code})
    return pass_integrity(folded.digest, folded.root, index=secured.anchor.index)


def pass_integrity(digest: bytes, root: bytes, *, index: int) -> CheckResult:
    """Return the result for a document that is as it was sealed; digest and root were computed."""
    evidence: dict[str, Fact] = {"digest": format_hex(digest), "root": format_hex(root), "index": index}
    return passed(CheckId.INTEGRITY, "integrity.unchanged", evidence=evidence)
