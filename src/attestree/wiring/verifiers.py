"""
A verifier from a trust file and the nodes to ask.

Decides that a registry is read under the pins of the trust file, never under those of the settings
alone. Source: DESIGN section 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attestree.adapters.evm.direct_facts import DirectFacts
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.source import Source
from attestree.adapters.evm.sources import Sources
from attestree.errors import TrustFileError
from attestree.ports import ChainFacts, Clock, DidResolver
from attestree.registry.facts import ChainIdentity
from attestree.registry.finality import DEV_CHAIN_IDS, parse_finality
from attestree.settings import Settings
from attestree.verifying.trust import Trust, TrustedNetwork, parse_trust
from attestree.verifying.verifier import RegistryKey, Verifier

if TYPE_CHECKING:
    from attestree.verifying.hosted_status import HostedStatus


def read_trust(path: Path) -> Trust:
    """Return the trust file at `path`; TrustFileError where there is none to use."""
    try:
        return parse_trust(path.read_bytes())
    except FileNotFoundError as error:
        raise TrustFileError("trust.no_file", file=path.name) from error
    except OSError as error:
        raise TrustFileError("trust.unreadable", file=path.name) from error


def wire_verifier(
    settings: Settings, *, clock: Clock, trust_path: Path | None = None, rpc: Sequence[str] = ()
) -> Verifier:
    """
    Return a verifier with a direct view of each trusted registry that can be reached.

    Args:
        settings: Say which nodes to ask, by registry.
        clock: Wall time.
        trust_path: Trust file instead of that of the settings.
        rpc: Nodes to ask instead of those of the settings, for every trusted registry.
    """
    trust = read_trust(trust_path or settings.path(settings.trust))
    facts: dict[RegistryKey, ChainFacts] = {
        key: DirectFacts(sources, clock=clock)
        for key, sources in trusted_sources(trust, settings, rpc=rpc).items()
    }
    return build_verifier(settings, trust, facts, clock)


def build_verifier(
    settings: Settings, trust: Trust, facts: Mapping[RegistryKey, ChainFacts], clock: Clock
) -> Verifier:
    """Return a verifier that asks strangers only as far as the settings allow it."""
    return Verifier(
        trust,
        facts,
        clock,
        view_age_limit_seconds=settings.view_age_limit_seconds,
        resolver=wire_resolver(settings),
        hosted=wire_hosted(settings),
    )


def wire_hosted(settings: Settings) -> HostedStatus | None:
    """Return what looks status lists of others up, or None unless the settings allow it."""
    if not settings.status.hosted_lists:
        return None
    # Loaded here, as below, because a command that asks no stranger does without.
    from attestree.adapters.net.guarded_http import GuardedHttp
    from attestree.adapters.net.hosted_lists import LIST_BYTES, CachedLists
    from attestree.verifying.hosted_status import HostedStatus

    return HostedStatus(CachedLists(GuardedHttp(limit_bytes=LIST_BYTES)), wire_resolver(settings))


def wire_resolver(settings: Settings) -> DidResolver | None:
    """Return what asks issuers' hosts for their keys, or None unless the settings allow it."""
    if not settings.signatures.did_web:
        return None
    from attestree.adapters.net.did_web import DidWebResolver
    from attestree.adapters.net.guarded_http import GuardedHttp

    return DidWebResolver(GuardedHttp())


def trusted_sources(
    trust: Trust, settings: Settings, *, rpc: Sequence[str] = ()
) -> dict[RegistryKey, Sources]:
    """
    Return the nodes of each trusted registry, under the pins of the trust file; those without are left out.

    Args:
        trust: Whom to believe.
        settings: Say which nodes to ask, by registry.
        rpc: Nodes to ask instead, for every trusted registry.
    """
    return {
        (network.chain_id, network.registry): sources
        for network in trust.networks
        if (sources := _sources_of(network, settings, rpc)) is not None
    }


def _sources_of(network: TrustedNetwork, settings: Settings, rpc: Sequence[str]) -> Sources | None:
    """Return the nodes of one trusted registry, or None where there is nobody to ask."""
    place = (network.chain_id, f"0x{network.registry.hex()}")
    known = [item for item in settings.registry if (item.chain_id, item.address) == place]
    urls = tuple(rpc) or (known[0].rpc if known else ())
    if not urls:
        return None
    usual = "instant" if network.chain_id in DEV_CHAIN_IDS else "finalized"
    finality = parse_finality(known[0].finality if known else usual)
    identity = ChainIdentity(
        chain_id=network.chain_id,
        genesis_hash=network.genesis_hash,
        registry=network.registry,
        deploy_block=network.deploy_block,
        deploy_block_hash=bytes.fromhex(known[0].deploy_block_hash[2:]) if known else b"",
        code_hash=network.code_hash,
    )
    return Sources([Source(JsonRpc(url), identity=identity, finality=finality) for url in urls])
