"""What every request passes: sizes, headers, methods, rates, ids, other hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from attestree.errors import RequestError
from attestree.web.service import Limits
from attestree.web.throttle import Throttle
from tests.unit.web.service import Service, build_service


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/nowhere", {}, 404, "request.not_found"),
        ("GET", "/v1/verify/", {}, 404, "request.not_found"),
        ("GET", "/v1/verify", {}, 405, "request.method"),
        ("DELETE", "/v1/issuers", {}, 405, "request.method"),
        ("GET", "/static/style.css", {"range": "bytes=0-,0-"}, 416, "request.range"),
        ("GET", "/static/..%2fapp.py", {}, 404, "request.not_found"),
        ("POST", "/v1/verify", {"content-encoding": "gzip"}, 415, "request.encoding"),
        ("POST", "/v1/verify", {"content-length": "999999999999999999"}, 413, "request.too_large"),
        (
            "POST",
            "/v1/verify",
            {"content-length": "-1"},
            413,
            "request.too_large",
        ),
        ("GET", "/health", {"cookie": "x" * 20_000}, 431, "request.headers"),
        ("GET", "/v1/issuers?limit=0", {}, 422, "request.shape"),
        ("GET", "/v1/issuers?limit=NaN", {}, 422, "request.shape"),
    ],
)
def test_what_cannot_be_served_is_a_problem(
    service: Service, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = service.client.request(method, path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert {"type", "title", "status", "code", "detail", "next"} == answer.json().keys()
    assert "x-attestree-problem" not in answer.headers


def test_a_body_is_counted_as_it_arrives(service: Service) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 10_000

    answer = service.client.post(
        "/v1/verify", content=endless(), headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
    assert answer.headers["connection"] == "close"


def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not(service: Service) -> None:
    limit = Limits().body_bytes
    assert service.post(b" " * limit).json()["code"] == "json.empty"
    answer = service.post(b" " * (limit + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


def test_every_answer_has_an_id_of_ours_and_headers_for_browsers(service: Service) -> None:
    first = service.client.get("/health", headers={"x-request-id": "mine"})
    second = service.client.get("/nowhere")
    assert first.headers["x-request-id"] != "mine"
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    for answer in (first, second):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


def test_other_web_pages_may_ask_the_api_without_credentials_and_not_the_pages(service: Service) -> None:
    preflight = service.client.request("OPTIONS", "/v1/verify", headers={"origin": "https://a.example"})
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert preflight.headers["access-control-allow-headers"] == "content-type"
    answer = service.post(service.credential, origin="https://a.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "access-control-allow-origin" not in service.client.get("/verify").headers


def test_head_is_get_without_body(service: Service) -> None:
    assert service.client.request("HEAD", "/v1/issuers").status_code == 200


def test_one_address_may_ask_so_often_and_health_is_free() -> None:
    with build_service(limits=Limits(rate="2/minute")) as service:
        assert [service.client.get("/v1/issuers").status_code for _ in range(3)] == [200, 200, 429]
        refused = service.client.get("/v1/issuers")
        assert refused.json()["code"] == "request.too_many"
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert service.client.get("/health").status_code == 200


def test_an_ipv6_network_counts_as_one_client() -> None:
    throttle = Throttle("1/minute")
    throttle.verify_allowed("2001:db8::1")
    with pytest.raises(RequestError, match=r"request\.too_many"):
        throttle.verify_allowed("2001:db8::ffff:1")
    throttle.verify_allowed("2001:db8:0:1::1")
    throttle.verify_allowed(None)


def test_a_rate_that_is_none_is_refused() -> None:
    with pytest.raises(RequestError, match=r"request\.rate"):
        Throttle("often")
