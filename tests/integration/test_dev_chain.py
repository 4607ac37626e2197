"""Both local test chains keep the same promises; each test here runs on anvil and on EthereumTester."""

from __future__ import annotations

import http.client
import json
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_account import Account
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie
from web3 import HTTPProvider, Web3

from attestree.adapters.evm.anvil_chain import AnvilChain, find_anvil
from attestree.adapters.evm.dev_accounts import (
    ANVIL_CHAIN_ID,
    DEV_ACCOUNTS,
    DEV_BALANCE_WEI,
    DEV_CHAIN_IDS,
    TESTER_CHAIN_ID,
    is_dev_address,
)
from attestree.adapters.evm.dev_chain import DevChain, open_dev_chain
from attestree.adapters.evm.dev_rpc import ask
from attestree.adapters.evm.tester_chain import TesterChain
from attestree.errors import ChainUnavailableError

PAYER = DEV_ACCOUNTS[0]

# Called with nothing it counts in slot 0, logs the count under topic 42 and returns it; else it reverts
# with its input.
RUNTIME = bytes.fromhex(
    "3615600f57366000600037366000fd5b6000546001018060005560005260" + "2a60206000a160206000f3"
)
CREATION = bytes.fromhex(f"60{len(RUNTIME):02x}80600b6000396000f3") + RUNTIME

HEADER_FIELDS = (
    *("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"),
    *("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce"),
    *("baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot"),
    "requestsHash",
)
HEADER_NUMBERS = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"}
HEADER_NUMBERS |= {"blobGasUsed", "excessBlobGas"}


@pytest.fixture(scope="module")
def tester() -> Iterator[TesterChain]:
    with TesterChain() as running:
        yield running


@pytest.fixture(params=["tester", pytest.param("anvil", marks=pytest.mark.chain)])
def either(request: pytest.FixtureRequest) -> Iterator[DevChain]:
    running: DevChain = request.getfixturevalue(request.param)
    before = running.snapshot()
    yield running
    running.revert(before)


def sign(chain: DevChain, *, nonce: int | None = None, **members: Any) -> str:
    """Return a signed transaction of the first well-known account, as hex."""
    if nonce is None:
        nonce = int(chain.call("eth_getTransactionCount", PAYER.address, "latest"), 16)
    wanted = {
        "chainId": chain.chain_id,
        "nonce": nonce,
        "gas": 300_000,
        "maxFeePerGas": 10 * 10**9,
        "maxPriorityFeePerGas": 10**9,
        "value": 0,
        **members,
    }
    return "0x" + bytes(Account.sign_transaction(wanted, PAYER.key).raw_transaction).hex()


def send(chain: DevChain, **members: Any) -> Any:
    """Send a transaction and return its receipt."""
    tx_hash = chain.call("eth_sendRawTransaction", sign(chain, **members))
    for _ in range(1_000):
        if receipt := chain.call("eth_getTransactionReceipt", tx_hash):
            return receipt
    raise AssertionError("no receipt")


def deploy(chain: DevChain) -> str:
    return Web3.to_checksum_address(send(chain, data=CREATION)["contractAddress"])


def raw_answer(chain: DevChain, body: object) -> Any:
    """Return what a POST of `body` as JSON answers, errors included."""
    request = urllib.request.Request(
        chain.url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


def request_body(method: str, *params: object, number: int = 1) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def error_of(chain: DevChain, method: str, *params: object) -> Any:
    return raw_answer(chain, request_body(method, *params))["error"]


def header_hash(block: dict[str, str]) -> str:
    """Recompute a block's hash from its JSON, as a verifier of storage proofs does."""
    fields = []
    for field in HEADER_FIELDS:
        if field not in block:
            break
        digits = block[field].removeprefix("0x")
        if field in HEADER_NUMBERS:
            number = int(digits, 16)
            fields.append(number.to_bytes((number.bit_length() + 7) // 8, "big"))
        else:
            fields.append(bytes.fromhex(digits))
    return "0x" + keccak(rlp.encode(fields)).hex()


def test_a_chain_says_what_it_is(either: DevChain) -> None:
    assert isinstance(either, DevChain)
    assert int(either.call("eth_chainId"), 16) == either.chain_id
    assert either.chain_id == {"anvil": ANVIL_CHAIN_ID, "tester": TESTER_CHAIN_ID}[either.kind]
    assert either.chain_id in DEV_CHAIN_IDS
    assert either.url.startswith("http://127.0.0.1:")
    assert either.ends_with_process
    assert either.call("web3_clientVersion")


def test_the_ten_well_known_accounts_are_funded(either: DevChain) -> None:
    assert [Account.from_key(account.key).address for account in DEV_ACCOUNTS] == [
        account.address for account in DEV_ACCOUNTS
    ]
    for account in DEV_ACCOUNTS:
        assert int(either.call("eth_getBalance", account.address, "0x0"), 16) == DEV_BALANCE_WEI
        assert is_dev_address(account.address.lower())
    assert not is_dev_address("0x" + "12" * 20)


def test_funding_adds_to_the_balance(either: DevChain) -> None:
    someone = "0x" + "5e" * 20
    either.fund(someone, 7)
    either.fund(someone, 10**18)
    assert int(either.call("eth_getBalance", someone, "latest"), 16) == 10**18 + 7


def test_a_sent_transaction_is_found_with_its_receipt(either: DevChain) -> None:
    receipt = send(either, to="0x" + "12" * 20, value=5, gas=21_000)

    assert receipt["status"] == "0x1"
    assert int(receipt["gasUsed"], 16) == 21_000
    block = either.call("eth_getBlockByHash", receipt["blockHash"], True)
    assert block["number"] == receipt["blockNumber"]
    [listed] = block["transactions"]
    found = either.call("eth_getTransactionByHash", receipt["transactionHash"])
    for described in (listed, found):
        assert described["hash"] == receipt["transactionHash"]
        assert described["from"].lower() == PAYER.address.lower()
        assert described["value"] == "0x5"
        assert described["blockHash"] == receipt["blockHash"]
    head = either.call("eth_getBlockByNumber", "latest", False)
    assert head["transactions"] == [receipt["transactionHash"]]


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_every_type_of_transaction_is_taken(either: DevChain, kind: int) -> None:
    nonce = int(either.call("eth_getTransactionCount", PAYER.address, "latest"), 16)
    wanted: dict[str, Any] = {"chainId": either.chain_id, "nonce": nonce, "gas": 50_000, "value": 1}
    wanted["to"] = "0x" + "12" * 20
    if kind < 2:
        wanted["gasPrice"] = 10 * 10**9
    else:
        wanted |= {"maxFeePerGas": 10 * 10**9, "maxPriorityFeePerGas": 1}
    if kind == 1:
        wanted["accessList"] = [{"address": "0x" + "12" * 20, "storageKeys": ["0x" + "00" * 31 + "01"]}]
    raw = "0x" + bytes(Account.sign_transaction(wanted, PAYER.key).raw_transaction).hex()

    tx_hash = either.call("eth_sendRawTransaction", raw)

    assert tx_hash == "0x" + keccak(bytes.fromhex(raw[2:])).hex()
    assert either.call("eth_getTransactionByHash", tx_hash)["type"] == hex(kind)


def test_unknown_blocks_transactions_and_receipts_are_null(either: DevChain) -> None:
    nowhere = "0x" + "ab" * 32
    assert either.call("eth_getTransactionReceipt", nowhere) is None
    assert either.call("eth_getTransactionByHash", nowhere) is None
    assert either.call("eth_getBlockByHash", nowhere, False) is None
    assert either.call("eth_getBlockByNumber", "0xffffff", False) is None


def test_state_is_read_at_numbers_tags_and_block_hashes(either: DevChain) -> None:
    contract = deploy(either)
    blocks = [send(either, to=contract)["blockHash"] for _ in range(3)]
    numbers = [either.call("eth_getBlockByHash", block, False)["number"] for block in blocks]

    for count, (block_hash, number) in enumerate(zip(blocks, numbers, strict=True), start=1):
        for reference in (number, {"blockHash": block_hash}, {"blockNumber": number}):
            word = either.call("eth_getStorageAt", contract, "0x0", reference)
            assert word == "0x" + count.to_bytes(32, "big").hex()
            answer = either.call("eth_call", {"to": contract, "input": "0x"}, reference)
            assert int(answer, 16) == count + 1
    assert either.call("eth_getCode", contract, "latest") == "0x" + RUNTIME.hex()
    assert either.call("eth_getCode", contract, "0x0") == "0x"
    nonces = [either.call("eth_getTransactionCount", PAYER.address, number) for number in numbers]
    assert [int(later, 16) - int(nonces[0], 16) for later in nonces] == [0, 1, 2]
    assert "error" in raw_answer(
        either, request_body("eth_call", {"to": contract}, {"blockHash": "0x" + "ab" * 32})
    )


def test_final_tags_name_blocks_of_the_chain(either: DevChain) -> None:
    either.mine(12)
    latest, safe, final = (
        int(either.call("eth_getBlockByNumber", tag, False)["number"], 16)
        for tag in ("latest", "safe", "finalized")
    )
    assert final <= safe <= latest
    assert latest - final == {"anvil": 4, "tester": 0}[either.kind]


def test_a_custom_error_travels_with_its_bytes(either: DevChain) -> None:
    contract = deploy(either)
    reason = "0x1b29ea74" + "00" * 31 + "07"
    for method in ("eth_call", "eth_estimateGas"):
        error = error_of(either, method, {"from": PAYER.address, "to": contract, "data": reason}, "latest")
        assert error["data"] == reason
        assert error["code"] == 3


def test_a_reverted_transaction_has_a_receipt_with_status_zero(either: DevChain) -> None:
    receipt = send(either, to=deploy(either), data="0xdeadbeef")
    assert receipt["status"] == "0x0"
    assert receipt["logs"] == []


def test_an_estimate_is_enough_gas(either: DevChain) -> None:
    contract = deploy(either)
    for wish in ({"to": contract}, {"data": CREATION}, {"to": "0x" + "12" * 20, "value": 1}):
        asked = {
            member: value if isinstance(value, str) else Web3.to_hex(value) for member, value in wish.items()
        }
        estimate = int(either.call("eth_estimateGas", {"from": PAYER.address, **asked}), 16)
        receipt = send(either, **wish, gas=estimate)
        assert receipt["status"] == "0x1"
        assert estimate <= 2 * int(receipt["gasUsed"], 16)


def test_logs_are_found_by_range_address_topic_and_block(either: DevChain) -> None:
    first, second = deploy(either), deploy(either)
    receipts = [send(either, to=contract) for contract in (first, second, first)]
    start = receipts[0]["blockNumber"]

    def found(**wish: object) -> list[tuple[str, int]]:
        return [(log["transactionHash"], int(log["data"], 16)) for log in either.call("eth_getLogs", wish)]

    expected = [
        (receipt["transactionHash"], count) for receipt, count in zip(receipts, (1, 1, 2), strict=True)
    ]
    topic = "0x" + (42).to_bytes(32, "big").hex()
    assert found(fromBlock=start, toBlock="latest") == expected
    assert found(fromBlock=start, address=first) == [expected[0], expected[2]]
    assert found(fromBlock=start, address=[first, second.lower()]) == expected
    assert found(fromBlock=start, topics=[[topic, "0x" + "00" * 32]]) == expected
    assert found(fromBlock=start, topics=[None]) == expected
    assert found(fromBlock=start, topics=["0x" + "00" * 32]) == []
    assert found(fromBlock=start, topics=[topic, topic]) == []
    assert found(blockHash=receipts[1]["blockHash"]) == [expected[1]]
    assert found(fromBlock=start, toBlock=start) == [expected[0]]
    assert [log["logIndex"] for log in receipts[0]["logs"]] == ["0x0"]


def test_a_nonce_that_was_used_is_refused(either: DevChain) -> None:
    send(either, to="0x" + "12" * 20)
    error = error_of(either, "eth_sendRawTransaction", sign(either, nonce=0, to="0x" + "13" * 20))
    assert "nonce too low" in error["message"]


def test_bytes_that_are_no_transaction_are_refused(either: DevChain) -> None:
    for raw in ("0x", "0x00", "0x02f8", "0xzz"):
        assert "error" in raw_answer(either, request_body("eth_sendRawTransaction", raw))
    other_chain = sign(either, chainId=1, to="0x" + "12" * 20)
    assert "error" in raw_answer(either, request_body("eth_sendRawTransaction", other_chain))


def test_a_batch_is_answered_in_order_with_its_numbers(either: DevChain) -> None:
    bodies = [request_body("eth_chainId", number=5), request_body("no_such_method", number=6)]
    bodies.append(request_body("eth_blockNumber", number=7))

    answers = raw_answer(either, bodies)

    assert [answer["id"] for answer in answers] == [5, 6, 7]
    assert int(answers[0]["result"], 16) == either.chain_id
    assert answers[1]["error"]["code"] == -32601
    assert answers[2]["result"].startswith("0x")


def test_bad_parameters_are_an_error_and_not_the_end(either: DevChain) -> None:
    for method, params in (
        ("eth_getBalance", ["0x12", "latest"]),
        ("eth_getBalance", []),
        ("eth_getTransactionReceipt", ["0x12"]),
        ("eth_getStorageAt", ["0x" + "12" * 20, "nothing", "latest"]),
        ("eth_call", ["0x"]),
    ):
        assert "error" in raw_answer(either, request_body(method, *params)), method
    assert int(either.call("eth_chainId"), 16) == either.chain_id


def test_time_moves_when_told(either: DevChain) -> None:
    before = int(either.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    either.increase_time(86_400)
    after = int(either.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
    assert after - before >= 86_400


def test_the_next_block_can_be_given_its_time(either: DevChain) -> None:
    wanted = int(either.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16) + 1_000
    either.call("evm_setNextBlockTimestamp", hex(wanted))
    either.mine()
    assert int(either.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16) == wanted


def test_a_snapshot_brings_everything_back_once(either: DevChain) -> None:
    contract = deploy(either)
    before = either.call("eth_getBlockByNumber", "latest", False)
    nonce = either.call("eth_getTransactionCount", PAYER.address, "latest")
    taken = either.snapshot()
    gone = send(either, to=contract)
    either.increase_time(10_000)

    either.revert(taken)

    assert either.call("eth_getBlockByNumber", "latest", False)["hash"] == before["hash"]
    assert either.call("eth_getTransactionCount", PAYER.address, "latest") == nonce
    assert either.call("eth_getTransactionReceipt", gone["transactionHash"]) is None
    assert either.call("eth_getBlockByHash", gone["blockHash"], False) is None
    assert int(either.call("eth_getStorageAt", contract, "0x0", "latest"), 16) == 0
    with pytest.raises(ChainUnavailableError, match=r"chain\.dev_"):
        either.revert(taken)
    again = send(either, to=contract)
    assert int(again["blockNumber"], 16) == int(before["number"], 16) + 1


def test_fees_are_told(either: DevChain) -> None:
    either.mine(3)
    history = either.call("eth_feeHistory", "0x2", "latest", [50])
    head = either.call("eth_getBlockByNumber", "latest", False)
    assert int(history["oldestBlock"], 16) == int(head["number"], 16) - 1
    assert len(history["baseFeePerGas"]) == 3
    assert history["baseFeePerGas"][1] == head["baseFeePerGas"]
    assert len(history["reward"]) == len(history["gasUsedRatio"]) == 2
    assert int(either.call("eth_gasPrice"), 16) > 0
    either.mine()
    following = either.call("eth_getBlockByNumber", "latest", False)["baseFeePerGas"]
    assert history["baseFeePerGas"][2] == following


def test_a_block_hash_can_be_recomputed_from_its_json(either: DevChain) -> None:
    receipt = send(either, to=deploy(either))
    block = either.call("eth_getBlockByHash", receipt["blockHash"], False)
    assert header_hash(block) == block["hash"]
    assert block["logsBloom"] == receipt["logsBloom"]
    genesis = either.call("eth_getBlockByNumber", "earliest", False)
    assert header_hash(genesis) == genesis["hash"]


def test_storage_proofs_fold_to_the_state_root(either: DevChain) -> None:
    contract = deploy(either)
    receipt = send(either, to=contract)
    send(either, to=contract)
    slots = ["0x" + number.to_bytes(32, "big").hex() for number in (0, 1)]

    proof = either.call("eth_getProof", contract, slots, receipt["blockNumber"])

    root = either.call("eth_getBlockByHash", receipt["blockHash"], False)["stateRoot"]
    account = prove(root, contract, proof["accountProof"])
    _, _, storage_root, code_hash = rlp.decode(account)
    assert "0x" + storage_root.hex() == proof["storageHash"]
    assert "0x" + code_hash.hex() == proof["codeHash"] == "0x" + keccak(RUNTIME).hex()
    present, absent = (
        prove(proof["storageHash"], slot, entry["proof"])
        for slot, entry in zip(slots, proof["storageProof"], strict=True)
    )
    assert rlp.decode(present) == b"\x01"
    assert absent == b""
    assert [int(entry["value"], 16) for entry in proof["storageProof"]] == [1, 0]


def prove(root: str, key: str, nodes: list[str]) -> bytes:
    """Return the value below `key`, by the `trie` library, which shares no code with ours."""
    path = [rlp.decode(bytes.fromhex(node[2:])) for node in nodes]
    return bytes(HexaryTrie.get_from_proof(bytes.fromhex(root[2:]), keccak(hexstr=key), path))


def test_parallel_requests_do_not_disturb_each_other(either: DevChain) -> None:
    contract = deploy(either)
    # One sender each: which nonce comes next is nobody's promise to two requests at once.
    receivers = {account.address: f"0x{number:040x}" for number, account in enumerate(DEV_ACCOUNTS, 0x1000)}

    def work(sender: str) -> tuple[int, int]:
        transfer = {"from": sender, "to": receivers[sender], "value": "0x9", "gas": "0x186a0"}
        ask(either.url, "eth_sendTransaction", transfer)
        answer = int(ask(either.url, "eth_call", {"to": contract}, "latest"), 16)
        return answer, int(ask(either.url, "eth_chainId"), 16)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(work, receivers))

    assert answers == [(1, either.chain_id)] * len(receivers)
    either.mine()
    balances = {int(either.call("eth_getBalance", receiver, "latest"), 16) for receiver in receivers.values()}
    assert balances == {9}


def test_web3_can_deploy_call_and_read_logs(either: DevChain) -> None:
    w3 = Web3(HTTPProvider(either.url))
    sender = Web3.to_checksum_address(PAYER.address)
    deployed = w3.eth.wait_for_transaction_receipt(
        w3.eth.send_transaction({"from": sender, "data": CREATION}), poll_latency=0.01
    )
    contract = deployed["contractAddress"]
    assert contract is not None

    done = w3.eth.wait_for_transaction_receipt(
        w3.eth.send_transaction({"from": sender, "to": contract}), poll_latency=0.01
    )

    assert int.from_bytes(w3.eth.get_storage_at(contract, 0), "big") == 1
    assert len(w3.eth.get_logs({"address": contract, "fromBlock": done["blockNumber"]})) == 1
    assert w3.eth.get_block("finalized")["number"] <= done["blockNumber"]
    assert w3.eth.get_transaction(done["transactionHash"])["blockHash"] == done["blockHash"]
    assert w3.eth.fee_history(1, "latest", [10])["oldestBlock"] == w3.eth.block_number


def test_what_is_no_request_is_answered_with_an_error(tester: TesterChain) -> None:
    request = urllib.request.Request(tester.url, b"{not json", {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert json.loads(answer.read())["error"]["code"] == -32700
    for body in ([], [1], {"id": 1}, "text"):
        [refusal] = answer if isinstance(answer := raw_answer(tester, body), list) else [answer]
        assert refusal["error"]["code"] == -32600


def test_a_body_that_is_too_long_or_missing_is_not_read(tester: TesterChain) -> None:
    for length, status in ((0, 400), (10**9, 413)):
        connection = http.client.HTTPConnection(tester.url.removeprefix("http://"))
        connection.request("POST", "/", headers={"Content-Length": str(length)})
        assert connection.getresponse().status == status
        connection.close()


def test_a_page_of_another_origin_may_ask(tester: TesterChain) -> None:
    request = urllib.request.Request(tester.url, method="OPTIONS")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_nobody_spends_what_he_has_not(either: DevChain) -> None:
    too_much = hex(DEV_BALANCE_WEI * 2)
    spend = {"from": PAYER.address, "to": DEV_ACCOUNTS[1].address, "value": too_much}
    error_of(either, "eth_sendRawTransaction", sign(either, to="0x" + "12" * 20, value=DEV_BALANCE_WEI * 2))
    error_of(either, "eth_call", spend, "latest")
    error_of(either, "eth_sendTransaction", {"from": "0x" + "77" * 20, "to": PAYER.address, "value": "0x1"})


def test_a_closed_chain_does_not_answer() -> None:
    with TesterChain() as running:
        url = running.url
        connected = Web3(HTTPProvider(url))
        assert connected.eth.chain_id == TESTER_CHAIN_ID
    running.close()
    with pytest.raises(ChainUnavailableError, match=r"chain\.dev_silent"):
        ask(url, "eth_chainId")


def test_a_port_that_is_taken_is_said_so(tester: TesterChain) -> None:
    port = int(tester.url.rpartition(":")[2])
    with pytest.raises(ChainUnavailableError, match=r"chain\.tester_start"):
        TesterChain(port=port)


@pytest.mark.chain
def test_anvil_keeps_its_chain_in_the_state_file(tmp_path: Path) -> None:
    if find_anvil() is None:
        pytest.skip("no anvil")
    state_file = tmp_path / "state.json"
    with open_dev_chain("anvil", state_file=state_file) as first:
        assert not first.ends_with_process
        contract = deploy(first)
        block = send(first, to=contract)["blockHash"]
        send(first, to=contract)

    with open_dev_chain("anvil", state_file=state_file) as second:
        assert int(second.call("eth_getStorageAt", contract, "0x0", "latest"), 16) == 2
        assert int(second.call("eth_getStorageAt", contract, "0x0", {"blockHash": block}), 16) == 1
        assert int(send(second, to=contract)["logs"][0]["data"], 16) == 3


@pytest.mark.chain
def test_anvil_that_cannot_start_says_so(anvil: AnvilChain) -> None:
    port = int(anvil.url.rpartition(":")[2])
    with pytest.raises(ChainUnavailableError, match=r"chain\.anvil_start"):
        AnvilChain(port=port)


def test_another_program_called_anvil_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "anvil"
    other.write_text("#!/bin/sh\necho 'anvil 0.3 of somebody else'\n", encoding="utf-8")
    other.chmod(0o755)
    monkeypatch.setenv("ANVIL", str(other))
    with pytest.raises(ChainUnavailableError, match=r"chain\.anvil_wrong_program"):
        find_anvil()


def test_without_anvil_the_built_in_chain_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # No package of npm is for this machine, and nothing is installed
    monkeypatch.setattr("platform.machine", lambda: "abacus")
    for variable in ("HOME", "PATH"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("ANVIL", raising=False)
    monkeypatch.chdir(tmp_path)
    assert find_anvil() is None
    with open_dev_chain() as running:
        assert running.kind == "tester"
        assert running.ends_with_process
