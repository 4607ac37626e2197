"""
What geth's pool refuses and anvil's takes, in geth's words.

Decides which transactions do not reach the node: one that is in the pool already, one whose nonce is used,
and one that would replace another without raising both fees by a tenth. Source: go-ethereum,
core/txpool/validation.go and core/txpool/legacypool/list.go; DESIGN section 6.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import rlp
from eth_account import Account

from attestree.adapters.evm.hexes import format_bytes, parse_bytes
from attestree.errors import ChainUnavailableError
from attestree.merkle.keccak import keccak256

PRICE_BUMP_PERCENT = 10
"""By how much both fees must rise: geth's `--txpool.pricebump`."""

SERVER_ERROR = -32000
"""Code of every such refusal in geth."""

_DYNAMIC_FEE_TYPE = 2


@dataclass(frozen=True, slots=True)
class PooledTransaction:
    """What the rules look at."""

    tx_hash: str
    """As JSON-RPC writes it."""
    sender: str
    """Address, as JSON-RPC writes it."""
    nonce: int
    """Its place among the sender's transactions."""
    max_fee: int
    """Most that is paid, wei per gas."""
    priority_fee: int
    """Tip, wei per gas."""


def parse_transaction(raw: bytes) -> PooledTransaction | None:
    """Read a signed transaction of type 2; None for any other: the rules leave those alone."""
    try:
        if raw[0] != _DYNAMIC_FEE_TYPE:
            return None
        _, nonce, tip, fee = (int.from_bytes(found, "big") for found in rlp.decode(raw[1:])[:4])
        sender = str(Account.recover_transaction(raw)).lower()
    # the node says better than we what is wrong with such bytes
    except Exception:  # noqa: BLE001 - rlp and eth-account raise many kinds
        return None
    return PooledTransaction(format_bytes(keccak256(raw)), sender, nonce, fee, tip)


def check_pool(wanted: PooledTransaction, held: PooledTransaction | None, *, next_nonce: int) -> str | None:
    """
    Return geth's words against a transaction, or None.

    Args:
        wanted: The new transaction.
        held: The one of the same sender and nonce that waits in the pool.
        next_nonce: The sender's transaction count in the newest block.
    """
    if held is not None and held.tx_hash == wanted.tx_hash:
        return "already known"
    if wanted.nonce < next_nonce:
        return f"nonce too low: next nonce {next_nonce}, tx nonce {wanted.nonce}"
    if held is not None and not _raises_enough(wanted, held):
        return "replacement transaction underpriced"
    return None


def _raises_enough(wanted: PooledTransaction, held: PooledTransaction) -> bool:
    pairs = ((wanted.max_fee, held.max_fee), (wanted.priority_fee, held.priority_fee))
    return all(new > old and new >= old * (100 + PRICE_BUMP_PERCENT) // 100 for new, old in pairs)


class GethPool:
    """The rules, applied to what goes through one proxy; may be used from several threads."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        """Take `ask(method, *params)` of the node whose pool this is."""
        self._ask = ask
        self._held: dict[tuple[str, int], PooledTransaction] = {}
        self._lock = threading.Lock()

    def check(self, params: list[Any]) -> dict[str, Any] | None:
        """Return the error object for the parameters of `eth_sendRawTransaction`, or None."""
        try:
            wanted = parse_transaction(parse_bytes(params[0] if params else None))
        except ChainUnavailableError:
            return None
        if wanted is None:
            return None
        place = wanted.sender, wanted.nonce
        with self._lock:
            next_nonce = int(self._ask("eth_getTransactionCount", wanted.sender, "latest"), 16)
            refusal = check_pool(wanted, self._waiting(place), next_nonce=next_nonce)
            if refusal is None:
                self._held[place] = wanted
        return None if refusal is None else {"code": SERVER_ERROR, "message": refusal}

    def _waiting(self, place: tuple[str, int]) -> PooledTransaction | None:
        """Return what waits for this place, if the node still has it."""
        held = self._held.get(place)
        if held is None:
            return None
        found = self._ask("eth_getTransactionByHash", held.tx_hash)
        return held if isinstance(found, dict) and found.get("blockNumber") is None else None
