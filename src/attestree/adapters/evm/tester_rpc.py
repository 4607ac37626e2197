"""
The JSON-RPC methods that an application needs, answered from EthereumTester.

Decides names, parameters, block references (number, tag, EIP-1898 object) and error objects; custom errors
of a contract travel as `error.data`, as on a real node. Transport is in `tester_chain`. Source: JSON-RPC
2.0 and the Ethereum execution API specification.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any, Final

import rlp
from eth_utils.crypto import keccak

from attestree.adapters.evm.dev_accounts import DEV_ACCOUNTS, TESTER_CHAIN_ID
from attestree.adapters.evm.hexes import format_bytes
from attestree.adapters.evm.tester_encode import (
    Json,
    build_block,
    build_logs,
    build_receipt,
    build_transaction,
)
from attestree.adapters.evm.tester_state import CALL_GAS, TIP_WEI, Call, TesterError, TesterState

HEAD_TAGS: Final = frozenset({"latest", "safe", "finalized", "pending"})
"""Names of the newest block; a block here is final at once."""


CLIENT: Final = "EthereumTester/attestree"
"""Answer to `web3_clientVersion`."""

_BAD_PARAMETERS = -32602


class TesterRpc:
    """Answers JSON-RPC bodies, one at a time whatever the number of threads."""

    def __init__(self) -> None:
        """Start a chain of its own."""
        self._state = TesterState()
        self._lock = threading.RLock()
        self._methods: dict[str, Callable[..., Any]] = {
            "web3_clientVersion": lambda: CLIENT,
            "net_version": lambda: str(TESTER_CHAIN_ID),
            "eth_chainId": lambda: hex(TESTER_CHAIN_ID),
            "eth_accounts": lambda: [account.address for account in DEV_ACCOUNTS],
            "eth_syncing": lambda: False,
            "eth_blockNumber": lambda: hex(self._state.head().number),
            "eth_getBlockByNumber": self._get_block,
            "eth_getBlockByHash": self._get_block_by_hash,
            "eth_getBalance": self._get_balance,
            "eth_getTransactionCount": self._get_nonce,
            "eth_getCode": self._get_code,
            "eth_getStorageAt": self._get_storage,
            "eth_getProof": self._get_proof,
            "eth_call": self._call,
            "eth_estimateGas": self._estimate_gas,
            "eth_gasPrice": lambda: hex(self._state.next_base_fee() + TIP_WEI),
            "eth_maxPriorityFeePerGas": lambda: hex(TIP_WEI),
            "eth_feeHistory": self._fee_history,
            "eth_sendRawTransaction": lambda raw: format_bytes(self._state.send_raw(_bytes(raw))),
            "eth_sendTransaction": self._send_unlocked,
            "eth_getTransactionByHash": self._get_transaction,
            "eth_getTransactionReceipt": self._get_receipt,
            "eth_getLogs": self._get_logs,
            "evm_mine": self._mine,
            "evm_increaseTime": lambda seconds: self._state.increase_time(_number(seconds)),
            "evm_setNextBlockTimestamp": lambda moment: self._state.set_next_timestamp(_number(moment)),
            "evm_snapshot": lambda: hex(self._state.snapshot()),
            "evm_revert": lambda number: self._state.revert(_number(number)),
        }

    def answer(self, body: bytes) -> bytes:
        """Return the JSON answer to a JSON-RPC body, single or batch; never raises on what the body says."""
        try:
            asked = json.loads(body)
        except ValueError:
            answered: Any = _failure(None, TesterError("parse error", -32700))
        else:
            with self._lock:
                if isinstance(asked, list) and asked:
                    answered = [self._answer_one(request) for request in asked]
                else:
                    answered = self._answer_one(asked)
        return json.dumps(answered).encode()

    def _answer_one(self, request: Any) -> Json:
        """Answer one request object."""
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return _failure(None, TesterError("invalid request", -32600))
        number = request.get("id")
        method = self._methods.get(request["method"])
        parameters = request.get("params") or []
        if method is None:
            return _failure(number, TesterError(f"the method {request['method']} does not exist", -32601))
        try:
            return {"jsonrpc": "2.0", "id": number, "result": method(*parameters)}
        except TesterError as error:
            return _failure(number, error)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            refusal = TesterError(f"invalid parameters: {type(error).__name__}", _BAD_PARAMETERS)
            return _failure(number, refusal)

    # blocks

    def _find_block(self, reference: Any) -> Any:
        """Return the block that a number, a tag or an EIP-1898 object names, or None."""
        if isinstance(reference, dict):
            if "blockHash" in reference:
                return self._state.block_of(_bytes(reference["blockHash"], size=32))
            reference = reference["blockNumber"]
        if reference is None or reference in HEAD_TAGS:
            return self._state.head()
        return self._state.block_at(0 if reference == "earliest" else _number(reference))

    def _need_block(self, reference: Any) -> Any:
        """Return the block that `reference` names, or refuse."""
        block = self._find_block(reference)
        if block is None:
            raise TesterError("header not found")
        return block

    def _state_at(self, reference: Any) -> Any:
        return self._state.state_at(self._need_block(reference))

    def _get_block(self, reference: Any, *whole: bool) -> Json | None:
        block = self._find_block(reference)
        return None if block is None else build_block(block, whole=whole == (True,))

    def _get_block_by_hash(self, block_hash: str, *whole: bool) -> Json | None:
        return self._get_block({"blockHash": block_hash}, *whole)

    # state

    def _get_balance(self, address: str, block: Any = None) -> str:
        return hex(self._state_at(block).get_balance(_address(address)))

    def _get_nonce(self, address: str, block: Any = None) -> str:
        return hex(self._state_at(block).get_nonce(_address(address)))

    def _get_code(self, address: str, block: Any = None) -> str:
        return format_bytes(self._state_at(block).get_code(_address(address)))

    def _get_storage(self, address: str, slot: str, block: Any = None) -> str:
        value = self._state_at(block).get_storage(_address(address), _number(slot))
        return format_bytes(value.to_bytes(32, "big"))

    def _get_proof(self, address: str, slots: list[str], reference: Any = None) -> Json:
        block, account = self._need_block(reference), _address(address)
        state = self._state.state_at(block)
        numbers = [_number(slot) for slot in slots]
        proof = self._state.prove(block, account, numbers)
        return {
            "address": address,
            "balance": hex(state.get_balance(account)),
            "nonce": hex(state.get_nonce(account)),
            "codeHash": format_bytes(keccak(state.get_code(account))),
            "storageHash": format_bytes(proof.storage_hash),
            "accountProof": [format_bytes(node) for node in proof.account],
            "storageProof": [
                {
                    "key": slot,
                    "value": hex(state.get_storage(account, number)),
                    "proof": [format_bytes(node) for node in path],
                }
                for slot, number, path in zip(slots, numbers, proof.slots, strict=True)
            ],
        }

    # calls and transactions

    def _call(self, wish: Json, block: Any = None, *_overrides: Any) -> str:
        return format_bytes(self._state.call(self._need_block(block), _call_of(wish)))

    def _estimate_gas(self, wish: Json, block: Any = None) -> str:
        return hex(self._state.estimate_gas(self._need_block(block), _call_of(wish)))

    def _send_unlocked(self, wish: Json) -> str:
        return format_bytes(self._state.send_unlocked(_call_of(wish)))

    def _get_transaction(self, tx_hash: str) -> Json | None:
        found = self._state.find_transaction(_bytes(tx_hash, size=32))
        return build_transaction(*found) if found else None

    def _get_receipt(self, tx_hash: str) -> Json | None:
        found = self._state.find_transaction(_bytes(tx_hash, size=32))
        if found is None:
            return None
        block, index = found
        transaction = block.transactions[index]
        creates = not transaction.to
        created = keccak(rlp.encode([transaction.sender, transaction.nonce]))[12:] if creates else b""
        return build_receipt(block, self._state.receipts(block), index, created=created)

    def _get_logs(self, wish: Json) -> list[Json]:
        if "blockHash" in wish:
            blocks = [self._need_block({"blockHash": wish["blockHash"]})]
        else:
            first = self._need_block(wish.get("fromBlock")).number
            last = self._find_block(wish.get("toBlock")) or self._state.head()
            found = [self._state.block_at(number) for number in range(first, last.number + 1)]
            blocks = [block for block in found if block.header.bloom]
        return [
            log
            for block in blocks
            for _, log in build_logs(block, self._state.receipts(block))
            if _matches(log, wish)
        ]

    # fees and the hands on the clock

    def _fee_after(self, block: Any) -> int:
        following = self._state.block_at(block.number + 1)
        return self._state.next_base_fee() if following is None else int(following.header.base_fee_per_gas)

    def _fee_history(self, count: Any, newest: Any = None, percentiles: Any = None) -> Json:
        last = self._need_block(newest)
        first = max(0, last.number - _number(count) + 1)
        headers = [self._state.block_at(number).header for number in range(first, last.number + 1)]
        return {
            "oldestBlock": hex(first),
            "baseFeePerGas": [
                *(hex(header.base_fee_per_gas) for header in headers),
                hex(self._fee_after(last)),
            ],
            "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
            "reward": [[hex(TIP_WEI) for _ in percentiles or []] for _ in headers],
        }

    def _mine(self, timestamp: Any = None) -> str:
        if timestamp is not None:
            self._state.set_next_timestamp(_number(timestamp))
        self._state.mine()
        return "0x0"


def _failure(number: Any, error: TesterError) -> Json:
    """Describe an error as JSON-RPC does, with the bytes that a contract reverted with."""
    described: Json = {"code": error.code, "message": error.message}
    if error.revert is not None:
        described["data"] = format_bytes(error.revert)
    return {"jsonrpc": "2.0", "id": number, "error": described}


def _call_of(wish: Json) -> Call:
    """Read the call object of `eth_call` and its relatives."""
    return Call(
        sender=_address(wish.get("from") or "0x" + "00" * 20),
        to=_address(wish["to"]) if wish.get("to") else b"",
        call_input=_bytes(wish.get("input") or wish.get("data") or "0x"),
        value=_number(wish.get("value") or "0x0"),
        gas=min(_number(wish.get("gas") or hex(CALL_GAS)), CALL_GAS),
    )


def _number(value: Any) -> int:
    """Read a quantity, given as hex text or, as some tools do, as a number."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TesterError("not a quantity", _BAD_PARAMETERS)
    return int(value, 16) if isinstance(value, str) else value


def _bytes(value: Any, *, size: int | None = None) -> bytes:
    """Read hex text, of `size` bytes where that is fixed."""
    if not isinstance(value, str) or not value.startswith("0x"):
        raise TesterError("not hex text", _BAD_PARAMETERS)
    found = bytes.fromhex(value[2:])
    if size is not None and len(found) != size:
        raise TesterError(f"not {size} bytes", _BAD_PARAMETERS)
    return found


def _address(value: Any) -> bytes:
    return _bytes(value, size=20)


def _matches(log: Json, wish: Json) -> bool:
    """Tell whether a log has the addresses and topics of a filter; null matches anything, a list is "or"."""
    places = wish.get("address")
    if places and log["address"].lower() not in {place.lower() for place in _listed(places)}:
        return False
    wanted = wish.get("topics") or []
    return len(wanted) <= len(log["topics"]) and all(
        choice is None or topic in {one.lower() for one in _listed(choice)}
        for choice, topic in zip(wanted, log["topics"], strict=False)
    )


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
