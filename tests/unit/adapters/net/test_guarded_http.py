"""Fetching from a stranger's host: public addresses only, the very address that was checked, and an end."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path

import pytest

from attestree.adapters.net.guarded_http import GuardedHttp, is_public, parse_target
from attestree.adapters.net.resolving import resolve_in_time
from attestree.errors import UnavailableError
from tests.fakes.https_host import HttpsHost, serve_https

NAME = "university.example"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[HttpsHost]:
    with serve_https(tmp_path, NAME) as served:
        yield served


def refused(http: GuardedHttp, url: str) -> str:
    with pytest.raises(UnavailableError) as caught:
        http.fetch(url)
    return caught.value.code


def test_a_file_is_fetched_from_the_address_that_was_looked_up_once(host: HttpsHost) -> None:
    host.pages["/a?b=c"] = b"content"
    assert host.client().fetch(f"https://{NAME}:{host.port}/a?b=c") == b"content"
    assert host.asked == [f"{NAME}:{host.port}/a?b=c"]
    assert host.looked_up == [NAME]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1"),
        *("239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1"),
        *("fc00::1", "fd12::1", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001::1"),
        *("3fff::1", "5f00::1"),
    ],
)
def test_an_address_that_is_not_public_is_never_connected_to(address: str) -> None:
    assert not is_public(ip_address(address))
    http = GuardedHttp(resolve=lambda *_: [address])
    assert refused(http, f"https://{NAME}/") == "download.forbidden_host"


@pytest.mark.parametrize("address", ["8.8.8.8", "193.99.144.80", "2606:4700::1111", "2a02:2e0:3fe:1001::1"])
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_public(ip_address(address))


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    http = GuardedHttp(resolve=lambda *_: ["8.8.8.8", "127.0.0.1"])
    assert refused(http, f"https://{NAME}/") == "download.forbidden_host"


def test_a_name_that_changes_its_address_gains_nothing(host: HttpsHost) -> None:
    """The first answer is public, every later one is this machine: there is no later one."""
    answers = iter([["203.0.113.1"], ["127.0.0.1"]])
    seen: list[str] = []

    def allow(address: object) -> bool:
        seen.append(str(address))
        return str(address) != "127.0.0.1"

    http = GuardedHttp(
        resolve=lambda *_: next(answers), allow=allow, tls=host.client_tls, timeout_seconds=0.3
    )
    assert refused(http, f"https://{NAME}:{host.port}/") == "download.no_answer"
    assert seen == ["203.0.113.1"]
    assert host.asked == []
    assert next(answers) == ["127.0.0.1"]


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://university.example/",
            "file:///etc/passwd",
            "gopher://university.example/",
            "ftp://a.example/",
        ),
        *("https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/", "https://127.1/"),
        *(
            "https://user:secret@university.example/",
            "https://university.example/#part",
            "https:///x",
            "https://",
        ),
        *("https://a_b.example/", "https://university.example:0x50/", "https://university.example:99999/"),
        *("https://university.example/a b", "https://university.example/\r\nX: y", "https://bücher.example/"),
        *("https://university..example/", "https://-a.example/", "https://localhost/", "https://intranet/"),
        "https://university.example./",
    ],
)
def test_an_address_that_is_no_plain_https_address_of_a_name_is_refused_before_it_is_looked_up(
    url: str,
) -> None:
    def resolve(*_: object) -> list[str]:
        raise AssertionError("looked up")

    assert refused(GuardedHttp(resolve=resolve), url) == "download.forbidden_address"


@pytest.mark.parametrize("name", ["a.localhost", "printer.local", "metadata.google.internal", "x.home.arpa"])
def test_names_that_never_belong_to_the_internet_are_refused(name: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        parse_target(f"https://{name}/")
    assert caught.value.code == "download.forbidden_host"


def test_a_certificate_for_another_name_is_refused(host: HttpsHost) -> None:
    host.pages["/"] = b"content"
    assert refused(host.client(), f"https://other.example:{host.port}/") == "download.no_answer"
    assert host.asked == []


def test_a_certificate_that_nobody_vouches_for_is_refused(host: HttpsHost) -> None:
    http = GuardedHttp(resolve=host.resolve, allow=lambda _address: True)
    assert refused(http, f"https://{NAME}:{host.port}/") == "download.no_answer"


def test_no_redirect_is_followed(host: HttpsHost) -> None:
    def away(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", f"https://{NAME}:{host.port}/there")
        request.end_headers()

    host.pages.update({"/": away, "/there": b"content"})
    assert refused(host.client(), f"https://{NAME}:{host.port}/") == "download.failed"
    assert len(host.asked) == 1


def test_a_body_may_be_as_long_as_the_limit_and_no_longer(host: HttpsHost) -> None:
    host.pages.update({"/fits": b"x" * 1_000, "/long": b"x" * 1_001, "/bomb": b"x" * 200_000})
    http = host.client(limit_bytes=1_000)
    assert len(http.fetch(f"https://{NAME}:{host.port}/fits")) == 1_000
    assert refused(http, f"https://{NAME}:{host.port}/long") == "download.too_large"
    assert refused(http, f"https://{NAME}:{host.port}/bomb") == "download.too_large"


def test_an_endless_head_is_given_up(host: HttpsHost) -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X: %d\r\n" % i for i in range(90)))
        request.wfile.write(b"Y: " + b"y" * 200_000)

    host.pages["/"] = endless
    assert refused(host.client(), f"https://{NAME}:{host.port}/").startswith("download.")


def test_a_server_that_drips_is_given_up_when_the_time_is_over(host: HttpsHost) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            while True:
                request.wfile.write(b"x")
                request.connection.settimeout(0.05)
                try:
                    request.connection.recv(1)
                    return
                except TimeoutError:
                    continue
        except OSError:
            return

    host.pages["/"] = drip
    http = host.client(timeout_seconds=0.5)
    assert refused(http, f"https://{NAME}:{host.port}/") == "download.no_answer"


def test_a_body_cut_short_is_no_answer(host: HttpsHost) -> None:
    def cut(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")

    host.pages["/"] = cut
    assert refused(host.client(), f"https://{NAME}:{host.port}/") == "download.no_answer"


def test_what_is_no_http_is_no_answer(host: HttpsHost) -> None:
    def greet(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"SSH-2.0-x\r\n")

    host.pages["/"] = greet
    assert refused(host.client(), f"https://{NAME}:{host.port}/") == "download.no_answer"


def test_a_body_in_a_coding_that_was_not_asked_for_is_no_answer(host: HttpsHost) -> None:
    def pressed(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Encoding", "gzip")
        request.send_header("Content-Length", "3")
        request.end_headers()
        request.wfile.write(b"abc")

    host.pages["/"] = pressed
    assert refused(host.client(), f"https://{NAME}:{host.port}/") == "download.no_answer"


def test_no_proxy_of_the_environment_is_asked(host: HttpsHost, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    host.pages["/"] = b"content"
    assert host.client().fetch(f"https://{NAME}:{host.port}/") == b"content"


def test_a_name_without_addresses_is_no_answer() -> None:
    assert refused(GuardedHttp(resolve=lambda *_: []), f"https://{NAME}/") == "download.no_answer"


def test_the_second_address_is_tried_where_the_first_refuses(host: HttpsHost) -> None:
    host.pages["/"] = b"content"
    http = GuardedHttp(
        resolve=lambda *_: ["::1", "127.0.0.1"], allow=lambda _address: True, tls=host.client_tls
    )
    assert http.fetch(f"https://{NAME}:{host.port}/") == b"content"


def test_the_system_is_asked_for_a_name_and_gives_each_address_once() -> None:
    assert set(resolve_in_time("localhost", 443, 5.0)) <= {"127.0.0.1", "::1"}
    with pytest.raises(OSError):
        resolve_in_time("no-such-name.invalid", 443, 5.0)


def test_a_name_server_that_never_answers_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(10) and [])
    try:
        with pytest.raises(TimeoutError):
            resolve_in_time(NAME, 443, 0.05)
        assert refused(GuardedHttp(timeout_seconds=0.05), f"https://{NAME}/") == "download.no_answer"
    finally:
        ended.set()
