"""The sender over nodes that lag, lie and fall silent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from attestree.adapters.evm.bare_chain import build_bare_identity
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import LEAST_TIP_WEI, EvmSender, WallClock
from attestree.errors import AttestreeError, ChainIdentityError, ChainUnavailableError, RefusedError
from attestree.ports import Fees, Nonces
from attestree.registry.finality import parse_finality
from tests.fakes.lying_node import LyingNode, Refusal, run_lying_node

GENESIS = "0x" + "01" * 32
KEY = b"\x22" * 20
HASH = b"\x33" * 32


@dataclass
class Node:
    """A chain of empty blocks, ten high."""

    answers: dict[str, object] = field(default_factory=dict)
    counts: dict[str, str] = field(default_factory=lambda: {"0xa": "0x5", "pending": "0x7", "0x8": "0x4"})
    asked: list[str] = field(default_factory=list)

    def respond(self, method: str, params: list[Any]) -> object:
        self.asked.append(method)
        if method in self.answers:
            answer = self.answers[method]
            if isinstance(answer, Exception):
                raise answer
            return answer
        if method == "eth_chainId":
            return "0x7a69"
        if method == "eth_getCode":
            return "0x"
        if method == "eth_getTransactionCount":
            return self.counts[params[1]]
        assert method == "eth_getBlockByNumber", method
        number = 10 if params[0] == "latest" else int(params[0], 16)
        return {"number": hex(number), "hash": GENESIS[:-2] + f"{number + 1:02x}", "timestamp": hex(number)}


Open = Callable[..., EvmSender]


@pytest.fixture
def open_sender() -> Iterator[Open]:
    with ExitStack() as stack:

        def build(*nodes: Node) -> EvmSender:
            rpcs = []
            for node in nodes:
                running: LyingNode = stack.enter_context(run_lying_node(node.respond))
                rpcs.append(JsonRpc(running.url))
                stack.callback(rpcs[-1].close)
            identity = build_bare_identity(chain_id=31337, genesis_hash=bytes.fromhex(GENESIS[2:]))
            return EvmSender(rpcs, identity=identity, finality=parse_finality("depth:2"))

        yield build


def refusing(**answers: object) -> Node:
    return Node(
        answers={name.replace("send", "eth_sendRawTransaction"): what for name, what in answers.items()}
    )


def test_a_chain_without_a_registry_has_an_identity_too(open_sender: Open) -> None:
    sender = open_sender(Node())
    found = sender.fetch_identity()
    assert found == build_bare_identity(chain_id=31337, genesis_hash=bytes.fromhex(GENESIS[2:]))
    assert sender.fetch_block("final").number == 8
    assert WallClock().now() > 1_700_000_000


def test_nodes_that_disagree_on_the_final_block_are_not_believed(open_sender: Open) -> None:
    fork = Node(answers={"eth_getBlockByNumber": {"number": "0x8", "hash": GENESIS, "timestamp": "0x8"}})
    with pytest.raises(AttestreeError):
        open_sender(Node(), fork).fetch_block("final")


def test_counts_are_read_at_latest_pending_and_final(open_sender: Open) -> None:
    assert open_sender(Node()).fetch_nonces(KEY) == Nonces(mined=5, pending=7, final=4)


def test_the_fullest_pool_counts_for_what_is_pending(open_sender: Open) -> None:
    empty = Node(counts={"0xa": "0x5", "pending": "0x5", "0x8": "0x4"})
    assert open_sender(empty, Node()).fetch_nonces(KEY) == Nonces(mined=5, pending=7, final=4)


@pytest.mark.parametrize("place", ["0xa", "0x8"])
def test_nodes_that_disagree_on_what_is_spent_are_not_believed(open_sender: Open, place: str) -> None:
    other = Node(counts={"0xa": "0x5", "pending": "0x7", "0x8": "0x4"} | {place: "0x3"})
    with pytest.raises(ChainUnavailableError) as caught:
        open_sender(Node(), other).fetch_nonces(KEY)
    assert caught.value.code == "chain.sources_disagree"


def test_counts_of_another_chain_behind_the_same_address_are_not_believed(open_sender: Open) -> None:
    node = Node()
    sender = open_sender(node)
    honest = node.respond

    def respond(method: str, params: list[Any]) -> object:
        # the first answer to a question about block 8 tells where the chain stands
        answer = honest(method, params)
        if (method, params[:1]) == ("eth_getBlockByNumber", ["0x8"]) and node.asked.count(method) > 5:
            return {**answer, "hash": GENESIS}  # type: ignore[dict-item]
        return answer

    node.respond = respond  # type: ignore[method-assign]
    sender = open_sender(node)
    with pytest.raises(ChainUnavailableError) as caught:
        sender.fetch_nonces(KEY)
    assert caught.value.code == "chain.reorganised"


def block_of(number: int, time: int) -> dict[str, str]:
    return {"number": hex(number), "hash": GENESIS[:-2] + f"{number + 1:02x}", "timestamp": hex(time)}


@pytest.mark.parametrize(
    ("height", "seconds", "is_behind"), [(20, 60, False), (22, 60, False), (22, 600, True)]
)
def test_a_node_that_stands_still_while_another_goes_on_is_named(
    open_sender: Open, height: int, seconds: int, is_behind: bool
) -> None:
    ahead, still = Node(), Node()

    def respond(method: str, params: list[Any]) -> object:
        if (method, params[:1]) == ("eth_getBlockByNumber", ["latest"]):
            return block_of(height, 10 + seconds)
        return Node.respond(ahead, method, params)

    ahead.respond = respond  # type: ignore[method-assign]
    sender = open_sender(ahead, still)
    if not is_behind:
        assert sender.fetch_block("latest").number == 10
        return
    with pytest.raises(ChainUnavailableError) as caught:
        sender.fetch_block("latest")
    assert (caught.value.code, caught.value.values["blocks"]) == ("chain.node_behind", height - 10)


def test_one_node_of_another_chain_among_several_is_named(open_sender: Open) -> None:
    with pytest.raises(ChainIdentityError) as caught:
        open_sender(Node(), Node(answers={"eth_chainId": "0x1"})).fetch_identity()
    assert caught.value.code == "identity.chain_id"


def test_a_wiped_chain_is_told_by_its_first_block(open_sender: Open) -> None:
    other = {"number": "0x0", "hash": "0x" + "09" * 32, "timestamp": "0x0"}
    found = open_sender(Node(answers={"eth_getBlockByNumber": other})).fetch_identity()
    assert found.genesis_hash == b"\x09" * 32
    assert found.deploy_block_hash == found.code_hash == b""


@pytest.mark.parametrize(
    ("history", "fees"),
    [
        ({"baseFeePerGas": ["0x1", "0x64"], "reward": [["0x989680"]]}, Fees(200 + 10**7, 10**7)),
        ({"baseFeePerGas": ["0x64"], "reward": [[], ["0x0"]]}, Fees(200 + LEAST_TIP_WEI, LEAST_TIP_WEI)),
        ({"baseFeePerGas": ["0x64"]}, Fees(200 + LEAST_TIP_WEI, LEAST_TIP_WEI)),
    ],
)
def test_fees_follow_the_usual_tip_and_the_next_base_fee(
    open_sender: Open, history: object, fees: Fees
) -> None:
    assert open_sender(Node(answers={"eth_feeHistory": history})).fetch_fees() == fees


@pytest.mark.parametrize(
    "history",
    [
        None,
        {},
        {"baseFeePerGas": []},
        {"baseFeePerGas": ["x"]},
        {"baseFeePerGas": {"0": "0x1"}},
        {"baseFeePerGas": ["0x1"], "reward": 5},
        {"baseFeePerGas": ["0x1"], "reward": [5]},
        {"baseFeePerGas": ["0x1"], "reward": [{"0": "0x1"}]},
    ],
)
def test_a_fee_history_that_says_nothing_is_no_fee(open_sender: Open, history: object) -> None:
    with pytest.raises(ChainUnavailableError) as caught:
        open_sender(Node(answers={"eth_feeHistory": history})).fetch_fees()
    assert caught.value.code == "chain.bad_answer"


def test_bytes_go_to_every_node_and_one_that_takes_them_is_enough(open_sender: Open) -> None:
    down = refusing(send=Refusal(-32000, "nonce too low"))
    taken = refusing(send="0x" + "00" * 32)
    known = refusing(send=Refusal(-32000, "already known"))
    open_sender(down, taken).send(b"\x02")
    open_sender(known, down).send(b"\x02")
    assert [node.asked.count("eth_sendRawTransaction") for node in (down, taken, known)] == [2, 1, 1]


def test_a_silent_node_leaves_it_open_whether_the_bytes_arrived(open_sender: Open) -> None:
    silent = refusing(send=Refusal(429, "slow down"))
    down = refusing(send=Refusal(-32000, "nonce too low"))
    with pytest.raises(ChainUnavailableError):
        open_sender(down, silent).send(b"\x02")
    with pytest.raises(RefusedError) as caught:
        open_sender(down, down).send(b"\x02")
    assert caught.value.code == "chain.nonce_too_low"


RECEIPT = {
    "transactionHash": "0x" + HASH.hex(),
    "blockNumber": "0x7",
    "blockHash": GENESIS,
    "status": "0x1",
    "gasUsed": "0x5208",
    "effectiveGasPrice": "0x1",
    "contractAddress": None,
}


def test_a_receipt_is_read_or_absent(open_sender: Open) -> None:
    found = open_sender(Node(answers={"eth_getTransactionReceipt": RECEIPT})).fetch_receipts([HASH])[HASH]
    assert found is not None
    assert (found.succeeded, found.block_number, found.contract) == (True, 7, b"")
    assert open_sender(Node(answers={"eth_getTransactionReceipt": None})).fetch_receipts([HASH]) == {
        HASH: None
    }


@pytest.mark.parametrize(
    "other", [None, {**RECEIPT, "status": "0x0"}, {**RECEIPT, "blockHash": "0x" + "07" * 32}]
)
def test_nodes_that_disagree_on_a_receipt_are_not_believed(open_sender: Open, other: object) -> None:
    nodes = [Node(answers={"eth_getTransactionReceipt": one}) for one in (RECEIPT, other)]
    for pair in (nodes, nodes[::-1]):
        with pytest.raises(ChainUnavailableError) as caught:
            open_sender(*pair).fetch_receipts([HASH])
        assert caught.value.code == "chain.sources_disagree"


@pytest.mark.parametrize(
    "answer", ["0x", [], {}, {**RECEIPT, "transactionHash": GENESIS}, {**RECEIPT, "status": None}]
)
def test_a_receipt_out_of_form_is_no_receipt(open_sender: Open, answer: object) -> None:
    sender = open_sender(Node(answers={"eth_getTransactionReceipt": answer}))
    with pytest.raises(ChainUnavailableError) as caught:
        sender.fetch_receipts([HASH])
    assert caught.value.code == "chain.bad_answer"


def test_balance_and_gas_are_read(open_sender: Open) -> None:
    sender = open_sender(Node(answers={"eth_getBalance": "0x10", "eth_estimateGas": "0x5208"}))
    assert sender.fetch_balance(KEY) == 16
    assert sender.fetch_gas(sender=KEY, to=b"", payload=b"\x01") == 21_000
