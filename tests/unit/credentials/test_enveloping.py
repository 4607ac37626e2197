"""How a credential comes: as JSON, as a token, or as a token in an address."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials.credential import parse_credential
from attestree.credentials.enveloping import open_envelope, parse_document
from attestree.credentials.signatures.jwt import format_vc_jwt
from attestree.credentials.signatures.multikey import KeyKind
from attestree.errors import MalformedCredentialError, MalformedJsonError, MalformedProofError
from tests.fakes.signing import TestKey

KEY = TestKey()
DOCUMENT: dict[str, Any] = {"@context": ["https://www.w3.org/ns/credentials/v2"], "issuer": KEY.did}
V2 = "https://www.w3.org/ns/credentials/v2"
TOKEN = format_vc_jwt(DOCUMENT, method=KEY.method, kind=KeyKind.ED25519, sign=KEY.private.sign)


def test_json_is_read_as_json_and_has_no_envelope() -> None:
    assert parse_document(b' {"a": 1}\n') == {"a": 1}
    assert open_envelope({"a": 1}) == ({"a": 1}, None)
    assert open_envelope("no token") == ("no token", None)


def test_a_token_is_known_by_its_octets_with_or_without_space_around_it() -> None:
    assert parse_document(f"\n{TOKEN} \n".encode()) == TOKEN


@pytest.mark.parametrize("kind", ["EnvelopedVerifiableCredential", ["EnvelopedVerifiableCredential"]])
def test_what_is_inside_is_the_same_however_the_token_comes(kind: str | list[str]) -> None:
    wrapped = {"@context": V2, "type": kind, "id": f"data:application/vc+jwt,{TOKEN}"}
    for value in (
        TOKEN,
        wrapped,
        {**wrapped, "@context": [V2, "https://www.w3.org/ns/credentials/examples/v2"]},
    ):
        inside, envelope = open_envelope(value)
        assert inside == DOCUMENT
        assert envelope is not None
        assert envelope.header["kid"] == KEY.method


@pytest.mark.parametrize(
    "octets", [b"eyJ.x", b"a.b.c", b"eyJ hbGc.x.y", b"", b"eyJ\xff.a.b", TOKEN[1:].encode(), b'"eyJ.e30.x']
)
def test_what_is_no_token_is_read_as_json_and_refused_as_that(octets: bytes) -> None:
    with pytest.raises(MalformedJsonError):
        parse_document(octets)


def test_a_token_over_the_limit_is_refused() -> None:
    assert parse_document(TOKEN.encode(), limit_bytes=len(TOKEN)) == TOKEN
    with pytest.raises(MalformedJsonError) as caught:
        parse_document(TOKEN.encode(), limit_bytes=len(TOKEN) - 1)
    assert caught.value.code == "json.too_large"


def test_a_token_whose_claims_contradict_the_credential_cannot_be_used() -> None:
    lying = format_vc_jwt(
        {**DOCUMENT, "iss": "did:web:other.example"},
        method=KEY.method,
        kind=KeyKind.ED25519,
        sign=KEY.private.sign,
    )
    with pytest.raises(MalformedProofError) as caught:
        open_envelope(lying)
    assert caught.value.code == "signature.claims"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": TOKEN},
        {"id": f"application/vc+jwt,{TOKEN}"},
        {"id": f"data:application/jwt,{TOKEN}"},
        {"id": f"data:application/vp+jwt,{TOKEN}"},
        {"type": "VerifiableCredential"},
        {"type": None},
        {"type": ["EnvelopedVerifiableCredential", "VerifiableCredential"]},
    ],
)
def test_another_envelope_is_left_as_it_is_and_is_no_credential(changes: dict[str, Any]) -> None:
    value = {
        "@context": V2,
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{TOKEN}",
    }
    assert open_envelope({**value, **changes}) == ({**value, **changes}, None)
    with pytest.raises(MalformedCredentialError):
        parse_credential({**value, **changes})


@pytest.mark.parametrize("contexts", [None, [], "https://www.w3.org/ns/credentials/examples/v2", [{"x": V2}]])
def test_an_envelope_whose_words_nothing_explains_is_refused(contexts: Any) -> None:
    value = {"type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{TOKEN}"}
    with pytest.raises(MalformedCredentialError) as caught:
        open_envelope({**value, "@context": contexts})
    assert caught.value.code == "format.context"


@pytest.mark.parametrize("token", ["", "e30.e30.e30", TOKEN + "=", TOKEN.replace(".", ";", 1), f" {TOKEN}"])
def test_an_address_that_holds_no_token_is_refused(token: str) -> None:
    value = {
        "@context": V2,
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{token}",
    }
    with pytest.raises(MalformedProofError) as caught:
        open_envelope(value)
    assert caught.value.code == "signature.token"
