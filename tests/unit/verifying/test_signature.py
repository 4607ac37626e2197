"""Which signatures count, and what each does to the verdict of a credential that is recorded."""

from __future__ import annotations

import copy
import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from attestree.credentials.did import DidDocument
from attestree.credentials.signatures.jwt import format_vc_jwt
from attestree.credentials.signatures.multikey import KeyKind
from attestree.errors import AttestreeError, CorruptionError, MissingExtraError
from attestree.merkle.keccak import keccak256
from attestree.verifying.report import Report
from attestree.verifying.result import CheckId, CheckResult, Status
from attestree.verifying.verdict import Verdict
from tests.fakes.signing import TestKey, ToldResolver, build_did_document
from tests.unit.verifying.genuine import DID, NAME, SPAN, Scene, build_document, build_scene

KEY, OTHER = TestKey(1), TestKey(2)
WEB_METHOD = f"{DID}#key-1"


def scene_of(did: str, **changes: Any) -> Scene:
    """Return a recorded credential of a DID, which the registry has as well."""
    scene = build_scene(issuer={"id": did, "type": ["Profile"], "name": NAME}, **changes)
    span = replace(SPAN, did_hash=keccak256(did.encode()))
    scene.change(span=span, current_span=span)
    return scene


def add(scene: Scene, *proofs: dict[str, Any]) -> None:
    scene.credential["proof"] = [*proofs, *scene.credential["proof"]]


def signed(did: str = KEY.did, **how: Any) -> Scene:
    """Return a recorded credential with a signature of `KEY`."""
    scene = scene_of(did)
    add(scene, KEY.sign(scene.credential, **how))
    return scene


def check_of(report: Report) -> CheckResult:
    return report.checks[list(CheckId).index(CheckId.SIGNATURE)]


def assert_remark(report: Report, code: str) -> None:
    """Require that the signature is remarked on, and that the anchor alone decides."""
    check = check_of(report)
    assert (check.status, check.code) == (Status.WARN, code)
    assert code in [warning.code for warning in report.warnings]
    assert report.verdict is Verdict.VALID


def test_a_signature_by_the_issuers_key_passes_and_says_who_signed() -> None:
    report = signed().verify()
    check = check_of(report)
    assert (report.verdict, check.status, check.code) == (Verdict.VALID, Status.PASS, "signature.fits")
    assert check.evidence == {
        "signatures": 1,
        "signer": KEY.did,
        "key": KEY.method,
        "suite": "eddsa-rdfc-2022",
    }
    shown = report.to_json()["checks"][2]
    assert KEY.did in shown["text"]


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "Ed25519Signature2020"])
def test_other_suites_count_alike(suite: str) -> None:
    contexts = [*build_document()["@context"], "https://w3id.org/security/suites/ed25519-2020/v1"]
    scene = scene_of(KEY.did, **{"@context": contexts})
    add(scene, KEY.sign(scene.credential, suite=suite))
    report = scene.verify()
    assert (report.verdict, check_of(report).evidence["suite"]) == (Verdict.VALID, suite)


def test_a_credential_without_signature_is_valid_and_says_so() -> None:
    report = scene_of(KEY.did).verify()
    assert (report.verdict, check_of(report).code) == (Verdict.VALID, "signature.none")
    assert check_of(report).status is Status.SKIPPED


def test_an_anchor_added_later_does_not_break_the_signature() -> None:
    scene = scene_of(KEY.did)
    document = {name: value for name, value in scene.credential.items() if name != "proof"}
    add(scene, KEY.sign(document))
    assert check_of(scene.verify()).code == "signature.fits"


def test_a_signature_of_the_issuer_that_does_not_fit_is_tampering() -> None:
    scene = signed()
    other = KEY.sign({**scene.credential, "name": "Another"})
    scene.credential["proof"][0]["proofValue"] = other["proofValue"]
    report = scene.verify()
    assert (report.verdict, report.code) == (Verdict.TAMPERED, "signature.changed")
    assert check_of(report).evidence == {"signatures": 1, "because": "signature.mismatch"}
    assert report.claims is None


@pytest.mark.parametrize(
    "change",
    [
        {"created": "2026-11-18T10:00:01Z"},
        {"proofValue": "zzz"},
        {"proofValue": None},
        {"created": "yesterday"},
        {"challenge": "x"},
        {"previousProof": "urn:uuid:none"},
    ],
)
def test_changing_a_member_of_the_signature_is_tampering(change: dict[str, Any]) -> None:
    scene = signed()
    scene.credential["proof"][0].update(change)
    assert scene.verify().verdict is Verdict.TAMPERED


def test_a_signature_in_the_issuers_name_with_another_key_is_tampering() -> None:
    scene = scene_of(KEY.did)
    add(scene, OTHER.sign(scene.credential, method=KEY.method))
    assert scene.verify().verdict is Verdict.TAMPERED


def test_one_signature_that_fails_does_not_hide_behind_one_that_passes() -> None:
    for turned in (False, True):
        scene = signed()
        bad = OTHER.sign(scene.credential, method=KEY.method)
        scene.credential["proof"] = [*scene.credential["proof"], bad]
        if turned:
            scene.credential["proof"].reverse()
        report = scene.verify()
        assert report.verdict is Verdict.TAMPERED
        assert check_of(report).evidence["signatures"] == 2


def test_a_signature_by_a_foreign_key_is_ignored_with_a_remark() -> None:
    scene = scene_of(KEY.did)
    add(scene, OTHER.sign(scene.credential))
    assert_remark(scene.verify(), "signature.other_key")


def test_a_foreign_signature_that_does_not_fit_is_ignored_as_well() -> None:
    scene = scene_of(KEY.did)
    add(scene, OTHER.sign({**scene.credential, "name": "Another"}))
    assert_remark(scene.verify(), "signature.other_key")


def test_a_foreign_signature_beside_the_issuers_leaves_that_standing() -> None:
    scene = signed()
    add(scene, OTHER.sign(scene.credential))
    report = scene.verify()
    assert_remark(report, "signature.other_key")
    assert check_of(report).evidence["signer"] == KEY.did


@pytest.mark.parametrize("method", [KEY.did, f"{KEY.did}#key-1", f"{KEY.did}#{OTHER.did[8:]}"])
def test_a_method_that_the_did_does_not_have_is_a_foreign_key(method: str) -> None:
    assert_remark(signed(method=method).verify(), "signature.other_key")


def test_a_signature_for_another_purpose_is_no_assertion() -> None:
    assert_remark(signed(proofPurpose="authentication").verify(), "signature.other_purpose")


def test_an_unknown_suite_is_remarked_on() -> None:
    scene = signed()
    scene.credential["proof"][0]["cryptosuite"] = "bbs-2023"
    assert_remark(scene.verify(), "signature.unknown_suite")


def test_a_signature_that_has_lapsed_is_remarked_on_and_one_that_has_not_passes() -> None:
    lapsed = "2026-11-18T11:23:20Z"
    assert_remark(signed(expires=lapsed).verify(), "signature.expired")
    assert check_of(signed(expires="2036-01-01T00:00:00Z").verify()).code == "signature.fits"
    forged = signed(expires=lapsed)
    forged.credential["proof"][0]["expires"] = "2036-01-01T00:00:00Z"
    assert forged.verify().verdict is Verdict.TAMPERED


def test_terms_without_meaning_are_not_covered_so_only_the_anchor_vouches() -> None:
    clean = scene_of(KEY.did)
    signature = KEY.sign(clean.credential)
    scene = scene_of(KEY.did, grade="1.0")
    add(scene, signature)
    report = scene.verify()
    assert_remark(report, "signature.undefined_terms")
    assert check_of(report).evidence["because"] == "terms.undefined"


def test_a_context_that_is_not_bundled_is_never_fetched() -> None:
    clean = scene_of(KEY.did)
    scene = scene_of(KEY.did, **{"@context": [*build_document()["@context"], "http://127.0.0.1:8545/x"]})
    add(scene, KEY.sign(clean.credential))
    report = scene.verify()
    assert check_of(report).code == "signature.undefined_terms"
    assert check_of(report).evidence["because"] == "terms.unknown_context"
    assert report.verdict is Verdict.VALID


def build_poison(size: int) -> list[dict[str, Any]]:
    """Return achievements without names, each of which is related to all others: nothing tells them apart."""
    names = [f"_:n{number}" for number in range(size)]
    return [
        {"id": name, "type": ["Achievement"], "related": [{"id": other} for other in names if other != name]}
        for name in names
    ]


def test_a_document_that_would_cost_too_much_is_judged_by_the_anchor() -> None:
    clean = scene_of(KEY.did)
    subject = copy.deepcopy(build_document()["credentialSubject"])
    subject["achievement"]["related"] = build_poison(9)
    scene = scene_of(KEY.did, credentialSubject=subject)
    add(scene, KEY.sign(clean.credential))
    report = scene.verify()
    assert check_of(report).evidence["because"] == "terms.too_much_work"
    assert_remark(report, "signature.too_much_work")


@pytest.mark.parametrize(
    "error", [MissingExtraError("extra.signatures"), CorruptionError("fsck.file_changed")]
)
def test_what_is_amiss_here_is_never_held_against_a_credential(error: AttestreeError) -> None:
    scene = signed(DID, method=WEB_METHOD)

    class Broken:
        """A key that cannot be used, as if a package were missing."""

        kind = KeyKind.ED25519
        octets = KEY.public.octets

        def load(self) -> None:
            raise error

    class Resolver:
        def fetch_document(self, did: str) -> DidDocument:
            keys: Any = {WEB_METHOD: Broken()}
            return DidDocument(did, keys, frozenset({WEB_METHOD}), frozenset())

    scene.resolver = Resolver()
    report = scene.verify()
    assert_remark(report, "signature.not_checked")
    assert check_of(report).evidence["because"] == error.code
    assert_remark(judge_token(scene, envelop(scene.credential, method=WEB_METHOD)), "signature.not_checked")


def test_did_web_is_not_asked_unless_allowed() -> None:
    scene = signed(DID, method=WEB_METHOD)
    report = scene.verify()
    assert_remark(report, "signature.not_resolved")
    assert check_of(report).evidence["because"] == "did.off"


def test_did_web_gives_the_keys_where_allowed() -> None:
    scene = signed(DID, method=WEB_METHOD)
    resolver = ToldResolver({DID: build_did_document(DID, {"#key-1": KEY.public})})
    scene.resolver = resolver
    report = scene.verify()
    assert (report.verdict, check_of(report).code) == (Verdict.VALID, "signature.fits")
    scene.credential["proof"][0]["created"] = "2026-11-18T10:00:09Z"
    assert scene.verify().verdict is Verdict.TAMPERED


def test_a_host_that_is_away_or_serves_something_else_is_a_remark() -> None:
    scene = signed(DID, method=WEB_METHOD)
    scene.resolver = ToldResolver()
    report = scene.verify()
    assert_remark(report, "signature.not_resolved")
    assert check_of(report).evidence["because"] == "did.no_answer"
    scene.resolver = ToldResolver({DID: {"id": "did:web:other.example"}})
    assert check_of(scene.verify()).evidence["because"] == "did.bad_document"


def test_a_key_that_the_document_no_longer_lists_takes_no_part() -> None:
    scene = signed(DID, method=WEB_METHOD)
    scene.resolver = ToldResolver({DID: build_did_document(DID, {"#key-2": OTHER.public})})
    report = scene.verify()
    assert_remark(report, "signature.other_key")
    assert check_of(report).evidence["because"] == "signature.key_not_listed"


def test_only_the_did_of_the_issuer_is_ever_asked() -> None:
    scene = scene_of(DID)
    resolver = ToldResolver()
    scene.resolver = resolver
    add(scene, KEY.sign(scene.credential, method="did:web:attacker.example#key-1"))
    assert_remark(scene.verify(), "signature.other_key")
    assert resolver.asked == []


def test_a_file_that_does_not_fold_is_not_worth_asking_a_host() -> None:
    scene = signed(DID, method=WEB_METHOD)
    resolver = ToldResolver({DID: build_did_document(DID, {"#key-1": KEY.public})})
    scene.resolver = resolver
    report = scene.verify({**scene.credential, "name": "Another"})
    assert (report.verdict, report.code) == (Verdict.TAMPERED, "integrity.changed")
    assert resolver.asked == []


def test_a_chain_of_signatures_covers_the_one_below() -> None:
    scene = scene_of(KEY.did)
    first = KEY.sign(scene.credential, id="urn:uuid:6f6a3f22-53b0-4b3a-9c3e-0b1f6b6f9a01")
    second = KEY.sign(scene.credential, previous=(first,), previousProof=first["id"])
    add(scene, first, second)
    report = scene.verify()
    assert (check_of(report).code, check_of(report).evidence["signatures"]) == ("signature.fits", 2)
    alone = copy.deepcopy(scene.credential)
    alone["proof"].remove(first)
    assert scene.verify(alone).verdict is Verdict.TAMPERED


def test_a_signature_that_fits_a_did_that_was_not_accredited_is_of_an_untrusted_issuer() -> None:
    scene = signed()
    scene.change(span=SPAN, current_span=SPAN)
    report = scene.verify()
    assert check_of(report).code == "signature.fits"
    assert (report.verdict, report.code) == (Verdict.UNTRUSTED_ISSUER, "issuer.did_differs")


@pytest.mark.parametrize(("good", "code"), [(True, "signature.fits"), (False, "signature.changed")])
def test_a_signed_file_without_anchor_is_not_recorded_but_its_signature_is_judged(
    good: bool, code: str
) -> None:
    document = {**build_document(), "issuer": {"id": KEY.did, "type": ["Profile"], "name": NAME}}
    proof = (KEY if good else OTHER).sign(document, method=KEY.method)
    report = build_scene().verify({**document, "proof": [proof]})
    assert check_of(report).code == code
    assert report.verdict is (Verdict.NOT_ANCHORED if good else Verdict.TAMPERED)


def envelop(credential: dict[str, Any], key: TestKey = KEY, *, method: str | None = None) -> str:
    return format_vc_jwt(credential, method=method or key.method, kind=KeyKind.ED25519, sign=key.private.sign)


def judge_token(scene: Scene, token: str) -> Report:
    return scene.verifier().verify(token.encode())


def test_a_token_around_a_recorded_credential_is_judged_by_both() -> None:
    scene = scene_of(KEY.did)
    report = judge_token(scene, envelop(scene.credential))
    check = check_of(report)
    assert (report.verdict, check.code) == (Verdict.VALID, "signature.fits")
    assert (check.evidence["key"], check.evidence["suite"]) == (KEY.method, "vc+jwt EdDSA")
    scene.change(span=SPAN, current_span=SPAN)
    assert judge_token(scene, envelop(scene.credential)).verdict is Verdict.UNTRUSTED_ISSUER


def test_a_token_that_does_not_fit_is_tampering_though_the_credential_is_recorded() -> None:
    scene = scene_of(KEY.did)
    forged = envelop(scene.credential, OTHER, method=KEY.method)
    report = judge_token(scene, forged)
    assert (report.verdict, report.code) == (Verdict.TAMPERED, "signature.changed")


def test_a_token_by_somebody_else_is_ignored_with_a_remark() -> None:
    scene = scene_of(KEY.did)
    assert_remark(judge_token(scene, envelop(scene.credential, OTHER)), "signature.other_key")


def test_a_key_that_the_token_carries_is_never_used() -> None:
    scene = scene_of(KEY.did)
    for method in ("https://issuer.example/key", "#other", "did:web:x.example#key-1"):
        token = envelop(scene.credential, method=method)
        assert_remark(judge_token(scene, token), "signature.other_key")


def test_signatures_in_and_around_a_credential_are_all_judged() -> None:
    scene = signed()
    report = judge_token(scene, envelop(scene.credential))
    assert check_of(report).evidence["signatures"] == 2
    scene.credential["proof"][0]["created"] = "2026-11-18T10:00:01Z"
    assert judge_token(scene, envelop(scene.credential)).verdict is Verdict.TAMPERED


@pytest.mark.parametrize(("good", "code"), [(True, "signature.fits"), (False, "signature.changed")])
def test_a_token_without_anchor_is_not_recorded_but_its_signature_is_judged(good: bool, code: str) -> None:
    document = {**build_document(), "issuer": {"id": KEY.did, "type": ["Profile"], "name": NAME}}
    token = envelop(document, KEY if good else OTHER, method=KEY.method)
    report = judge_token(build_scene(), token)
    assert check_of(report).code == code
    assert report.verdict is (Verdict.NOT_ANCHORED if good else Verdict.TAMPERED)


def test_a_token_of_a_did_web_is_judged_by_the_keys_of_its_host() -> None:
    scene = scene_of(DID)
    token = envelop(scene.credential, method="#key-1")
    assert_remark(judge_token(scene, token), "signature.not_resolved")
    scene.resolver = ToldResolver({DID: build_did_document(DID, {"#key-1": KEY.public})})
    assert check_of(judge_token(scene, token)).code == "signature.fits"


def wrap(token: str) -> bytes:
    """Return the object that stands for a token in JSON."""
    value = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{token}",
    }
    return json.dumps(value).encode()


def test_an_enveloped_credential_is_judged_as_its_token_is() -> None:
    scene = scene_of(KEY.did)
    report = scene.verifier().verify(wrap(envelop(scene.credential)))
    assert (report.verdict, check_of(report).code) == (Verdict.VALID, "signature.fits")
    forged = scene.verifier().verify(wrap(envelop(scene.credential, OTHER, method=KEY.method)))
    assert (forged.verdict, forged.code) == (Verdict.TAMPERED, "signature.changed")


@pytest.mark.parametrize("part", [0, 1, 2])
def test_no_part_of_an_enveloped_token_can_be_exchanged(part: int) -> None:
    document = {**build_document(), "issuer": {"id": KEY.did, "type": ["Profile"], "name": NAME}}
    scene = build_scene()
    parts = envelop(document).split(".")
    parts[part] = envelop({**document, "name": "Other"}, method=f"{KEY.method}" if part else KEY.did).split(
        "."
    )[part]
    report = scene.verifier().verify(wrap(".".join(parts)))
    wanted = "signature.other_key" if part == 0 else "signature.changed"
    assert check_of(report).code == wanted
    assert report.verdict is (Verdict.NOT_ANCHORED if part == 0 else Verdict.TAMPERED)


def encode(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


def test_a_token_signed_with_rsa_is_judged_by_the_key_that_the_did_lists() -> None:
    private = rsa.generate_private_key(65537, 2048)
    numbers = private.public_key().public_numbers()
    n, e = (encode(x.to_bytes((x.bit_length() + 7) // 8, "big")) for x in (numbers.n, numbers.e))
    method = {
        "id": WEB_METHOD,
        "type": "JsonWebKey",
        "controller": DID,
        "publicKeyJwk": {"kty": "RSA", "n": n, "e": e},
    }
    scene = scene_of(DID)
    head = encode(json.dumps({"alg": "RS256", "kid": WEB_METHOD, "typ": "JWT"}).encode())
    signed_part = f"{head}.{encode(json.dumps(scene.credential).encode())}"
    value = private.sign(signed_part.encode(), padding.PKCS1v15(), hashes.SHA256())
    scene.resolver = ToldResolver(
        {DID: {"id": DID, "verificationMethod": [method], "assertionMethod": [WEB_METHOD]}}
    )
    report = judge_token(scene, f"{signed_part}.{encode(value)}")
    assert (report.verdict, check_of(report).evidence["suite"]) == (Verdict.VALID, "vc+jwt RS256")
    forged = bytes([value[0] ^ 1]) + value[1:]
    assert judge_token(scene, f"{signed_part}.{encode(forged)}").verdict is Verdict.TAMPERED
    add(scene, KEY.sign(scene.credential, method=WEB_METHOD))
    assert_remark(scene.verify(), "signature.unknown_suite")
