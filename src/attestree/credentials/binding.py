"""
From a credential and its anchor proof to a leaf hash and a root, and the places that must agree.

Decides, without chain or signature, whether the document is the one that was sealed: the fold must
equal the stated root; list and index must be those of the status entries. Whether the root counts is
read from the chain, elsewhere. Every error that is an `EvidenceError` means: tampered.
Source: docs/spec/evm-merkle-jcs-2026.md, section 7; DESIGN sections 4 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from attestree.credentials.digest import credential_digest
from attestree.credentials.status import entries_of, parse_list_address
from attestree.errors import BindingError, RootMismatchError
from attestree.merkle.chainpoint import chainpoint_leaf_hash
from attestree.merkle.kind import TreeKind
from attestree.merkle.membership import fold_digest
from attestree.merkle.standard import leaf_hash

if TYPE_CHECKING:
    from attestree.credentials.anchor_proof import AnchorProof
    from attestree.credentials.proof_set import SecuredAnchor
    from attestree.credentials.strict_json import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class FoldedAnchor:
    """What was computed from the document; nothing of it was taken on the document's word."""

    digest: bytes
    """32 bytes."""
    leaf_hash: bytes
    """32 bytes."""
    root: bytes
    """32 bytes; only where the stated root equals this one is it looked up on the chain."""


def fold_anchor(credential: JsonObject | bytes, secured: SecuredAnchor) -> FoldedAnchor:
    """
    Compute digest, leaf hash and root of a credential under one of its anchor proofs.

    Args:
        credential: The credential, or what `hash_document` made of it.
        secured: The anchor proof.

    Raises:
        BindingError: `proof.index_range`, `proof.position` (Chainpoint: the sides lead elsewhere).
        RootMismatchError: `proof.path_length`, no batch of that size has such a path.
        MalformedJsonError: The credential has no canonical form.
    """
    anchor = secured.anchor
    header = anchor.header
    if anchor.index >= header.size:
        raise BindingError("proof.index_range", index=anchor.index, size=header.size)
    digest = credential_digest(salt=anchor.salt, header=header, options=secured.options, document=credential)
    root = fold_digest(digest, anchor.path_elements, kind=header.kind, index=anchor.index, size=header.size)
    build_leaf = chainpoint_leaf_hash if header.kind is TreeKind.CHAINPOINT else leaf_hash
    return FoldedAnchor(digest, build_leaf(digest, anchor.index), root)


def verify_binding(credential: JsonObject, secured: SecuredAnchor, folded: FoldedAnchor) -> None:
    """
    Verify that the fold equals the stated root, and that list and index agree everywhere.

    Raises:
        RootMismatchError: `proof.root_mismatch`.
        BindingError: `proof.list_mismatch`, `proof.index_mismatch` or `proof.purpose_mismatch`.
    """
    if folded.root != secured.anchor.root:
        raise RootMismatchError("proof.root_mismatch")
    for entry in entries_of(credential):
        _verify_entry(entry, secured.anchor)


def _verify_entry(entry: JsonValue, anchor: AnchorProof) -> None:
    """Verify one status entry, if it points at a list of ours; others are not ours to judge."""
    address = entry.get("statusListCredential") if isinstance(entry, dict) else None
    place = parse_list_address(address) if isinstance(address, str) else None
    if place is None or not isinstance(entry, dict):
        return
    if place.list_id != anchor.header.list_id:
        raise BindingError("proof.list_mismatch")
    if entry.get("statusListIndex") != str(anchor.index):
        raise BindingError("proof.index_mismatch", index=anchor.index)
    if entry.get("statusPurpose") != place.purpose:
        raise BindingError("proof.purpose_mismatch")
