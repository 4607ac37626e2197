"""The routes around the profile: what it says of itself, how it refuses, and that it keeps its limits."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from attestree.credentials.signatures.multikey import KeyKind, parse_did_key
from attestree.credentials.signatures.public_key import verify_octets
from attestree.web.vc_api.certificate import DAYS, making_certificate
from attestree.web.vc_api.instances import build_instances, derive_key
from tests.unit.credentials.presented import build_credential
from tests.unit.web.vc_api.benches import INSTANCES, NOW, Profile, code_of


def test_the_profile_lists_who_signs_and_says_what_that_is_worth() -> None:
    said = Profile().get("/").json()
    assert said["profile"] == "conformance"
    assert "trusts anybody" in said["note"]
    assert {entry["path"] for entry in said["instances"]} == {f"/{suite}/{kind}" for suite, kind in INSTANCES}
    for entry in said["instances"]:
        parse_did_key(entry["issuer"])


def test_every_answer_says_which_profile_gave_it() -> None:
    profile = Profile()
    for answer in (
        profile.get("/"),
        profile.issue(build_credential()),
        profile.verify({}),
        profile.get("/x"),
    ):
        assert answer.headers["x-attestree-profile"] == "conformance"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "json.syntax"),
        (b'{"credential": {}, "credential": {}}', "json.duplicate_key"),
        (b"[]", "request.shape"),
        (b"{}", "request.shape"),
        (b'{"credential": "text"}', "request.shape"),
        (b'{"credential": {}, "options": 7}', "request.shape"),
    ],
)
def test_a_body_that_is_no_request_is_refused(body: bytes, code: str) -> None:
    headers = {"content-type": "application/json"}
    answer = Profile().request("POST", "/credentials/issue", content=body, headers=headers)
    assert code_of(answer) == code


def test_options_that_are_not_known_are_passed_over() -> None:
    assert Profile().issue(build_credential(), checks=["proof"], mandatoryPointers=[]).status_code == 201


def test_only_json_of_a_certain_length_is_read() -> None:
    text = {"content-type": "text/plain"}
    assert Profile().request("POST", "/credentials/issue", content=b"{}", headers=text).status_code == 415
    long = build_credential(name="x" * 300_000)
    assert Profile().issue(long).status_code == 413


def test_nothing_of_production_is_served() -> None:
    profile = Profile()
    for path in ("/verify", "/v1/issuers", "/metrics", "/openapi.json", "/health", "/docs"):
        assert profile.get(path).status_code == 404, path
    assert profile.request("POST", "/v1/verify", json={}).status_code == 404
    assert profile.get("/credentials/issue").status_code == 405


def test_a_refusal_repeats_nothing_of_what_was_sent() -> None:
    secret = "correct-horse-battery-staple"
    for changes in ({"type": [secret]}, {"issuer": secret}, {secret: 1}, {"@context": [secret]}):
        answer = Profile().issue(build_credential(**changes))
        assert answer.status_code == 400
        assert secret not in answer.text


# Keys and certificate


@pytest.mark.parametrize("kind", list(KeyKind))
def test_the_same_seed_makes_the_same_key_and_it_signs(kind: KeyKind) -> None:
    key = derive_key(b"seed", kind)
    assert key.did == derive_key(b"seed", kind).did != derive_key(b"other", kind).did
    verify_octets(parse_did_key(key.did), b"message", key.sign(b"message"))


def test_keys_of_different_kinds_are_different_issuers() -> None:
    by_kind: dict[str, set[str]] = {}
    for (_, kind), instance in build_instances(b"seed").items():
        by_kind.setdefault(kind, set()).add(instance.key.did)
    assert {kind: len(issuers) for kind, issuers in by_kind.items()} == dict.fromkeys(by_kind, 1)
    assert len(set.union(*by_kind.values())) == len(by_kind) == 3


def test_a_certificate_of_a_run_is_for_this_machine_and_leaves_nothing_behind() -> None:
    with making_certificate(NOW) as files:
        context: Any = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.certificate, files.key)
        folder = files.certificate.parent
        made = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        assert made.not_valid_after_utc == datetime.fromtimestamp(NOW, UTC) + timedelta(days=DAYS)
        names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == ["localhost"]
        assert Path(folder).stat().st_mode & 0o077 == 0
    assert not folder.exists()
