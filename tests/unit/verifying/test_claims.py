"""What is shown of a credential: plain values, safe links, nothing repaired."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.credential import parse_credential
from attestree.verifying.claims import MAX_LISTED, build_claims, find_holder_name
from tests.unit.verifying.genuine import build_document


def claims_of(**changes: Any) -> dict[str, Any]:
    return dict(build_claims(parse_credential(build_document(**changes))))


def subject_with(**changes: Any) -> dict[str, Any]:
    subject = build_document()["credentialSubject"]
    return {"credentialSubject": subject | {"achievement": subject["achievement"] | changes}}


def test_claims_are_named_plainly() -> None:
    claims = claims_of()
    assert claims["holder"] == "Zofia Kowalska"
    assert claims["title"] == "Data Literacy"
    assert claims["type"] == "MicroCredential"
    assert claims["credits"] == 2.5
    assert claims["level"] == "EQF level 6"
    assert [skill["name"] for skill in claims["skills"]] == ["analyse big data"]
    assert claims["evidence"] == [
        {"name": "Report", "description": None, "url": "https://example.edu/report.pdf"}
    ]


def test_a_name_that_is_hashed_or_missing_is_not_shown() -> None:
    subject = build_document()["credentialSubject"]
    hashed = subject | {"identifier": [subject["identifier"][0] | {"hashed": True}]}
    for holder in (hashed, subject | {"identifier": []}, {"id": "urn:x:y"}):
        assert find_holder_name(parse_credential(build_document(credentialSubject=holder))) is None


def test_a_badge_without_achievement_shows_its_own_name_as_title() -> None:
    assert claims_of(credentialSubject={"id": "urn:x:y"})["title"] == "Data Literacy"


def test_only_web_addresses_become_links() -> None:
    evidence = [{"id": "urn:uuid:1", "narrative": "On paper."}]
    assert claims_of(evidence=evidence)["evidence"] == [
        {"name": None, "description": "On paper.", "url": None}
    ]
    assert (
        claims_of(**subject_with(criteria={"id": "https://example.edu/c"}))["criteriaUrl"]
        == "https://example.edu/c"
    )


def test_text_in_a_language_and_results_are_read() -> None:
    subject = build_document()["credentialSubject"]
    changes = subject_with(description=[{"@value": "Liest Daten", "@language": "de"}])["credentialSubject"]
    claims = claims_of(credentialSubject=changes | {"result": [{"value": "A"}, {"value": 1}, {}]})
    assert claims["description"] == "Liest Daten"
    assert claims["results"] == ["A"]
    assert subject["achievement"]["description"] != claims["description"]


@pytest.mark.parametrize("odd", [1, True, {}, [], [1], {"@value": 1}, None])
def test_a_member_of_an_unexpected_type_is_left_out(odd: Any) -> None:
    claims = claims_of(**subject_with(description=odd, achievementType=odd, inLanguage=odd))
    assert (claims["description"], claims["type"], claims["language"]) == (None, None, None)


def test_not_more_is_listed_than_a_page_can_bear() -> None:
    many = [{"id": f"https://example.edu/{number}"} for number in range(200)]
    assert len(claims_of(evidence=many)["evidence"]) == MAX_LISTED


@given(st.sampled_from(["javascript:alert(1)", "data:text/html,x", "ftp://x/y", "https://a b", "http://"]))
def test_an_unsafe_address_is_never_a_link(address: str) -> None:
    document = build_document()
    document["credentialSubject"]["achievement"]["image"] = {"id": address}
    assert address not in str(build_claims(parse_credential(document)))
