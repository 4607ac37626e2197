"""Resolving did:web: from the institution's own host, remembered for a while, and never from here."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attestree.adapters.net.did_web import (
    KEEP_FAILURE_SECONDS,
    KEEP_SECONDS,
    MAX_ASKED,
    MAX_KEPT,
    DidWebResolver,
)
from attestree.adapters.net.guarded_http import GuardedHttp
from attestree.credentials.did import ASSERTION, find_key
from attestree.credentials.signatures.multikey import KeyKind, PublicKey, format_did_key, format_multikey
from attestree.errors import AttestreeError, DidUnavailableError, MalformedProofError
from tests.fakes.https_host import HttpsHost, serve_https

NAME = "university.example"
KEY = PublicKey(KeyKind.ED25519, Ed25519PrivateKey.generate().public_key().public_bytes_raw())


@pytest.fixture
def host(tmp_path: Path) -> Iterator[HttpsHost]:
    with serve_https(tmp_path, NAME) as served:
        yield served


class Watch:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def document(did: str) -> bytes:
    method = {
        "id": f"{did}#key-1",
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": format_multikey(KEY),
    }
    return json.dumps({"id": did, "verificationMethod": [method], "assertionMethod": ["#key-1"]}).encode()


def did_of(host: HttpsHost, path: str = "") -> str:
    return f"did:web:{NAME}%3A{host.port}{path}"


def refused(resolver: DidWebResolver, did: str) -> AttestreeError:
    with pytest.raises(AttestreeError) as caught:
        resolver.fetch_document(did)
    return caught.value


@pytest.mark.parametrize(("path", "page"), [("", "/.well-known/did.json"), (":a:b", "/a/b/did.json")])
def test_the_document_comes_from_the_place_that_the_did_names(host: HttpsHost, path: str, page: str) -> None:
    did = did_of(host, path)
    host.pages[page] = document(did)
    read = DidWebResolver(host.client()).fetch_document(did)
    assert find_key(read, f"{did}#key-1", ASSERTION) == KEY
    assert host.asked == [f"{NAME}:{host.port}{page}"]


def test_a_document_is_remembered_for_minutes_and_then_asked_for_again(host: HttpsHost) -> None:
    did, watch = did_of(host), Watch()
    host.pages["/.well-known/did.json"] = document(did)
    resolver = DidWebResolver(host.client(), monotonic=watch)
    for watch.seconds in (0.0, KEEP_SECONDS - 1):
        resolver.fetch_document(did)
    assert len(host.asked) == 1
    watch.seconds = KEEP_SECONDS
    resolver.fetch_document(did)
    assert len(host.asked) == 2


def test_that_there_was_none_is_remembered_for_less_long(host: HttpsHost) -> None:
    did, watch = did_of(host), Watch()
    resolver = DidWebResolver(host.client(), monotonic=watch)
    for watch.seconds in (0.0, KEEP_FAILURE_SECONDS - 1):
        error = refused(resolver, did)
        assert isinstance(error, DidUnavailableError)
        assert (error.code, error.values) == ("did.not_found", {"status": 404})
    assert len(host.asked) == 1
    host.pages["/.well-known/did.json"] = document(did)
    watch.seconds = KEEP_FAILURE_SECONDS
    assert resolver.fetch_document(did).did == did


def test_only_so_many_answers_are_remembered(host: HttpsHost) -> None:
    resolver = DidWebResolver(host.client(), monotonic=Watch())
    for number in range(MAX_KEPT + 1):
        refused(resolver, f"did:web:localhost:{number}")
    assert len(resolver._kept) == MAX_KEPT


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"id":1,"id":2}', b"\xff", document("did:web:other.example")]
)
def test_what_is_not_the_document_of_this_did_is_refused(host: HttpsHost, body: bytes) -> None:
    host.pages["/.well-known/did.json"] = body
    error = refused(DidWebResolver(host.client()), did_of(host))
    assert isinstance(error, MalformedProofError)
    assert error.code == "did.bad_document"


def test_hosts_that_do_not_answer_hold_only_so_many_up(host: HttpsHost) -> None:
    ended, waiting = threading.Event(), threading.Semaphore(0)

    def hang(*_: object) -> list[str]:
        waiting.release()
        ended.wait(10)
        return []

    resolver = DidWebResolver(GuardedHttp(resolve=hang))
    asking = [
        threading.Thread(target=refused, args=(resolver, f"did:web:slow{number}.example"))
        for number in range(MAX_ASKED)
    ]
    for thread in asking:
        thread.start()
    try:
        assert all(waiting.acquire(timeout=5) for _ in asking)
        assert refused(resolver, "did:web:university.example").code == "did.busy"
    finally:
        ended.set()
        for thread in asking:
            thread.join()
    assert refused(resolver, "did:web:university.example").code == "did.no_answer"


def test_a_document_that_is_too_long_is_not_read(host: HttpsHost) -> None:
    host.pages["/.well-known/did.json"] = b" " * 70_000
    assert refused(DidWebResolver(host.client()), did_of(host)).code == "did.too_large"


@pytest.mark.parametrize("did", ["did:web:localhost%3A8545", "did:web:127.0.0.1", "did:web:intranet"])
def test_a_host_that_is_this_machine_is_not_even_looked_up(host: HttpsHost, did: str) -> None:
    assert refused(DidWebResolver(host.client()), did).code == "did.forbidden_host"
    assert host.looked_up == []


def test_a_name_that_leads_into_a_private_network_is_forbidden() -> None:
    resolver = DidWebResolver(GuardedHttp(resolve=lambda *_: ["10.0.0.1"]))
    assert refused(resolver, "did:web:university.example").code == "did.forbidden_host"


def test_a_host_that_is_away_gave_no_answer() -> None:
    resolver = DidWebResolver(GuardedHttp(resolve=lambda *_: []))
    assert refused(resolver, "did:web:university.example").code == "did.no_answer"


def test_other_methods_are_not_resolved_and_no_did_is_malformed(host: HttpsHost) -> None:
    resolver = DidWebResolver(host.client())
    assert refused(resolver, "did:ion:abc").code == "did.method"
    assert refused(resolver, "did:web:a.example:..:b").code == "did.malformed"
    assert refused(resolver, "https://university.example").code == "did.malformed"
    assert host.asked == []


def test_a_did_key_needs_no_host(host: HttpsHost) -> None:
    did = format_did_key(KEY)
    assert DidWebResolver(host.client()).fetch_document(did).did == did
    assert refused(DidWebResolver(host.client()), "did:key:z6Mk").code == "signature.key_kind"
    assert host.asked == []
