"""
What a node means when it will not take a transaction.

Decides which of our errors its words stand for; JSON-RPC has no codes for them, so each client's wording
is known here. "Already known" is no refusal. Source: the messages of geth, Nethermind, Besu, Erigon, anvil,
Hardhat and EthereumTester; DESIGN section 6.
"""

from __future__ import annotations

from attestree.adapters.evm.hexes import format_bytes
from attestree.adapters.evm.rpc import RpcError
from attestree.errors import AttestreeError, RefusedError, RevertedError
from attestree.registry.artifact import parse_revert

_KNOWN = ("already known", "alreadyknown", "already imported", "known transaction", "existing tx")
_MEANINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("chain.nonce_too_low", ("nonce too low", "oldnonce", "nonce is too low", "nonce_too_low")),
    ("chain.no_money", ("insufficient funds", "enough funds", "insufficientfunds", "upfront cost exceeds")),
    (
        "chain.underpriced",
        (
            "underpriced",
            "feetoolow",
            "fee too low",
            "gas price too low",
            "less than block base fee",
            "too low for the next block",
            "max fee per gas",
        ),
    ),
)


def is_known(error: RpcError) -> bool:
    """Say whether the node has these very bytes already."""
    return _says(error, _KNOWN)


def read_refusal(error: RpcError) -> RefusedError:
    """Return what it means that a node did not take a transaction."""
    for code, phrases in _MEANINGS:
        if _says(error, phrases):
            return RefusedError(code)
    return RefusedError("chain.refused", rpc_code=error.rpc_code)


def read_estimate(error: RpcError, *, payer: bytes) -> AttestreeError:
    """
    Return what it means that a node could not estimate a call: a refusal of the contract, mostly.

    Args:
        error: The node's.
        payer: Address from which the call was to come, 20 bytes.
    """
    if error.revert_bytes:
        found = parse_revert(error.revert_bytes)
        if found is not None:
            return RevertedError(found.code, **found.values)
    if error.revert_bytes is not None or _says(error, ("revert",)):
        return RevertedError("contract.no_reason")
    if _says(error, _MEANINGS[1][1]):
        return RefusedError("chain.no_money", address=format_bytes(payer))
    return error


def _says(error: RpcError, phrases: tuple[str, ...]) -> bool:
    """Say whether one of the phrases is in the node's words."""
    said = error.rpc_message.lower()
    return any(phrase in said for phrase in phrases)
