"""Every shape rule of VCDM 2.0: what obeys passes, what breaks it is refused with its code and place."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials.vcdm import is_url, verify_credential_model, verify_presentation_model
from attestree.errors import MalformedCredentialError

V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"
NOWHERE = "https ://not-a-url/1"


def credential(**changes: Any) -> dict[str, Any]:
    """Build the smallest credential; a member changed to `...` is left out."""
    plain = {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": {"id": "did:example:subject"},
    }
    return {name: value for name, value in (plain | changes).items() if value is not ...}


def presentation(**changes: Any) -> dict[str, Any]:
    """Build the smallest presentation; a member changed to `...` is left out."""
    plain = {"@context": [V2], "type": ["VerifiablePresentation"]}
    return {name: value for name, value in (plain | changes).items() if value is not ...}


def old_credential(**changes: Any) -> dict[str, Any]:
    """Build a credential of VCDM 1.1."""
    return credential(**({"@context": [V1], "issuanceDate": "2020-01-01T00:00:00Z"} | changes))


SAYS_SO = {"type": "https://example.org/#Kind"}
EN = {"@value": "Diploma", "@language": "en", "@direction": "ltr"}

OBEYING: dict[str, dict[str, Any]] = {
    "nothing more than needed": {},
    "further contexts by address": {"@context": [V2, "https://www.w3.org/ns/credentials/examples/v2"]},
    "further contexts as definitions": {"@context": [V2, {"Kind": "https://example.org/#Kind"}]},
    "one type as text": {"type": "VerifiableCredential"},
    "types in any order": {"type": ["https://example.org/#Kind", "VerifiableCredential"]},
    "an id that is a urn": {"id": "urn:uuid:9c9a36f8-518f-4976-a934-6649502d0008"},
    "an issuer with a name": {"issuer": {"id": "did:example:issuer", "name": "University"}},
    "a name in one language": {"name": EN},
    "a name in several languages": {"name": [EN, {"@value": "Zeugnis", "@language": "de"}]},
    "a description without direction": {"description": {"@value": "A diploma", "@language": "en-GB"}},
    "several subjects": {"credentialSubject": [{"name": "A"}, {"name": "B"}]},
    "dates with a fraction": {"validFrom": "2020-01-01T00:00:00.123Z"},
    "dates with a zone": {"validUntil": "2030-01-01T00:00:00-05:00"},
    "an end at the start": {"validFrom": "2020-01-01T00:00:00Z", "validUntil": "2020-01-01T00:00:00Z"},
    "a status without id": {"credentialStatus": SAYS_SO},
    "several schemas": {"credentialSchema": [SAYS_SO | {"id": "did:example:1"}] * 2},
    "refreshing": {"refreshService": SAYS_SO | {"id": "https://example.org/refresh"}},
    "terms of use": {"termsOfUse": [SAYS_SO]},
    "evidence": {"evidence": [SAYS_SO, {"type": ["A", "B"]}]},
    "proofs": {"proof": [{"type": "DataIntegrityProof"}]},
}

BREAKING: dict[str, tuple[dict[str, Any], str, str]] = {
    "no context": ({"@context": ...}, "format.context", "@context"),
    "a context that is no list": ({"@context": V2}, "format.context", "@context"),
    "an empty context": ({"@context": []}, "format.context", "@context"),
    "the base context second": ({"@context": [{}, V2]}, "model.context_first", "@context[0]"),
    "the base context absent": ({"@context": [V1]}, "model.context_first", "@context[0]"),
    "a context with a blank": ({"@context": [V2, NOWHERE]}, "model.context_item", "@context[1]"),
    "a context that is a number": ({"@context": [V2, 123]}, "model.context_item", "@context[1]"),
    "a context that is null": ({"@context": [V2, None]}, "model.context_item", "@context[1]"),
    "no type": ({"type": ...}, "model.no_type", "type"),
    "no types": ({"type": []}, "model.no_type", "type"),
    "a type that is a number": ({"type": ["VerifiableCredential", 2]}, "model.no_type", "type"),
    "a type with a blank": ({"type": ["VerifiableCredential", "a b"]}, "model.no_type", "type"),
    "the needed type absent": ({"type": ["Diploma"]}, "format.type", "type"),
    "an id that is null": ({"id": None}, "model.url", "id"),
    "two ids": ({"id": ["urn:uuid:1", "urn:uuid:2"]}, "model.url", "id"),
    "an id with a blank": ({"id": NOWHERE}, "model.url", "id"),
    "no issuer": ({"issuer": ...}, "format.missing", "issuer"),
    "an issuer that is null": ({"issuer": None}, "model.url", "issuer"),
    "an issuer that is no address": ({"issuer": "University"}, "model.url", "issuer"),
    "an issuer without id": ({"issuer": {"name": "University"}}, "format.missing", "issuer.id"),
    "an issuer whose id is null": ({"issuer": {"id": None}}, "model.url", "issuer.id"),
    "an issuer whose id is no address": ({"issuer": {"id": "x"}}, "model.url", "issuer.id"),
    "a list of issuers": ({"issuer": ["did:example:issuer"]}, "model.url", "issuer"),
    "a name with more in it": ({"name": EN | {"url": "x"}}, "model.language_value", "name"),
    "a name without text": ({"name": {"@language": "en"}}, "model.language_value", "name"),
    "a name that is a number": ({"name": 7}, "model.language_value", "name"),
    "an empty list of names": ({"name": []}, "model.language_value", "name"),
    "a language that is none": ({"name": EN | {"@language": "en_GB"}}, "model.language_value", "name"),
    "a direction that is none": ({"name": EN | {"@direction": "up"}}, "model.language_value", "name"),
    "a bad description": ({"description": [EN, 1]}, "model.language_value", "description"),
    "a bad name of the issuer": (
        {"issuer": {"id": "did:example:1", "name": EN | {"x": 1}}},
        "model.language_value",
        "issuer.name",
    ),
    "no subject": ({"credentialSubject": ...}, "format.missing", "credentialSubject"),
    "a subject without claims": ({"credentialSubject": {}}, "model.empty", "credentialSubject"),
    "no subjects": ({"credentialSubject": []}, "model.empty", "credentialSubject"),
    "one subject without claims": (
        {"credentialSubject": [{"name": "A"}, {}]},
        "model.empty",
        "credentialSubject[1]",
    ),
    "a subject that is text": (
        {"credentialSubject": "did:example:1"},
        "format.not_object",
        "credentialSubject",
    ),
    "two ids of a subject": (
        {"credentialSubject": {"id": ["did:example:1", "did:example:2"]}},
        "model.url",
        "credentialSubject.id",
    ),
    "a day as validFrom": ({"validFrom": "2020-01-01"}, "date.syntax", "validFrom"),
    "validFrom without zone": ({"validFrom": "2020-01-01T00:00:00"}, "date.no_zone", "validFrom"),
    "a number as validUntil": ({"validUntil": 2030}, "date.syntax", "validUntil"),
    "an end before the start": (
        {"validFrom": "2020-01-01T00:00:00Z", "validUntil": "2019-12-31T23:59:59Z"},
        "format.ends_before_start",
        "validUntil",
    ),
    "a status with two ids": (
        {"credentialStatus": SAYS_SO | {"id": ["did:example:1"]}},
        "model.url",
        "credentialStatus.id",
    ),
    "a status that is text": ({"credentialStatus": "active"}, "format.not_object", "credentialStatus"),
    "a schema without id": ({"credentialSchema": SAYS_SO}, "format.missing", "credentialSchema.id"),
    "a schema whose id is no address": (
        {"credentialSchema": SAYS_SO | {"id": NOWHERE}},
        "model.url",
        "credentialSchema.id",
    ),
}

TYPED = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence", "proof")


def refusal(value: Any, **how: Any) -> tuple[str, object]:
    """Return code and place of the rule that a credential breaks."""
    with pytest.raises(MalformedCredentialError) as caught:
        verify_credential_model(value, **how)
    return caught.value.code, caught.value.values["path"]


@pytest.mark.parametrize("changes", OBEYING.values(), ids=OBEYING)
def test_what_obeys_the_rules_passes(changes: dict[str, Any]) -> None:
    verify_credential_model(credential(**changes))


@pytest.mark.parametrize(("changes", "code", "path"), BREAKING.values(), ids=BREAKING)
def test_what_breaks_a_rule_is_refused_by_name(changes: dict[str, Any], code: str, path: str) -> None:
    assert refusal(credential(**changes)) == (code, path)


@pytest.mark.parametrize("name", TYPED)
@pytest.mark.parametrize("kind", [..., None, 2, [], ["a b"], ""])
def test_members_that_must_say_their_type_do(name: str, kind: Any) -> None:
    member = {"id": "did:example:1"} | ({} if kind is ... else {"type": kind})
    assert refusal(credential(**{name: member})) == ("model.no_type", f"{name}.type")
    assert refusal(credential(**{name: [SAYS_SO | member | {"type": "A"}, member]})) == (
        "model.no_type",
        f"{name}[1].type",
    )


@pytest.mark.parametrize("name", TYPED)
def test_an_empty_list_says_nothing_and_is_refused(name: str) -> None:
    assert refusal(credential(**{name: []})) == ("model.empty", name)


def test_a_document_is_an_object() -> None:
    for value in (None, [], "credential", 7, [credential()]):
        assert refusal(value) == ("format.not_object", "(top level)")


def test_the_old_version_is_taken_only_where_asked_for() -> None:
    verify_credential_model(old_credential(), old_version=True)
    assert refusal(old_credential()) == ("model.context_first", "@context[0]")


def test_the_old_version_has_its_own_dates() -> None:
    assert refusal(old_credential(issuanceDate=...), old_version=True) == ("format.missing", "issuanceDate")
    early = old_credential(expirationDate="2019-01-01T00:00:00Z")
    assert refusal(early, old_version=True) == ("format.ends_before_start", "expirationDate")


HELD: dict[str, dict[str, Any]] = {
    "nothing more than needed": {},
    "an id": {"id": "urn:uuid:9c9a36f8-518f-4976-a934-6649502d0008"},
    "a further type": {"type": ["VerifiablePresentation", "https://example.org/#Kind"]},
    "a holder": {"holder": "did:example:holder"},
    "a holder with members": {"holder": {"id": "did:example:holder"}},
    "one credential": {"verifiableCredential": credential()},
    "several credentials": {"verifiableCredential": [credential(), credential()]},
}

WRONGLY_HELD: dict[str, tuple[dict[str, Any], str, str]] = {
    "no context": ({"@context": ...}, "format.context", "@context"),
    "another base context": ({"@context": [{}, V2]}, "model.context_first", "@context[0]"),
    "no type": ({"type": ...}, "model.no_type", "type"),
    "another type": ({"type": ["CredentialManagerPresentation"]}, "format.type", "type"),
    "a holder that is no address": ({"holder": "z6Mk"}, "model.url", "holder"),
    "a holder without id": ({"holder": {"name": "Acme"}}, "format.missing", "holder.id"),
    "a holder whose id is no address": ({"holder": {"id": "z6Mk"}}, "model.url", "holder.id"),
    "a credential as text": (
        {"verifiableCredential": ["eyJhbGciOiJFUzI1NiJ9..x"]},
        "format.not_object",
        "verifiableCredential[0]",
    ),
    "a credential without type": (
        {"verifiableCredential": [credential(type=[])]},
        "model.no_type",
        "verifiableCredential[0].type",
    ),
    "terms of use without type": ({"termsOfUse": {"id": "urn:x:1"}}, "model.no_type", "termsOfUse.type"),
}


@pytest.mark.parametrize("changes", HELD.values(), ids=HELD)
def test_a_presentation_that_obeys_passes(changes: dict[str, Any]) -> None:
    verify_presentation_model(presentation(**changes))


@pytest.mark.parametrize(("changes", "code", "path"), WRONGLY_HELD.values(), ids=WRONGLY_HELD)
def test_a_presentation_that_breaks_a_rule_is_refused(changes: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(MalformedCredentialError) as caught:
        verify_presentation_model(presentation(**changes))
    assert (caught.value.code, caught.value.values["path"]) == (code, path)


def test_an_address_has_a_scheme_and_no_blanks() -> None:
    assert all(map(is_url, ("https://a.example/", "urn:x:1", "did:key:z6Mk", "data:application/jwt,x")))
    assert not any(
        map(is_url, ("", "a.example", "//a.example", "https://a b", ":x", "1a:b", "a:", None, 7, []))
    )
