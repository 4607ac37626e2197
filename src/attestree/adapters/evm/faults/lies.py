"""
Answers made false: words, receipts, nonces and logs.

Decides, purely, what a lying node says in place of an honest answer; `faults` decides when. A lie keeps the
form that JSON-RPC asks for, so that nothing but what it says gives it away. Source: DESIGN sections 5 and 7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attestree.adapters.evm.faults.faults import Fault, Lies
from attestree.adapters.evm.hexes import format_bytes

WORD_DIGITS = 64
"""Hexadecimal digits of a word."""

_NO_BLOOM = "0x" + "0" * 512


def forge_answer(fault: Fault, params: list[Any], result: Any, *, lies: Lies, block: Any) -> Any:
    """
    Return what is said in place of an honest `result`.

    Args:
        fault: One of the faults that lie about a result; any other returns it as it is.
        params: What was asked for.
        result: The honest answer.
        lies: What is to be said.
        block: The block in which a receipt that is made up lies.
    """
    forge = _FORGERS.get(fault)
    return result if forge is None else forge(params, result, lies, block)


def turn_words(words: str) -> str:
    """Turn each word of a hexadecimal string: zero into one, anything else into zero."""
    digits = words.removeprefix("0x")
    parts = [digits[start : start + WORD_DIGITS] for start in range(0, len(digits), WORD_DIGITS)]
    return "0x" + "".join(f"{0 if int(part, 16) else 1:0{len(part)}x}" for part in parts)


def normal_slot(slot: Any) -> str:
    """Return a slot with all of its digits, in small letters."""
    return f"0x{int(slot, 16):064x}" if isinstance(slot, str) else str(slot)


def _forge_words(params: list[Any], result: Any, lies: Lies, _block: Any) -> Any:
    if isinstance(result, dict) and isinstance(result.get("storageProof"), list):
        return {**result, "storageProof": [_forge_proof(proof, lies) for proof in result["storageProof"]]}
    if not isinstance(result, str):
        return result
    if params and isinstance(params[0], dict):
        return _forge_call(params[0], result, lies.calls)
    return _forge_word(params[1], result, lies.words)


def _forge_word(slot: Any, word: str, words: Mapping[str, str]) -> str:
    return words.get(normal_slot(slot), word) if words else turn_words(word)


def _forge_proof(proof: Any, lies: Lies) -> Any:
    word = f"0x{int(proof['value'], 16):064x}"
    forged = int(_forge_word(proof["key"], word, lies.words), 16)
    return {**proof, "value": hex(forged)}


def _forge_call(call: Mapping[str, Any], result: str, calls: Mapping[str, str]) -> str:
    called = str(call.get("input") or call.get("data") or "0x")
    if not calls:
        return turn_words(result)
    return next((said for beginning, said in calls.items() if called.startswith(beginning)), result)


def _forge_receipt(params: list[Any], result: Any, lies: Lies, block: Any) -> Any:
    if isinstance(result, dict):
        return {**result, "status": "0x0" if result.get("status") == "0x1" else "0x1"}
    nobody = "0x" + "00" * 20
    return {
        "transactionHash": params[0],
        "transactionIndex": "0x0",
        "blockNumber": block["number"],
        "blockHash": block["hash"],
        "from": nobody,
        "to": nobody,
        "contractAddress": None,
        "status": lies.receipt_status,
        "gasUsed": "0x5208",
        "cumulativeGasUsed": "0x5208",
        "effectiveGasPrice": "0x1",
        "type": "0x2",
        "logs": [],
        "logsBloom": _NO_BLOOM,
    }


def _forge_nonce(_params: list[Any], result: Any, _lies: Lies, _block: Any) -> Any:
    return hex(int(result, 16) + 1) if isinstance(result, str) else result


def _hide_logs(_params: list[Any], result: Any, lies: Lies, _block: Any) -> Any:
    if not isinstance(result, list) or not lies.hidden:
        return []
    return [log for log in result if not lies.hidden.intersection([*log["topics"], log["transactionHash"]])]


def _invent_logs(params: list[Any], result: Any, lies: Lies, _block: Any) -> Any:
    if not isinstance(result, list):
        return result
    if lies.invented_logs:
        wanted = params[0]
        added = [log for log in lies.invented_logs if _in_range(log, wanted) and _has_topics(log, wanted)]
        return [*result, *added]
    if not result:
        return result
    last = result[-1]
    return [*result, {**last, "logIndex": hex(int(last["logIndex"], 16) + 1)}]


def _in_range(log: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    number = int(log["blockNumber"], 16)
    first, last = (wanted.get(name) for name in ("fromBlock", "toBlock"))
    above = not _is_number(first) or int(str(first), 16) <= number
    return above and (not _is_number(last) or number <= int(str(last), 16))


def _has_topics(log: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Say whether a log meets the filter; one topic or a list of them at each place, None = any."""
    for place, allowed in enumerate(wanted.get("topics") or ()):
        found = log["topics"][place] if place < len(log["topics"]) else None
        if allowed is not None and found not in (allowed if isinstance(allowed, list) else [allowed]):
            return False
    return True


def _is_number(tag: Any) -> bool:
    return isinstance(tag, str) and tag.startswith("0x")


def invent_log(*, address: bytes, topics: list[bytes], payload: bytes, block: Any, log_index: int) -> Any:
    """Return a log that no contract wrote, in a block as `eth_getBlockByNumber` gives it."""
    return {
        "address": format_bytes(address),
        "topics": [format_bytes(topic) for topic in topics],
        "data": format_bytes(payload),
        "blockNumber": block["number"],
        "blockHash": block["hash"],
        "transactionHash": "0x" + "17" * 32,
        "transactionIndex": "0x0",
        "logIndex": hex(log_index),
        "removed": False,
    }


_FORGERS: dict[Fault, Callable[[list[Any], Any, Lies, Any], Any]] = {
    Fault.FORGED_NONCE: _forge_nonce,
    Fault.FORGED_RECEIPT: _forge_receipt,
    Fault.FORGED_CALL: _forge_words,
    Fault.HIDDEN_LOGS: _hide_logs,
    Fault.INVENTED_LOGS: _invent_logs,
}
