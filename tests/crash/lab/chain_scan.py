"""Every transaction of some keys, read from the chain block by block: what really happened there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from attestree.adapters.evm.hexes import (
    format_quantity,
    parse_address,
    parse_bytes,
    parse_hash,
    parse_quantity,
)
from attestree.adapters.evm.rpc import JsonRpc


@dataclass(frozen=True)
class Done:
    """One transaction in a block."""

    sender: bytes
    nonce: int
    hash: bytes
    to: bytes
    payload: bytes
    block: int
    succeeded: bool
    """Status of its receipt."""


class ChainScan:
    """Reads each block once; for chains that do not reorganise."""

    def __init__(self, url: str, senders: Collection[bytes]) -> None:
        self.rpc = JsonRpc(url)
        self.senders = frozenset(senders)
        self.done: list[Done] = []
        """Transactions of the senders, in chain order."""
        self._next = parse_quantity(self.rpc.call("eth_blockNumber")) + 1

    def read(self) -> list[Done]:
        """Read the blocks that are new and return all transactions of the senders."""
        last = parse_quantity(self.rpc.call("eth_blockNumber"))
        numbers = range(self._next, last + 1)
        blocks: Any = self.rpc.batch([("eth_getBlockByNumber", [format_quantity(n), True]) for n in numbers])
        ours = [
            found
            for block in blocks
            for found in block["transactions"]
            if bytes.fromhex(found["from"][2:]) in self.senders
        ]
        receipts = self.rpc.batch([("eth_getTransactionReceipt", [found["hash"]]) for found in ours])
        self.done += [_done(found, receipt) for found, receipt in zip(ours, receipts, strict=True)]
        self._next = last + 1
        return self.done

    def waiting(self) -> list[bytes]:
        """Return the hashes of the senders' transactions in the node's pool."""
        pool: Any = self.rpc.call("txpool_content")
        return [
            parse_hash(one["hash"])
            for part in ("pending", "queued")
            for sender, by_nonce in pool[part].items()
            if bytes.fromhex(sender[2:]) in self.senders
            for one in by_nonce.values()
        ]

    def close(self) -> None:
        self.rpc.close()


def _done(found: Any, receipt: Any) -> Done:
    return Done(
        sender=parse_address(found["from"]),
        nonce=parse_quantity(found["nonce"]),
        hash=parse_hash(found["hash"]),
        to=parse_address(found["to"]) if found["to"] else b"",
        payload=parse_bytes(found["input"]),
        block=parse_quantity(found["blockNumber"]),
        succeeded=parse_quantity(receipt["status"]) == 1,
    )
