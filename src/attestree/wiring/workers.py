"""
What signs and drives: keys, passwords, the worker, acts and deployments.

Decides which key files belong to a registry and how fast a chain is polled. Source: DESIGN section 3.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from attestree.accrediting.acts import Act
from attestree.accrediting.founding import build_deployment, build_identity, fetch_deployment
from attestree.accrediting.queue import queue_act
from attestree.adapters.evm.bare_chain import fetch_bare_identity
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.password import AskPassword
from attestree.adapters.sql.store import SqlStore
from attestree.anchoring.identity import verify_identity
from attestree.anchoring.lease import name_owner
from attestree.anchoring.pace import DEFAULT_PACE, Pace
from attestree.anchoring.worker import Worker
from attestree.errors import KeyFileError
from attestree.outbox.decide import Limits
from attestree.ports import Alarm, Intent, Signer
from attestree.registry.facts import ChainIdentity
from attestree.registry.finality import DEV_CHAIN_IDS, parse_finality
from attestree.settings import RegistrySettings, Settings
from attestree.wiring.alarms import wire_patience
from attestree.wiring.chains import identity_of, wire_sender
from attestree.wiring.keys import OpenableSigner, is_here, registry_keys, wire_signer
from attestree.wiring.recovery import wire_gated_sender
from attestree.wiring.system import SystemClock, SystemEntropy

DEV_PACE = Pace(poll_seconds=0.05)
"""On the development chains a block is there at once."""


def wire_signers(
    settings: Settings, registry: RegistrySettings, *, ask: AskPassword | None = None
) -> Sequence[OpenableSigner]:
    """Return a signer for every key of the settings that is here; the rest live elsewhere."""
    return [
        wire_signer(settings, key, chain_id=registry.chain_id, ask=ask)
        for key in registry_keys(settings, registry)
        if is_here(settings, key)
    ]


def wire_worker(
    settings: Settings,
    registry: RegistrySettings,
    store: SqlStore,
    *,
    ask: AskPassword | None = None,
    signers: Sequence[Signer] | None = None,
    alarm: Alarm | None = None,
) -> Worker:
    """
    Return what drives every write of our keys on a registry; `alarm` is told of what a person should know.

    Raises:
        TransitionError: `store.pinned_otherwise`, the settings pin another chain than before.
    """
    store.write_pin(registry.name, identity_of(registry))
    return Worker(
        registry=registry.name,
        store=store,
        sender=wire_gated_sender(settings, registry, store),
        limits=Limits(
            max_fee_wei=int(settings.gas_price_limit_gwei * 10**9), together=settings.anchors_per_transaction
        ),
        signers=wire_signers(settings, registry, ask=ask) if signers is None else signers,
        clock=SystemClock(),
        alarm=alarm,
        pace=replace(
            DEV_PACE if registry.chain_id in DEV_CHAIN_IDS else DEFAULT_PACE,
            patience=wire_patience(settings),
        ),
        owner=_name_owner(os.getpid()),
    )


@cache
def _name_owner(_pid: int) -> str:
    """Return the one name by which this process holds leases; a forked one gets its own."""
    return name_owner(now=SystemClock().now())


def wire_act(
    act: Act,
    *,
    settings: Settings,
    registry: RegistrySettings,
    store: SqlStore,
    ask: AskPassword | None = None,
) -> Intent:
    """
    Queue an act of standing and drive it until it is final; return it.

    The key is opened first: what cannot be signed here is not queued here.

    Raises:
        RevertedError: The contract would refuse; nothing is queued.
        KeyFileError: The key does not open, or `key.not_here`; nothing is queued.
    """
    # That key alone: what is wrong with another, such as one that is to be disavowed, must not stop this.
    signers = [signer for signer in wire_signers(settings, registry, ask=ask) if signer.address == act.sender]
    if not signers:
        raise KeyFileError("key.not_here", address="0x" + act.sender.hex())
    for signer in signers:
        signer.open()
    intent = queue_act(
        act,
        registry=registry.name,
        contract=registry.contract,
        store=store,
        sender=wire_sender(registry),
        clock=SystemClock(),
        entropy=SystemEntropy(),
    )
    with wire_worker(settings, registry, store, signers=signers) as worker:
        return worker.drive_until_final([intent.wanted.id])[0]


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

    Raises:
        ChainIdentityError: `identity.*`, what was deployed before is not there any more.
    """
    rpcs, rule, clock = [JsonRpc(url) for url in urls], parse_finality(finality), SystemClock()
    pinned = store.fetch_pin(name)
    if pinned is not None and any(pinned.registry):
        # Deployed and pinned before: what is left is to see that it still stands.
        verify_identity(EvmSender(rpcs, identity=pinned, finality=rule).fetch_identity(), pinned=pinned)
        return pinned
    bare = fetch_bare_identity(rpcs[0])
    sender = EvmSender(rpcs, identity=bare, finality=rule)
    if pinned is None:
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
