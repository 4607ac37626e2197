"""The fault proxy before a real chain: a stale node is one older chain, a pool is geth's, blocks go back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from attestree.adapters.evm.anvil_chain import AnvilChain, find_anvil
from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.faults.faults import Fault, FaultPlan, Lies
from attestree.adapters.evm.faults.proxy import FaultProxy
from attestree.adapters.evm.faults.reorgs import Fate, reorg
from attestree.adapters.evm.hexes import format_bytes
from attestree.adapters.evm.rpc import JsonRpc, RpcError
from tests.integration.deployed import Actor, new_actor

COUNTER = "0x" + "c7" * 20
COUNTING_CODE = "0x600160005401600055"
"""PUSH 1, PUSH 0, SLOAD, ADD, PUSH 0, SSTORE: counts its calls in slot 0."""
SLOT = "0x" + "00" * 32


@pytest.fixture(scope="module")
def anvil() -> Iterator[AnvilChain]:
    """An anvil of these tests alone: one that was wound back hundreds of times forgets too much."""
    if find_anvil() is None:
        pytest.skip("no anvil; `make setup` installs it")
    with AnvilChain(options=("--slots-in-an-epoch", "2")) as running:
        yield running


@pytest.fixture
def proxy(chain: DevChain) -> Iterator[FaultProxy]:
    with FaultProxy(chain.url) as running:
        yield running


@pytest.fixture
def rpc(proxy: FaultProxy) -> Iterator[JsonRpc]:
    client = JsonRpc(proxy.url)
    yield client
    client.close()


@pytest.fixture
def actor(chain: DevChain) -> Actor:
    chain.call("anvil_setCode", COUNTER, COUNTING_CODE)
    actor = new_actor("proxy")
    chain.fund(actor.account.address, 10**18)
    chain.call("evm_setAutomine", False)
    return actor


def sign(actor: Actor, nonce: int, *, fee: int = 10**10, tip: int = 10**9) -> str:
    signed = actor.account.sign_transaction(
        {
            "type": 2,
            "chainId": 31337,
            "nonce": nonce,
            "to": bytes.fromhex(COUNTER[2:]),
            "value": 0,
            "gas": 100_000,
            "maxFeePerGas": fee,
            "maxPriorityFeePerGas": tip,
        }
    )
    return format_bytes(bytes(signed.raw_transaction))


def count(rpc: JsonRpc | DevChain, block: object = "latest") -> int:
    if isinstance(rpc, JsonRpc):
        return int(str(rpc.call("eth_getStorageAt", [COUNTER, SLOT, block])), 16)
    return int(rpc.call("eth_getStorageAt", COUNTER, SLOT, block), 16)


def refusal(rpc: JsonRpc, raw: str) -> str:
    with pytest.raises(RpcError) as refused:
        rpc.call("eth_sendRawTransaction", [raw])
    return refused.value.rpc_message


def test_the_pool_refuses_as_geth_does_and_anvil_does_not(
    chain: DevChain, rpc: JsonRpc, actor: Actor
) -> None:
    first = sign(actor, 0)
    rpc.call("eth_sendRawTransaction", [first])
    assert refusal(rpc, first) == "already known"
    stingy = sign(actor, 0, fee=10**10 + 1, tip=10**9 + 1)
    assert refusal(rpc, stingy) == "replacement transaction underpriced"
    rpc.call("eth_sendRawTransaction", [sign(actor, 0, fee=11 * 10**9, tip=11 * 10**8)])
    chain.mine()
    assert refusal(rpc, first) == "nonce too low: next nonce 1, tx nonce 0"
    assert count(rpc) == 1
    # the control: without the rule, this chain takes what geth refuses
    chain.call("eth_sendRawTransaction", sign(actor, 1))
    chain.call("eth_sendRawTransaction", sign(actor, 1, fee=10**10 + 1, tip=10**9 + 1))


def test_a_transaction_that_the_pool_dropped_may_come_again(
    chain: DevChain, rpc: JsonRpc, actor: Actor
) -> None:
    first = sign(actor, 0)
    rpc.call("eth_sendRawTransaction", [first])
    chain.call("anvil_dropAllTransactions")
    rpc.call("eth_sendRawTransaction", [first])
    chain.call("anvil_dropAllTransactions")
    rpc.call("eth_sendRawTransaction", [sign(actor, 0, fee=10**10 + 1, tip=10**9 + 1)])
    chain.mine()
    assert count(rpc) == 1


def test_a_swallowed_transaction_has_its_true_hash_and_is_nowhere(
    chain: DevChain, proxy: FaultProxy, rpc: JsonRpc, actor: Actor
) -> None:
    proxy.plan = FaultPlan(rate=1, kinds=(Fault.SWALLOWED,), limit=1)
    raw = sign(actor, 0)
    tx_hash = rpc.call("eth_sendRawTransaction", [raw])
    assert rpc.call("eth_getTransactionByHash", [tx_hash]) is None
    # a node that lost it does not say that it knows it
    assert rpc.call("eth_sendRawTransaction", [raw]) == tx_hash
    chain.mine()
    assert count(rpc) == 1


def test_a_stale_node_is_one_older_chain_whatever_it_is_asked(
    chain: DevChain, proxy: FaultProxy, rpc: JsonRpc, actor: Actor
) -> None:
    sent = []
    for nonce in range(6):
        sent.append(rpc.call("eth_sendRawTransaction", [sign(actor, nonce)]))
        chain.mine()
    head: Any = rpc.call("eth_getBlockByNumber", ["latest", False])
    final: Any = rpc.call("eth_getBlockByNumber", ["finalized", False])
    old: Any = rpc.call("eth_getBlockByNumber", [hex(int(head["number"], 16) - 2), False])
    for lies in (Lies(stale_blocks=2), Lies(stuck_at=int(old["number"], 16))):
        proxy.plan = FaultPlan(rate=1, kinds=(Fault.STALE,), lies=lies)
        assert rpc.call("eth_blockNumber") == old["number"]
        assert rpc.call("eth_getBlockByNumber", ["latest", False]) == old
        assert rpc.call("eth_getBlockByNumber", [head["number"], False]) is None
        assert rpc.call("eth_getBlockByHash", [head["hash"], False]) is None
        lagging: Any = rpc.call("eth_getBlockByNumber", ["finalized", False])
        assert int(lagging["number"], 16) == int(final["number"], 16) - 2
        assert count(rpc) == 4
        assert count(rpc, {"blockHash": old["hash"]}) == 4
        for later in (head["number"], {"blockHash": head["hash"], "requireCanonical": True}):
            with pytest.raises(RpcError):
                count(rpc, later)
        assert rpc.call("eth_getTransactionCount", [actor.account.address, "latest"]) == "0x4"
        receipts = [rpc.call("eth_getTransactionReceipt", [tx_hash]) for tx_hash in sent]
        assert [receipt is None for receipt in receipts] == [False] * 4 + [True] * 2
        assert rpc.call("eth_getTransactionByHash", [sent[5]]) is None
        assert rpc.call("eth_chainId") == hex(31337)
    proxy.stop_faults()
    assert count(rpc) == 6


def test_a_stale_node_has_no_later_logs(proxy: FaultProxy, rpc: JsonRpc, chain: DevChain) -> None:
    # PUSH 0, PUSH 0, LOG0: an empty log
    chain.call("anvil_setCode", COUNTER, "0x60006000a0")
    actor = new_actor("logs")
    chain.fund(actor.account.address, 10**18)
    first = int(chain.call("eth_blockNumber"), 16) + 1
    for nonce in range(4):
        chain.call("eth_sendRawTransaction", sign(actor, nonce))
        while int(chain.call("eth_blockNumber"), 16) < first + nonce:
            pass
    wish = {"address": COUNTER, "fromBlock": hex(first), "toBlock": "latest"}

    def logs(**changes: object) -> list[int]:
        found: Any = rpc.call("eth_getLogs", [wish | changes])
        return [int(log["blockNumber"], 16) - first for log in found]

    assert logs() == [0, 1, 2, 3]
    proxy.plan = FaultPlan(rate=1, kinds=(Fault.STALE,), lies=Lies(stuck_at=first + 1))
    assert logs() == [0, 1]
    assert logs(toBlock=hex(first + 3)) == [0, 1]
    assert logs(fromBlock=hex(first + 2), toBlock=hex(first + 3)) == []


@pytest.mark.parametrize("fate", list(Fate))
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_transactions_of_blocks_that_are_taken_back_meet_their_fate(
    chain: DevChain, actor: Actor, depth: int, fate: Fate
) -> None:
    for nonce in range(5):
        chain.call("eth_sendRawTransaction", sign(actor, nonce))
        chain.mine()
    head = int(chain.call("eth_blockNumber"), 16)
    was = {
        tx_hash: chain.call("eth_getTransactionReceipt", tx_hash)["blockHash"]
        for number in range(head - depth + 1, head + 1)
        for tx_hash in chain.call("eth_getBlockByNumber", hex(number), False)["transactions"]
    }
    done = reorg(chain, depth, fate)
    assert done.tx_hashes == tuple(was)
    assert done.old_hashes == tuple(was.values())
    assert int(chain.call("eth_blockNumber"), 16) == head
    for place, old in enumerate(done.old_hashes):
        assert chain.call("eth_getBlockByNumber", hex(done.first + place), False)["hash"] != old
    receipts = [chain.call("eth_getTransactionReceipt", tx_hash) for tx_hash in was]
    if fate is Fate.MOVE:
        assert count(chain) == 5
        assert all(receipt["blockHash"] not in done.old_hashes for receipt in receipts)
    else:
        assert count(chain) == 5 - depth
        assert receipts == [None] * depth
    chain.mine()
    assert count(chain) == (5 - depth if fate is Fate.VANISH else 5)


def test_what_returns_to_the_pool_is_mined_soon_where_each_transaction_makes_a_block(
    chain: DevChain, actor: Actor
) -> None:
    chain.call("eth_sendRawTransaction", sign(actor, 0))
    chain.mine()
    chain.call("evm_setAutomine", True)
    (gone,) = reorg(chain, 1, Fate.RETURN).old_hashes
    assert chain.call("anvil_getAutomine") is True
    while count(chain) == 0:
        time.sleep(0.01)
    assert chain.call("eth_getBlockByHash", gone, False) is None


def test_a_chain_is_not_taken_back_below_its_first_block(chain: DevChain) -> None:
    with pytest.raises(ValueError, match="height"):
        reorg(chain, int(chain.call("eth_blockNumber"), 16) + 1)
