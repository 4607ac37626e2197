"""
Which adapters stand behind the ports that read and write a chain.

Decides how a registry of the settings is reached, and under which pins. Source: DESIGN section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attestree.adapters.evm.bare_chain import fetch_bare_identity
from attestree.adapters.evm.chain_events import EvmEvents
from attestree.adapters.evm.direct_facts import DirectFacts
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.evm.source import Source
from attestree.adapters.evm.sources import Sources
from attestree.adapters.evm.wallets import Wallets
from attestree.ports import ChainEvents, ChainFacts, Clock, TransactionSender
from attestree.registry.facts import ChainIdentity
from attestree.registry.finality import Finality, FinalityRule, parse_finality
from attestree.settings import RegistrySettings


def identity_of(registry: RegistrySettings) -> ChainIdentity:
    """Return the pins of a registry's settings."""
    return ChainIdentity(
        chain_id=registry.chain_id,
        genesis_hash=bytes.fromhex(registry.genesis_hash[2:]),
        registry=registry.contract,
        deploy_block=registry.deploy_block,
        deploy_block_hash=bytes.fromhex(registry.deploy_block_hash[2:]),
        code_hash=bytes.fromhex(registry.code_hash[2:]),
    )


def wire_sources(registry: RegistrySettings) -> Sources:
    """Return every node of a registry, pinned."""
    identity, finality = identity_of(registry), parse_finality(registry.finality)
    return Sources([Source(JsonRpc(url), identity=identity, finality=finality) for url in registry.rpc])


def wire_facts(registry: RegistrySettings, *, clock: Clock) -> ChainFacts:
    """Return facts that are read at each question, for commands."""
    return DirectFacts(wire_sources(registry), clock=clock)


def wire_events(registry: RegistrySettings, *, clock: Clock) -> ChainEvents:
    """Return the registry's events, for those who replay them."""
    return EvmEvents(wire_sources(registry), clock=clock)


def wire_sender(registry: RegistrySettings) -> TransactionSender:
    """Return what writes to a registry's chain."""
    return EvmSender(
        [JsonRpc(url) for url in registry.rpc],
        identity=identity_of(registry),
        finality=parse_finality(registry.finality),
    )


def wire_wallets(registry: RegistrySettings) -> Wallets:
    """Return who asks contract accounts on a registry's chain whether a signature is theirs."""
    return Wallets([JsonRpc(url) for url in registry.rpc])


def fetch_identity(urls: Sequence[str], *, address: bytes, deploy_block: int) -> ChainIdentity:
    """Return what a chain says of a registry that is not pinned yet: its pins, the same from every node."""
    rpcs = [JsonRpc(url) for url in urls]
    bare = fetch_bare_identity(rpcs[0])
    asked = replace(bare, registry=address, deploy_block=deploy_block)
    return EvmSender(rpcs, identity=asked, finality=Finality(FinalityRule.FINALIZED)).fetch_identity()
