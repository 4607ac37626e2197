"""Only the holder, and only for this question: every other presentation is refused with its code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from attestree.credentials.dates import format_timestamp
from attestree.credentials.did import build_did_key_document
from attestree.credentials.presentation import MAX_CREDENTIALS, is_about, parse_presentation, verify_holder
from attestree.credentials.signatures.multikey import KeyKind
from attestree.credentials.signatures.suites import SUITES
from attestree.errors import (
    AttestreeError,
    BindingError,
    InputError,
    MalformedProofError,
    SignatureMismatchError,
)
from tests.unit.credentials.presented import (
    HOLDER,
    NOW,
    QUESTION,
    STRANGER,
    build_credential,
    build_presentation,
    envelop,
    sign,
)
from tests.unit.credentials.signatures.keys import make_pair

TOKEN = envelop(build_credential(), STRANGER)


def verify(value: Any, question: Any = QUESTION, holder: str | None = None) -> None:
    shown = parse_presentation(value)
    verify_holder(shown, build_did_key_document(holder or shown.holder), question)


def refusal(value: Any, question: Any = QUESTION, kind: type[AttestreeError] = BindingError) -> str:
    with pytest.raises(kind) as caught:
        verify(value, question)
    return caught.value.code


def test_the_holder_answers_the_question() -> None:
    verify(sign(build_presentation(build_credential())))
    verify(sign(build_presentation()))
    verify(sign(build_presentation(holder={"id": HOLDER.did})))


@pytest.mark.parametrize("name", [name for name in SUITES if name != "Ed25519Signature2020"])
def test_the_holder_may_sign_with_any_suite(name: str) -> None:
    suite = SUITES[name]
    for kind in suite.kinds:
        holder = make_pair(kind, 5)
        verify(sign(build_presentation(build_credential(holder.did), holder=holder.did), holder, suite))


def test_whoever_signs_is_the_holder_where_none_is_named() -> None:
    shown = parse_presentation(sign(build_presentation(holder=...), STRANGER))
    assert shown.holder == STRANGER.did
    verify(shown.document)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"challenge": "another"}, "presentation.challenge"),
        ({"challenge": ...}, "presentation.challenge"),
        ({"domain": "elsewhere.example"}, "presentation.domain"),
        ({"domain": ...}, "presentation.domain"),
        ({"domain": ["elsewhere.example", "other.example"]}, "presentation.domain"),
        ({"proofPurpose": "assertionMethod"}, "presentation.purpose"),
        ({"expires": format_timestamp(NOW)}, "presentation.expired"),
    ],
)
def test_an_answer_to_another_question_is_refused(changes: dict[str, Any], code: str) -> None:
    assert refusal(sign(build_presentation(build_credential()), **changes)) == code


def test_one_of_several_domains_is_enough_and_a_signature_may_have_an_end() -> None:
    verify(sign(build_presentation(), domain=["other.example", QUESTION.domain]))
    verify(sign(build_presentation(), expires=format_timestamp(NOW + 1)))


def test_only_what_was_asked_for_is_compared() -> None:
    verify(sign(build_presentation(), challenge=...), replace(QUESTION, challenge=None))
    verify(sign(build_presentation(), domain=...), replace(QUESTION, domain=None))


def test_nobody_signs_for_another_holder() -> None:
    assert refusal(sign(build_presentation(), STRANGER)) == "presentation.other_holder"
    forged = sign(build_presentation(), STRANGER, verificationMethod=HOLDER.method)
    assert refusal(forged, kind=SignatureMismatchError) == "signature.mismatch"
    foreign = sign(build_presentation(), verificationMethod=f"{HOLDER.did}#other")
    assert refusal(foreign, kind=SignatureMismatchError) == "signature.key_not_listed"


def test_every_proof_counts() -> None:
    twice = sign(sign(build_presentation()))
    verify(twice)
    assert refusal(sign(twice, STRANGER)) == "presentation.other_holder"
    assert refusal(sign(twice, challenge="another")) == "presentation.challenge"


def test_nothing_is_added_or_taken_away_after_signing() -> None:
    signed = sign(build_presentation(build_credential()))
    assert refusal(signed | {"verifiableCredential": []}, kind=InputError) == "model.empty"
    more = [*signed["verifiableCredential"], build_credential(STRANGER.did)]
    for changes in ({"verifiableCredential": more}, {"id": "urn:uuid:1"}):
        assert refusal(signed | changes, kind=SignatureMismatchError) == "signature.mismatch"
    none = {name: value for name, value in signed.items() if name != "verifiableCredential"}
    assert refusal(none, kind=SignatureMismatchError) == "signature.mismatch"
    assert refusal(signed | {"undefinedTerm": "x"}, kind=InputError) == "terms.undefined"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (build_presentation(), "presentation.no_proof"),
        (build_presentation(proof=[{"type": "DataIntegrityProof"}] * 9), "signature.proofs"),
        (build_presentation(proof={"type": "A"}, holder=...), "presentation.no_method"),
        (
            build_presentation(*[build_credential()] * (MAX_CREDENTIALS + 1), proof={"type": "A"}),
            "format.too_many",
        ),
        (
            build_presentation(TOKEN | {"id": "data:x,y"}, proof={"type": "A"}),
            "presentation.enveloped",
        ),
        (
            {
                "@context": "https://www.w3.org/ns/credentials/v2",
                "type": "EnvelopedVerifiablePresentation",
                "id": "data:application/vp+jwt,eyJhbGciOiJFZERTQSJ9.e30.AA",
            },
            "presentation.enveloped",
        ),
        ("eyJhbGciOiJFZERTQSJ9.e30.AA", "presentation.enveloped"),
        (build_presentation(TOKEN | {"@context": []}, proof={"type": "A"}), "format.context"),
        (build_presentation(TOKEN | {"id": f"{TOKEN['id']}="}, proof={"type": "A"}), "signature.token"),
        (
            build_presentation(TOKEN | {"type": [TOKEN["type"], "X"]}, proof={"type": "A"}),
            "presentation.enveloped",
        ),
        (build_credential(), "presentation.credential"),
        (build_presentation(type=["Other"]), "format.type"),
        (None, "format.not_object"),
    ],
)
def test_what_is_no_signed_presentation_is_refused_before_anything_else(value: Any, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_presentation(value)
    assert caught.value.code == code


def test_the_holder_signs_for_a_credential_in_a_token_too() -> None:
    shown = sign(build_presentation(TOKEN))
    verify(shown)
    assert is_about(TOKEN, HOLDER.did)
    assert not is_about(TOKEN, STRANGER.did)
    other = envelop(build_credential(STRANGER.did), STRANGER)
    assert (
        refusal(shown | {"verifiableCredential": [other]}, kind=SignatureMismatchError)
        == "signature.mismatch"
    )


def test_a_key_of_another_kind_does_not_fit_the_suite() -> None:
    pair = make_pair(KeyKind.P256, 3)
    signed = sign(build_presentation(holder=...))
    signed["proof"]["verificationMethod"] = pair.method
    assert refusal(signed, kind=SignatureMismatchError) == "signature.mismatch"


def test_a_proof_of_an_unknown_suite_is_refused() -> None:
    signed = sign(build_presentation())
    signed["proof"]["cryptosuite"] = "merkle-proof-2019"
    assert refusal(signed, kind=MalformedProofError) == "signature.no_such_suite"


def test_the_end_of_a_signature_is_a_moment() -> None:
    signed = sign(build_presentation())
    signed["proof"]["expires"] = 7
    assert refusal(signed, kind=InputError) == "date.syntax"


def test_a_credential_is_about_the_holder_by_the_id_of_every_subject() -> None:
    assert is_about(build_credential(), HOLDER.did)
    assert not is_about(build_credential(STRANGER.did), HOLDER.did)
    assert not is_about(build_credential(None), HOLDER.did)
    both = [{"id": HOLDER.did}, {"id": STRANGER.did}]
    assert not is_about(build_credential(credentialSubject=both), HOLDER.did)
    assert not is_about(build_credential(credentialSubject=[]), HOLDER.did)
