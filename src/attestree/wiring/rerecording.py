"""
Recording everything again on a test chain that was wiped on purpose.

Decides whether a chain was wiped, whether the credentials can be saved (their registry must come to stand
at the same address: it is written into each of them), and in which order it goes: contract, store, settings.
Each step may be the last before a crash; run again, it goes on. On any other chain nothing is done here.
Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from attestree.accrediting.founding import ADMIN_DELAY_SECONDS, predict_address
from attestree.adapters.evm.bare_chain import fetch_bare_identity
from attestree.adapters.evm.hexes import format_bytes, format_quantity, parse_bytes, parse_quantity
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.password import AskPassword
from attestree.adapters.sql.store import SqlStore
from attestree.anchoring.identity import is_same_chain, verify_identity
from attestree.errors import ChainIdentityError, ChainUnavailableError, KeyFileError, NotAllowedError
from attestree.merkle.keccak import keccak256
from attestree.outbox.states import State
from attestree.ports import Intent
from attestree.registry.facts import ChainIdentity
from attestree.registry.finality import DEV_CHAIN_IDS, parse_finality
from attestree.settings import RegistrySettings, Settings
from attestree.wiring.chains import identity_of, wire_sender
from attestree.wiring.keys import is_here, read_key_address, wire_signer
from attestree.wiring.workers import wire_deployment, wire_signers


@dataclass(frozen=True, slots=True)
class Rerecording:
    """What would be done."""

    bare: ChainIdentity
    """The chain as it is now."""
    is_deployed: bool
    """Whether the registry stands at its address already."""
    here: tuple[Intent, ...]
    """Writes to record again whose keys are here, in their order."""
    elsewhere: tuple[Intent, ...]
    """Those that another machine has to record."""


def plan_rerecording(settings: Settings, registry: RegistrySettings, store: SqlStore) -> Rerecording:
    """
    Look at chain and store, and say what would be done.

    Raises:
        NotAllowedError: `refused.test_only`; `refused.not_wiped`; `refused.other_address`, the registry would
            come to stand elsewhere, so that the credentials cannot be saved.
        ChainIdentityError: `identity.chain_id` or `identity.code`: the chain was not wiped, it is another.
        KeyFileError: `key.not_here`, the registry is gone and its admin's key is not here.
    """
    bare = _fetch_bare(registry)
    if bare.chain_id not in DEV_CHAIN_IDS:
        raise NotAllowedError("refused.test_only", chain_id=bare.chain_id)
    _verify_wiped(registry)
    code = parse_bytes(_ask(registry, "eth_getCode", [registry.address, "latest"]))
    if not code:
        _verify_address(settings, registry)
    elif keccak256(code) != bytes.fromhex(registry.code_hash[2:]):
        raise ChainIdentityError("identity.code")
    keys = {signer.address for signer in wire_signers(settings, registry)}
    writes = [one for one in store.fetch_intents() if _is_again(one, registry)]
    return Rerecording(
        bare,
        bool(code),
        tuple(one for one in writes if one.wanted.sender in keys),
        tuple(one for one in writes if one.wanted.sender not in keys),
    )


def start_again(
    settings: Settings,
    registry: RegistrySettings,
    store: SqlStore,
    plan: Rerecording,
    *,
    ask: AskPassword | None = None,
) -> ChainIdentity:
    """
    Let the registry stand again, queue everything again, and return what to pin.

    Raises as `plan_rerecording`, and `ChainIdentityError` `identity.code` where another contract came of it.
    """
    if not plan.is_deployed:
        if store.fetch_pin(registry.name) != plan.bare:
            store.start_over(registry.name, identity=plan.bare)
        _deploy(settings, registry, store, plan.bare, ask)
    identity = _fetch_pins(registry, plan.bare)
    if identity.code_hash != bytes.fromhex(registry.code_hash[2:]):
        raise ChainIdentityError("identity.code")
    if store.fetch_pin(registry.name) != identity:
        store.start_over(registry.name, identity=identity)
    return identity


def _fetch_bare(registry: RegistrySettings) -> ChainIdentity:
    """Return the chain that all nodes serve."""
    found = [fetch_bare_identity(JsonRpc(url)) for url in registry.rpc]
    if any(one != found[0] for one in found):
        raise ChainUnavailableError("chain.sources_disagree")
    return found[0]


def _verify_wiped(registry: RegistrySettings) -> None:
    """Return if the chain began anew since it was pinned."""
    try:
        verify_identity(wire_sender(registry).fetch_identity(), pinned=identity_of(registry))
    except ChainIdentityError as error:
        if error.code not in ("identity.genesis", "identity.deploy_block"):
            raise
        return
    except ChainUnavailableError as error:
        if error.code != "chain.no_deploy_block":
            raise
        return
    raise NotAllowedError("refused.not_wiped", registry=registry.name)


def _verify_address(settings: Settings, registry: RegistrySettings) -> None:
    """Return if the admin's next deployment puts the registry where it was."""
    if registry.admin_key is None or not is_here(settings, registry.admin_key):
        raise KeyFileError("key.not_here", address=registry.address)
    admin = read_key_address(settings, registry.admin_key)
    answer = _ask(registry, "eth_getTransactionCount", [format_bytes(admin), "latest"])
    if predict_address(admin, nonce=parse_quantity(answer)) != registry.contract:
        raise NotAllowedError("refused.other_address", registry=registry.name)


def _deploy(
    settings: Settings,
    registry: RegistrySettings,
    store: SqlStore,
    bare: ChainIdentity,
    ask: AskPassword | None,
) -> None:
    """Deploy under a name of its own: whatever else waits for the registry must not meet an empty address."""
    key = registry.admin_key
    if key is None:
        raise KeyFileError("key.not_set", setting="registry.admin_key")
    name = f"{registry.name}@deployment"
    done = [one for one in store.fetch_intents(states=[State.FINAL]) if one.wanted.registry == name]
    pinned = store.fetch_pin(name)
    if pinned is not None and (done or not is_same_chain(pinned, bare)):
        # Deployed again before, on a chain that was wiped since
        store.start_over(name, identity=bare)
    wire_deployment(
        registry.rpc,
        name=name,
        finality=registry.finality,
        signer=wire_signer(settings, key, chain_id=bare.chain_id, ask=ask),
        store=store,
        admin_delay_seconds=ADMIN_DELAY_SECONDS,
    )


def _fetch_pins(registry: RegistrySettings, bare: ChainIdentity) -> ChainIdentity:
    """Return the identity of the registry as it stands now."""
    block = _find_deploy_block(registry)
    pinned = replace(bare, registry=registry.contract, deploy_block=block, code_hash=b"")
    rpcs = [JsonRpc(url) for url in registry.rpc]
    return EvmSender(rpcs, identity=pinned, finality=parse_finality(registry.finality)).fetch_identity()


def _find_deploy_block(registry: RegistrySettings) -> int:
    """Return the number of the first block after which the registry has code."""
    low, high = 0, parse_quantity(_ask(registry, "eth_blockNumber", []))
    while low < high:
        middle = (low + high) // 2
        code = parse_bytes(_ask(registry, "eth_getCode", [registry.address, format_quantity(middle)]))
        low, high = (low, middle) if code else (middle + 1, high)
    return low


def _ask(registry: RegistrySettings, method: str, params: Sequence[object]) -> object:
    """Ask the first node; on a test chain there is hardly a second."""
    rpc = JsonRpc(registry.rpc[0])
    try:
        return rpc.call(method, params)
    finally:
        rpc.close()


def _is_again(intent: Intent, registry: RegistrySettings) -> bool:
    """Say whether a write is to be recorded again: the deployment has its own way."""
    wanted = intent.wanted
    return wanted.registry == registry.name and wanted.kind != "deploy" and not intent.is_given_up
