"""
The control: a sender as most are written. It asks the node for the next nonce, sends, then saves.

The lab must report what it loses or does twice, or the lab proves nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from attestree.adapters.evm.dev_rpc import ask
from attestree.adapters.evm.hexes import format_bytes, parse_bytes, parse_quantity
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.keys.signer import LocalSigner
from attestree.errors import ChainUnavailableError
from attestree.ports import Fees, Transaction

TABLE = "CREATE TABLE writes (name TEXT PRIMARY KEY, payload BLOB, tx_hash BLOB, done INTEGER DEFAULT 0)"
"""All that it remembers."""


class NaiveSender:
    """Writes what is queued, one after the other."""

    def __init__(
        self, *, url: str, path: str, key: bytes, contract: bytes, reach: Callable[[str], None]
    ) -> None:
        self._url = url
        self._rpc = JsonRpc(url)
        self._signer = LocalSigner(key, chain_id=31337)
        self._contract = contract
        self._reach = reach
        self._database = sqlite3.connect(path, isolation_level=None)

    def run(self) -> int:
        """Send whatever is not marked as done, again and again, until all of it is."""
        query = "SELECT payload FROM writes WHERE done = 0 ORDER BY name"
        while left := self._database.execute(query).fetchall():
            for (payload,) in left:
                try:
                    self._write(payload)
                except ChainUnavailableError:
                    ask(self._url, "evm_mine")
        return 0

    def _write(self, payload: bytes) -> None:
        """Send one write, wait for its receipt, then remember that it is done."""
        address = format_bytes(self._signer.address)
        nonce = parse_quantity(self._rpc.call("eth_getTransactionCount", [address, "pending"]))
        fees = Fees(max_fee=100 * 10**9, priority_fee=10**9)
        signed = self._signer.sign(Transaction(31337, nonce, self._contract, payload, 100_000, fees))
        tx_hash = self._rpc.call("eth_sendRawTransaction", [format_bytes(signed.raw)])
        ask(self._url, "evm_mine")
        receipt: Any = self._rpc.call("eth_getTransactionReceipt", [tx_hash])
        if receipt is None:
            return
        self._reach("before saving")
        self._database.execute(
            "UPDATE writes SET tx_hash = ?, done = 1 WHERE payload = ?", (parse_bytes(tx_hash), payload)
        )
        self._reach("after saving")
