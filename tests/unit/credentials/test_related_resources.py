"""Digests of files that a credential names: in form, unique, and fitting where the file is known here."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from attestree.credentials.related_resources import verify_related_resources
from attestree.credentials.signatures.multibase import format_base58btc, format_base64url
from attestree.errors import MalformedCredentialError

ADDRESS = "https://example.org/context"
OCTETS = b'{"@context": {}}'
FILES = {ADDRESS: OCTETS}


def sri(octets: bytes = OCTETS, algorithm: str = "sha384") -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, octets).digest()).decode()}"


def multihash(octets: bytes = OCTETS) -> bytes:
    return b"\x12\x20" + hashlib.sha256(octets).digest()


def judge(*resources: Any) -> None:
    verify_related_resources({"relatedResource": list(resources)}, FILES.get)


def refusal(*resources: Any) -> str:
    with pytest.raises(MalformedCredentialError) as caught:
        judge(*resources)
    return caught.value.code


FITTING = {
    "sha256": {"digestSRI": sri(algorithm="sha256")},
    "sha384": {"digestSRI": sri()},
    "sha512": {"digestSRI": sri(algorithm="sha512")},
    "url-safe letters": {"digestSRI": sri().replace("+", "-").replace("/", "_").rstrip("=")},
    "one of several": {"digestSRI": f"{sri(b'other')} {sri()}"},
    "a weaker one that is wrong": {"digestSRI": f"{sri(b'other', 'sha256')} {sri()}"},
    "multihash in base58": {"digestMultibase": format_base58btc(multihash())},
    "multihash in base64": {"digestMultibase": format_base64url(multihash())},
    "bare octets": {"digestMultibase": format_base64url(hashlib.sha256(OCTETS).digest())},
    "both": {"digestSRI": sri(), "digestMultibase": format_base64url(multihash())},
    "with media type": {"digestSRI": sri(), "mediaType": "application/ld+json"},
}


@pytest.mark.parametrize("digests", FITTING.values(), ids=FITTING)
def test_a_digest_of_the_very_bytes_fits(digests: dict[str, Any]) -> None:
    judge({"id": ADDRESS, **digests})


@pytest.mark.parametrize("digests", FITTING.values(), ids=FITTING)
def test_no_digest_fits_other_bytes(digests: dict[str, Any]) -> None:
    document = {"relatedResource": {"id": ADDRESS, **digests}}
    with pytest.raises(MalformedCredentialError) as caught:
        verify_related_resources(document, lambda _address: OCTETS + b" ")
    assert caught.value.code == "model.digest_differs"


def test_a_stronger_hash_that_is_wrong_is_not_saved_by_a_weaker_one() -> None:
    resource = {"id": ADDRESS, "digestSRI": f"{sri(algorithm='sha256')} {sri(b'other', 'sha512')}"}
    assert refusal(resource) == "model.digest_differs"


def test_a_file_that_is_not_known_here_is_not_fetched() -> None:
    judge({"id": "https://example.org/other", "digestSRI": sri(b"whatever")})
    verify_related_resources({}, FILES.get)


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        (ADDRESS, "format.not_object"),
        ({"digestSRI": sri()}, "format.missing"),
        ({"id": "https ://x", "digestSRI": sri()}, "model.url"),
        ({"id": [ADDRESS], "digestSRI": sri()}, "model.url"),
        ({"id": ADDRESS}, "model.digest_missing"),
        ({"id": ADDRESS, "digestSRI": "sha1-abcd"}, "model.digest_form"),
        ({"id": ADDRESS, "digestSRI": "sha256-abcd"}, "model.digest_form"),
        ({"id": ADDRESS, "digestSRI": "sha256-é"}, "model.digest_form"),
        ({"id": ADDRESS, "digestSRI": "sha256-a*b!"}, "model.digest_form"),
        ({"id": ADDRESS, "digestSRI": ""}, "model.digest_form"),
        ({"id": ADDRESS, "digestSRI": 7}, "model.digest_form"),
        ({"id": ADDRESS, "digestMultibase": "x1234"}, "model.digest_form"),
        ({"id": ADDRESS, "digestMultibase": "uAAAA"}, "model.digest_form"),
        ({"id": ADDRESS, "digestMultibase": []}, "model.digest_form"),
    ],
)
def test_what_is_out_of_form_is_refused(resource: Any, code: str) -> None:
    assert refusal(resource) == code


def test_a_file_is_named_once() -> None:
    named = {"id": ADDRESS, "digestSRI": sri()}
    assert refusal(named, named) == "model.duplicate_id"


def test_an_empty_list_is_refused() -> None:
    assert refusal() == "model.empty"
