"""What the public suites ask of the conformance profile, asked here: rules, proofs, sets and chains."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import pytest

from attestree.credentials.dates import format_timestamp
from attestree.credentials.signatures.data_integrity import build_proof
from attestree.credentials.signatures.multikey import KeyKind
from attestree.credentials.signatures.suites import EDDSA_RDFC_2022, SUITES
from tests.unit.credentials.presented import (
    CHALLENGE,
    DOMAIN,
    HOLDER,
    build_credential,
    build_presentation,
    envelop,
    sign,
)
from tests.unit.credentials.signatures.keys import make_pair
from tests.unit.credentials.test_vcdm import BREAKING, OBEYING
from tests.unit.web.vc_api.benches import INSTANCES, NOW, Profile, code_of

V1 = "https://www.w3.org/2018/credentials/v1"
V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
ISSUER = make_pair(KeyKind.ED25519, 11)
PLACES = [f"/{suite}/{kind}" for suite, kind in INSTANCES]


def credential(**changes: Any) -> dict[str, Any]:
    plain = build_credential() | changes
    return {name: value for name, value in plain.items() if value is not ...}


def issued(**changes: Any) -> dict[str, Any]:
    """Return a credential issued by the profile."""
    answer = Profile().issue(credential(**changes))
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


def asserted(document: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return a credential signed by somebody else, with options of the proof changed."""
    plain = {"proofPurpose": "assertionMethod", "challenge": ..., "domain": ...}
    return sign(credential() if document is None else document, ISSUER, **(plain | changes))


def with_proof(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a signed document whose proof was changed afterwards."""
    proof = {name: value for name, value in (document["proof"] | changes).items() if value is not ...}
    return document | {"proof": proof}


BROKEN = {name: case for name, case in BREAKING.items() if V1 not in str(case[0].get("@context"))}
"""The profile takes the old version too."""
SIGNATURE = asserted()["proof"]
"""Of another credential."""

# Issuing


@pytest.mark.parametrize("place", PLACES)
def test_every_instance_issues_what_verifies(place: str) -> None:
    profile = Profile()
    answer = profile.issue(credential(), place)
    assert answer.status_code == 201
    proof = answer.json()["proof"]
    _, suite, kind = place.split("/")
    key = INSTANCES[suite, kind].key
    assert proof["verificationMethod"].startswith(f"{key.did}#z")
    assert (proof["proofPurpose"], proof["created"]) == ("assertionMethod", format_timestamp(NOW))
    assert proof["proofValue"].startswith("z")
    assert proof.get("cryptosuite", proof["type"]) == suite
    assert profile.verify(answer.json()).json()["verified"] is True


def test_the_suite_may_be_named_in_the_options() -> None:
    answer = Profile().issue(credential(), cryptosuite="ecdsa-jcs-2019")
    assert answer.json()["proof"]["cryptosuite"] == "ecdsa-jcs-2019"
    assert code_of(Profile().issue(credential(), cryptosuite="unheard-of")) == "request.not_found"
    assert code_of(Profile().issue(credential(), "/eddsa-rdfc-2022/P-256")) == "request.not_found"


def test_over_http_the_credential_stands_alone_and_over_https_it_is_wrapped() -> None:
    assert "proof" in Profile().issue(credential()).json()
    wrapped = Profile(scheme="https").issue(credential()).json()
    assert wrapped.keys() == {"verifiableCredential"}
    assert "proof" in wrapped["verifiableCredential"]


def test_an_issuer_is_never_added() -> None:
    for issuer in (..., None):
        assert Profile().issue(credential(issuer=issuer)).status_code == 400


@pytest.mark.parametrize("changes", OBEYING.values(), ids=OBEYING)
def test_what_obeys_the_data_model_is_issued_and_verifies(changes: dict[str, Any]) -> None:
    # the context of the examples gives a meaning to whatever these say
    contexts = changes.get("@context", [V2])
    document = credential(**changes | {"@context": [*contexts, EXAMPLES]})
    if "proof" in document:
        return
    answer = Profile().issue(document)
    assert answer.status_code == 201, answer.text
    assert Profile().verify(answer.json()).status_code == 200


@pytest.mark.parametrize(("changes", "code", "_path"), BROKEN.values(), ids=BROKEN)
def test_what_breaks_a_rule_is_neither_issued_nor_verified(
    changes: dict[str, Any], code: str, _path: str
) -> None:
    broken = credential(**changes)
    assert code_of(Profile().issue(broken)) == code
    assert code_of(Profile().verify(broken | {"proof": SIGNATURE})) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": ["VerifiableCredential", "Unheard"]}, "terms.undefined"),
        ({"type": ["VerifiableCredential", "Unheard"], "@context": [V2, {"Unheard": "no address"}]}, None),
        ({"@context": [V2, {"VerifiableCredential": "https://example.org/#Bad"}]}, None),
        ({"@context": [V2, "https://example.com"]}, "terms.unknown_context"),
        ({"undefinedTerm": "x"}, "terms.undefined"),
        ({"credentialSubject": {"undefinedTerm": "x"}}, "terms.undefined"),
        ({"credentialSubject": {"id": HOLDER.did, "undefinedTerm": "x"}}, "terms.undefined"),
    ],
)
@pytest.mark.parametrize("place", ["/eddsa-rdfc-2022/Ed25519", "/eddsa-jcs-2022/Ed25519"])
def test_a_word_without_a_meaning_is_refused_by_every_suite(
    place: str, changes: dict[str, Any], code: str | None
) -> None:
    assert code_of(Profile().issue(credential(**changes), place)) in (
        {code} if code else {"terms.syntax", "terms.undefined"}
    )


def test_terms_may_be_defined_in_the_document_or_by_the_context_of_the_examples() -> None:
    for extra in ({"Diploma": "https://example.org/#Diploma"}, EXAMPLES):
        document = credential(**{"@context": [V2, extra], "type": ["VerifiableCredential", "Diploma"]})
        profile = Profile()
        assert profile.verify(profile.issue(document).json()).status_code == 200


def test_a_digest_of_a_file_known_here_is_compared() -> None:
    # the digest that the Recommendation itself states for its context
    sri = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
    right = {"id": V2, "digestSRI": sri}
    assert Profile().verify(issued(relatedResource=right)).status_code == 200
    wrong = credential(relatedResource=right | {"digestSRI": sri.replace("l/Hr", "L/Hr")})
    assert code_of(Profile().issue(wrong)) == "model.digest_differs"
    assert code_of(Profile().verify(wrong | {"proof": issued()["proof"]})) == "model.digest_differs"
    unknown = credential(relatedResource=right | {"id": "https://example.org/x"})
    assert Profile().issue(unknown).status_code == 201


def test_the_old_version_gets_the_context_that_defines_proofs() -> None:
    old = credential(
        **{"@context": [V1], "issuanceDate": "2020-01-01T00:00:00Z", "credentialSubject": {"id": HOLDER.did}}
    )
    document = Profile().issue(old).json()
    assert document["@context"] == [V1, "https://w3id.org/security/data-integrity/v2"]
    assert Profile().verify(document).status_code == 200
    again = Profile().issue({**document, "proof": document["proof"]})
    assert again.json()["@context"] == document["@context"]


# Proofs


@pytest.mark.parametrize(
    "member", ["type", "verificationMethod", "proofPurpose", "proofValue", "cryptosuite"]
)
def test_a_proof_lacks_nothing(member: str) -> None:
    assert Profile().verify(with_proof(issued(), **{member: ...})).status_code == 400


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "UnknownProofType"}, None),
        ({"cryptosuite": "unknown-2022"}, None),
        ({"cryptosuite": "eddsa-jcs-2022"}, "signature.mismatch"),
        ({"proofPurpose": "authentication"}, "presentation.purpose"),
        ({"proofPurpose": "invalidPurpose"}, None),
        ({"created": "yesterday"}, None),
        ({"created": "2026-11-22T12:00:01Z"}, "signature.mismatch"),
        ({"proofValue": "z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"}, None),
        ({"proofValue": "zIl0"}, "signature.multibase"),
        ({"verificationMethod": "https://example.org/key"}, None),
        ({"verificationMethod": "did:web:example.org#key"}, "conformance.only_did_key"),
        ({"verificationMethod": HOLDER.method}, "signature.mismatch"),
        ({"undefinedTerm": "x"}, "terms.undefined"),
    ],
)
def test_a_proof_that_was_changed_does_not_verify(changes: dict[str, Any], code: str | None) -> None:
    found = code_of(Profile().verify(with_proof(issued(), **changes)))
    assert code in (None, found)


@pytest.mark.parametrize("proof", [None, "proof", [], [None], 7])
def test_a_credential_without_a_proof_that_is_an_object_does_not_verify(proof: Any) -> None:
    assert Profile().verify(issued() | {"proof": proof}).status_code == 400
    assert code_of(Profile().verify(credential())) == "conformance.no_proof"


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "did:example:other"},
        {"validFrom": "2020-01-01T00:00:00Z"},
        {"type": ["VerifiableCredential", "UndefinedType"]},
        {"undefinedTerm": "IfDroppedWillVerify"},
    ],
)
@pytest.mark.parametrize("place", ["/eddsa-rdfc-2022/Ed25519", "/eddsa-jcs-2022/Ed25519"])
def test_a_credential_that_was_changed_does_not_verify(place: str, changes: dict[str, Any]) -> None:
    document = Profile().issue(credential(), place).json()
    assert Profile().verify(document | changes).status_code == 400


def test_challenge_and_domain_of_a_credential_are_compared_where_they_are_asked_for() -> None:
    plain = asserted()
    assert Profile().verify(plain).status_code == 200
    assert code_of(Profile().verify(plain, challenge=CHALLENGE)) == "presentation.challenge"
    assert code_of(Profile().verify(plain, domain=DOMAIN)) == "presentation.domain"
    bound = asserted(challenge=CHALLENGE, domain=DOMAIN)
    assert Profile().verify(bound, challenge=CHALLENGE, domain=DOMAIN).status_code == 200
    assert code_of(Profile().verify(bound, challenge="another")) == "presentation.challenge"


def test_a_proof_that_has_lapsed_does_not_verify() -> None:
    assert Profile().verify(asserted(expires=format_timestamp(NOW + 1))).status_code == 200
    assert code_of(Profile().verify(asserted(expires=format_timestamp(NOW)))) == "presentation.expired"


# Sets and chains


def chained(previous: Any, **changes: Any) -> dict[str, Any]:
    """Return a credential with a proof that names another."""
    first = asserted(id="urn:uuid:first")
    proof = first["proof"]
    options = {
        "verificationMethod": ISSUER.method,
        "proofPurpose": "assertionMethod",
        "previousProof": previous,
    }
    second = build_proof(first, options, ISSUER.sign, EDDSA_RDFC_2022, previous=(proof,))
    return first | {"proof": [proof | changes, second]}


def test_every_proof_of_a_set_counts() -> None:
    both = asserted(asserted())
    assert Profile().verify(both).status_code == 200
    both["proof"][1]["proofValue"] = both["proof"][1]["proofValue"][:-1] + "1"
    assert code_of(Profile().verify(both)) in {"signature.mismatch", "signature.multibase"}


@pytest.mark.parametrize("previous", ["urn:uuid:first", ["urn:uuid:first"]])
def test_a_chain_verifies_with_the_proof_that_it_names(previous: Any) -> None:
    assert Profile().verify(chained(previous)).status_code == 200


@pytest.mark.parametrize("previous", ["urn:uuid:missing", ["urn:uuid:missing"]])
def test_a_chain_without_the_proof_that_it_names_does_not_verify(previous: Any) -> None:
    assert code_of(Profile().verify(chained(previous))) == "signature.previous_proof"


def test_a_chain_over_a_proof_that_does_not_fit_does_not_verify() -> None:
    other = asserted(credential(name="Other"))["proof"]["proofValue"]
    assert code_of(Profile().verify(chained("urn:uuid:first", proofValue=other))) == "signature.mismatch"


def test_issuing_what_is_signed_adds_a_proof() -> None:
    twice = Profile().issue(issued(), "/ecdsa-rdfc-2019/P-384").json()
    assert [proof["cryptosuite"] for proof in twice["proof"]] == ["eddsa-rdfc-2022", "ecdsa-rdfc-2019"]
    assert Profile().verify(twice).status_code == 200


# Tokens: what the tests of VCDM 2.0 tagged EnvelopingProof ask, with tokens of VC-JOSE-COSE 1.0


def test_an_enveloped_credential_verifies_alone_and_in_a_presentation() -> None:
    token = envelop(credential(), ISSUER)
    assert Profile().verify(token).status_code == 200
    shown = sign(build_presentation(token, issued()))
    assert Profile().present(shown, challenge=CHALLENGE, domain=DOMAIN).status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"@context": []}, "format.context"),
        ({"@context": EXAMPLES}, "format.context"),
        ({"@context": ...}, "format.context"),
        ({"id": lambda address: address.partition(",")[2]}, "format.context"),
        ({"id": lambda address: f"{address[:-6]}AAAAAA"}, "signature.mismatch"),
        ({"id": lambda address: address.replace("vc+jwt", "jwt")}, "format.context"),
        ({"type": ...}, "format.context"),
        ({"type": "VerifiableCredential"}, "format.context"),
    ],
)
def test_an_envelope_out_of_form_or_changed_is_refused(changes: dict[str, Any], code: str) -> None:
    token = envelop(credential(), ISSUER)
    wanted = {name: value(token[name]) if callable(value) else value for name, value in changes.items()}
    broken = {name: value for name, value in (token | wanted).items() if value is not ...}
    assert code_of(Profile().verify(broken)) == code


def test_a_token_is_signed_by_the_key_that_it_names_around_a_credential_that_obeys() -> None:
    forged = envelop(credential(), HOLDER, method=ISSUER.method)
    assert code_of(Profile().verify(forged)) == "signature.mismatch"
    assert code_of(Profile().verify(envelop(credential(), ISSUER, method="did:web:a.example#key"))) == (
        "conformance.only_did_key"
    )
    assert code_of(Profile().verify(envelop(credential(credentialSubject=...), ISSUER))) == "format.missing"
    twice = envelop(with_proof(asserted(), created="2026-11-22T12:00:01Z"), ISSUER)
    assert code_of(Profile().verify(twice)) == "signature.mismatch"
    head = urlsafe_b64encode(b'{"alg":"EdDSA"}').decode().rstrip("=")
    nameless = forged | {"id": f"data:application/vc+jwt,{head}.{forged['id'].partition('.')[2]}"}
    assert code_of(Profile().verify(nameless)) == "signature.token"


def test_an_enveloped_presentation_is_refused() -> None:
    value = {
        "@context": V2,
        "type": "EnvelopedVerifiablePresentation",
        "id": "data:application/vp+jwt,e30.e30.AA",
    }
    assert code_of(Profile().present(value)) == "presentation.enveloped"


# Presentations


def test_a_presentation_verifies_with_each_credential_in_it() -> None:
    shown = sign(build_presentation(issued(), asserted()))
    answer = Profile().present(shown, challenge=CHALLENGE, domain=DOMAIN)
    assert answer.status_code == 200
    assert answer.json()["verified"] is True


def test_one_bad_credential_spoils_a_presentation() -> None:
    for bad in (credential(), issued() | {"issuer": "did:example:other"}):
        shown = sign(build_presentation(issued(), bad))
        assert Profile().present(shown, challenge=CHALLENGE, domain=DOMAIN).status_code == 400


def test_a_presentation_answers_one_question_only() -> None:
    shown = sign(build_presentation(issued()))
    assert code_of(Profile().present(shown, challenge="another")) == "presentation.challenge"
    assert code_of(Profile().present(shown, domain="elsewhere.example")) == "presentation.domain"


@pytest.mark.parametrize("changes", [{"@context": ...}, {"type": ...}, {"type": ["Other"]}, {"holder": "x"}])
def test_what_is_no_presentation_is_refused(changes: dict[str, Any]) -> None:
    shown = sign(build_presentation(issued()))
    broken = {name: value for name, value in (shown | changes).items() if value is not ...}
    assert Profile().present(broken, challenge=CHALLENGE, domain=DOMAIN).status_code == 400


def test_every_suite_of_the_table_with_a_name_of_its_own_has_an_instance() -> None:
    assert {suite for suite, _ in INSTANCES} == set(SUITES) - {"Ed25519Signature2020"}
