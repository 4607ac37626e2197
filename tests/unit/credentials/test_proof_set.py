"""The `proof` member: anchor proofs read strictly, foreign proofs kept aside."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials.proof_set import (
    ProofOptions,
    SecuredAnchor,
    format_secured_anchor,
    may_be_signed,
    parse_proof_set,
    parse_secured_anchor,
)
from attestree.errors import MalformedProofError
from tests.unit.credentials.examples import build_options, build_proof

SECURED = SecuredAnchor(build_options(), build_proof())
ANCHOR = format_secured_anchor(SECURED)
SIGNATURE: dict[str, Any] = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "proofValue": "z1",
}


def refusal(proof: Any) -> str:
    """Return the code with which a `proof` member is refused."""
    with pytest.raises(MalformedProofError) as caught:
        parse_proof_set({"proof": proof})
    return caught.value.code


def test_a_credential_without_proof_has_an_empty_set() -> None:
    found = parse_proof_set({"id": "urn:uuid:1"})
    assert (found.anchors, found.others) == ((), ())


def test_a_single_object_and_an_array_of_one_are_the_same_set() -> None:
    assert parse_proof_set({"proof": ANCHOR}) == parse_proof_set({"proof": [ANCHOR]})
    assert parse_proof_set({"proof": ANCHOR}).anchors == (SECURED,)


@pytest.mark.parametrize("proofs", [[ANCHOR, SIGNATURE], [SIGNATURE, ANCHOR]])
def test_foreign_proofs_are_kept_aside_whatever_the_order(proofs: Any) -> None:
    found = parse_proof_set({"proof": proofs})
    assert found.anchors == (SECURED,)
    assert found.others == (SIGNATURE,)


def test_eight_proofs_are_read_and_nine_are_not() -> None:
    assert len(parse_proof_set({"proof": [ANCHOR] * 8}).anchors) == 8
    assert refusal([SIGNATURE] * 9) == "proof.too_many"


@pytest.mark.parametrize("proof", [None, "text", 1, [None], [ANCHOR, "text"], [[]]])
def test_a_proof_that_is_no_object_is_refused(proof: Any) -> None:
    assert refusal(proof) == "proof.not_object"


@pytest.mark.parametrize(
    "name", ["id", "previousProof", "rpcUrl", "@context", "domain", "challenge", "expires"]
)
def test_a_member_beyond_the_six_is_refused(name: str) -> None:
    assert refusal({**ANCHOR, name: "x"}) == "proof.options"


@pytest.mark.parametrize("name", ["type", "created", "verificationMethod", "proofPurpose", "proofValue"])
def test_a_missing_member_is_refused(name: str) -> None:
    assert refusal({key: value for key, value in ANCHOR.items() if key != name}) == "proof.options"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "Other"),
        ("type", ["DataIntegrityProof"]),
        ("proofPurpose", "authentication"),
        ("created", "2026-11-22T05:44:00"),
        ("created", 1),
        ("verificationMethod", ""),
        ("verificationMethod", "did:web:" + "x" * 2048),
        ("verificationMethod", "registry"),
        ("verificationMethod", "javascript:alert(1)"),
        ("verificationMethod", {"id": "did:web:example.edu"}),
        ("proofValue", None),
    ],
)
def test_a_member_out_of_form_is_refused(name: str, value: Any) -> None:
    assert refusal({**ANCHOR, name: value}) == "proof.options"


def test_another_suite_under_the_anchor_reader_is_refused() -> None:
    with pytest.raises(MalformedProofError) as caught:
        parse_secured_anchor({**ANCHOR, "cryptosuite": "other"})
    assert caught.value.code == "proof.options"


def test_a_broken_proof_value_is_refused_not_set_aside() -> None:
    assert refusal({**ANCHOR, "proofValue": "u"}) == "proof.cbor"


def test_options_keep_the_spelling_they_were_written_in() -> None:
    options = ProofOptions(created="2026-11-22T06:44:00.50+01:00", verification_method="did:web:a")
    assert options.to_json()["created"] == "2026-11-22T06:44:00.50+01:00"


@pytest.mark.parametrize(
    "value",
    [
        *(
            {"proof": [ANCHOR, SIGNATURE]},
            {"proof": SIGNATURE},
            {"proof": ["x"]},
            {"proof": None},
            "eyJ.e30.x",
        ),
        *({"type": "EnvelopedVerifiableCredential"}, {"type": ["EnvelopedVerifiableCredential"]}, [], None),
    ],
)
def test_what_may_hold_a_signature_is_told_without_reading_it(value: Any) -> None:
    assert may_be_signed(value)


@pytest.mark.parametrize("value", [{}, {"proof": []}, {"proof": ANCHOR}, {"proof": [ANCHOR, ANCHOR]}])
def test_anchor_proofs_are_no_signatures(value: Any) -> None:
    assert not may_be_signed(value)
