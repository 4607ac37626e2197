"""The pages without a browser: what they show, what they hide, what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from attestree.credentials.images import bake_picture
from attestree.errors import ChainUnavailableError, RequestError
from attestree.web.card import make_plain
from attestree.web.multipart import parse_form
from tests.unit.credentials.images.pictures import png, svg
from tests.unit.web.service import TEST_TRUST, Service, build_service

HTML = {"accept": "text/html"}


def send_form(service: Service, **fields: Any) -> Any:
    files = {name: (None, text) for name, text in fields.items() if name != "file"}
    if "file" in fields:
        files["file"] = ("credential.json", fields["file"])  # type: ignore[assignment]  # httpx takes both
    return service.client.post("/verify", files=files, headers=HTML)


def test_the_home_page_leads_to_the_form(service: Service) -> None:
    answer = service.client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/verify")
    form = service.client.get("/verify?next=//evil.example")
    assert form.status_code == 200
    assert 'enctype="multipart/form-data"' in form.text
    assert "evil" not in form.text


@pytest.mark.parametrize("field", ["file", "text"])
def test_a_file_and_pasted_text_get_the_same_verdict(service: Service, field: str) -> None:
    page = send_form(service, **{field: json.dumps(service.credential)})
    assert page.status_code == 200
    assert '<article class="card tone-yes">' in page.text
    assert "<h1>Genuine and valid</h1>" in page.text
    assert "Zofia Kowalska" in page.text
    assert "Agency QA" in page.text
    assert "10 November 2026 (UTC)" in page.text


@pytest.mark.parametrize("picture", [png(), svg()])
def test_a_picture_gets_the_verdict_of_its_credential_and_is_never_shown(
    service: Service, picture: bytes
) -> None:
    page = send_form(service, file=bake_picture(picture, json.dumps(service.credential)))
    assert page.status_code == 200
    assert "<h1>Genuine and valid</h1>" in page.text
    assert "<circle" not in page.text.partition("<main")[2].partition("icons")[0]


def test_a_test_network_is_never_in_the_colour_of_a_yes() -> None:
    with build_service(trust=TEST_TRUST) as service:
        page = send_form(service, text=json.dumps(service.credential)).text
    assert "tone-yes" not in page
    assert 'class="hatched"' in page
    assert '<article class="card tone-test worthless">' in page
    assert "TEST, worth nothing: " in page


def change_name(service: Service) -> dict[str, Any]:
    return {**service.credential, "name": "Data Mastery"}


def lose_view(service: Service) -> dict[str, Any]:
    service.registry.failure = ChainUnavailableError("chain.no_view")
    return service.credential


@pytest.mark.parametrize(("make", "tone", "named"), [(change_name, "no", False), (lose_view, "wait", True)])
def test_claims_are_shown_only_as_far_as_the_verdict_allows(
    service: Service, make: Callable[[Service], dict[str, Any]], tone: str, named: bool
) -> None:
    page = send_form(service, text=json.dumps(make(service))).text
    assert f"card tone-{tone}" in page
    assert ("Zofia Kowalska" in page) is named
    assert ("Not confirmed." in page) is named
    assert 'https://example.edu/report.pdf"' not in page.split("The whole answer")[0]


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "{{7*7}} ${7*7} <%= 7*7 %>", "\"'><script>alert(1)</script>"]
)
def test_text_of_a_credential_is_shown_literally(name: str) -> None:
    identity = {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}
    with build_service() as first:
        subject = {**first.credential["credentialSubject"], "identifier": [identity]}
    with build_service(credentialSubject=subject) as service:
        page = send_form(service, text=json.dumps(service.credential)).text
    assert "tone-yes" in page
    assert "<img" not in page
    assert "<script>" not in page
    assert "49" not in page.split("<dl>")[1].split("</dl>")[0]


def test_characters_that_turn_or_hide_text_are_replaced() -> None:
    assert make_plain("a\u202eb\u200bc\x1b[1md") == "a\ufffdb\ufffdc\ufffd[1md"
    assert len(make_plain("x" * 10_000)) == 600


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        ({}, 422, "No credential was given."),
        ({"text": "   "}, 422, "No credential was given."),
        ({"text": '{"a":1,"a":2}'}, 400, "A name appears twice"),
        ({"file": b"%PDF-1.7"}, 422, "This is a PDF document"),
        ({"file": png()}, 400, "There is no credential in this picture."),
        ({"file": b"\x89PNG\r\n\x1a\n"}, 400, "This picture ends too early."),
        ({"text": "<svg onload=alert(1)>"}, 400, "not well-formed XML"),
        ({"text": "{}", "name": b"\xff"}, 422, "The form could not be read."),
    ],
)
def test_what_cannot_be_read_is_said_on_the_form(
    service: Service, fields: dict[str, Any], status: int, says: str
) -> None:
    page = send_form(service, sent="1", **fields)
    assert page.status_code == status
    assert says in page.text
    assert 'role="alert"' in page.text
    assert "onload" not in page.text


def test_the_person_before_you_is_compared(service: Service) -> None:
    text = json.dumps(service.credential)
    assert "tone-look" in send_form(service, text=text, name="Anna Nowak").text
    assert "tone-yes" in send_form(service, text=text, name=" zofia  KOWALSKA ").text


def test_errors_on_pages_are_pages_and_elsewhere_problems(service: Service) -> None:
    page = service.client.get("/nowhere", headers=HTML)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "There is nothing at this address." in page.text
    assert service.client.get("/v1/nowhere", headers=HTML).json()["code"] == "request.not_found"
    refused = service.client.post("/verify", content=b"a=1", headers=HTML)
    assert refused.status_code == 415


def test_a_form_that_is_none_is_refused() -> None:
    good = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n--x--\r\n'
    assert parse_form(good, "multipart/form-data; boundary=x") == {"text": b"hello"}
    assert parse_form(good, 'multipart/form-data; boundary="x"') == {"text": b"hello"}
    named = good.replace(b'name="text"', b'filename="a; name=%22b%22" ; name="text"')
    assert "text" in parse_form(named, "multipart/form-data; boundary=x")
    for octets in (b"", good[:-6], good.replace(b"form-data", b"other"), good.replace(b": ", b"")):
        with pytest.raises(RequestError, match=r"request\.form"):
            parse_form(octets, "multipart/form-data; boundary=x")
    many = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 40 + b"--x--"
    with pytest.raises(RequestError, match=r"request\.form"):
        parse_form(many, "multipart/form-data; boundary=x")
    with pytest.raises(RequestError, match=r"request\.form"):
        parse_form(good, "multipart/form-data")
    with pytest.raises(RequestError, match=r"request\.media_type"):
        parse_form(b"a=1", "application/x-www-form-urlencoded")


def test_files_of_the_pages_are_small_and_typed(service: Service) -> None:
    style = service.client.get("/static/style.css")
    script = service.client.get("/static/verify.js")
    assert style.headers["content-type"].startswith("text/css")
    assert script.headers["content-type"].startswith("text/javascript")
    assert len(style.content) < 10_000
    assert len(script.content) < 3_000
    for path in ("/static/verify.html", "/static/__init__.py"):
        assert service.client.get(path).status_code == 404
