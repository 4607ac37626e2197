"""The tolerant reading of a credential: many shapes, one meaning, and no error but ours."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials.credential import parse_credential
from attestree.credentials.dates import parse_timestamp
from attestree.credentials.proof_set import SecuredAnchor, format_secured_anchor
from attestree.errors import InputError, MalformedCredentialError
from tests.unit.credentials.examples import build_badge, build_options, build_proof


def refusal(value: Any) -> MalformedCredentialError:
    """Return the error with which a credential is refused."""
    with pytest.raises(MalformedCredentialError) as caught:
        parse_credential(value)
    return caught.value


def with_subject(**changes: Any) -> dict[str, Any]:
    """Build a badge with members of its subject changed."""
    badge = build_badge()
    badge["credentialSubject"] |= changes
    return badge


def with_achievement(**changes: Any) -> dict[str, Any]:
    """Build a badge with members of its achievement changed."""
    badge = build_badge()
    badge["credentialSubject"]["achievement"] |= changes
    return badge


def test_a_badge_shows_what_a_verifier_needs() -> None:
    badge = build_badge(validUntil="2028-11-22T00:00:00Z")
    credential = parse_credential(badge)
    assert credential.document == badge
    assert credential.id == badge["id"]
    assert credential.types == ("VerifiableCredential", "OpenBadgeCredential")
    assert credential.title == "Data Literacy"
    assert (credential.issuer_id, credential.issuer_name) == ("did:web:example.edu", "Example University")
    assert credential.valid_from == parse_timestamp("2026-11-22T05:44:00Z")
    assert credential.valid_until == parse_timestamp("2028-11-22T00:00:00Z")
    assert credential.awarded == parse_timestamp("2026-11-20T00:00:00Z")
    assert credential.subject.achievement_title == "Data Literacy"
    assert credential.subject.credits == 2.5
    (name,) = credential.subject.identities
    assert (name.identity_type, name.identity_hash, name.hashed) == ("name", "Zofia Kowalska", False)
    assert (credential.statuses, credential.proofs.anchors) == ((), ())


def test_the_shape_of_version_1_means_the_same() -> None:
    old = build_badge(
        **{"@context": ["https://www.w3.org/2018/credentials/v1"]},
        validFrom=None,
        issuanceDate="2026-11-22T05:44:00Z",
        expirationDate="2028-11-22T00:00:00Z",
    )
    new = build_badge(validUntil="2028-11-22T00:00:00Z")
    assert parse_credential(old).valid_from == parse_credential(new).valid_from
    assert parse_credential(old).valid_until == parse_credential(new).valid_until


def test_dates_of_both_versions_may_stand_together_only_if_they_agree() -> None:
    assert parse_credential(build_badge(issuanceDate="2026-11-22T06:44:00+01:00")).valid_from
    error = refusal(build_badge(issuanceDate="2026-11-22T05:44:01Z"))
    assert (error.code, error.values["path"]) == ("format.dates_disagree", "validFrom")


def test_any_credential_type_is_read_without_badge_parts() -> None:
    credential = parse_credential(
        {
            "@context": "https://www.w3.org/ns/credentials/v2",
            "type": "VerifiableCredential",
            "issuer": "https://example.edu/issuer",
            "name": [{"@value": "Diploma", "@language": "en"}, {"@value": "Dyplom", "@language": "pl"}],
            "credentialSubject": [{"id": "did:key:z6Mk", "degree": {"type": "Bachelor"}}],
        }
    )
    assert (credential.id, credential.title, credential.issuer_name) == (None, "Diploma", None)
    assert (credential.subject.id, credential.subject.achievement_title) == ("did:key:z6Mk", None)
    assert (credential.valid_from, credential.subject.credits) == (None, None)


def test_credits_that_were_not_earned_are_those_on_offer() -> None:
    badge = build_badge()
    del badge["credentialSubject"]["creditsEarned"]
    badge["credentialSubject"]["achievement"]["creditsAvailable"] = 3
    assert parse_credential(badge).subject.credits == 3


def test_status_entries_are_read_one_or_many() -> None:
    entry = {
        "id": "https://e.edu/s#1",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "1",
        "statusListCredential": "https://e.edu/s",
    }
    one = parse_credential(build_badge(credentialStatus=entry)).statuses
    assert one == parse_credential(build_badge(credentialStatus=[entry])).statuses
    assert (one[0].purpose, one[0].list_index, one[0].list_address) == ("revocation", "1", "https://e.edu/s")
    assert len(parse_credential(build_badge(credentialStatus=[entry, entry])).statuses) == 2


def test_proofs_are_read_with_the_credential() -> None:
    secured = SecuredAnchor(build_options(), build_proof())
    credential = parse_credential(build_badge(proof=[format_secured_anchor(secured)]))
    assert credential.proofs.anchors == (secured,)


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        (None, "format.not_object", "(top level)"),
        ([], "format.not_object", "(top level)"),
        ("text", "format.not_object", "(top level)"),
        ({}, "format.context", "@context"),
        (build_badge(**{"@context": []}), "format.context", "@context"),
        (build_badge(**{"@context": {"a": "b"}}), "format.context", "@context"),
        (build_badge(**{"@context": ["https://e.edu"] * 10_000}), "format.too_many", "@context"),
        (build_badge(type=["OpenBadgeCredential"]), "format.type", "type"),
        (build_badge(type=["VerifiablePresentation"]), "presentation.unasked", "type"),
        (build_badge(type="EnvelopedVerifiablePresentation"), "presentation.unasked", "type"),
        (build_badge(type=7), "format.not_text", "type"),
        (build_badge(id=7), "format.not_text", "id"),
        (build_badge(id="javascript:alert(1)"), "format.url", "id"),
        (build_badge(name=7), "format.not_text", "name"),
        (build_badge(name={"@value": 7}), "format.not_text", "name"),
        (build_badge(issuer=None), "format.missing", "issuer"),
        (build_badge(issuer=7), "format.missing", "issuer"),
        (build_badge(issuer={"name": "x"}), "format.missing", "issuer.id"),
        (build_badge(issuer="file:///etc/passwd"), "format.url", "issuer"),
        (build_badge(issuer={"id": "did:web:a", "url": "data:text/html,x"}), "format.url", "issuer.url"),
        (build_badge(issuer={"id": "did:web:a", "name": []}), "format.not_text", "issuer.name"),
        (build_badge(validFrom="2025-01-01T00:00:00"), "date.no_zone", "validFrom"),
        (build_badge(validUntil="2025-02-30T25:61:00Z"), "date.no_such_time", "validUntil"),
        (build_badge(awardedDate=20251122), "format.not_text", "awardedDate"),
        (build_badge(credentialSubject=None), "format.missing", "credentialSubject"),
        (build_badge(credentialSubject=[]), "format.missing", "credentialSubject"),
        (build_badge(credentialSubject="x"), "format.not_object", "credentialSubject"),
        (build_badge(credentialSubject=[{}, "x"]), "format.not_object", "credentialSubject[1]"),
        (build_badge(credentialSubject=[{}, {}]), "format.too_many", "credentialSubject"),
        (with_subject(id="gopher://x"), "format.url", "credentialSubject.id"),
        (with_subject(identifier=["x"]), "format.not_object", "credentialSubject.identifier[0]"),
        (
            with_subject(identifier={"hashed": 1, "identityHash": "x"}),
            "format.not_boolean",
            "credentialSubject.identifier.hashed",
        ),
        (with_subject(identifier=[{}]), "format.missing", "credentialSubject.identifier[0].identityHash"),
        (with_subject(identifier=[{}] * 257), "format.too_many", "credentialSubject.identifier"),
        (with_subject(creditsEarned=True), "format.not_number", "credentialSubject.creditsEarned"),
        (with_subject(creditsEarned="2.5"), "format.not_number", "credentialSubject.creditsEarned"),
        (with_achievement(name=["", 1], id=7), "format.not_text", "credentialSubject.achievement.id"),
        (
            with_achievement(criteria={"id": "data:x"}),
            "format.url",
            "credentialSubject.achievement.criteria.id",
        ),
        (
            with_achievement(alignment=[{"targetUrl": "ftp://x"}]),
            "format.url",
            "credentialSubject.achievement.alignment[0].targetUrl",
        ),
        (
            build_badge(evidence=[{"id": "https://e.edu"}, {"id": "javascript:alert(1)"}]),
            "format.url",
            "evidence[1].id",
        ),
        (build_badge(credentialStatus=7), "format.not_object", "credentialStatus"),
        (build_badge(credentialStatus={"id": "file:///etc/passwd"}), "format.url", "credentialStatus.id"),
        (
            build_badge(credentialStatus={"statusListIndex": 1}),
            "format.not_text",
            "credentialStatus.statusListIndex",
        ),
        (
            build_badge(credentialStatus={"statusListCredential": "gopher://x"}),
            "format.url",
            "credentialStatus.statusListCredential",
        ),
    ],
)
def test_a_wrong_type_or_address_is_refused_with_its_path(value: Any, code: str, path: str) -> None:
    error = refusal(value)
    assert (error.code, error.values["path"]) == (code, path)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.edu/c/1?a=b#c",
        "HTTP://example.edu",
        "http://127.0.0.1:8000/c/1",
        "urn:uuid:2f1f2b1e-4c55-4a9c-9a57-0d1b7e3a1c11",
        "did:web:example.edu%3A8443:a",
        "https://example.edu/ścieżka",
    ],
)
def test_an_address_that_may_be_a_link_is_read(address: str) -> None:
    assert parse_credential(build_badge(id=address)).id == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/c/1",
        "//evil.org",
        "https://",
        "https:///c",
        "https:c",
        " https://e.edu",
        "https://e.edu\n",
        "https://e.edu/a b",
        'https://e.edu/"onload="x',
        "https://e.edu/\u202e",
        "https://e.edu/\u200b",
        "java\nscript:alert(1)",
        "vbscript:x",
        "urn:",
        "did:",
        "https://e.edu/" + "a" * 2048,
    ],
)
def test_an_address_that_must_not_be_a_link_is_refused(address: str) -> None:
    assert refusal(build_badge(id=address)).code == "format.url"


@pytest.mark.parametrize("wrong", [None, True, 0, 1.5, "x", [], [[]], [None], {}, {"id": None}])
def test_no_member_of_a_wrong_type_raises_anything_but_our_errors(wrong: Any) -> None:
    def replace(value: Any) -> Any:
        """Yield copies of a value with one part replaced."""
        if isinstance(value, dict):
            for name in value:
                yield {**value, name: wrong}
                yield from ({**value, name: part} for part in replace(value[name]))
        elif isinstance(value, list):
            for place, item in enumerate(value):
                yield from ([*value[:place], part, *value[place + 1 :]] for part in replace(item))

    refused: set[str] = set()
    for document in replace(build_badge(credentialStatus={"id": "urn:a:b"}, proof=[{"type": "x"}])):
        try:
            parse_credential(document)
        except InputError as error:
            refused.add(error.code.partition(".")[0])
    assert refused
    assert refused <= {"format", "date", "proof"}
