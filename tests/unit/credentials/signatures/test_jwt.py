"""Credentials in signed tokens: read strictly, and bound to their key and to their own claims."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from attestree.credentials.signatures.jwt import format_vc_jwt, parse_vc_jwt, verify_vc_jwt
from attestree.credentials.signatures.multikey import KeyKind
from attestree.errors import (
    AttestreeError,
    BindingError,
    MalformedProofError,
    MissingExtraError,
    SignatureMismatchError,
)
from tests.unit.credentials.signatures.examples import BADGE, badge
from tests.unit.credentials.signatures.keys import make_pair

# RFC 9864 renames EdDSA to Ed25519; tokens of either name are about.
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")

KINDS = list(KeyKind)
CLAIMS = {"iss": "did:web:university.example", "jti": BADGE["id"], "nbf": 1795338000}


def encode(value: Any) -> str:
    octets = value if isinstance(value, bytes) else json.dumps(value).encode("utf-8")
    return base64.urlsafe_b64encode(octets).decode("ascii").rstrip("=")


def token(payload: Any, signature: bytes = b"x" * 64, **header: Any) -> str:
    return f"{encode({'alg': 'EdDSA', 'typ': 'vc+jwt', **header})}.{encode(payload)}.{encode(signature)}"


def refusal(text: str) -> str:
    with pytest.raises(AttestreeError) as refused:
        parse_vc_jwt(text)
    return refused.value.code


@pytest.fixture(scope="module")
def rsa() -> RSAKey:
    return RSAKey.import_key(generate_private_key(65537, 2048))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_written_is_read_back_and_fits_its_key_alone(kind: KeyKind) -> None:
    pair = make_pair(kind)
    jwt = parse_vc_jwt(format_vc_jwt(BADGE, method=pair.method, kind=kind, sign=pair.sign))
    assert jwt.credential == BADGE
    assert jwt.header["kid"] == pair.method
    verify_vc_jwt(jwt, pair.public)
    for other in (
        make_pair(kind, 2),
        *(make_pair(different) for different in KINDS if different is not kind),
    ):
        with pytest.raises(SignatureMismatchError):
            verify_vc_jwt(jwt, other.public)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("EdDSA", OKPKey.generate_key("Ed25519")),
        ("Ed25519", OKPKey.generate_key("Ed25519")),
        ("ES256", ECKey.generate_key("P-256")),
        ("ES384", ECKey.generate_key("P-384")),
    ],
)
def test_tokens_by_another_library_fit(algorithm: str, key: Any) -> None:
    text = jws.serialize_compact(
        {"alg": algorithm, "typ": "JWT"}, json.dumps(BADGE), key, algorithms=[algorithm]
    )
    verify_vc_jwt(parse_vc_jwt(text), key.as_dict(private=False))
    changed = text.partition(".")[0] + "." + encode(badge(name="Other")) + "." + text.rpartition(".")[2]
    with pytest.raises(SignatureMismatchError):
        verify_vc_jwt(parse_vc_jwt(changed), key.as_dict(private=False))


def test_our_tokens_fit_for_another_library() -> None:
    pair = make_pair(KeyKind.ED25519)
    text = format_vc_jwt(BADGE, method=pair.method, kind=KeyKind.ED25519, sign=pair.sign)
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": encode(pair.public.octets)})
    assert json.loads(jws.deserialize_compact(text, key, algorithms=["EdDSA"]).payload) == BADGE


def test_rsa_tokens_fit_their_key_alone(rsa: RSAKey) -> None:
    text = jws.serialize_compact({"alg": "RS256", "typ": "JWT"}, json.dumps(BADGE), rsa, algorithms=["RS256"])
    public: Any = rsa.as_dict(private=False)
    verify_vc_jwt(parse_vc_jwt(text), public)
    changed = parse_vc_jwt(
        text.partition(".")[0] + "." + encode(badge(name="Other")) + "." + text.rpartition(".")[2]
    )
    with pytest.raises(SignatureMismatchError):
        verify_vc_jwt(changed, public)
    with pytest.raises(SignatureMismatchError):
        verify_vc_jwt(parse_vc_jwt(token(BADGE)), public)
    with pytest.raises(SignatureMismatchError):
        verify_vc_jwt(parse_vc_jwt(text), make_pair(KeyKind.ED25519).public)


@pytest.mark.filterwarnings("ignore:Key size should be")
@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "RSA"},
        {"kty": "RSA", "n": "AQ", "e": "AQAB"},
        {"kty": "RSA", "n": "_" * 171, "e": "AQAB"},
        {"kty": "RSA", "n": "_" * 4000, "e": "AQAB"},
        {"kty": "RSA", "n": 7, "e": "AQAB"},
        {"kty": "RSA", "n": "!", "e": "AQAB"},
        {"kty": "RSA", "n": encode(b"\xff" * 128), "e": "AQAB"},
        {"kty": "RSA", "n": encode(b"\xff" * 1025), "e": "AQAB"},
    ],
)
def test_rsa_keys_that_are_none_or_of_another_size_are_refused(jwk: Any) -> None:
    with pytest.raises(MalformedProofError) as refused:
        verify_vc_jwt(parse_vc_jwt(token(BADGE, alg="RS256")), jwk)
    assert refused.value.code == "signature.bad_key"


def test_the_claims_of_a_token_repeat_the_credential_and_are_no_part_of_it() -> None:
    assert parse_vc_jwt(token({**BADGE, **CLAIMS})).credential == BADGE
    assert parse_vc_jwt(token({"vc": BADGE, **CLAIMS})).credential == BADGE
    subject = {
        **badge(),
        "credentialSubject": {"id": "did:example:holder"},
        "validUntil": "2026-11-22T09:00:00Z",
    }
    assert (
        parse_vc_jwt(token({**subject, "sub": "did:example:holder", "exp": 1795338000})).credential == subject
    )


@pytest.mark.parametrize(
    "change", [{"iss": "did:web:other.example"}, {"jti": "urn:x"}, {"nbf": 0}, {"exp": 1}, {"sub": "x"}]
)
def test_a_claim_that_differs_from_the_credential_is_refused(change: dict[str, Any]) -> None:
    for payload in ({**BADGE, **CLAIMS, **change}, {"vc": BADGE, **CLAIMS, **change}):
        with pytest.raises(BindingError) as refused:
            parse_vc_jwt(token(payload))
        assert refused.value.code == "signature.claims"


@pytest.mark.parametrize("time", ["22 November 2026", "", 1795338000, None])
def test_a_claimed_time_is_refused_where_the_credential_states_none(time: Any) -> None:
    with pytest.raises(BindingError) as refused:
        parse_vc_jwt(token({**BADGE, **CLAIMS, "validFrom": time}))
    assert refused.value.values == {"claim": "nbf"}


def test_without_the_library_for_rsa_the_line_to_type_is_said(
    monkeypatch: pytest.MonkeyPatch, rsa: RSAKey
) -> None:
    monkeypatch.setitem(sys.modules, "joserfc.errors", None)
    public: Any = rsa.as_dict(private=False)
    with pytest.raises(MissingExtraError) as caught:
        verify_vc_jwt(parse_vc_jwt(token(BADGE, alg="RS256")), public)
    assert caught.value.code == "extra.signatures"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        "a.b.c.d",
        "a.b.c",
        token(BADGE) + "=",
        token(BADGE).replace(".", ". ", 1),
        token(BADGE, alg="none"),
        token(BADGE, alg="HS256"),
        token(BADGE, alg=None),
        token(BADGE, typ="at+jwt"),
        token(BADGE, crit=["b64"], b64=False),
        token([BADGE]),
        token({"vc": "x"}),
        token(BADGE)[:-1] + "B",
    ],
)
def test_tokens_out_of_form_are_refused(text: str) -> None:
    assert refusal(text) == "signature.token"


def test_json_in_a_token_is_read_strictly() -> None:
    assert refusal(token(b'{"a":1,"a":2}')) == "json.duplicate_key"
    assert refusal(token(b"{")) == "json.syntax"
