"""DIDs: their spelling, where their documents lie, and which keys those documents give for what."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attestree.credentials.did import (
    ASSERTION,
    AUTHENTICATION,
    build_did_key_document,
    did_web_address,
    find_key,
    format_did_web,
    parse_did,
    parse_did_document,
)
from attestree.credentials.signatures.jwk import parse_jwk
from attestree.credentials.signatures.multibase import format_base64url
from attestree.credentials.signatures.multikey import KeyKind, PublicKey, format_did_key, format_multikey
from attestree.credentials.strict_json import JsonObject
from attestree.errors import AttestreeError, DidUnavailableError, MalformedProofError, SignatureMismatchError

DID = "did:web:university.example"


def new_key() -> PublicKey:
    return PublicKey(KeyKind.ED25519, Ed25519PrivateKey.generate().public_key().public_bytes_raw())


KEY = new_key()


def method(**changes: object) -> JsonObject:
    """Return a verification method, with changes."""
    usual = {
        "id": f"{DID}#key-1",
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": format_multikey(KEY),
    }
    return {**usual, **changes}  # type: ignore[dict-item]  # JSON values all


def document(**changes: object) -> JsonObject:
    """Return a document with one key that may sign credentials, with changes."""
    usual = {"id": DID, "verificationMethod": [method()], "assertionMethod": [f"{DID}#key-1"]}
    return {**usual, **changes}  # type: ignore[dict-item]  # JSON values all


def code_of(error: type[AttestreeError], call: object) -> str:
    with pytest.raises(error) as caught:
        call()  # type: ignore[operator]  # a lambda
    return caught.value.code


@pytest.mark.parametrize(
    ("did", "address"),
    [
        ("did:web:university.example", "https://university.example/.well-known/did.json"),
        ("did:web:University.Example", "https://university.example/.well-known/did.json"),
        ("did:web:university.example:badges:2026", "https://university.example/badges/2026/did.json"),
        ("did:web:university.example%3A8443", "https://university.example:8443/.well-known/did.json"),
        ("did:web:university.example%3a8443:x", "https://university.example:8443/x/did.json"),
        ("did:web:xn--bcher-kva.example", "https://xn--bcher-kva.example/.well-known/did.json"),
    ],
)
def test_the_document_of_a_did_web_lies_where_the_method_says(did: str, address: str) -> None:
    assert did_web_address(did) == address


@pytest.mark.parametrize(
    "did",
    [
        *("did:web:localhost", "did:web:localhost%3A8545", "did:web:127.0.0.1", "did:web:2130706433"),
        *("did:web:0x7f.1", "did:web:intranet", "did:web:a.example%3A0", "did:web:a.example%3A99999"),
        *("did:web:%2e%2e", "did:web:a_b.example", "did:web:a.example%2Fx", "did:web:a.example%40b.example"),
        *("did:web:a..example", "did:web:-a.example", "did:web:university.example."),
    ],
)
def test_a_host_that_is_no_public_name_is_forbidden(did: str) -> None:
    assert code_of(DidUnavailableError, lambda: did_web_address(did)) == "did.forbidden_host"


@pytest.mark.parametrize(
    "did",
    [
        *(
            "did:web:a.example:..:..:admin",
            "did:web:a.example:%2e%2e:admin",
            "did:web:a.example:.",
            "did:web:",
        ),
        *(
            "did:web:a.example::x",
            "did:web:a.example:",
            "did:web:a.example/x",
            "did:web:a.example?x",
            "web:a",
        ),
        *("did:web:a.example#key-1", "did:WEB:a.example", "did:web:a b.example", "did:web:bücher.example"),
        *("did:web:a.example\n", "did:key:z6Mk", "did:web:[::1]", "did:web:a.example%3", "x" * 600, ""),
        "did:web:" + "a" * 600,
    ],
)
def test_what_is_no_did_web_has_no_address(did: str) -> None:
    assert code_of(MalformedProofError, lambda: did_web_address(did)) == "did.malformed"


@pytest.mark.parametrize(
    ("place", "did"),
    [
        ("university.example", "did:web:university.example"),
        ("University.Example:8443", "did:web:university.example%3A8443"),
        ("university.example:8443/badges/2026", "did:web:university.example%3A8443:badges:2026"),
        ("university.example/Badges", "did:web:university.example:Badges"),
    ],
)
def test_a_did_web_is_written_from_its_place_and_leads_back_there(place: str, did: str) -> None:
    assert format_did_web(place) == did
    host, _, path = place.partition("/")
    assert did_web_address(did) == f"https://{host.lower()}/{path or '.well-known'}/did.json"


@pytest.mark.parametrize(
    "place", ["", "localhost", "10.0.0.1", "a.example/../b", "a.example/", "a.example:x"]
)
def test_a_place_that_can_have_no_did_web_gets_none(place: str) -> None:
    with pytest.raises((MalformedProofError, DidUnavailableError)):
        format_did_web(place)


def test_a_did_is_read_into_its_parts_and_back() -> None:
    parsed = parse_did("did:web:a.example%3A1:b")
    assert (parsed.method, parsed.identifier) == ("web", "a.example%3A1:b")
    assert str(parsed) == "did:web:a.example%3A1:b"


def test_a_did_key_is_its_own_document() -> None:
    did = format_did_key(KEY)
    own = build_did_key_document(did)
    name = f"{did}#{format_multikey(KEY)}"
    assert find_key(own, name, ASSERTION) == find_key(own, name, AUTHENTICATION) == KEY
    assert (
        code_of(SignatureMismatchError, lambda: find_key(own, did, ASSERTION)) == "signature.key_not_listed"
    )


def test_a_key_counts_for_the_purposes_it_is_listed_for_and_no_other() -> None:
    read = parse_did_document(document(), DID)
    assert find_key(read, f"{DID}#key-1", ASSERTION) == KEY
    for name, purpose in ((f"{DID}#key-1", AUTHENTICATION), (f"{DID}#key-2", ASSERTION), (DID, ASSERTION)):
        assert code_of(SignatureMismatchError, lambda n=name, p=purpose: find_key(read, n, p)) == (
            "signature.key_not_listed"
        )
    assert code_of(SignatureMismatchError, lambda: find_key(read, f"{DID}#key-1", "keyAgreement")) == (
        "signature.key_not_listed"
    )


def test_ids_may_leave_the_did_away_and_methods_may_stand_in_the_list() -> None:
    short = document(verificationMethod=[method(id="#key-1")], assertionMethod=["#key-1"])
    inside = document(verificationMethod=[], assertionMethod=[method()])
    for value in (short, inside):
        assert find_key(parse_did_document(value, DID), f"{DID}#key-1", ASSERTION) == KEY


@pytest.mark.parametrize(
    "change",
    [
        {"controller": "did:web:other.example"},
        {"controller": [DID]},
        {"type": "Unknown"},
        {"publicKeyMultibase": "z6Mk"},
        {"publicKeyMultibase": None},
        {"id": "did:web:other.example#key-1"},
    ],
)
def test_a_method_of_another_controller_or_kind_gives_no_key(change: dict[str, object]) -> None:
    value = method(**change)
    read = parse_did_document(document(verificationMethod=[value], assertionMethod=[value["id"]]), DID)
    assert code_of(MalformedProofError, lambda: find_key(read, str(value["id"]), ASSERTION)) == (
        "signature.key_kind"
    )


@pytest.mark.parametrize(
    "value",
    [
        *(None, [], "x", {}, {"id": "did:web:other.example"}, document(id="did:web:University.example")),
        *(document(verificationMethod={}), document(verificationMethod=["x"])),
        *(document(assertionMethod="#key-1"), document(assertionMethod=[1]), document(assertionMethod=[""])),
        document(verificationMethod=[method(), method()]),
        document(verificationMethod=[method(id=f"#{number}") for number in range(65)]),
        document(verificationMethod=[{"type": "Multikey"}]),
    ],
)
def test_a_document_out_of_form_or_of_another_did_is_refused(value: JsonObject) -> None:
    assert code_of(MalformedProofError, lambda: parse_did_document(value, DID)) == "did.bad_document"


def jwk_of(curve: ec.EllipticCurve, name: str, size: int) -> JsonObject:
    numbers = ec.generate_private_key(curve).public_key().public_numbers()
    return {
        "kty": "EC",
        "crv": name,
        "x": format_base64url(numbers.x.to_bytes(size, "big"))[1:],
        "y": format_base64url(numbers.y.to_bytes(size, "big"))[1:],
    }


def test_json_web_keys_on_known_curves_are_read() -> None:
    assert parse_jwk({"kty": "OKP", "crv": "Ed25519", "x": format_base64url(KEY.octets)[1:]}) == KEY
    for _ in range(8):
        assert parse_jwk(jwk_of(ec.SECP256R1(), "P-256", 32)).kind is KeyKind.P256
    assert parse_jwk(jwk_of(ec.SECP384R1(), "P-384", 48)).kind is KeyKind.P384
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": format_base64url(KEY.octets)[1:]}
    value = method(type="JsonWebKey", publicKeyJwk=jwk, publicKeyMultibase=None)
    read = parse_did_document(document(verificationMethod=[value]), DID)
    assert find_key(read, f"{DID}#key-1", ASSERTION) == KEY


def test_json_web_keys_out_of_form_are_refused() -> None:
    good = jwk_of(ec.SECP256R1(), "P-256", 32)
    other = jwk_of(ec.SECP256R1(), "P-256", 32)
    bad = [{**good, "y": other["y"]}, {**good, "x": 1}, {**good, "y": "AA"}, {**good, "d": "AA"}]
    for jwk in bad:
        assert code_of(MalformedProofError, lambda j=jwk: parse_jwk(j)) == "signature.bad_key"
    for jwk in ({**good, "kty": "OKP"}, {**good, "crv": "secp256k1"}, {"kty": "RSA"}):
        assert code_of(MalformedProofError, lambda j=jwk: parse_jwk(j)) == "signature.key_kind"
