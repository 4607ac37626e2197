"""Two registries on one chain, recorded in by one process with one key."""

from __future__ import annotations

from pathlib import Path

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from attestree.anchoring import watch
from attestree.errors import LeaseHeldError
from attestree.outbox.states import State
from attestree.ports import NewIntent
from attestree.registry.calls import build_call
from attestree.settings import RegistrySettings, Settings
from attestree.wiring.workers import wire_worker
from tests.integration.deployed import Deployed, deploy_registry


def describe(name: str, deployed: Deployed) -> RegistrySettings:
    pins = deployed.identity
    return RegistrySettings(
        name=name,
        address=f"0x{pins.registry.hex()}",
        rpc=(deployed.chain.url,),
        finality="instant",
        chain_id=pins.chain_id,
        genesis_hash=f"0x{pins.genesis_hash.hex()}",
        deploy_block=pins.deploy_block,
        deploy_block_hash=f"0x{pins.deploy_block_hash.hex()}",
        code_hash=f"0x{pins.code_hash.hex()}",
    )


def test_the_worker_of_one_registry_does_not_keep_out_that_of_the_other(
    chain: DevChain, tmp_path: Path
) -> None:
    first, second = deploy_registry(chain), deploy_registry(chain)
    person = first.new_actor("issuer")
    registries = (describe("first", first), describe("second", second))
    settings = Settings(registry=registries, folder=tmp_path)
    signer = LocalSigner(bytes(person.account.key), chain_id=first.identity.chain_id)
    with SqlStore.create(f"sqlite:///{tmp_path}/attestree.db") as store:
        for deployed, registry in zip((first, second), registries, strict=True):
            deployed.admit(person)
            act = NewIntent(
                id=registry.name,
                kind="accreditation",
                registry=registry.name,
                issuer=person.address,
                sender=person.address,
                to=registry.contract,
                payload=build_call("accredit", person.address, 4_000_000_000, "did:web:a", "A", "f"),
                probes=(),
                title="Vouch for A",
                created=1,
            )
            store.add_intent(act)
        workers = [wire_worker(settings, registry, store, signers=[signer]) for registry in registries]
        rounds = iter([True] * 40)
        watch(workers, goes_on=lambda: next(rounds, False))
        assert {intent.state for intent in store.fetch_intents()} == {State.FINAL}
        held = {lease for worker in workers for lease in worker._leases._held.values()}
        assert len(held) == 1
        for worker in workers:
            worker.close()


def test_another_process_is_kept_out_all_the_same(
    chain: DevChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed = deploy_registry(chain)
    registry = describe("first", deployed)
    settings = Settings(registry=(registry,), folder=tmp_path)
    signer = LocalSigner(bytes(deployed.new_actor("issuer").account.key), chain_id=registry.chain_id)
    with SqlStore.create(f"sqlite:///{tmp_path}/attestree.db") as store:
        with wire_worker(settings, registry, store, signers=[signer]) as worker:
            worker.hold()
            monkeypatch.setattr("os.getpid", lambda: 1)
            other = wire_worker(settings, registry, store, signers=[signer])
            with pytest.raises(LeaseHeldError):
                other.hold()
        other.hold()
        other.close()
