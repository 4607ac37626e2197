"""What a program asks for becomes what is issued: what is the issuer's to say is not taken from it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from attestree.credentials.open_badge import verify_open_badge
from attestree.errors import AttestreeError, MalformedCredentialError
from attestree.issuing.complete import OURS, Seat, complete_credential
from attestree.issuing.terms import IssuerProfile
from attestree.web.describe_issue import EXAMPLE

PROFILE = IssuerProfile(
    name="University",
    did="did:web:university.example",
    address=b"\x11" * 20,
    url="https://university.example",
)
SEAT = Seat("ab" * 16, b"\x05" * 13, 7, 1_800_000_000)


def complete(public_url: str | None = "https://credentials.example", **changes: Any) -> dict[str, Any]:
    asked = {**deepcopy(EXAMPLE["credential"]), **changes}
    return complete_credential(asked, SEAT, profile=PROFILE, public_url=public_url)


def refused(**changes: Any) -> str:
    with pytest.raises(AttestreeError) as caught:
        complete(**changes)
    return caught.value.code


def test_the_example_of_the_api_is_completed_and_may_be_issued() -> None:
    found = complete()
    verify_open_badge(found)
    assert found["id"] == f"https://credentials.example/c/{SEAT.token}"
    assert found["credentialStatus"]["statusListIndex"] == "7"
    assert found["credentialStatus"]["statusListCredential"].endswith(f"/status/{'05' * 13}/revocation")
    assert found["validFrom"] == "2027-01-15T08:00:00Z"
    assert found["issuer"] == PROFILE.to_json()
    assert {name: found[name] for name in EXAMPLE["credential"]} == EXAMPLE["credential"]


def test_without_a_public_address_it_has_a_uuid_and_no_status() -> None:
    found = complete(public_url=None)
    assert found["id"].startswith("urn:uuid:")
    assert "credentialStatus" not in found


@pytest.mark.parametrize("name", OURS)
def test_what_is_ours_to_say_is_refused_unless_it_is_null(name: str) -> None:
    assert refused(**{name: {"id": "urn:uuid:1"}}) == "apikey.not_yours"
    assert complete(**{name: None}) == complete()


@pytest.mark.parametrize(
    "issuer",
    ["did:web:university.example", {"id": PROFILE.did}, {"id": PROFILE.did, "name": "University"}, None],
)
def test_the_issuer_may_be_named_in_any_way_that_is_true(issuer: Any) -> None:
    assert complete(issuer=issuer)["issuer"] == PROFILE.to_json()


def test_another_issuer_is_refused_and_so_is_another_name_for_ours() -> None:
    for issuer in ("did:web:other.example", {"id": "did:web:other.example"}, {}, 7, []):
        assert refused(issuer=issuer) == "apikey.other_issuer"
    assert refused(issuer={"id": PROFILE.did, "name": "Harvard"}) == "apikey.not_yours"
    assert refused(issuer={"id": PROFILE.did, "url": "https://other.example"}) == "apikey.not_yours"


def test_what_else_is_said_of_the_issuer_stays() -> None:
    address = {"type": ["Address"], "addressCountryCode": "PL"}
    assert complete(issuer={"id": PROFILE.did, "address": address})["issuer"]["address"] == address


def test_a_time_that_was_asked_for_stays() -> None:
    assert complete(validFrom="2026-01-01T00:00:00Z")["validFrom"] == "2026-01-01T00:00:00Z"
    assert refused(validFrom="yesterday").startswith("date.")


def test_what_may_not_be_issued_is_refused_as_for_a_roster() -> None:
    with pytest.raises(MalformedCredentialError):
        complete(credentialSubject={"type": ["AchievementSubject"]})
