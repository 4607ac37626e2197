"""
The one place where implementations are chosen: settings in, working objects out.

Decides which adapter stands behind which port. It decides nothing else: no rule of the domain, no
word on screen. Source: DESIGN section 3.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from attestree.accrediting.acts import Act
from attestree.accrediting.founding import build_deployment, build_identity, fetch_deployment
from attestree.accrediting.queue import queue_act
from attestree.adapters.evm.bare_chain import fetch_bare_identity
from attestree.adapters.evm.chain_events import EvmEvents
from attestree.adapters.evm.direct_facts import DirectFacts
from attestree.adapters.evm.followed_facts import FollowedFacts
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.evm.source import Source
from attestree.adapters.evm.sources import Sources
from attestree.adapters.files.folders import BatchFolders
from attestree.adapters.keys.deferred import DeferredSigner
from attestree.adapters.keys.files import read_key_file_address
from attestree.adapters.keys.password import AskPassword
from attestree.adapters.keys.private_file import read_private
from attestree.adapters.keys.roster_key import read_roster_key
from attestree.adapters.sql.store import SqlStore
from attestree.anchoring.identity import pin_identity
from attestree.anchoring.pace import DEFAULT_PACE, Pace
from attestree.anchoring.worker import Worker
from attestree.errors import TrustFileError
from attestree.issuing.issue import Issuing
from attestree.issuing.status import StatusDesk
from attestree.ports import ChainEvents, ChainFacts, Clock, Intent, Signer, TransactionSender
from attestree.registry.facts import ChainIdentity
from attestree.registry.finality import DEV_CHAIN_IDS, Finality, FinalityRule, parse_finality
from attestree.settings import IssuerSettings, RegistrySettings, Settings
from attestree.verifying.trust import Trust, TrustedNetwork, parse_trust
from attestree.verifying.verifier import Verifier

DEV_PACE = Pace(poll_seconds=0.05)
"""On the development chains a block is there at once."""

SQLITE_PREFIX = "sqlite:///"
"""Start of a store URL whose path may be relative."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """`Clock` of this machine."""

    def now(self) -> int:
        """Return Unix seconds."""
        return int(time.time())


@dataclass(frozen=True, slots=True)
class SystemEntropy:
    """`Entropy` of this machine's operating system."""

    def draw(self, count: int) -> bytes:
        """Return `count` random bytes, fit for keys."""
        return secrets.token_bytes(count)


def read_trust(path: Path) -> Trust:
    """Return the trust file at `path`; TrustFileError where there is none to use."""
    try:
        return parse_trust(path.read_bytes())
    except FileNotFoundError as error:
        raise TrustFileError("trust.no_file", file=path.name) from error
    except OSError as error:
        raise TrustFileError("trust.unreadable", file=path.name) from error


def wire_store(settings: Settings) -> SqlStore:
    """Open the store, its tables up to date; a relative SQLite path counts from the settings file."""
    url = settings.store.url
    path = url.removeprefix(SQLITE_PREFIX)
    if url.startswith(SQLITE_PREFIX) and path and not path.startswith("/"):
        url = f"{SQLITE_PREFIX}{settings.path(Path(path)).resolve()}"
    return SqlStore.create(url)


def identity_of(registry: RegistrySettings) -> ChainIdentity:
    """Return the pins of a registry's settings."""
    return ChainIdentity(
        chain_id=registry.chain_id,
        genesis_hash=bytes.fromhex(registry.genesis_hash[2:]),
        registry=bytes.fromhex(registry.address[2:]),
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


def wire_followed_facts(
    registry: RegistrySettings, *, clock: Clock, view_age_limit_seconds: int
) -> FollowedFacts:
    """Return facts that are followed and answered without a request, for the service."""
    return FollowedFacts(wire_sources(registry), clock=clock, view_age_limit_seconds=view_age_limit_seconds)


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
    facts = {
        (network.chain_id, network.registry): source
        for network in trust.networks
        if (source := _wire_trusted_facts(network, settings, clock=clock, rpc=rpc)) is not None
    }
    return Verifier(trust, facts, clock, view_age_limit_seconds=settings.view_age_limit_seconds)


def _wire_trusted_facts(
    network: TrustedNetwork, settings: Settings, *, clock: Clock, rpc: Sequence[str]
) -> ChainFacts | None:
    """Return facts under the pins of the trust file, which decide whom to believe; None = nobody to ask."""
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
    nodes = [Source(JsonRpc(url), identity=identity, finality=finality) for url in urls]
    return DirectFacts(Sources(nodes), clock=clock)


def key_paths(settings: Settings, registry: RegistrySettings) -> list[Path]:
    """Return every key file of the settings that may sign on this registry's chain, each once."""
    paths = [registry.admin_key, registry.accreditor_key]
    for issuer in settings.issuer:
        if settings.find_registry(issuer.registry).name == registry.name:
            paths += [issuer.operator_key, issuer.issuer_key]
    return [settings.path(path) for path in dict.fromkeys(path for path in paths if path is not None)]


def password_beside(ask: AskPassword | None, path: Path) -> AskPassword | None:
    """
    Return how the password of a key file is found: in `<file>.password` beside it, else by asking.

    The file beside it is for test networks and for services without a person; it must be private.
    """
    beside = path.with_name(path.name + ".password")
    if not beside.exists():
        return ask
    return lambda _name: read_private(beside).decode("utf-8", errors="replace").strip()


def wire_signers(
    settings: Settings, registry: RegistrySettings, *, ask: AskPassword | None = None
) -> Sequence[Signer]:
    """Return a signer for every key file of the settings that is there; the rest live elsewhere."""
    return [
        DeferredSigner(path, chain_id=registry.chain_id, ask=password_beside(ask, path))
        for path in key_paths(settings, registry)
        if path.exists()
    ]


def wire_worker(
    settings: Settings, registry: RegistrySettings, store: SqlStore, *, ask: AskPassword | None = None
) -> Worker:
    """Return what drives every write of our keys on a registry; its chain is pinned at first use."""
    sender = wire_sender(registry)
    if store.fetch_pin(registry.name) is None:
        pin_identity(store, sender, registry=registry.name)
    return Worker(
        registry=registry.name,
        store=store,
        sender=sender,
        signers=wire_signers(settings, registry, ask=ask),
        clock=SystemClock(),
        pace=DEV_PACE if registry.chain_id in DEV_CHAIN_IDS else DEFAULT_PACE,
    )


def wire_folders(settings: Settings, issuer: IssuerSettings) -> BatchFolders:
    """Return the batch folders of an issuer."""
    return BatchFolders(settings.path(settings.batches) / issuer.name)


def operator_address(settings: Settings, issuer: IssuerSettings) -> bytes:
    """Return the address that records for an issuer, 20 bytes; the issuer's own where no operator is set."""
    if issuer.operator_key is None:
        return bytes.fromhex(issuer.address[2:])
    return read_key_file_address(settings.path(issuer.operator_key))


def wire_issuing(
    settings: Settings, issuer: IssuerSettings, store: SqlStore, *, fee_limit_wei: int | None = None
) -> Issuing:
    """Return what issues for one issuer; nothing is signed by it."""
    return Issuing(
        store=store,
        folder=wire_folders(settings, issuer),
        sender=wire_sender(settings.find_registry(issuer.registry)),
        clock=SystemClock(),
        entropy=SystemEntropy(),
        roster_key=read_roster_key(settings.path(issuer.roster_key)),
        operator=operator_address(settings, issuer),
        fee_limit_wei=int(settings.fee_limit_eth * 10**18) if fee_limit_wei is None else fee_limit_wei,
    )


def wire_status(settings: Settings, issuer: IssuerSettings, store: SqlStore) -> StatusDesk:
    """Return what changes status for one issuer; nothing is signed by it."""
    return StatusDesk(
        store=store,
        clock=SystemClock(),
        issuer=bytes.fromhex(issuer.address[2:]),
        operator=operator_address(settings, issuer),
        contracts={item.name: bytes.fromhex(item.address[2:]) for item in settings.registry},
    )


def wire_deployment(
    urls: Sequence[str],
    *,
    name: str,
    finality: str,
    signer: Signer,
    store: SqlStore,
    admin_delay_seconds: int,
) -> ChainIdentity:
    """
    Deploy a registry and return what to pin; a deployment that waits already is finished instead.

    Args:
        urls: JSON-RPC URLs of the chain.
        name: What the registry will be called in the settings.
        finality: As in the settings.
        signer: Pays, signs, and is the first admin.
        store: Where the write is remembered.
        admin_delay_seconds: Between the proposal of a new admin and its acceptance.
    """
    rpcs, rule, clock = [JsonRpc(url) for url in urls], parse_finality(finality), SystemClock()
    bare = fetch_bare_identity(rpcs[0])
    sender = EvmSender(rpcs, identity=bare, finality=rule)
    if store.fetch_pin(name) is None:
        store.write_pin(name, bare)
    asked = [
        intent.wanted
        for intent in store.fetch_intents()
        if (intent.wanted.kind, intent.wanted.registry) == ("deploy", name)
    ]
    wanted = (
        asked[0]
        if asked
        else store.add_intent(
            build_deployment(
                name=name,
                admin=signer.address,
                admin_delay_seconds=admin_delay_seconds,
                clock=clock,
                entropy=SystemEntropy(),
            )
        ).wanted
    )
    pace = DEV_PACE if bare.chain_id in DEV_CHAIN_IDS else DEFAULT_PACE
    with Worker(
        registry=name, store=store, sender=sender, signers=[signer], clock=clock, pace=pace
    ) as worker:
        worker.drive_until_final([wanted.id])
    pins = build_identity(bare, fetch_deployment(wanted.id, store=store, sender=sender))
    identity = EvmSender(rpcs, identity=pins, finality=rule).fetch_identity()
    store.write_pin(name, identity)
    return identity


def wire_act(
    act: Act,
    *,
    settings: Settings,
    registry: RegistrySettings,
    store: SqlStore,
    ask: AskPassword | None = None,
) -> Intent:
    """Queue an act of standing and drive it until it is final; return it."""
    intent = queue_act(
        act,
        registry=registry.name,
        contract=bytes.fromhex(registry.address[2:]),
        store=store,
        clock=SystemClock(),
        entropy=SystemEntropy(),
    )
    with wire_worker(settings, registry, store, ask=ask) as worker:
        return worker.drive_until_final([intent.wanted.id])[0]


def fetch_identity(urls: Sequence[str], *, address: bytes, deploy_block: int) -> ChainIdentity:
    """Return what a chain says of a registry that is not pinned yet: its pins, the same from every node."""
    rpcs = [JsonRpc(url) for url in urls]
    bare = fetch_bare_identity(rpcs[0])
    asked = replace(bare, registry=address, deploy_block=deploy_block)
    return EvmSender(rpcs, identity=asked, finality=Finality(FinalityRule.FINALIZED)).fetch_identity()
