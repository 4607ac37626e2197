"""
A node that lags: blocks, state, logs and receipts up to one block, and nothing later.

Decides what a question becomes and what of its answer is kept, so that all answers belong to the same
older chain. Source: Ethereum execution API specification; EIP-1898; DESIGN section 7.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attestree.adapters.evm.faults.faults import Lies

_BLOCK_AT = {
    "eth_getBlockByNumber": 0,
    "eth_getBalance": 1,
    "eth_getCode": 1,
    "eth_getTransactionCount": 1,
    "eth_call": 1,
    "eth_estimateGas": 1,
    "eth_feeHistory": 1,
    "eth_getStorageAt": 2,
    "eth_getProof": 2,
}
"""Place of the block among the parameters of each method that has one."""

_LATER_IS_NONE = frozenset({"eth_getBlockByHash", "eth_getTransactionReceipt", "eth_getTransactionByHash"})
_HEADS = frozenset({"latest", "pending"})
_CHECKPOINTS = frozenset({"safe", "finalized"})
_UNKNOWN_BLOCK = {"code": -32000, "message": "header not found"}

Asking = Callable[..., Any]
"""`ask(method, *params)` of the honest node."""


class StaleView:
    """The chain up to one block; made for one request, so that all of its answers agree."""

    def __init__(self, ask: Asking, lies: Lies) -> None:
        """Look where the honest node stands."""
        self._ask = ask
        head = int(ask("eth_blockNumber"), 16)
        wanted = head - lies.stale_blocks if lies.stuck_at is None else lies.stuck_at
        self.cut = min(head, max(0, wanted))
        """Newest block that is known."""
        self._lag = head - self.cut

    def prepare(self, method: str, params: list[Any]) -> tuple[list[Any], dict[str, Any] | None]:
        """Return the parameters to pass on, or the answer at once: `{"result": ..}` or `{"error": ..}`."""
        if method == "eth_blockNumber":
            return params, {"result": hex(self.cut)}
        if method == "eth_getLogs":
            return self._prepare_logs(params)
        place = _BLOCK_AT.get(method)
        if place is None:
            return params, None
        block = params[place] if place < len(params) else "latest"
        known = self._resolve(block)
        if known is None:
            missing = {"result": None} if method == "eth_getBlockByNumber" else {"error": _UNKNOWN_BLOCK}
            return params, missing
        return [*params[:place], known, *params[place + 1 :]], None

    def keep(self, method: str, result: Any) -> Any:
        """Return an answer without what happened later."""
        if method not in _LATER_IS_NONE or not isinstance(result, dict):
            return result
        number = result.get("number" if method == "eth_getBlockByHash" else "blockNumber")
        later = number is None or int(number, 16) > self.cut
        return None if later else result

    def _prepare_logs(self, params: list[Any]) -> tuple[list[Any], dict[str, Any] | None]:
        wish = dict(params[0])
        if "blockHash" in wish:
            known = self._resolve({"blockHash": wish["blockHash"]})
            return params, None if known else {"error": _UNKNOWN_BLOCK}
        bounds = [self._height(wish.get(name, "latest")) for name in ("fromBlock", "toBlock")]
        if bounds[0] > self.cut:
            return params, {"result": []}
        wish["fromBlock"], wish["toBlock"] = hex(bounds[0]), hex(min(bounds[1], self.cut))
        return [wish], None

    def _resolve(self, block: Any) -> Any:
        """Return a block as it is to be asked for; None where it is later than the newest known one."""
        if isinstance(block, dict) and "blockHash" in block:
            found = self._ask("eth_getBlockByHash", block["blockHash"], False)
            # what the honest node does not know either, it may say itself
            return block if found is None or int(found["number"], 16) <= self.cut else None
        if isinstance(block, dict):
            block = block.get("blockNumber")
        height = self._height(block)
        return hex(height) if height <= self.cut else None

    def _height(self, tag: Any) -> int:
        if tag in _HEADS:
            return self.cut
        if tag in _CHECKPOINTS:
            found = self._ask("eth_getBlockByNumber", tag, False)
            return max(0, int(found["number"], 16) - self._lag) if found else 0
        return 0 if tag == "earliest" else int(tag, 16)
