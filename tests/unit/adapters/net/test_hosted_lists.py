"""One list is asked for once a minute, whatever came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from attestree.adapters.net.guarded_http import GuardedHttp
from attestree.adapters.net.hosted_lists import KEEP_SECONDS, MAX_KEPT, CachedLists
from attestree.errors import UnavailableError
from tests.fakes.https_host import serve_https


@dataclass
class Web:
    """Hosts that answer or not; stands in for `GuardedHttp`."""

    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def fetch(self, url: str, *, accept: str) -> bytes:
        assert accept.startswith("application/vc")
        self.asked.append(url)
        if url not in self.answers:
            raise UnavailableError("download.failed", status=404)
        return self.answers[url]


@dataclass
class Watch:
    """A clock that a test turns."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_an_answer_is_remembered_for_a_minute_and_then_asked_for_anew() -> None:
    web, watch = Web({"https://a.example/1": b"one"}), Watch()
    lists = CachedLists(web, monotonic=watch)  # type: ignore[arg-type]  # asks for no more than `fetch`
    assert [lists.fetch_list("https://a.example/1") for _ in range(3)] == [b"one"] * 3
    assert len(web.asked) == 1
    web.answers["https://a.example/1"] = b"two"
    watch.seconds += KEEP_SECONDS - 1
    assert lists.fetch_list("https://a.example/1") == b"one"
    watch.seconds += 1
    assert lists.fetch_list("https://a.example/1") == b"two"


def test_a_host_that_fails_is_not_asked_again_and_again() -> None:
    web, watch = Web(), Watch()
    lists = CachedLists(web, monotonic=watch)  # type: ignore[arg-type]  # asks for no more than `fetch`
    for _ in range(3):
        with pytest.raises(UnavailableError) as caught:
            lists.fetch_list("https://a.example/1")
        assert (caught.value.code, caught.value.values) == ("download.failed", {"status": 404})
    assert len(web.asked) == 1
    watch.seconds += KEEP_SECONDS
    web.answers["https://a.example/1"] = b"here"
    assert lists.fetch_list("https://a.example/1") == b"here"


def test_only_so_many_answers_are_remembered() -> None:
    web = Web({f"https://a.example/{number}": b"x" for number in range(MAX_KEPT + 1)})
    lists = CachedLists(web, monotonic=Watch())  # type: ignore[arg-type]  # asks for no more than `fetch`
    for url in [*web.answers, "https://a.example/0", f"https://a.example/{MAX_KEPT}"]:
        lists.fetch_list(url)
    assert web.asked == [*web.answers, "https://a.example/0"]


def test_a_list_comes_from_a_real_host_within_its_size_and_never_by_a_redirect(tmp_path: Path) -> None:
    def elsewhere(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "/list")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with serve_https(tmp_path, "lists.example.org") as host:
        host.pages |= {"/list": b"x" * 1_000, "/long": b"x" * 1_001, "/moved": elsewhere}
        lists = CachedLists(host.client(limit_bytes=1_000))
        base = f"https://lists.example.org:{host.port}"
        assert lists.fetch_list(f"{base}/list") == b"x" * 1_000
        for path, code in (
            ("long", "too_large"),
            ("moved", "failed"),
            ("none", "failed"),
        ):
            with pytest.raises(UnavailableError, match=rf"download\.{code}"):
                lists.fetch_list(f"{base}/{path}")
        for address in ("http://lists.example.org/list", "https://127.0.0.1/list", "https://localhost/list"):
            with pytest.raises(UnavailableError, match=r"download\.forbidden"):
                lists.fetch_list(address)


def test_a_list_on_this_machine_is_not_asked_for(tmp_path: Path) -> None:
    with serve_https(tmp_path, "lists.example.org") as host:
        lists = CachedLists(GuardedHttp(resolve=host.resolve, tls=host.client_tls))
        with pytest.raises(UnavailableError, match=r"download\.forbidden_host"):
            lists.fetch_list(f"https://lists.example.org:{host.port}/list")
        assert host.asked == []
