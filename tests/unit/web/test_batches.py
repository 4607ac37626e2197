"""Batches: bodies in any pieces and of any length, lines or an array, and nothing that stops the others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect

from attestree.credentials.canonical import canonicalize
from attestree.credentials.strict_json import parse_json
from attestree.errors import RequestError
from attestree.web import batch as batches
from attestree.web.app import create_app
from attestree.web.batch import answer_batch
from attestree.web.body import read_octets
from attestree.web.items import ArrayCutter, Cutter, LineCutter, SeekingCutter
from attestree.web.service import Limits, WebService
from tests.unit.verifying.batches import Batch, build_batch, describe
from tests.unit.verifying.genuine import CHAIN_ID, REGISTRY
from tests.unit.verifying.signed_batches import build_signed_batch, describe_signed
from tests.unit.web.service import Client, FakeRegistry, Service


def cut(cutter: Cutter, pieces: list[bytes]) -> list[tuple[int, bytes]]:
    return [
        item
        for number, piece in enumerate(pieces, 1)
        for item in cutter.cut(piece, last=number == len(pieces))
    ]


def split(octets: bytes, places: list[int]) -> list[bytes]:
    """Cut a body into pieces, some perhaps empty."""
    ends = sorted(place % (len(octets) + 1) for place in places)
    return [octets[start:end] for start, end in zip([0, *ends], [*ends, len(octets)], strict=True)]


texts = st.text(st.sampled_from('a"\\{}[],:\n é'), max_size=8)
values = st.recursive(
    texts | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
places = st.lists(st.integers(0, 2_000), max_size=6)


@given(st.lists(values, max_size=5), places, st.booleans())
def test_an_array_is_cut_into_its_items_however_it_arrives(
    items: list[Any], where: list[int], indent: bool
) -> None:
    body = json.dumps(items, indent=2 if indent else None, ensure_ascii=indent).encode()
    for cutter in (ArrayCutter(limit_bytes=10_000), SeekingCutter(limit_bytes=10_000)):
        found = cut(cutter, split(b" \n" + body + b"\t", where))
        assert [number for number, _item in found] == list(range(1, len(items) + 1))
        assert [json.loads(item) for _number, item in found] == items


@given(st.lists(values, max_size=5), places)
def test_lines_are_cut_however_they_arrive(items: list[Any], where: list[int]) -> None:
    body = b"\n \t\r\n".join(json.dumps(item).encode() for item in items)
    found = cut(LineCutter(limit_bytes=10_000), split(body, where))
    assert [json.loads(item) for _number, item in found] == items
    assert [number for number, _item in found] == list(range(1, 2 * len(items), 2))


@given(st.integers(0, 30), st.integers(0, 6), places)
def test_an_item_that_is_too_long_is_held_no_further_than_its_limit(
    length: int, escapes: int, where: list[int]
) -> None:
    long = json.dumps({"a": [1, "x" * length + "\\" * escapes + '"]},' * escapes]}).encode()
    for body, cutter in (
        (b"[1," + long + b",2]", ArrayCutter(limit_bytes=20)),
        (b"[1," + long + b",2]", SeekingCutter(limit_bytes=20)),
        (b"1\n" + long + b"\n2", LineCutter(limit_bytes=20)),
    ):
        found = [item for _number, item in cut(cutter, split(body, where))]
        assert (found[0], found[2], len(found)) == (b"1", b"2", 3)
        assert found[1] == long or len(found[1]) > 20


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"[", b"[1", b"[1,", b'["', b'["a', b"1", b"{}", b"[1]]", b"[1] 2", b"[][]", b"x[1]", b"]"],
)
def test_what_is_no_array_is_refused(body: bytes) -> None:
    with pytest.raises(RequestError, match=r"request\.shape"):
        cut(ArrayCutter(limit_bytes=100), [body])
    with pytest.raises(RequestError, match=r"request\.shape"):
        cut(SeekingCutter(limit_bytes=100), [body])


def test_items_that_are_nothing_are_judged_like_any_other() -> None:
    assert cut(ArrayCutter(limit_bytes=9), [b"[,1,]"]) == [(1, b""), (2, b"1"), (3, b"")]
    assert cut(ArrayCutter(limit_bytes=9), [b"[ ]"]) == []


def serve(batch: Batch, **limits: Any) -> Client:
    """Return a client of a service that knows the batch."""
    registry = FakeRegistry()
    registry.fetch_facts = batch.facts.fetch_facts  # type: ignore[method-assign]  # it knows every index
    web = WebService(
        verifier=batch.verifier(),
        registries={(CHAIN_ID, REGISTRY): registry},
        clock=batch.clock,
        limits=Limits(rate=None, **limits),
    )
    return Client(create_app(web))


JSON = {"content-type": "application/json"}
BATCH = build_batch([describe(index, f"Learner {index}") for index in range(20)])


def post(client: Client, content: Any, content_type: str = "application/x-ndjson") -> list[dict[str, Any]]:
    answer = client.post("/v1/verify/batch", content=content, headers={"content-type": content_type})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def lines() -> list[bytes]:
    """Return lines of every sort, and the batch among them."""
    changed = BATCH.credentials[3].replace(b"Learner 3", b"Learner 9")
    wrapped = json.dumps({"ref": "w", "credential": json.loads(BATCH.credentials[4])}).encode()
    return [*BATCH.credentials, changed, wrapped, b"{", b"7", BATCH.credentials[5], b'{"a":1,"a":2}']


@pytest.mark.parametrize("group", [1, 7, 128])
@pytest.mark.parametrize("is_array", [False, True])
def test_every_item_is_answered_as_it_would_be_alone(
    group: int, is_array: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "GROUP", group)
    client = serve(BATCH)
    # an array has no items that break it
    asked = [line for line in lines() if not is_array or line != b"{"]
    body = b"[" + b",".join(asked) + b"]" if is_array else b"\n".join(asked)
    answers = post(client, body, "application/json" if is_array else "application/jsonl")
    for line, said in zip(asked, answers[:-1], strict=True):
        alone = client.post("/v1/verify", content=line, headers={"content-type": "application/json"}).json()
        assert said.get("problem", said) == alone
    assert [said["line"] for said in answers if "problem" in said and "line" in said] == [
        number for number, line in enumerate(asked, 1) if line in (b"{", b"7", b'{"a":1,"a":2}')
    ]
    assert answers[-1]["done"] is True
    assert answers[-1]["lines"] == len(asked)


def test_signed_credentials_get_the_answers_of_the_steps_whether_their_batch_is_known_or_not() -> None:
    batch = build_signed_batch([describe_signed(index, f"Learner {index}") for index in range(6)])
    batch.facts.revoked = {4}
    signature = json.loads(batch.credentials[5])["proof"][0]["proofValue"]
    stolen = json.loads(batch.credentials[3])
    stolen["proof"][0]["proofValue"] = signature
    asked = [*batch.credentials, canonicalize(stolen)]
    slow = [batch.verifier().verify_value(parse_json(octets)).to_json() for octets in asked]
    client = serve(batch)
    for _ in range(2):
        answers = post(client, b"\n".join(asked))
        assert answers[:-1] == slow
        assert answers[-1]["counts"] == {"revoked": 1, "tampered": 1, "valid": 5}
    assert [client.post("/v1/verify", content=octets, headers=JSON).json() for octets in asked] == slow


def test_a_body_longer_than_what_is_read_ahead_is_answered_as_it_arrives() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        body = b"\n".join(BATCH.credentials)
        for start in range(0, len(body), 777):
            yield body[start : start + 777]

    answers = post(serve(BATCH, batch_bytes=1_000), pieces())
    assert [said.get("verdict") for said in answers[:-1]] == ["valid"] * 20
    assert answers[-1] == {"done": True, "lines": 20, "counts": {"valid": 20}}


@pytest.mark.parametrize("piece_bytes", [1, 400, 5_000])
@pytest.mark.parametrize("is_array", [False, True])
def test_however_large_the_pieces_of_what_is_read_ahead_the_answers_are_the_same(
    piece_bytes: int, is_array: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [line for line in lines() if not is_array or line != b"{"]
    body = b" \n[" + b",".join(asked) + b"]" if is_array else b"\n".join(asked)
    content_type = "application/json" if is_array else "application/x-ndjson"
    whole = post(serve(BATCH), body, content_type)
    monkeypatch.setattr(batches, "PIECE_BYTES", piece_bytes)
    assert post(serve(BATCH), pieces_of(body), content_type) == whole
    assert whole[-1]["lines"] == len(asked)
    short = {"batch_lines": 3}
    answer = serve(BATCH, **short).post(
        "/v1/verify/batch", content=pieces_of(body), headers={"content-type": content_type}
    )
    assert b"request.too_many_lines" in answer.content
    assert answer.status_code == (200 if is_array else 413)


def test_what_goes_wrong_later_stands_in_the_last_line() -> None:
    answers = post(serve(BATCH, batch_bytes=100, batch_lines=3), pieces_of(b"{}\n" * 100))
    assert (answers[-1]["done"], answers[-1]["problem"]["code"]) == (False, "request.too_many_lines")
    answers = post(serve(BATCH), b"[{},", "application/json")
    assert (answers[-1]["done"], answers[-1]["problem"]["code"]) == (False, "request.shape")
    assert (answers[-1]["lines"], answers[0]["problem"]["code"]) == (1, "format.context")


async def pieces_of(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 50):
        yield body[start : start + 50]


def test_what_is_no_array_at_all_is_refused_at_once(service: Service) -> None:
    for body in (b"{}", b"", b"7"):
        answer = service.client.post(
            "/v1/verify/batch", content=body, headers={"content-type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "request.shape")


def test_a_large_batch_loads_the_bulk_hashes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[int] = []
    monkeypatch.setattr(batches, "preload", lambda: loaded.append(1))
    monkeypatch.setattr(batches, "BULK_BYTES", 10_000)
    client = serve(BATCH)
    post(client, BATCH.credentials[0])
    assert loaded == []
    post(client, b"\n".join(BATCH.credentials))
    assert loaded == [1]


def test_a_client_that_has_gone_ends_everything() -> None:
    def receive_of(messages: list[dict[str, Any]]) -> Any:
        following: Iterator[dict[str, Any]] = iter(messages)

        async def receive() -> dict[str, Any]:
            return next(following)

        return receive

    gone = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    with pytest.raises(ClientDisconnect):
        asyncio.run(read_octets(receive_of(gone)))

    async def send(_message: Any) -> None:
        return None

    desk: Any = None
    with pytest.raises(ClientDisconnect):
        asyncio.run(answer_batch(desk, Limits(), receive_of(gone), send, is_array=False))


def test_what_is_not_canonical_gets_the_same_answer(service: Service) -> None:
    swift = service.post(canonicalize(service.credential))
    assert service.post(canonicalize(service.credential)).content == swift.content
    assert service.post(json.dumps(service.credential, indent=1).encode()).content == swift.content
