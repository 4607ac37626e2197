from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from attestree.adapters.evm.rpc import BATCH_LIMIT, JsonRpc, RpcError
from attestree.errors import ChainUnavailableError, SettingsError
from tests.fakes.lying_node import Answer, LyingNode, Refusal, run_lying_node


@pytest.fixture
def node() -> Iterator[LyingNode]:
    with run_lying_node(lambda method, params: [method, params]) as running:
        yield running


@pytest.fixture
def rpc(node: LyingNode) -> Iterator[JsonRpc]:
    client = JsonRpc(node.url, timeout_seconds=5, limit_bytes=20_000)
    yield client
    client.close()


def code_of(rpc: JsonRpc) -> str:
    with pytest.raises(ChainUnavailableError) as single:
        rpc.call("m")
    with pytest.raises(ChainUnavailableError) as several:
        rpc.batch([("m", []), ("n", [])])
    assert single.value.code == several.value.code
    return single.value.code


def test_a_question_gets_its_result(rpc: JsonRpc) -> None:
    assert rpc.call("eth_x", [1, "0x2"]) == ["eth_x", [1, "0x2"]]


def test_an_answer_of_nothing_is_a_result(rpc: JsonRpc, node: LyingNode) -> None:
    node.respond = lambda _method, _params: None
    assert rpc.call("eth_x") is None


def test_a_long_batch_comes_back_in_the_order_of_its_questions(rpc: JsonRpc) -> None:
    questions = [(f"m{number}", [number]) for number in range(BATCH_LIMIT * 2 + 1)]
    assert rpc.batch(questions) == [[method, params] for method, params in questions]


def test_an_empty_batch_asks_nothing(rpc: JsonRpc, node: LyingNode) -> None:
    assert rpc.batch([]) == []
    assert node.asked == []


def test_a_batch_answered_in_another_order_is_sorted_by_id(rpc: JsonRpc, node: LyingNode) -> None:
    node.whole = lambda body: Answer(json.dumps([node.answer(one) for one in reversed(body)]).encode())
    assert rpc.batch([("a", []), ("b", [])]) == [["a", []], ["b", []]]


def test_many_threads_each_get_their_own_answer(rpc: JsonRpc) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: rpc.call("m", [number]), range(100)))
    assert answers == [["m", [number]] for number in range(100)]


def test_a_compressed_answer_is_read(rpc: JsonRpc, node: LyingNode) -> None:
    node.whole = lambda body: Answer(
        gzip.compress(json.dumps(node.answer(body)).encode()), headers={"Content-Encoding": "gzip"}
    )
    assert rpc.call("m") == ["m", []]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (301, "redirected"),
        (307, "redirected"),
        (429, "rate_limited"),
        (500, "bad_answer"),
        (404, "bad_answer"),
    ],
)
def test_a_status_other_than_200_never_gives_a_result(
    rpc: JsonRpc, node: LyingNode, status: int, code: str
) -> None:
    def answer(body: Any) -> Answer:
        honest = [node.answer(one) for one in body] if isinstance(body, list) else node.answer(body)
        return Answer(json.dumps(honest).encode(), status, {"Location": node.url + "/elsewhere"})

    node.whole = answer
    assert code_of(rpc) == f"chain.{code}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff",
        b"[]",
        b"null",
        b'"0x1"',
        b"[null,null]",
        b'{"jsonrpc":"2.0","id":1}',
        b'{"id":1,"result":1}',
        b'{"jsonrpc":"1.0","id":1,"result":1}',
        b'{"jsonrpc":"2.0","result":1}',
        b'{"jsonrpc":"2.0","id":1,"error":"no"}',
        b'{"jsonrpc":"2.0","id":1,"error":{"code":true}}',
        b"[" * 5000,
    ],
)
def test_an_answer_out_of_form_is_no_answer(rpc: JsonRpc, node: LyingNode, body: bytes) -> None:
    node.whole = lambda _body: Answer(body)
    assert code_of(rpc) == "chain.bad_answer"


@pytest.mark.parametrize("change", [lambda _: 999_999, str, float, lambda _: None, lambda _: True])
def test_an_answer_with_another_id_is_refused(rpc: JsonRpc, node: LyingNode, change: Any) -> None:
    def answer(body: Any) -> Answer:
        envelopes = [node.answer(one) for one in (body if isinstance(body, list) else [body])]
        for envelope in envelopes:
            envelope["id"] = change(envelope["id"])
        return Answer(json.dumps(envelopes if isinstance(body, list) else envelopes[0]).encode())

    node.whole = answer
    assert code_of(rpc) == "chain.bad_answer"


def test_one_id_given_twice_in_a_batch_is_refused(rpc: JsonRpc, node: LyingNode) -> None:
    node.whole = lambda body: Answer(json.dumps([node.answer(body[0]), node.answer(body[0])]).encode())
    with pytest.raises(ChainUnavailableError, match=r"chain\.bad_answer"):
        rpc.batch([("a", []), ("b", [])])


def test_an_error_with_the_id_of_another_question_is_refused(rpc: JsonRpc, node: LyingNode) -> None:
    node.whole = lambda _body: Answer(b'{"jsonrpc":"2.0","id":77777,"error":{"code":3}}')
    assert code_of(rpc) == "chain.bad_answer"


def test_a_short_batch_is_refused(rpc: JsonRpc, node: LyingNode) -> None:
    node.whole = lambda body: Answer(json.dumps([node.answer(body[0])]).encode())
    with pytest.raises(ChainUnavailableError, match=r"chain\.bad_answer"):
        rpc.batch([("a", []), ("b", [])])


def test_the_nodes_own_error_keeps_code_and_words_apart_from_the_values(
    rpc: JsonRpc, node: LyingNode
) -> None:
    def refuse(_method: str, _params: list[Any]) -> object:
        raise Refusal(3, "execution reverted", "0x1b29ea74")

    node.respond = refuse
    assert code_of(rpc) == "chain.error"
    with pytest.raises(RpcError) as caught:
        rpc.call("eth_call")
    assert (caught.value.rpc_code, caught.value.rpc_message) == (3, "execution reverted")
    assert caught.value.revert_bytes == bytes.fromhex("1b29ea74")
    assert "execution" not in str(caught.value)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"data": "0x12"}, b"\x12"),
        ({"data": {"data": "0x12"}}, b"\x12"),
        ("Reverted 0x12", None),
        (None, None),
        ({"data": {"data": {"data": "0x12"}}}, None),
    ],
)
def test_revert_bytes_are_found_where_nodes_put_them(
    rpc: JsonRpc, node: LyingNode, extra: object, expected: bytes | None
) -> None:
    def refuse(_method: str, _params: list[Any]) -> object:
        raise Refusal(-32000, "reverted", extra)

    node.respond = refuse
    with pytest.raises(RpcError) as caught:
        rpc.call("eth_call")
    assert caught.value.revert_bytes == expected


def test_a_refusal_of_the_whole_batch_is_the_nodes_error(rpc: JsonRpc, node: LyingNode) -> None:
    node.whole = lambda _body: Answer(b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600}}', status=400)
    assert code_of(rpc) == "chain.error"


@dataclass
class Choosy:
    """Refuses batches of more than `limit` questions; 0 = of any number."""

    node: LyingNode
    refusal: Answer
    limit: int
    sizes: list[int] = field(default_factory=list)

    def __call__(self, body: Any) -> Answer | None:
        size = len(body) if isinstance(body, list) else 0
        self.sizes.append(size)
        return self.refusal if size > self.limit else None


@pytest.mark.parametrize(
    "refusal",
    [
        Answer(b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600}}'),
        Answer(b'{"jsonrpc":"2.0","id":null,"error":{"code":-32005}}', status=400),
        Answer(b"no batches here", status=405),
        Answer(b"", status=413),
    ],
)
@pytest.mark.parametrize("limit", [0, 1, 7, 60])
def test_a_node_that_takes_no_batch_or_a_small_one_is_asked_as_it_wants(
    rpc: JsonRpc, node: LyingNode, refusal: Answer, limit: int
) -> None:
    node.whole = choosy = Choosy(node, refusal, limit)
    questions = [("m", [number]) for number in range(150)]
    expected = [["m", [number]] for number in range(150)]
    assert rpc.batch(questions) == expected
    assert len(choosy.sizes) < 170
    # what was learned is kept: nothing is refused a second time
    choosy.sizes.clear()
    assert rpc.batch(questions) == expected
    assert max(choosy.sizes) <= limit


def test_a_failure_that_was_not_about_batches_leaves_them_as_they_were(rpc: JsonRpc, node: LyingNode) -> None:
    node.whole = lambda _body: Answer(b'{"jsonrpc":"2.0","id":null,"error":{"code":-32603}}')
    with pytest.raises(ChainUnavailableError, match=r"chain\.error"):
        rpc.batch([("m", [number]) for number in range(BATCH_LIMIT)])
    node.whole = choosy = Choosy(node, Answer(), BATCH_LIMIT)
    rpc.batch([("m", [number]) for number in range(BATCH_LIMIT)])
    assert choosy.sizes == [BATCH_LIMIT]


def test_a_rate_limit_told_in_json_is_a_rate_limit(rpc: JsonRpc, node: LyingNode) -> None:
    node.whole = lambda _body: Answer(b'{"jsonrpc":"2.0","id":null,"error":{"code":429}}')
    assert code_of(rpc) == "chain.rate_limited"


def test_an_answer_over_the_limit_is_not_read_to_its_end(rpc: JsonRpc, node: LyingNode) -> None:
    node.whole = lambda _body: Answer(b" " * 20_001)
    assert code_of(rpc) == "chain.too_large"


def test_a_small_answer_that_unpacks_over_the_limit_is_refused(rpc: JsonRpc, node: LyingNode) -> None:
    node.whole = lambda _body: Answer(gzip.compress(b" " * 1_000_000), headers={"Content-Encoding": "gzip"})
    assert code_of(rpc) == "chain.too_large"


def test_an_answer_that_ends_early_is_no_answer(rpc: JsonRpc, node: LyingNode) -> None:
    node.whole = lambda _body: Answer(b'{"jsonrpc"', declared_length=500)
    assert code_of(rpc) == "chain.unreachable"


def test_a_broken_compression_is_no_answer(rpc: JsonRpc, node: LyingNode) -> None:
    node.whole = lambda _body: Answer(b"not gzip", headers={"Content-Encoding": "gzip"})
    assert code_of(rpc) == "chain.unreachable"


def test_a_silent_node_is_given_up(node: LyingNode) -> None:
    released = threading.Event()
    node.whole = lambda _body: Answer(b"late", wait=released)
    impatient = JsonRpc(node.url, timeout_seconds=0.1)
    assert code_of(impatient) == "chain.timeout"
    released.set()
    impatient.close()


def test_a_node_that_drips_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        rpc = JsonRpc(f"http://127.0.0.1:{server.getsockname()[1]}", timeout_seconds=0.2)
        with pytest.raises(ChainUnavailableError, match=r"chain\.timeout"):
            rpc.call("m")
        stop.set()
        thread.join()
        rpc.close()


def test_a_node_that_falls_silent_amid_its_answer_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def begin() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
                stop.wait(10)

        thread = threading.Thread(target=begin)
        thread.start()
        rpc = JsonRpc(f"http://127.0.0.1:{server.getsockname()[1]}", timeout_seconds=0.2)
        with pytest.raises(ChainUnavailableError, match=r"chain\.timeout"):
            rpc.call("m")
        stop.set()
        thread.join()
        rpc.close()


def test_nobody_listening_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert code_of(JsonRpc(f"http://127.0.0.1:{port}", timeout_seconds=1)) == "chain.unreachable"


def test_something_that_is_not_http_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        rpc = JsonRpc(f"http://127.0.0.1:{server.getsockname()[1]}", timeout_seconds=2)
        with pytest.raises(ChainUnavailableError, match=r"chain\.unreachable"):
            rpc.call("m")
        thread.join()
        rpc.close()


@pytest.mark.parametrize(
    "url", ["", "localhost:8545", "ftp://x", "http://", "/tmp/geth.ipc", "http://[::1", "ws://x"]
)
def test_a_url_that_is_not_http_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(SettingsError, match=r"config\.rpc_url"):
        JsonRpc(url)


def test_messages_name_the_host_but_no_secret_of_the_url() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    rpc = JsonRpc(f"http://user:hidden@127.0.0.1:{port}/v3/secretkey", timeout_seconds=1)
    with pytest.raises(ChainUnavailableError) as caught:
        rpc.call("m")
    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "secretkey" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_user_and_password_of_the_url_are_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        seen: list[bytes] = []

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                seen.append(connection.recv(65536))

        thread = threading.Thread(target=answer)
        thread.start()
        rpc = JsonRpc(f"http://user:pass@127.0.0.1:{server.getsockname()[1]}/", timeout_seconds=2)
        with pytest.raises(ChainUnavailableError):
            rpc.call("m")
        thread.join()
        rpc.close()
    assert b"authorization: basic dxnlcjpwyxnz" in seen[0].lower()
