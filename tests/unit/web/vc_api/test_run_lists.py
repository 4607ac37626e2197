"""Status lists of a run: in the form of the standard, one place a credential, and what they say counts."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials.status_list import MIN_BITS, parse_status_list
from attestree.errors import RequestError
from attestree.web.vc_api.run_lists import RunLists
from tests.unit.credentials.presented import build_credential
from tests.unit.web.vc_api.benches import Profile, code_of

STATUS = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}


def issue(profile: Profile, identity: str = "urn:uuid:1") -> dict[str, Any]:
    answer = profile.issue(build_credential(id=identity), credentialStatus=STATUS)
    document: dict[str, Any] = answer.json()
    assert answer.status_code == 201, answer.text
    return document.get("verifiableCredential", document)


def put(profile: Profile, identity: str, **changes: Any) -> Any:
    body = {"credentialId": identity, "credentialStatus": STATUS, **changes}
    return profile.request("POST", "/credentials/status", json=body)


def test_an_entry_points_into_a_signed_list_of_the_run() -> None:
    profile = Profile(scheme="https")
    entry = issue(profile)["credentialStatus"]
    assert entry["type"] == "BitstringStatusListEntry"
    assert entry["id"] != entry["statusListCredential"]
    answer = profile.get(entry["statusListCredential"].removeprefix("https://profile.example"))
    document = answer.json()
    assert document["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert document["id"] == entry["statusListCredential"]
    found = parse_status_list(document)
    assert found.purposes == ("revocation",)
    assert len(found.octets) * 8 >= MIN_BITS
    assert not found.bit(int(entry["statusListIndex"]))
    assert profile.verify(document).status_code == 200


def test_a_credential_that_was_withdrawn_no_longer_verifies_until_it_is_given_back() -> None:
    profile = Profile()
    first, second = issue(profile), issue(profile, "urn:uuid:2")
    assert profile.verify(first).status_code == 200
    assert put(profile, "urn:uuid:1").status_code == 200
    assert code_of(profile.verify(first)) == "conformance.status_set"
    assert profile.verify(second).status_code == 200
    assert put(profile, "urn:uuid:1", status=False).status_code == 200
    assert profile.verify(first).status_code == 200


def test_lists_of_others_are_not_looked_up() -> None:
    entry = {
        **STATUS,
        "statusListIndex": "7",
        "statusListCredential": f"https://elsewhere.example/status/{'00' * 13}/revocation",
    }
    profile = Profile()
    document = profile.issue(build_credential(credentialStatus=entry)).json()
    assert document["credentialStatus"] == entry
    assert profile.verify(document).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"statusListIndex": True},
        {"statusListIndex": "-1"},
        {"statusListIndex": 7},
        {"statusPurpose": ""},
        {"statusListCredential": None},
        {"statusSize": 2},
        {"statusMessage": []},
    ],
)
def test_an_entry_out_of_form_is_refused(changes: dict[str, Any]) -> None:
    entry = {**STATUS, "statusListIndex": "7", "statusListCredential": "https://example.org/1"} | changes
    assert Profile().issue(build_credential(credentialStatus=entry)).status_code == 400
    document = build_credential(credentialStatus={**STATUS, "type": "BitstringStatusListEntry"} | changes)
    assert Profile().issue(document).status_code == 400


def test_what_is_not_there_is_not_found() -> None:
    profile = Profile()
    assert put(profile, "urn:uuid:unheard-of").status_code == 404
    assert put(profile, "urn:uuid:1", credentialStatus={"statusPurpose": "refresh"}).status_code == 404
    assert profile.get(f"/status/{'00' * 13}/revocation").status_code == 404
    assert profile.get(f"/status/{profile.lists.list_id.hex()}/refresh").status_code == 404
    assert code_of(profile.issue(build_credential(), credentialStatus=STATUS)) == "request.shape"


def test_every_credential_has_a_place_of_its_own() -> None:
    lists = RunLists("https://profile.example")
    places = {lists.add(f"urn:uuid:{number}", "revocation")["statusListIndex"] for number in range(500)}
    assert len(places) == 500
    with pytest.raises(RequestError):
        lists.bit("revocation", MIN_BITS)
