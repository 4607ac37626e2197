from __future__ import annotations

import json

import msgspec
import pytest

from attestree.credentials.identity import hash_identity
from attestree.credentials.open_badge import check_open_badge
from attestree.credentials.strict_json import JsonObject
from attestree.errors import MalformedCredentialError
from attestree.issuing.claims import Place
from attestree.issuing.compose import Composer
from attestree.issuing.credential_id import format_credential_id, parse_credential_token
from attestree.issuing.rows import Row
from attestree.issuing.terms import Terms
from tests.unit.issuing import samples

PLACE = Place(0, 5, b"\x33" * 13)


def compose(row: Row, terms: Terms | None = None) -> JsonObject:
    return Composer(terms or samples.terms(), samples.SEED, samples.CREATED).compose(row, PLACE)


def subject(document: JsonObject) -> JsonObject:
    member = document["credentialSubject"]
    assert isinstance(member, dict)
    return member


FULL = Row(
    number=2,
    email="Zofia@Example.org",
    learner_id="0017",
    did="did:key:z6MkHolder",
    name="Zofia Kowalska",
    awarded_on="2026-05-01",
    expires_on="2028-05-01",
    result="A",
    credits=2.5,
    narrative="Built\na thing.",
    evidence_url="https://example.org/w/17",
    licence_number="L-17",
    language="pl",
)


def test_every_column_becomes_an_open_badges_term() -> None:
    document = compose(FULL)
    assert check_open_badge(document) == ()
    assert document["awardedDate"] == "2026-05-01T00:00:00Z"
    assert document["validUntil"] == "2028-05-01T23:59:59Z"
    assert document["validFrom"] == "2026-11-18T11:06:40Z"
    assert document["evidence"] == [{"id": "https://example.org/w/17", "type": ["Evidence"]}]
    held = subject(document)
    assert held["id"] == "did:key:z6MkHolder"
    assert held["creditsEarned"] == 2.5
    assert held["licenseNumber"] == "L-17"
    assert held["narrative"] == "Built\na thing."
    assert held["result"] == [{"type": ["Result"], "value": "A"}]
    achievement = held["achievement"]
    assert isinstance(achievement, dict)
    assert achievement["inLanguage"] == "pl"


def test_address_and_learner_id_stand_there_as_salted_hashes_only() -> None:
    text = json.dumps(compose(FULL), ensure_ascii=False)
    assert 'xample.org"' not in text.lower().replace("https://example.org", "")
    assert "0017" not in text
    name, email, learner = subject(compose(FULL))["identifier"]  # type: ignore[misc]  # three objects
    assert name == {
        "type": "IdentityObject", "hashed": False, "identityHash": "Zofia Kowalska", "identityType": "name"
    }  # fmt: skip
    assert email["identityHash"] == hash_identity("zofia@example.org", email["salt"])
    assert learner["identityHash"] == hash_identity("0017", learner["salt"])
    assert len({email["salt"], learner["salt"]}) == 2


def test_names_can_be_left_out() -> None:
    document = compose(FULL, samples.terms(with_names=False))
    assert "Zofia Kowalska" not in json.dumps(document)


def test_a_credential_lasts_as_long_as_its_achievement_unless_the_row_says_otherwise() -> None:
    row = msgspec.structs.replace(FULL, expires_on="", awarded_on="2024-02-29")
    assert compose(row, samples.terms(valid_for="P3Y"))["validUntil"] == "2027-02-28T00:00:00Z"
    assert "validUntil" not in compose(row, samples.terms(valid_for=None))


def test_without_a_public_address_there_is_no_status_entry() -> None:
    document = compose(FULL, samples.terms(public_url=None))
    assert "credentialStatus" not in document
    assert str(document["id"]).startswith("urn:uuid:")
    with_address = compose(FULL)
    entry = with_address["credentialStatus"]
    assert isinstance(entry, dict)
    assert entry["statusListIndex"] == "5"
    assert entry["statusListCredential"] == f"https://badges.example.edu/status/{'33' * 13}/revocation"


def test_nothing_empty_is_issued() -> None:
    document = compose(
        Row(number=2, learner_id="1", name="A"), samples.terms(valid_for=None, public_url=None)
    )
    assert set(document) == {"@context", "id", "type", "name", "issuer", "validFrom", "credentialSubject"}
    assert set(subject(document)) == {"type", "identifier", "achievement"}


def test_a_row_that_open_badges_does_not_allow_is_refused() -> None:
    with pytest.raises(MalformedCredentialError) as caught:
        compose(msgspec.structs.replace(FULL, name="Zo\u202efia"))
    assert caught.value.code == "issue.bad_text"


@pytest.mark.parametrize("public_url", ["https://badges.example.edu", None])
def test_a_token_is_found_again_in_every_form_of_an_id(public_url: str | None) -> None:
    token = "0123456789abcdef" * 2
    assert parse_credential_token(format_credential_id(public_url, token)) == token
    assert parse_credential_token(f" {token.upper()}\n") == token


@pytest.mark.parametrize("text", ["", "x" * 32, "0" * 31, "../../etc/passwd", "x'); DROP TABLE batch;--"])
def test_what_is_no_id_has_no_token(text: str) -> None:
    assert parse_credential_token(text) is None
