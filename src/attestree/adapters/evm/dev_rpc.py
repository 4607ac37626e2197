"""
A few JSON-RPC calls to a local test chain, for whoever drives it: mine, move time, snapshot, fund.

Not the client the product reads chains with: no retry, no batch, one loopback host, the standard library
only. Source: DESIGN section 11.
"""

from __future__ import annotations

import http.client
import json
import time
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from attestree.adapters.evm.dev_accounts import DEV_ACCOUNTS
from attestree.errors import ChainUnavailableError

DevChainKind = Literal["anvil", "tester"]
"""`anvil`: the Foundry program, kept in a file. `tester`: EthereumTester, forgotten with the process."""

TIMEOUT_SECONDS: Final = 30.0
"""How long one answer, or one receipt, of a local chain may take."""

TRANSFER_GAS: Final = 100_000
"""Gas limit of a funding transfer; enough for a contract that receives."""


def ask(url: str, method: str, *params: object) -> Any:
    """
    Return the `result` of one JSON-RPC call to a chain on this machine.

    Raises:
        ChainUnavailableError: `chain.dev_silent` without an answer, `chain.dev_refused` with an error in it.
    """
    asked = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", "/", asked, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ChainUnavailableError("chain.dev_silent", method=method) from error
    finally:
        connection.close()
    if not isinstance(answer, dict) or "result" not in answer:
        refusal = ChainUnavailableError("chain.dev_refused", method=method)
        refusal.add_note(f"The chain said: {answer}")  # for the developer who reads the traceback
        raise refusal
    return answer["result"]


class DevRpc:
    """What can be asked of any local test chain at `url`."""

    url: str
    """`http://127.0.0.1:PORT`."""

    def call(self, method: str, *params: object) -> Any:
        """Return the result of one JSON-RPC call, decoded from JSON and not further."""
        return ask(self.url, method, *params)

    def mine(self, blocks: int = 1) -> None:
        """Add so many blocks."""
        for _ in range(blocks):
            self.call("evm_mine")

    def increase_time(self, seconds: int) -> None:
        """Move the chain's clock ahead and add one block that shows it."""
        self.call("evm_increaseTime", hex(seconds))
        self.call("evm_mine")

    def snapshot(self) -> str:
        """Remember the chain as it is; the number returned is good for one `revert`."""
        return str(self.call("evm_snapshot"))

    def revert(self, snapshot: str) -> None:
        """
        Put the chain back to what it was at `snapshot`, forgetting every later block.

        Raises:
            ChainUnavailableError: `chain.dev_snapshot`, the snapshot is not known or was used.
        """
        if self.call("evm_revert", snapshot) is not True:
            raise ChainUnavailableError("chain.dev_snapshot")

    def fund(self, address: str, wei: int) -> None:
        """
        Transfer `wei` from the last well-known account, and return once the transfer is in a block.

        Raises:
            ChainUnavailableError: `chain.dev_fund`, no receipt in time or a failed transfer.
        """
        payer = DEV_ACCOUNTS[-1].address
        transfer = {"from": payer, "to": address, "value": hex(wei), "gas": hex(TRANSFER_GAS)}
        tx_hash = self.call("eth_sendTransaction", transfer)
        give_up = time.monotonic() + TIMEOUT_SECONDS
        while (receipt := self.call("eth_getTransactionReceipt", tx_hash)) is None:
            if time.monotonic() > give_up:
                raise ChainUnavailableError("chain.dev_fund", wei=wei)
            time.sleep(0.01)
        if receipt["status"] != "0x1":
            raise ChainUnavailableError("chain.dev_fund", wei=wei)
