"""What forgers make is never what was recorded, and a recomputed root fits its own file."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials.binding import fold_anchor, verify_binding
from attestree.credentials.proof_set import parse_proof_set
from attestree.demo.forgeries import borrow_proof, change_grade, leave_proof_out, recompute_root
from attestree.errors import EvidenceError
from tests.unit.verifying.genuine import build_document, build_header, seal, with_proofs


@pytest.fixture
def genuine() -> Any:
    document = build_document()
    return with_proofs(document, seal(document, build_header()))


def check(credential: Any) -> None:
    secured = parse_proof_set(credential).anchors[0]
    verify_binding(credential, secured, fold_anchor(credential, secured))


def test_a_genuine_file_fits(genuine: Any) -> None:
    check(genuine)


def test_a_changed_grade_no_longer_fits_and_leaves_the_genuine_file_alone(genuine: Any) -> None:
    forged = change_grade(genuine, "distinction")
    assert forged["credentialSubject"]["result"][0]["value"] == "distinction"
    with pytest.raises(EvidenceError):
        check(forged)
    check(genuine)


def test_a_borrowed_proof_does_not_fit(genuine: Any) -> None:
    with pytest.raises(EvidenceError):
        check(borrow_proof(change_grade(genuine, "distinction"), genuine))


def test_a_recomputed_root_fits_its_file_but_is_another_root(genuine: Any) -> None:
    forged = recompute_root(change_grade(genuine, "distinction"))
    check(forged)
    assert parse_proof_set(forged).anchors[0].anchor.root != parse_proof_set(genuine).anchors[0].anchor.root


def test_without_proof_nothing_points_to_a_record(genuine: Any) -> None:
    assert parse_proof_set(leave_proof_out(genuine)).anchors == ()
