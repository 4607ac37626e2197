"""The document of a `did:web` as it is written: nothing listed is lost, and no name changes its key."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials.did import ASSERTION, AUTHENTICATION, find_key, parse_did_document
from attestree.credentials.did_listing import CONTEXTS, build_did_web_document, build_extended_document
from attestree.credentials.signatures.multikey import format_multikey
from attestree.errors import MalformedProofError, SignatureMismatchError
from tests.fakes.signing import TestKey

DID = "did:web:university.example"
OLD, NEW = TestKey(1).public, TestKey(2).public
FIRST, SECOND = f"{DID}#key-1", f"{DID}#key-2"


def published(**changes: Any) -> dict[str, Any]:
    return {**build_did_web_document(DID, FIRST, OLD), **changes}


def test_the_keys_of_a_new_and_of_an_extended_document_are_found() -> None:
    read = parse_did_document(published(), DID)
    assert find_key(read, FIRST, ASSERTION) == OLD
    read = parse_did_document(build_extended_document(published(), DID, SECOND, NEW), DID)
    assert find_key(read, FIRST, ASSERTION) == OLD
    assert find_key(read, SECOND, ASSERTION) == NEW
    with pytest.raises(SignatureMismatchError):
        find_key(read, SECOND, AUTHENTICATION)


def test_a_key_that_is_listed_already_changes_nothing() -> None:
    assert build_extended_document(published(), DID, FIRST, OLD) == published()
    short = published(
        verificationMethod=[{**published()["verificationMethod"][0], "id": "#key-1"}],
        assertionMethod=["#key-1"],
    )
    assert build_extended_document(short, DID, FIRST, OLD) == short


def test_a_key_that_is_listed_for_something_else_comes_to_sign() -> None:
    document = published(assertionMethod=[], authentication=[FIRST])
    extended = build_extended_document(document, DID, FIRST, OLD)
    assert extended == {**document, "assertionMethod": [FIRST]}
    del document["assertionMethod"]
    assert build_extended_document(document, DID, FIRST, OLD) == extended


def test_whatever_else_the_document_holds_stays() -> None:
    other = {"id": f"{DID}#old", "type": "JsonWebKey2020", "controller": DID, "publicKeyJwk": {"kty": "RSA"}}
    service = [
        {"id": f"{DID}#home", "type": "LinkedDomains", "serviceEndpoint": "https://university.example"}
    ]
    document = published(
        **{"@context": "https://www.w3.org/ns/did/v1", "verificationMethod": [other]},
        assertionMethod=[other["id"]],
        service=service,
    )
    extended = build_extended_document(document, DID, SECOND, NEW)
    assert extended["verificationMethod"] == [
        other,
        {"id": SECOND, "type": "Multikey", "controller": DID, "publicKeyMultibase": format_multikey(NEW)},
    ]
    assert (extended["assertionMethod"], extended["service"]) == ([other["id"], SECOND], service)
    assert extended["@context"] == [*CONTEXTS]
    del document["@context"]
    assert build_extended_document(document, DID, SECOND, NEW)["@context"] == [*CONTEXTS]


@pytest.mark.parametrize("name", [FIRST, "#key-1"])
@pytest.mark.parametrize("place", ["verificationMethod", "assertionMethod", "authentication"])
def test_a_name_never_comes_to_stand_for_another_key(name: str, place: str) -> None:
    entry = {**published()["verificationMethod"][0], "id": name}
    for listed in (entry, {**entry, "type": "Unknown"}):
        document: dict[str, Any] = {"id": DID, place: [listed]}
        with pytest.raises(MalformedProofError) as caught:
            build_extended_document(document, DID, FIRST, NEW)
        assert caught.value.code == "did.name_taken"


@pytest.mark.parametrize(
    "value", [None, [], {}, published(id="did:web:other.example"), published(assertionMethod=1)]
)
def test_what_is_not_the_document_of_this_did_is_refused(value: Any) -> None:
    with pytest.raises(MalformedProofError) as caught:
        build_extended_document(value, DID, SECOND, NEW)
    assert caught.value.code == "did.bad_document"
