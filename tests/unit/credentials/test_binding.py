"""Binding: the fold of a real batch, and every way in which document and proof can disagree."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from attestree.credentials.anchor_proof import AnchorProof
from attestree.credentials.binding import fold_anchor, verify_binding
from attestree.credentials.digest import credential_digest
from attestree.credentials.proof_set import SecuredAnchor
from attestree.credentials.status import status_entries
from attestree.errors import AttestreeError, BindingError, RootMismatchError
from attestree.merkle.chainpoint import build_chainpoint_tree
from attestree.merkle.kind import TreeKind
from attestree.merkle.path import format_path
from attestree.merkle.shards import build_forest
from attestree.merkle.standard import leaf_hash
from tests.unit.credentials.examples import (
    LIST_ID,
    PUBLIC_URL,
    build_badge,
    build_header,
    build_options,
    build_proof,
)

SIZE = 5


def build_status(index: int, purpose: str = "revocation") -> Any:
    """Build the status entry of an index."""
    return status_entries(PUBLIC_URL, LIST_ID, index, purposes=(purpose,))[0]


def build_batch(kind: TreeKind = TreeKind.OPENZEPPELIN) -> list[tuple[dict[str, Any], SecuredAnchor]]:
    """Build and seal a batch of five badges."""
    header, options = build_header(kind=kind, size=SIZE), build_options()
    badges = [build_badge(name=f"Badge {i}", credentialStatus=build_status(i)) for i in range(SIZE)]
    digests = [
        credential_digest(salt=bytes([i]) * 16, header=header, options=options, document=badge)
        for i, badge in enumerate(badges)
    ]
    tree = build_chainpoint_tree(digests) if kind is TreeKind.CHAINPOINT else build_forest(digests)
    return [
        (
            badge,
            SecuredAnchor(
                options,
                AnchorProof(
                    header=header,
                    index=i,
                    salt=bytes([i]) * 16,
                    path=format_path(tree.path(i), kind=kind),
                    root=tree.root,
                ),
            ),
        )
        for i, badge in enumerate(badges)
    ]


def changed(secured: SecuredAnchor, **changes: Any) -> SecuredAnchor:
    """Return an anchor proof with single fields changed."""
    return SecuredAnchor(secured.options, dataclasses.replace(secured.anchor, **changes))


def verdict(badge: dict[str, Any], secured: SecuredAnchor) -> str | None:
    """Return the code with which evidence says no, or None."""
    try:
        verify_binding(badge, secured, fold_anchor(badge, secured))
    except (BindingError, RootMismatchError) as error:
        return error.code
    return None


@pytest.mark.parametrize("kind", TreeKind)
def test_every_credential_of_a_batch_folds_to_its_root(kind: TreeKind) -> None:
    for badge, secured in build_batch(kind):
        folded = fold_anchor(badge, secured)
        assert folded.root == secured.anchor.root
        assert verdict(badge, secured) is None


def test_the_leaf_hash_is_that_of_digest_and_index() -> None:
    badge, secured = build_batch()[2]
    folded = fold_anchor(badge, secured)
    assert folded.leaf_hash == leaf_hash(folded.digest, 2)


def test_proofs_beside_the_anchor_change_nothing() -> None:
    badge, secured = build_batch()[0]
    assert verdict({**badge, "proof": [{"type": "x"}]}, secured) is None


@pytest.mark.parametrize("kind", TreeKind)
def test_the_proof_of_another_credential_is_tampering(kind: TreeKind) -> None:
    batch = build_batch(kind)
    assert verdict({**batch[0][0], "credentialStatus": []}, batch[1][1]) == "proof.root_mismatch"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"index": 3}, "proof.root_mismatch"),
        ({"index": SIZE}, "proof.index_range"),
        ({"index": 2**32 - 1}, "proof.index_range"),
        ({"salt": bytes(15) + b"\x01"}, "proof.root_mismatch"),
        ({"root": bytes(32)}, "proof.root_mismatch"),
        ({"path": b""}, "proof.path_length"),
        ({"path": bytes(32 * 4)}, "proof.path_length"),
        ({"path": bytes(32 * 3)}, "proof.root_mismatch"),
        ({"header": build_header(size=6)}, "proof.root_mismatch"),
        ({"header": build_header(size=500)}, "proof.path_length"),
        ({"header": build_header(chain_id=1)}, "proof.root_mismatch"),
        ({"header": build_header(list_id=bytes(13))}, "proof.root_mismatch"),
    ],
)
def test_a_changed_field_is_tampering(changes: dict[str, Any], code: str) -> None:
    badge, secured = build_batch()[0]
    assert verdict(badge, changed(secured, **changes)) == code


def test_the_sides_of_a_chainpoint_path_lead_to_the_index() -> None:
    badge, secured = build_batch(TreeKind.CHAINPOINT)[0]
    assert verdict(badge, changed(secured, index=1)) == "proof.position"


def seal_one(badge: dict[str, Any], index: int = 0) -> SecuredAnchor:
    """Seal a batch of one, whatever its status entry says."""
    proof = build_proof(header=build_header(size=1), index=index, path=b"", root=bytes(32))
    secured = SecuredAnchor(build_options(), proof)
    return changed(secured, root=fold_anchor(badge, secured).root)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (build_status(0), None),
        (build_status(0, "suspension"), None),
        ([build_status(0), build_status(0, "suspension")], None),
        (build_status(1), "proof.index_mismatch"),
        ({**build_status(0), "statusListIndex": 0}, "proof.index_mismatch"),
        ({**build_status(0), "statusListIndex": "00"}, "proof.index_mismatch"),
        ({**build_status(0), "statusPurpose": "suspension"}, "proof.purpose_mismatch"),
        (status_entries(PUBLIC_URL, bytes(13), 0)[0], "proof.list_mismatch"),
        ([build_status(0), status_entries("https://other.example", bytes(13), 0)[0]], "proof.list_mismatch"),
        ({"type": "1EdTechRevocationList", "id": "https://example.edu/revoked"}, None),
        ({**build_status(1), "statusListCredential": "https://example.edu/lists/7"}, None),
        ({**build_status(1), "statusListCredential": 7}, None),
        ("text", None),
        ([], None),
    ],
)
def test_list_and_index_of_the_status_entry_agree_with_the_anchor(entry: Any, code: str | None) -> None:
    badge = build_badge(credentialStatus=entry)
    assert verdict(badge, seal_one(badge)) == code


def test_a_credential_without_status_entry_has_nothing_to_agree_with() -> None:
    badge = build_badge()
    assert verdict(badge, seal_one(badge)) is None


def test_what_says_no_is_evidence_and_not_bad_input() -> None:
    badge, secured = build_batch()[0]
    with pytest.raises(AttestreeError) as caught:
        fold_anchor(badge, changed(secured, index=SIZE))
    assert isinstance(caught.value, BindingError)
