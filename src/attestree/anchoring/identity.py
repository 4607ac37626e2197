"""
Which chain is meant: pinned in the store, compared before each signature.

Decides that a chain with another genesis, deploy block or code is another chain, whatever its
number says: a wiped test chain has the same number. Source: DESIGN section 6.
"""

from __future__ import annotations

from attestree.errors import ChainIdentityError
from attestree.ports import Store
from attestree.registry.facts import ChainIdentity


def fetch_pin(store: Store, *, registry: str) -> ChainIdentity:
    """Return the pinned identity of a registry; raises ChainIdentityError `identity.not_pinned`."""
    pinned = store.fetch_pin(registry)
    if pinned is None:
        raise ChainIdentityError("identity.not_pinned", registry=registry)
    return pinned


def verify_identity(found: ChainIdentity, *, pinned: ChainIdentity) -> None:
    """
    Return if the chain that answers is the pinned one.

    Raises:
        ChainIdentityError: `identity.chain_id`, `identity.genesis`, `identity.deploy_block` or
            `identity.code`.
    """
    if found.chain_id != pinned.chain_id:
        raise ChainIdentityError("identity.chain_id", found=found.chain_id, pinned=pinned.chain_id)
    if found.genesis_hash != pinned.genesis_hash:
        raise ChainIdentityError("identity.genesis")
    if pinned.deploy_block_hash and found.deploy_block_hash != pinned.deploy_block_hash:
        raise ChainIdentityError("identity.deploy_block", block=pinned.deploy_block)
    if (found.registry, found.code_hash) != (pinned.registry, pinned.code_hash):
        raise ChainIdentityError("identity.code")


def is_same_chain(one: ChainIdentity, other: ChainIdentity) -> bool:
    """Say whether two registries share a chain, and so a key's nonces."""
    return (one.chain_id, one.genesis_hash) == (other.chain_id, other.genesis_hash)
