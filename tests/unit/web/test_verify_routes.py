"""`POST /v1/verify` and `/v1/verify/batch`: what goes in, what comes out, and that nothing is repeated."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from attestree.credentials.images import bake_picture
from attestree.errors import ChainUnavailableError
from attestree.web.service import Limits
from tests.unit.credentials.images.pictures import carrier, png, svg
from tests.unit.web.service import Service, build_service

SECRET = "correct-horse-battery-staple"
PICTURES = [(png(), "image/png"), (svg(), "image/svg+xml"), (svg(), "image/svg+xml; charset=utf-8")]


def test_a_credential_as_it_is_gets_a_verdict(service: Service) -> None:
    answer = service.post(service.credential)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert (answer.json()["verdict"], answer.json()["valid"]) == ("valid", True)
    assert answer.json()["expected"] is None


def test_a_wrapped_credential_is_judged_as_asked(service: Service) -> None:
    asked = {"credential": service.credential, "expect": {"name": "Anna Nowak"}, "ref": "row 7"}
    report = service.post(asked).json()
    assert (report["verdict"], report["ref"]) == ("other_holder", "row 7")
    report = service.post({"credential": service.credential, "at": "2020-01-01"}).json()
    assert (report["verdict"], report["at"]) == ("not_yet_valid", "2020-01-01T00:00:00Z")


@pytest.mark.parametrize(("picture", "media_type"), PICTURES)
def test_a_picture_gets_the_verdict_of_its_credential(
    service: Service, picture: bytes, media_type: str
) -> None:
    baked = bake_picture(picture, json.dumps(service.credential))
    answer = service.client.post("/v1/verify", content=baked, headers={"content-type": media_type})
    assert (answer.status_code, answer.json()["verdict"]) == (200, "valid")
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("picture", "media_type", "status", "code"),
    [
        (png(), "image/png", 400, "image.no_credential"),
        (png(carrier(b"{}"), carrier(b"[]")), "image/png", 400, "image.ambiguous"),
        (png(carrier(SECRET.encode())), "image/png", 400, "json.syntax"),
        (png(carrier(b"{}")), "image/png", 422, "format.context"),
        (png(carrier(zlib.compress(bytes(9_000_000)), flags=b"\x01\x00")), "image/png", 400, "image.bomb"),
        (png(carrier(bytes(Limits().body_bytes))), "image/png", 413, "request.too_large"),
        (svg(SECRET, before='<!DOCTYPE svg [<!ENTITY a "b">]>'), "image/svg+xml", 400, "image.doctype"),
        (b"{}", "image/png", 400, "image.unknown_kind"),
        (png(carrier(b"{}")), "application/json", 400, "json.bad_unicode"),
        (png(carrier(b"{}")), "image/jpeg", 415, "request.media_type"),
    ],
)
def test_a_picture_that_cannot_be_used_is_refused_and_never_repeated(
    service: Service, picture: bytes, media_type: str, status: int, code: str
) -> None:
    answer = service.client.post("/v1/verify", content=picture, headers={"content-type": media_type})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert SECRET not in answer.text


def test_lines_of_a_batch_are_no_pictures(service: Service) -> None:
    baked = bake_picture(svg(), json.dumps(service.credential)).replace(b"\n", b"")
    answer = service.client.post(
        "/v1/verify/batch", content=baked, headers={"content-type": "application/x-ndjson"}
    )
    assert json.loads(answer.text.splitlines()[0])["problem"]["code"] == "json.syntax"


def test_a_credential_that_has_a_member_called_credential_is_still_one(service: Service) -> None:
    assert service.post({**service.credential, "credential": {}}).json()["verdict"] == "tampered"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"extra": SECRET}, "request.shape"),
        ({"expect": {"nickname": SECRET}}, "request.shape"),
        ({"expect": {"name": 7}}, "request.shape"),
        ({"expect": {"name": ""}}, "request.shape"),
        ({"expect": SECRET}, "request.shape"),
        ({"at": 1_700_000_000}, "request.shape"),
        ({"at": True}, "request.shape"),
        ({"ref": "x" * 201}, "request.shape"),
        ({"at": SECRET}, "date.syntax"),
        ({"at": "2025-01-01T00:00:00"}, "date.no_zone"),
        ({"at": "2025-02-30"}, "date.no_such_time"),
        ({"credential": SECRET}, "format.not_object"),
        ({"credential": []}, "format.not_object"),
    ],
)
def test_a_wrapper_is_taken_strictly_and_never_repeated(
    service: Service, change: dict[str, Any], code: str
) -> None:
    answer = service.post({"credential": service.credential} | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "APPLICATION/LD+JSON", "application/vc"]
)
def test_media_types_of_json_are_taken(service: Service, media_type: str) -> None:
    assert service.post(service.credential, content_type=media_type).status_code == 200


@pytest.mark.parametrize("media_type", ["", "text/plain", "text/html", "application/x-ndjson"])
def test_other_media_types_are_refused(service: Service, media_type: str) -> None:
    answer = service.post(service.credential, content_type=media_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "request.media_type")


def test_without_a_view_the_verdict_is_unknown_and_a_changed_file_is_still_called_changed(
    service: Service,
) -> None:
    service.registry.failure = ChainUnavailableError("chain.unreachable")
    report = service.post(service.credential).json()
    assert (report["verdict"], report["next"]["retryAfterSeconds"]) == ("unknown", 30)
    assert service.post({**service.credential, "name": "Better"}).json()["verdict"] == "tampered"


def test_a_batch_is_answered_line_by_line_in_order(service: Service) -> None:
    changed = {**service.credential, "name": "Better"}
    lines = service.post_lines(
        service.credential,
        b"",
        {"ref": "second", "credential": changed},
        b'{"a":1,"a":2}',
        {"ref": "third", "credential": 7},
    )
    assert [line.get("verdict") for line in lines] == ["valid", "tampered", None, None, None]
    assert lines[1]["ref"] == "second"
    assert (lines[2]["line"], lines[2]["ref"]) == (4, None)
    assert lines[2]["problem"]["code"] == "json.duplicate_key"
    assert (lines[3]["line"], lines[3]["ref"]) == (5, "third")
    assert lines[4] == {"done": True, "lines": 4, "counts": {"tampered": 1, "unusable": 2, "valid": 1}}


def test_an_empty_batch_is_done_at_once(service: Service) -> None:
    assert service.post_lines() == [{"done": True, "lines": 0, "counts": {}}]
    assert service.post_lines(b" \r\n\n\t") == [{"done": True, "lines": 0, "counts": {}}]


def test_one_line_that_is_too_long_does_not_end_the_others() -> None:
    with build_service(limits=Limits(rate=None, line_bytes=20_000)) as service:
        lines = service.post_lines(service.credential, {"x": "y" * 20_000}, service.credential)
    assert [line.get("verdict") for line in lines[:3]] == ["valid", None, "valid"]
    assert lines[1]["problem"]["code"] == "request.line_too_large"


def test_a_batch_of_too_many_lines_is_refused_whole() -> None:
    with build_service(limits=Limits(rate=None, batch_lines=3)) as service:
        answer = service.client.post(
            "/v1/verify/batch", content=b"{}\n" * 4, headers={"content-type": "application/x-ndjson"}
        )
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_many_lines")


def test_an_error_that_is_none_of_ours_ends_one_line_only(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.registry.failure = KeyError(SECRET)  # type: ignore[assignment]  # a fault that should not be
    lines = service.post_lines(service.credential, b"{}")
    assert [line["problem"]["code"] for line in lines[:2]] == ["request.internal", "format.context"]
    answer = service.post(service.credential)
    assert (answer.status_code, answer.json()["code"]) == (500, "request.internal")
    said = json.dumps(lines) + answer.text + "".join(capsys.readouterr())
    assert "KeyError" in said
    assert SECRET not in said
    assert "Traceback" not in said
