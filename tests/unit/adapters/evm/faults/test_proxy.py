"""How each fault looks to our own client, and what the node behind was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from attestree.adapters.evm.faults.faults import Fault, FaultPlan, Lies
from attestree.adapters.evm.faults.proxy import FaultProxy
from attestree.adapters.evm.rpc import JsonRpc, RpcError
from attestree.errors import ChainUnavailableError
from tests.fakes.lying_node import LyingNode, Refusal, run_lying_node

HEAD = {"number": "0x9", "hash": "0x" + "09" * 32, "timestamp": "0x1"}
LOG = {
    "topics": ["0x" + "01" * 32],
    "blockNumber": "0x5",
    "logIndex": "0x0",
    "address": "0x" + "aa" * 20,
    "transactionHash": "0x" + "a1" * 32,
}
OTHER_LOG = LOG | {"topics": ["0x" + "02" * 32], "logIndex": "0x1", "transactionHash": "0x" + "a2" * 32}


def respond(method: str, params: list[Any]) -> object:
    match method:
        case "eth_getBlockByNumber":
            return HEAD
        case "eth_getLogs":
            return [LOG, OTHER_LOG]
        case "eth_getTransactionReceipt":
            return None if params[0] == "0x" + "00" * 32 else {"status": "0x1", "transactionHash": params[0]}
        case "eth_getStorageAt":
            return "0x" + "00" * 32
        case "eth_getTransactionCount":
            return "0x7"
        case "eth_refused":
            raise Refusal(-32000, "no")
    return f"{method} answered"


@pytest.fixture
def node() -> Iterator[LyingNode]:
    with run_lying_node(respond) as running:
        yield running


@pytest.fixture
def proxy(node: LyingNode) -> Iterator[FaultProxy]:
    with FaultProxy(node.url, geth_pool=False) as running:
        yield running


@pytest.fixture
def rpc(proxy: FaultProxy) -> Iterator[JsonRpc]:
    client = JsonRpc(proxy.url)
    yield client
    client.close()


def plan(*kinds: Fault, **changes: Any) -> FaultPlan:
    return replace(FaultPlan(rate=1, kinds=kinds, hang_seconds=0.01), **changes)


def test_without_faults_every_answer_is_the_nodes_own(rpc: JsonRpc, proxy: FaultProxy) -> None:
    assert rpc.call("eth_one") == "eth_one answered"
    assert rpc.batch([("eth_one", []), ("eth_two", [])]) == ["eth_one answered", "eth_two answered"]
    with pytest.raises(RpcError) as refused:
        rpc.call("eth_refused")
    assert refused.value.rpc_message == "no"
    assert proxy.questions == {"eth_one": 2, "eth_two": 1, "eth_refused": 1}
    assert proxy.fault_count() == 0


@pytest.mark.parametrize(
    ("fault", "code", "done"),
    [
        (Fault.BEFORE, "chain.unreachable", 0),
        (Fault.AFTER, "chain.unreachable", 1),
        (Fault.RATE_LIMITED, "chain.rate_limited", 0),
        (Fault.GARBAGE, "chain.bad_answer", 1),
        (Fault.TRUNCATED, "chain.bad_answer", 1),
        (Fault.WRONG_ID, "chain.bad_answer", 1),
    ],
)
@pytest.mark.parametrize("questions", [1, 3])
def test_a_fault_is_seen_by_the_client_and_did_or_did_not_reach_the_node(
    node: LyingNode, proxy: FaultProxy, fault: Fault, code: str, done: int, *, questions: int
) -> None:
    rpc = JsonRpc(proxy.url)
    proxy.plan = plan(fault)
    with pytest.raises(ChainUnavailableError) as failed:
        ask(rpc, questions)
    assert failed.value.code == code
    assert len(node.asked) == done * questions
    expected = 1 if fault is not Fault.WRONG_ID else questions
    assert proxy.faults == {("eth_one", fault): expected}
    proxy.stop_faults()
    assert rpc.call("eth_one") == "eth_one answered"
    rpc.close()


def ask(rpc: JsonRpc, questions: int) -> None:
    if questions == 1:
        rpc.call("eth_one")
    else:
        rpc.batch([("eth_one", [])] * questions)


def test_a_node_that_hangs_answers_all_the_same_and_at_once_when_the_faults_stop(
    node: LyingNode, proxy: FaultProxy, rpc: JsonRpc
) -> None:
    for fault in (Fault.HANG, Fault.LATE):
        proxy.plan = plan(fault)
        assert rpc.call("eth_one") == "eth_one answered"
    proxy.plan = plan(Fault.HANG, hang_seconds=3_600)
    slow = JsonRpc(proxy.url, timeout_seconds=0.05)
    with pytest.raises(ChainUnavailableError) as failed:
        slow.call("eth_two")
    assert failed.value.code == "chain.timeout"
    assert ("eth_two", []) in node.asked
    slow.close()
    proxy.stop_faults()
    assert rpc.call("eth_one") == "eth_one answered"


def test_a_lie_in_a_batch_meets_only_its_own_question(proxy: FaultProxy, rpc: JsonRpc) -> None:
    proxy.plan = plan(Fault.FORGED_CALL)
    slot = "0x" + "01" * 32
    word, other = rpc.batch([("eth_getStorageAt", ["0xaa", slot, "latest"]), ("eth_one", [])])
    assert word == "0x" + "00" * 31 + "01"
    assert other == "eth_one answered"


def test_only_the_words_that_are_named_are_forged(proxy: FaultProxy, rpc: JsonRpc) -> None:
    forged = "0x" + "07" * 32
    proxy.plan = plan(Fault.FORGED_CALL, lies=Lies(words={"0x" + "00" * 31 + "01": forged}))
    words = rpc.batch([("eth_getStorageAt", ["0xaa", slot, "latest"]) for slot in ("0x1", "0x2")])
    assert words == [forged, "0x" + "00" * 32]


def test_logs_are_hidden_and_invented(proxy: FaultProxy, rpc: JsonRpc) -> None:
    wish = {"fromBlock": "0x0", "toBlock": "0x9"}
    proxy.plan = plan(Fault.HIDDEN_LOGS)
    assert rpc.call("eth_getLogs", [wish]) == []
    for found in (*LOG["topics"], str(LOG["transactionHash"])):
        proxy.plan = plan(Fault.HIDDEN_LOGS, lies=Lies(hidden=frozenset({found})))
        assert rpc.call("eth_getLogs", [wish]) == [OTHER_LOG]
    proxy.plan = plan(Fault.INVENTED_LOGS)
    assert rpc.call("eth_getLogs", [wish]) == [LOG, OTHER_LOG, OTHER_LOG | {"logIndex": "0x2"}]
    proxy.plan = plan(Fault.INVENTED_LOGS, lies=Lies(invented_logs=(LOG | {"logIndex": "0x8"},)))
    assert rpc.call("eth_getLogs", [wish]) == [LOG, OTHER_LOG, LOG | {"logIndex": "0x8"}]
    for elsewhere in ({"toBlock": "0x4"}, {"fromBlock": "0x6"}, {"topics": [None, "0x" + "03" * 32]}):
        assert rpc.call("eth_getLogs", [wish | elsewhere]) == [LOG, OTHER_LOG]


def test_a_receipt_says_the_contrary_or_is_there_where_there_is_none(proxy: FaultProxy, rpc: JsonRpc) -> None:
    proxy.plan = plan(Fault.FORGED_RECEIPT)
    mined: Any = rpc.call("eth_getTransactionReceipt", ["0x" + "01" * 32])
    assert mined["status"] == "0x0"
    invented: Any = rpc.call("eth_getTransactionReceipt", ["0x" + "00" * 32])
    assert (invented["status"], invented["blockHash"]) == ("0x1", HEAD["hash"])


def test_a_transaction_is_swallowed_and_a_nonce_is_one_too_high(
    node: LyingNode, proxy: FaultProxy, rpc: JsonRpc
) -> None:
    proxy.plan = plan(Fault.SWALLOWED, Fault.FORGED_NONCE)
    hash_of_nothing = "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert rpc.call("eth_sendRawTransaction", ["0x"]) == hash_of_nothing
    assert node.asked == []
    assert rpc.call("eth_getTransactionCount", ["0xaa", "latest"]) == "0x8"


def test_a_plan_with_a_limit_ends_by_itself(proxy: FaultProxy, rpc: JsonRpc) -> None:
    proxy.plan = plan(Fault.RATE_LIMITED, skip=1, limit=1)
    assert rpc.call("eth_one") == "eth_one answered"
    with pytest.raises(ChainUnavailableError):
        rpc.call("eth_one")
    assert rpc.call("eth_one") == "eth_one answered"


def test_a_node_that_is_gone_is_gone_through_the_proxy_too(node: LyingNode) -> None:
    with FaultProxy("http://127.0.0.1:1") as proxy:
        rpc = JsonRpc(proxy.url)
        with pytest.raises(ChainUnavailableError) as failed:
            rpc.call("eth_one")
        rpc.close()
    assert failed.value.code == "chain.unreachable"


def test_a_port_that_is_taken_is_said(proxy: FaultProxy, node: LyingNode) -> None:
    port = int(proxy.url.rpartition(":")[2])
    with pytest.raises(ChainUnavailableError) as failed:
        FaultProxy(node.url, port=port)
    assert failed.value.code == "chain.faults_start"
