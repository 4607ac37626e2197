"""
Beginning on a network that counts: joining a registry, or founding one.

Decides what is compared before anything is written: a chain that is not the one of the trust file is
refused. Nothing is accredited here; people do that. Source: DESIGN sections 7 and 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attestree.accrediting.acts import admit_accreditor
from attestree.adapters.evm.bare_chain import fetch_bare_identity
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.files.atomic import write_whole
from attestree.adapters.keys.password import AskPassword
from attestree.cli.settings_file import RegistryEntry, format_settings, write_settings
from attestree.cli.start_keys import KeyRing
from attestree.cli.start_steps import (
    IssuerPlan,
    Say,
    act_unless_done,
    build_issuer,
    deploy_registry,
    describe_network,
    write_trust,
)
from attestree.errors import ChainUnavailableError, TrustFileError
from attestree.registry.facts import ChainIdentity
from attestree.registry.finality import DEV_CHAIN_IDS
from attestree.settings import FILE_NAME, Settings, load_settings
from attestree.verifying.trust import NetworkKind, Trust, TrustedNetwork
from attestree.wiring.chains import fetch_identity
from attestree.wiring.stores import wire_store


def join_registry(
    folder: Path,
    *,
    trust: Trust,
    octets: bytes,
    urls: Sequence[str],
    plan: IssuerPlan,
    public_url: str | None,
    password: str | None,
    say: Say,
) -> Settings:
    """
    Set a folder up to issue in the first registry of a trust file that the chain at `urls` holds.

    Raises:
        ChainUnavailableError: `chain.other_network`.
        TrustFileError: `trust.no_network`, the file names no registry.
    """
    if (folder / FILE_NAME).exists():
        return load_settings(folder / FILE_NAME)
    if not trust.networks:
        raise TrustFileError("trust.no_network")
    network = trust.networks[0]
    identity = fetch_identity(urls, address=network.registry, deploy_block=network.deploy_block)
    verify_network(identity, network)
    say(f"registry     0x{network.registry.hex()} is the one of the trust file")
    keys = KeyRing(folder, password)
    issuer = build_issuer(keys, plan)
    say("keys         made; back the folder keys/ up, and keep the password elsewhere")
    registry = RegistryEntry("main", urls, default_finality(identity.chain_id), identity, {})
    write_whole(folder / "trust.toml", octets)
    return write_settings(
        folder, format_settings(public_url=public_url, registries=[registry], issuers=[issuer])
    )


def found_registry(
    folder: Path,
    *,
    urls: Sequence[str],
    title: str,
    slug: str,
    password: str | None,
    ask: AskPassword,
    say: Say,
) -> Settings:
    """Deploy a registry and set its folder up; its admin is its first accreditor."""
    keys = KeyRing(folder, password)
    admin = keys.account("registry-admin")
    say(f"key          0x{admin.hex()} is the registry's admin; it pays for the deployment")
    if not (folder / FILE_NAME).exists():
        chain_id = fetch_bare_identity(JsonRpc(urls[0])).chain_id
        finality = default_finality(chain_id)
        identity = deploy_registry(
            keys,
            urls=urls,
            name=slug,
            finality=finality,
            admin_key="registry-admin",
            ask=lambda name: password or ask(name),
        )
        kind = NetworkKind.TEST if chain_id in DEV_CHAIN_IDS else NetworkKind.PRODUCTION
        network = describe_network(kind, title, identity)
        write_trust(folder / "trust.toml", name=title, network=network, accreditors={admin: title})
        path = keys.account_path("registry-admin")
        entry = RegistryEntry(slug, urls, finality, identity, {"admin_key": path, "accreditor_key": path})
        write_settings(folder, format_settings(public_url=None, registries=[entry], issuers=[]))
    settings = load_settings(folder / FILE_NAME)
    registry = settings.find_registry(slug)
    say(f"registry     {registry.address} on chain {registry.chain_id}")
    with wire_store(settings) as store:
        act_unless_done(
            admit_accreditor(admin, admin),
            "contract.accreditor_known",
            settings=settings,
            registry=registry,
            store=store,
            ask=lambda name: password or ask(name),
        )
    return settings


def verify_network(identity: ChainIdentity, network: TrustedNetwork) -> None:
    """Return if a chain and its registry are those of the trust file; else `chain.other_network`."""
    found = (identity.chain_id, identity.genesis_hash, identity.code_hash)
    if found != (network.chain_id, network.genesis_hash, network.code_hash):
        raise ChainUnavailableError("chain.other_network")


def default_finality(chain_id: int) -> str:
    """Return the finality rule that fits a chain unless its people know better."""
    return "instant" if chain_id in DEV_CHAIN_IDS else "finalized"
