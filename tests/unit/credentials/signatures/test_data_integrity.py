"""Proofs made by other libraries fit; nothing fits once anything was changed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.signatures.context_documents import CONFORMANCE, EXAMPLES_V2
from attestree.credentials.signatures.data_integrity import build_hash_input, build_proof, verify_proof
from attestree.credentials.signatures.multibase import format_base58btc, parse_base58btc
from attestree.credentials.signatures.multikey import KeyKind, PublicKey, parse_multikey
from attestree.credentials.signatures.proof_order import find_previous, list_proofs
from attestree.credentials.signatures.suites import SUITES, Suite, find_suite
from attestree.credentials.strict_json import JsonObject
from attestree.errors import AttestreeError, LinkedDataError, MalformedProofError, SignatureMismatchError
from tests.unit.credentials.signatures.examples import BADGE, badge, list_places, read_place, with_place
from tests.unit.credentials.signatures.keys import Pair, make_pair
from tests.vectors.published import EDDSA_VECTOR

VECTORS = sorted((Path(__file__).resolve().parents[3] / "vectors" / "signatures").glob("*.json"))
W3C_FOLDER = os.environ.get("W3C_VECTORS")
"""Folder with checkouts of w3c/vc-di-eddsa and w3c/vc-di-ecdsa, where somebody has them."""
OPTIONS: JsonObject = {
    "created": "2026-11-22T09:00:01Z",
    "verificationMethod": "did:key:z6Mk#z6Mk",
    "proofPurpose": "assertionMethod",
}
WAYS = [
    (suite, kind)
    for suite in SUITES.values()
    for kind in suite.kinds
    if suite.proof_type == "DataIntegrityProof"
]
SIGNED_PLACES = list_places(BADGE)


def signed(suite: Suite, kind: KeyKind, document: JsonObject = BADGE) -> tuple[Pair, JsonObject]:
    pair = make_pair(kind)
    return pair, build_proof(
        document, {**OPTIONS, "verificationMethod": pair.method}, pair.sign, suite, kind=kind
    )


def key_of(proof: JsonObject) -> PublicKey:
    return parse_multikey(str(proof["verificationMethod"]).rpartition("#")[2])


def verify_all(document: JsonObject, **options: Any) -> int:
    proofs = list_proofs(document)
    for proof in proofs:
        verify_proof(document, proof, key_of(proof), previous=find_previous(proof, proofs), **options)
    return len(proofs)


def rejected(document: JsonObject, proof: JsonObject, key: PublicKey) -> str:
    with pytest.raises(AttestreeError) as refused:
        verify_proof(document, proof, key)
    return refused.value.code


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_proofs_by_another_library_fit_until_a_value_is_changed(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert verify_all(document) >= 1
    for proof in list_proofs(document):
        changed = {**document, "name": "Soil sciences"}
        assert rejected(changed, proof, key_of(proof)) == "signature.mismatch"


def test_every_suite_has_a_proof_by_another_library() -> None:
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in VECTORS]
    suites = {find_suite(proof) for document in documents for proof in list_proofs(document)}
    assert suites == set(SUITES.values())


@pytest.mark.skipif(not EDDSA_VECTOR.exists(), reason="not fetched: tests/vectors/published.py")
def test_the_vector_that_a_library_carries_fits_until_it_is_changed() -> None:
    document = json.loads((EDDSA_VECTOR / "signed-credential.json").read_text("utf-8"))
    assert verify_all(document, contexts=CONFORMANCE) == 1
    (proof,) = list_proofs(document)
    suite = find_suite(proof)
    assert suite is not None
    octets = build_hash_input(document, proof, suite, contexts=CONFORMANCE)
    hashes = [
        (EDDSA_VECTOR / f"{name}-hash.txt").read_text("ascii").strip() for name in ("proof-config", "doc")
    ]
    assert octets.hex() == "".join(hashes)
    with pytest.raises(SignatureMismatchError):
        verify_all({**document, "validFrom": "2023-01-01T00:00:01Z"}, contexts=CONFORMANCE)


@pytest.mark.skipif(W3C_FOLDER is None, reason="W3C_VECTORS names no folder")
def test_the_vectors_of_the_specifications_fit() -> None:
    checked = 0
    for path in sorted(Path(W3C_FOLDER or "").rglob("TestVectors/**/signed*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if "sd-2023" in str(path) or "citizenship" in json.dumps(document["@context"]):
            continue
        checked += verify_all(document, contexts=CONFORMANCE)
        for combined in path.parent.glob("combinedHash*.txt"):
            proof = list_proofs(document)[0]
            suite = find_suite(proof)
            assert suite is not None
            octets = build_hash_input(document, proof, suite, kind=key_of(proof).kind, contexts=CONFORMANCE)
            assert octets.hex() == combined.read_text(encoding="ascii").strip()
    assert checked == 17


@pytest.mark.parametrize(("suite", "kind"), WAYS, ids=lambda part: part.name)
def test_a_proof_fits_its_document_and_its_key_alone(suite: Suite, kind: KeyKind) -> None:
    pair, proof = signed(suite, kind)
    verify_proof(BADGE, proof, pair.public)
    verify_proof({**BADGE, "proof": [proof, {"type": "AnyProof"}]}, proof, pair.public)
    for other in (
        make_pair(kind, 2),
        *(make_pair(different) for different in KeyKind if different is not kind),
    ):
        assert rejected(BADGE, proof, other.public) == "signature.mismatch"


@pytest.mark.parametrize(("suite", "kind"), WAYS, ids=lambda part: part.name)
@pytest.mark.parametrize("place", SIGNED_PLACES, ids=str)
def test_any_changed_or_missing_value_is_noticed(suite: Suite, kind: KeyKind, place: tuple[Any, ...]) -> None:
    pair, proof = signed(suite, kind)
    value = read_place(BADGE, place)
    other = f"{value}x" if isinstance(value, str) else (not value if isinstance(value, bool) else 3)
    with pytest.raises((SignatureMismatchError, LinkedDataError)):
        verify_proof(with_place(BADGE, place, other), proof, pair.public)


@pytest.mark.parametrize(("suite", "kind"), WAYS, ids=lambda part: part.name)
def test_a_claim_added_after_signing_is_noticed_whether_or_not_its_term_is_defined(
    suite: Suite, kind: KeyKind
) -> None:
    pair, proof = signed(suite, kind)
    undefined = "terms.undefined" if suite.canonical == "rdfc" else "signature.mismatch"
    assert rejected(badge(grade="A"), proof, pair.public) == undefined
    assert rejected(badge(validUntil="2030-01-01T00:00:00Z"), proof, pair.public) == "signature.mismatch"


@pytest.mark.parametrize(("suite", "kind"), WAYS, ids=lambda part: part.name)
@pytest.mark.parametrize(
    "change",
    [
        {"created": "2026-11-22T09:00:02Z"},
        {"verificationMethod": "did:key:z6Mk#other"},
        {"proofPurpose": "authentication"},
        {"expires": "2030-01-01T00:00:00Z"},
        {"domain": "university.example"},
        {"challenge": "x"},
        {"nonce": "x"},
        {"id": "urn:x"},
        {"@context": ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/security/data-integrity/v2"]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_changed_or_added_option_is_noticed(suite: Suite, kind: KeyKind, change: JsonObject) -> None:
    pair, proof = signed(suite, kind)
    unsettled = "@context" in change and suite.canonical == "rdfc"
    code = "terms.unknown_context" if unsettled else "signature.mismatch"
    assert rejected(BADGE, {**proof, **change}, pair.public) == code


@pytest.mark.parametrize(("suite", "kind"), WAYS, ids=lambda part: part.name)
def test_an_option_taken_away_is_noticed(suite: Suite, kind: KeyKind) -> None:
    pair, proof = signed(suite, kind)
    for name in proof:
        left = {other: value for other, value in proof.items() if other != name}
        code = rejected(BADGE, left, pair.public)
        assert code in {"signature.mismatch", "signature.options", "signature.no_such_suite"}


@given(st.sampled_from(WAYS), st.integers(0, 511))
def test_any_changed_bit_of_the_value_is_noticed(way: tuple[Suite, KeyKind], bit: int) -> None:
    pair, proof = signed(*way)
    octets = bytearray(parse_base58btc(str(proof["proofValue"])))
    octets[bit // 8] ^= 1 << bit % 8
    assert rejected(BADGE, {**proof, "proofValue": format_base58btc(bytes(octets))}, pair.public) == (
        "signature.mismatch"
    )


def test_what_is_signed_is_two_hashes_and_no_more() -> None:
    for suite, kind in WAYS:
        seen: list[bytes] = []
        build_proof(BADGE, OPTIONS, lambda message, seen=seen: seen.append(message) or b"x", suite, kind=kind)
        assert len(seen[0]) == (96 if kind is KeyKind.P384 else 64)


def test_type_and_suite_cannot_be_set_by_options() -> None:
    pair = make_pair(KeyKind.ED25519)
    proof = build_proof(
        BADGE, {**OPTIONS, "type": "Other", "cryptosuite": "x"}, pair.sign, SUITES["eddsa-rdfc-2022"]
    )
    assert (proof["type"], proof["cryptosuite"]) == ("DataIntegrityProof", "eddsa-rdfc-2022")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"cryptosuite": "bbs-2023"}, "signature.no_such_suite"),
        ({"type": "RsaSignature2018"}, "signature.no_such_suite"),
        ({"type": "Ed25519Signature2020", "cryptosuite": "eddsa-rdfc-2022"}, "signature.mismatch"),
        ({"type": "eddsa-rdfc-2022"}, "signature.no_such_suite"),
        ({"cryptosuite": ["eddsa-rdfc-2022"]}, "signature.no_such_suite"),
        ({"proofValue": 7}, "signature.options"),
        ({"proofValue": "uAAAA"}, "signature.multibase"),
        ({"proofValue": "z0"}, "signature.multibase"),
        ({"proofPurpose": ["assertionMethod"]}, "signature.options"),
        ({"verificationMethod": {"id": "x"}}, "signature.options"),
        ({"created": "22 November 2026"}, "signature.options"),
        ({"created": 7}, "signature.options"),
        ({"expires": "2026-11-22"}, "signature.options"),
    ],
)
def test_proofs_out_of_form_are_refused(change: JsonObject, code: str) -> None:
    pair, proof = signed(SUITES["eddsa-rdfc-2022"], KeyKind.ED25519)
    refused = rejected(BADGE, {**proof, **change}, pair.public)
    assert refused == code or (code == "signature.mismatch" and refused == "terms.undefined")


def test_contexts_may_be_appended_under_jcs_but_not_changed_or_put_before() -> None:
    first, second = BADGE["@context"]
    other = "https://w3id.org/security/data-integrity/v2"
    pair, proof = signed(SUITES["eddsa-jcs-2022"], KeyKind.ED25519)
    verify_proof(badge(**{"@context": [first, second, other]}), proof, pair.public)
    for contexts in ([other, first, second], [first, other, second], [first], [second, first]):
        assert rejected(badge(**{"@context": contexts}), proof, pair.public) == "signature.mismatch"


def test_production_refuses_the_examples_context_and_conformance_takes_it() -> None:
    document = badge(**{"@context": [*BADGE["@context"], EXAMPLES_V2], "grade": "A"})
    suite, pair = SUITES["eddsa-rdfc-2022"], make_pair(KeyKind.ED25519)
    proof = build_proof(document, OPTIONS, pair.sign, suite, contexts=CONFORMANCE)
    verify_proof(document, proof, pair.public, contexts=CONFORMANCE)
    assert rejected(document, proof, pair.public) == "terms.unknown_context"


def test_a_proof_of_a_chain_covers_the_proofs_that_it_names() -> None:
    suite, pair = SUITES["eddsa-rdfc-2022"], make_pair(KeyKind.ED25519)
    first = build_proof(BADGE, {**OPTIONS, "id": "urn:first"}, pair.sign, suite)
    options = {**OPTIONS, "previousProof": "urn:first"}
    second = build_proof(BADGE, options, pair.sign, suite, previous=(first,))
    for proofs in ([first, second], [second, first]):
        document: JsonObject = {**BADGE, "proof": proofs}
        for proof in list_proofs(document):
            verify_proof(document, proof, pair.public, previous=find_previous(proof, list_proofs(document)))
    assert rejected(BADGE, second, pair.public) == "signature.mismatch"
    other = build_proof(BADGE, {**OPTIONS, "id": "urn:first", "nonce": "x"}, pair.sign, suite)
    with pytest.raises(SignatureMismatchError):
        verify_proof(BADGE, second, pair.public, previous=(other,))


def test_a_proof_without_its_document_context_is_refused() -> None:
    pair, proof = signed(SUITES["eddsa-rdfc-2022"], KeyKind.ED25519)
    document = {name: value for name, value in BADGE.items() if name != "@context"}
    with pytest.raises((LinkedDataError, MalformedProofError)):
        verify_proof(document, proof, pair.public)


@pytest.mark.parametrize("other", ["eddsa-jcs-2022", "ecdsa-rdfc-2019", "bbs-2023"])
def test_nothing_is_signed_by_one_suite_under_the_name_of_another(other: str) -> None:
    options: JsonObject = {**OPTIONS, "type": "DataIntegrityProof", "cryptosuite": other}
    with pytest.raises(MalformedProofError) as refused:
        build_hash_input(BADGE, options, SUITES["eddsa-rdfc-2022"])
    assert (refused.value.code, refused.value.values) == ("signature.options", {"member": "cryptosuite"})


def test_a_proof_of_the_older_kind_names_no_suite_and_fits() -> None:
    pair = make_pair(KeyKind.ED25519)
    document = badge(**{"@context": [*BADGE["@context"], "https://w3id.org/security/suites/ed25519-2020/v1"]})
    proof = build_proof(document, OPTIONS, pair.sign, SUITES["Ed25519Signature2020"])
    assert "cryptosuite" not in proof
    verify_proof(document, proof, pair.public)
    assert rejected({**document, "name": "Other"}, proof, pair.public) == "signature.mismatch"
