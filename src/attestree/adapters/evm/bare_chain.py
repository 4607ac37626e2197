"""
A chain before anything of ours is on it.

Decides how a chain is named by its id and first block alone. Source: DESIGN section 6.
"""

from __future__ import annotations

from attestree.adapters.evm.hexes import parse_hash, parse_quantity
from attestree.adapters.evm.rpc import JsonRpc
from attestree.errors import ChainUnavailableError
from attestree.merkle.keccak import keccak256
from attestree.registry.facts import ChainIdentity

NO_REGISTRY = bytes(20)
"""Address in the identity of a chain on which the registry is yet to be deployed."""


def fetch_bare_identity(rpc: JsonRpc) -> ChainIdentity:
    """Return the identity of a chain on which the registry is yet to be deployed."""
    chain_id, first = rpc.batch([("eth_chainId", []), ("eth_getBlockByNumber", ["0x0", False])])
    if not isinstance(first, dict):
        raise ChainUnavailableError("chain.bad_answer", wanted="the first block")
    return build_bare_identity(chain_id=parse_quantity(chain_id), genesis_hash=parse_hash(first.get("hash")))


def build_bare_identity(*, chain_id: int, genesis_hash: bytes) -> ChainIdentity:
    """Return that identity from what is known of the chain; there is no code at its address."""
    return ChainIdentity(
        chain_id=chain_id,
        genesis_hash=genesis_hash,
        registry=NO_REGISTRY,
        deploy_block=0,
        deploy_block_hash=genesis_hash,
        code_hash=keccak256(b""),
    )
