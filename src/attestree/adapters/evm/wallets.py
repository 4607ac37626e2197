"""
Asking the code of an account whether a signature is its own: ERC-1271.

Decides that only the very word of the standard is a yes; a revert, a short answer or no code at all is a
no. Which wallet it is makes no difference. Source: ERC-1271; OpenZeppelin SignatureChecker.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.adapters.evm.hexes import format_bytes, format_quantity, parse_bytes
from attestree.adapters.evm.refusals import read_estimate
from attestree.adapters.evm.rpc import JsonRpc, RpcError
from attestree.adapters.evm.sources import require_same
from attestree.errors import RevertedError
from attestree.merkle.keccak import keccak256
from attestree.registry.abi import encode_abi

MAGIC = keccak256(b"isValidSignature(bytes32,bytes)")[:4]
"""Selector of the question and, filled up with zeros, the answer that means yes."""

GAS = 5_000_000
"""Most gas that a wallet may use to answer."""


class Wallets:
    """The contract accounts of one chain; every node must say the same."""

    def __init__(self, rpcs: Sequence[JsonRpc]) -> None:
        """Ask these nodes."""
        self._rpcs = tuple(rpcs)

    def takes(self, account: bytes, digest: bytes, signature: bytes) -> bool:
        """
        Say whether an account's code takes a signature of a digest (32 bytes) for its own.

        Raises:
            ChainUnavailableError: No answer, or nodes that differ.
        """
        return require_same([_ask(rpc, account, digest, signature) for rpc in self._rpcs])


def _ask(rpc: JsonRpc, account: bytes, digest: bytes, signature: bytes) -> bool:
    """Ask one node."""
    call = {
        "to": format_bytes(account),
        "data": format_bytes(MAGIC + encode_abi(["bytes32", "bytes"], [digest, signature])),
        "gas": format_quantity(GAS),
    }
    try:
        answer = parse_bytes(rpc.call("eth_call", [call, "latest"]))
    except RpcError as exc:
        # A wallet may say no by reverting; any other error says nothing about the signature.
        meaning = read_estimate(exc, payer=account)
        if isinstance(meaning, RevertedError):
            return False
        raise meaning from exc
    return answer[:32] == MAGIC.ljust(32, b"\0")
