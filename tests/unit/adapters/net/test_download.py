"""Fetching a file that a person named: https only, a limit, no redirects, and no silence."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from attestree.adapters.net import download as module
from attestree.adapters.net.download import download
from attestree.errors import RequestError, UnavailableError


class Plain(BaseHTTPRequestHandler):
    """Answers without TLS, which nobody should ever see."""

    def do_GET(self) -> None:
        """Answer something."""
        self.send_response(302 if self.path == "/away" else 200 if self.path == "/" else 404)
        self.send_header("Location", "/")
        self.end_headers()
        self.wfile.write(b"x" * 100)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Plain)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let https addresses be asked over plain http: what follows concerns the answer."""
    ask = requests.get
    monkeypatch.setattr(module.requests, "get", lambda url, **how: ask(url.replace("https", "http"), **how))


@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "ftp://x", "file:///etc/passwd", "", "HTTPS://x"])
def test_only_https_is_asked(url: str) -> None:
    with pytest.raises(RequestError) as caught:
        download(url, limit_bytes=10)
    assert caught.value.code == "request.https_only"


def test_a_server_without_tls_is_refused(port: int) -> None:
    with pytest.raises(UnavailableError) as caught:
        download(f"https://127.0.0.1:{port}/", limit_bytes=1_000)
    assert caught.value.code == "download.no_answer"


@pytest.mark.usefixtures("without_tls")
def test_a_whole_answer_up_to_the_limit_is_returned(port: int) -> None:
    assert download(f"https://127.0.0.1:{port}/", limit_bytes=100) == b"x" * 100


@pytest.mark.usefixtures("without_tls")
def test_a_longer_answer_is_refused(port: int) -> None:
    with pytest.raises(RequestError) as caught:
        download(f"https://127.0.0.1:{port}/", limit_bytes=99)
    assert (caught.value.code, caught.value.values) == ("request.too_large", {"limit": 99})


@pytest.mark.usefixtures("without_tls")
@pytest.mark.parametrize(("path", "status"), [("away", 302), ("nothing", 404)])
def test_no_redirect_is_followed_and_no_error_page_is_taken(port: int, path: str, status: int) -> None:
    with pytest.raises(UnavailableError) as caught:
        download(f"https://127.0.0.1:{port}/{path}", limit_bytes=1_000)
    assert (caught.value.code, caught.value.values) == ("download.failed", {"status": status})
