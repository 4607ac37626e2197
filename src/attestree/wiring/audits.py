"""
An audit of a registry, from the settings or from a trust file and nodes alone; and of an installation.

Decides under which pins a registry is read and whether its network is a test. Source: DESIGN sections 3, 8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attestree.adapters.evm.chain_events import EvmEvents
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.source import Source
from attestree.adapters.evm.sources import Sources
from attestree.adapters.files.archive import FolderArchives
from attestree.adapters.keys.roster_key import read_roster_key
from attestree.auditing.audit import Audit
from attestree.auditing.consistency import Consistency, WatchedRegistry
from attestree.auditing.private import RowKeyOf
from attestree.errors import AttestreeError
from attestree.issuing.row_key import build_row_key
from attestree.issuing.rows import Row
from attestree.ports import Clock
from attestree.ports.recovering import RecoverableStore
from attestree.registry.facts import ChainIdentity
from attestree.registry.finality import DEV_CHAIN_IDS, parse_finality
from attestree.settings import RegistrySettings, Settings
from attestree.verifying.trust import NetworkKind, Trust, TrustedNetwork
from attestree.wiring.chains import identity_of, wire_events
from attestree.wiring.keys import is_here, read_key_address
from attestree.wiring.verifiers import read_trust


def wire_audit(settings: Settings, registry: RegistrySettings, *, clock: Clock) -> Audit:
    """Return the audit of a registry of the settings."""
    return Audit(
        events=wire_events(registry, clock=clock),
        identity=identity_of(registry),
        name=registry.name,
        network=_network_kind(settings, registry),
        nodes=len(registry.rpc),
        finality=registry.finality,
    )


def wire_trusted_audit(network: TrustedNetwork, *, rpc: Sequence[str], clock: Clock) -> Audit:
    """Return the audit of a registry of a trust file, through these nodes."""
    identity = ChainIdentity(
        chain_id=network.chain_id,
        genesis_hash=network.genesis_hash,
        registry=network.registry,
        deploy_block=network.deploy_block,
        deploy_block_hash=b"",
        code_hash=network.code_hash,
    )
    finality = "instant" if network.chain_id in DEV_CHAIN_IDS else "finalized"
    nodes = [Source(JsonRpc(url), identity=identity, finality=parse_finality(finality)) for url in rpc]
    return Audit(
        events=EvmEvents(Sources(nodes), clock=clock),
        identity=identity,
        name=network.name or f"0x{network.registry.hex()}",
        network=network.kind.value,
        nodes=len(nodes),
        finality=finality,
    )


def wire_consistency(settings: Settings, store: RecoverableStore, *, clock: Clock) -> Consistency:
    """Return the check of a whole installation."""
    base = settings.path(settings.batches)
    issuers = {issuer.account: issuer for issuer in settings.issuer}
    keys = [issuer.operator_key for issuer in settings.issuer if issuer.operator_key is not None]
    return Consistency(
        store=store,
        folders={address: FolderArchives(base / issuer.name) for address, issuer in issuers.items()},
        registries={
            registry.name: WatchedRegistry(wire_events(registry, clock=clock), identity_of(registry))
            for registry in settings.registry
        },
        row_keys={
            address: row_keys_of(address, read_roster_key(path))
            for address, issuer in issuers.items()
            if (path := settings.path(issuer.roster_key)).exists()
        },
        given_up=frozenset((missing.issuer, missing.root) for missing in store.fetch_missing()),
        keys=frozenset(read_key_address(settings, key) for key in keys if is_here(settings, key)),
    )


def row_keys_of(issuer: bytes, roster_key: bytes) -> Callable[[str], RowKeyOf]:
    """
    Return what tells an issuer's row keys, by achievement, from lines of `mailmerge.csv`.

    A learner who is known by DID alone has none there: that line tells nothing, unless `did` is added to it.
    """

    def of_achievement(achievement_id: str) -> RowKeyOf:
        def of_line(line: Mapping[str, str]) -> bytes | None:
            ref, learner_id, email = (line.get(name, "") for name in ("ref", "learner_id", "email"))
            row = Row(0, ref=ref, learner_id=learner_id, email=email, did=line.get("did", ""))
            if not row.identity[0]:
                return None
            return build_row_key(roster_key, issuer=issuer, achievement_id=achievement_id, row=row)

        return of_line

    return of_achievement


def _network_kind(settings: Settings, registry: RegistrySettings) -> str:
    """Return what the trust file says of the network; a development chain is a test whoever says so."""
    if registry.chain_id in DEV_CHAIN_IDS:
        return NetworkKind.TEST.value
    try:
        trust: Trust = read_trust(settings.path(settings.trust))
    except AttestreeError:
        return "unknown"
    found = trust.find_network(chain_id=registry.chain_id, registry=registry.contract)
    return found.kind.value if found else "unknown"
