"""The whole road on a real anvil: from a queued write to FINAL, through crashes, reverts and reorgs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest

from attestree.accrediting.founding import fetch_deployment
from attestree.adapters.evm.bare_chain import build_bare_identity
from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from attestree.anchoring import Event, Pace, Worker
from attestree.errors import ChainIdentityError, RefusedError, RevertedError, TransitionError
from attestree.merkle.keccak import keccak256
from attestree.outbox.decide import Limits
from attestree.outbox.states import State
from attestree.ports import Attempt, NewIntent, Probe, Transaction
from attestree.registry.artifact import load_artifact
from attestree.registry.calls import build_call
from attestree.registry.finality import parse_finality
from attestree.registry.slots import slot_of_anchor, slot_of_anchor_head
from tests.integration.deployed import Actor, Deployed, deploy_registry, new_actor

ANCHOR_MASK = (2**32 - 1) << 184 | 0xFF << 112 | 2**104 - 1
"""Size, kind and list of an anchor's word."""


@dataclass
class Clock:
    seconds: int = 1_000_000

    def now(self) -> int:
        return self.seconds


@dataclass
class Road:
    """One issuer's way to one registry."""

    registry: Deployed
    issuer: Actor
    store: SqlStore
    clock: Clock
    rpc: JsonRpc

    def sender(self, finality: str = "instant") -> EvmSender:
        return EvmSender(
            [self.rpc], identity=self.registry.identity, finality=parse_finality(finality), clock=ChainTime()
        )

    def worker(
        self,
        finality: str = "instant",
        *,
        registry: str = "local",
        sender: EvmSender | None = None,
        together: int = 50,
    ) -> Worker:
        return Worker(
            registry=registry,
            store=self.store,
            sender=sender or self.sender(finality),
            signers=[LocalSigner(bytes(self.issuer.account.key), chain_id=31337)],
            clock=self.clock,
            limits=Limits(resend_seconds=3, bump_seconds=6, together=together),
            pace=Pace(pause=self.rest),
        )

    def rest(self, _seconds: float) -> None:
        self.clock.seconds += 2
        self.registry.chain.mine()

    def anchor(self, name: str, *, issuer: Actor | None = None, size: int = 9) -> NewIntent:
        who = (issuer or self.issuer).address
        root, list_number = keccak256(name.encode()), int.from_bytes(keccak256(name.encode())[:13], "big")
        intent = NewIntent(
            id=name,
            kind="anchor",
            registry="local",
            issuer=who,
            sender=self.issuer.address,
            to=self.registry.address,
            payload=build_call("anchor", who, root, size, 0, list_number),
            probes=(Probe(slot_of_anchor(issuer=who, root=root), ANCHOR_MASK, size << 184 | list_number),),
            title=f"batch {name}",
            created=1,
        )
        self.store.add_intent(intent)
        return intent

    def state(self, name: str) -> State:
        intent = self.store.fetch_intent(name)
        assert intent is not None
        return intent.state

    def attempts(self, name: str) -> list[Attempt]:
        return list(self.store.fetch_attempts(name))

    def count_anchors(self) -> int:
        """Count the issuer's anchors as the contract does, in the low bits of its head."""
        sender = self.sender()
        (word,) = sender.fetch_words(
            [slot_of_anchor_head(self.issuer.address)], block=sender.fetch_block("latest")
        )
        return int.from_bytes(word[-4:], "big")


class ChainTime:
    """No node is stale in a test."""

    def now(self) -> int:
        return 0


@pytest.fixture
def road(chain: DevChain, tmp_path: Path) -> Iterator[Road]:
    registry = deploy_registry(chain)
    issuer = registry.new_issuer()
    rpc = JsonRpc(chain.url)
    with SqlStore.create(f"sqlite:///{tmp_path}/attestree.db") as store:
        built = Road(registry, issuer, store, Clock(), rpc)
        store.write_pin("local", built.sender().fetch_identity())
        yield built
    rpc.close()
    registry.rpc.close()


# -- to FINAL ----------------------------------------------------------------------------------


@pytest.mark.parametrize("finality", ["instant", "depth:3", "finalized"])
def test_a_batch_is_anchored_once_and_final_under_every_rule(road: Road, finality: str) -> None:
    road.anchor("a")
    told: list[Event] = []
    with road.worker(finality) as worker:
        worker.drive_until_final(["a"], told.append)
    assert [event.after for event in told if event.acted] == ["signed", "sent", "mined", "final"]
    waited = sum(event.code == "outbox.not_final" for event in told)
    assert waited >= {"instant": 0, "depth:3": 3, "finalized": 1}[finality]
    assert road.count_anchors() == 1


def test_many_batches_go_through_one_lane(road: Road) -> None:
    names = [f"b{n}" for n in range(8)]
    for name in names:
        road.anchor(name)
    with road.worker("depth:2", together=1) as worker:
        worker.drive_until_final(names)
    assert road.count_anchors() == 8
    assert sorted(road.attempts(name)[0].nonce for name in names) == list(range(8))


@pytest.mark.parametrize("rounds", range(6))
def test_a_new_worker_goes_on_from_every_state(road: Road, rounds: int) -> None:
    road.anchor("a")
    killed = road.worker("depth:2")
    for _ in range(rounds):
        killed.drive_once()
    road.clock.seconds += 60
    with road.worker("depth:2") as worker:
        worker.drive_until_final(["a"])
    assert road.count_anchors() == 1
    assert len(road.attempts("a")) == 1


def test_a_registry_is_deployed_by_the_same_road(road: Road) -> None:
    identity = build_bare_identity(chain_id=31337, genesis_hash=road.registry.identity.genesis_hash)
    sender = EvmSender([road.rpc], identity=identity, finality=parse_finality("depth:1"), clock=ChainTime())
    road.store.write_pin("fresh", sender.fetch_identity())
    code = load_artifact().bytecode + road.issuer.address.rjust(32, b"\0") + bytes(32)
    deployment = replace(
        road.anchor("a"), id="d", kind="deploy", registry="fresh", to=b"", payload=code, probes=()
    )
    road.store.add_intent(deployment)
    with road.worker(registry="fresh", sender=sender) as worker:
        worker.drive_until_final(["d"])
    receipt = fetch_deployment("d", store=road.store, sender=sender)
    assert len(receipt.contract) == 20
    assert road.state("a") is State.SEALED


def test_what_another_anchored_is_final_without_a_transaction_of_ours(road: Road) -> None:
    road.anchor("a")
    nonce_before = road.sender().fetch_nonces(road.issuer.address).mined
    road.registry.anchor(
        road.issuer,
        root=keccak256(b"a"),
        size=9,
        list_id=keccak256(b"a")[:13],
        by=road.registry.add_operator(road.issuer),
    )
    with road.worker("depth:2") as worker:
        worker.drive_until_final(["a"])
    assert road.attempts("a") == []
    # adding the operator was the issuer's one transaction since
    assert road.sender().fetch_nonces(road.issuer.address).mined == nonce_before + 1


# -- disturbances ------------------------------------------------------------------------------


def drive_to(road: Road, worker: Worker, name: str, state: State) -> None:
    for _ in range(10):
        if road.state(name) is state:
            return
        worker.drive_once()
    raise AssertionError(f"never {state}")


def test_a_transaction_lost_in_a_reorganisation_is_sent_again(road: Road) -> None:
    road.anchor("a")
    worker = road.worker("depth:4")
    drive_to(road, worker, "a", State.MINED)
    road.registry.chain.call("anvil_reorg", 2, [])
    assert road.count_anchors() == 0
    worker.drive_until_final(["a"])
    assert road.count_anchors() == 1
    assert len(road.attempts("a")) == 1


def test_a_transaction_that_moves_to_another_block_is_followed(road: Road) -> None:
    road.anchor("a")
    worker = road.worker("depth:4")
    drive_to(road, worker, "a", State.MINED)
    before = road.store.fetch_intent("a")
    raw = "0x" + road.attempts("a")[0].raw.hex()
    road.registry.chain.call("anvil_reorg", 2, [[raw, 1]])
    worker.drive_until_final(["a"])
    after = road.store.fetch_intent("a")
    assert before is not None
    assert after is not None
    assert before.block_hash != after.block_hash
    assert road.count_anchors() == 1


def test_a_transaction_dropped_from_the_pool_is_sent_again_with_its_nonce(road: Road) -> None:
    chain = road.registry.chain
    chain.call("evm_setAutomine", False)
    road.anchor("a")
    worker = road.worker()
    drive_to(road, worker, "a", State.SENT)
    chain.call("anvil_dropAllTransactions")
    chain.mine()
    assert road.count_anchors() == 0
    worker.drive_until_final(["a"])
    assert [one.nonce for one in road.attempts("a")] == [0]
    assert road.count_anchors() == 1


def test_a_bump_replaces_the_waiting_transaction_and_keeps_its_nonce(road: Road) -> None:
    chain = road.registry.chain
    chain.call("evm_setAutomine", False)
    road.anchor("a")
    worker = road.worker()
    for _ in range(12):
        worker.drive_once()
        road.clock.seconds += 2
    attempts = road.attempts("a")
    assert len(attempts) >= 2
    assert {one.nonce for one in attempts} == {0}
    for old, new in pairwise(attempts):
        assert new.fees.max_fee * 8 >= old.fees.max_fee * 9
    worker.drive_until_final(["a"])
    assert road.count_anchors() == 1


def test_a_refusal_of_the_contract_is_named_before_anything_is_signed(road: Road) -> None:
    road.anchor("a", issuer=new_actor("stranger"))
    with road.worker() as worker, pytest.raises(RevertedError) as caught:
        worker.drive_until_final(["a"])
    assert caught.value.code == "contract.not_operator"
    assert road.attempts("a") == []


def test_a_transaction_that_reverts_on_chain_gets_a_new_nonce_only_when_that_is_final(road: Road) -> None:
    chain = road.registry.chain
    chain.call("evm_setAutomine", False)
    road.anchor("a")
    worker = road.worker("depth:3")
    drive_to(road, worker, "a", State.SIGNED)
    # between the estimate and the block, the admin pauses the registry
    chain.call("evm_setAutomine", True)
    road.registry.pause()
    drive_to(road, worker, "a", State.REVERTED)
    assert [event.code for event in worker.drive_once().events] == ["outbox.revert_not_final"]
    road.registry.unpause()
    worker.drive_until_final(["a"])
    assert [one.nonce for one in road.attempts("a")] == [0, 1]
    assert road.count_anchors() == 1


def test_a_key_that_somebody_else_uses_halts(road: Road) -> None:
    chain = road.registry.chain
    road.anchor("a")
    worker = road.worker("depth:2")
    drive_to(road, worker, "a", State.SIGNED)
    signed = road.attempts("a")[0]
    theirs = Transaction(31337, signed.nonce, road.registry.address, b"", 100_000, signed.fees)
    raw = (
        LocalSigner(bytes(road.issuer.account.key), chain_id=31337).sign(replace(theirs, to=b"\x01" * 20)).raw
    )
    chain.call("eth_sendRawTransaction", "0x" + raw.hex())
    with pytest.raises(TransitionError) as caught:
        worker.drive_until_final(["a"])
    assert caught.value.code == "outbox.foreign_nonce"
    assert road.count_anchors() == 0
    assert len(road.attempts("a")) == 1


def test_another_contract_at_the_address_gets_no_signature(road: Road) -> None:
    road.anchor("a")
    road.registry.chain.call("anvil_setCode", "0x" + road.registry.address.hex(), "0x6001")
    with road.worker() as worker, pytest.raises(ChainIdentityError) as caught:
        worker.drive_until_final(["a"])
    assert caught.value.code == "identity.code"
    assert road.attempts("a") == []


# -- what the node says ------------------------------------------------------------------------


def signed_call(road: Road, *, nonce: int, max_fee: int = 10**10, gas: int = 200_000) -> bytes:
    sender = road.sender()
    fees = replace(sender.fetch_fees(), max_fee=max_fee)
    unsigned = Transaction(31337, nonce, b"\x01" * 20, b"", gas, fees)
    return LocalSigner(bytes(road.issuer.account.key), chain_id=31337).sign(unsigned).raw


def test_bytes_the_node_knows_are_no_error(road: Road) -> None:
    road.registry.chain.call("evm_setAutomine", False)
    raw = signed_call(road, nonce=0)
    road.sender().send(raw)
    road.sender().send(raw)
    nonces = road.sender().fetch_nonces(road.issuer.address)
    assert (nonces.mined, nonces.pending) == (0, 1)


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda road: signed_call(road, nonce=0), "chain.nonce_too_low"),
        (lambda road: signed_call(road, nonce=1, max_fee=10**18), "chain.no_money"),
    ],
)
def test_the_refusals_of_the_node_are_told_apart(
    road: Road, prepare: Callable[[Road], bytes], code: str
) -> None:
    road.sender().send(signed_call(road, nonce=0, max_fee=2 * 10**10))
    with pytest.raises(RefusedError) as caught:
        road.sender().send(prepare(road))
    assert caught.value.code == code


def test_a_cheaper_replacement_is_refused_as_such(road: Road) -> None:
    road.registry.chain.call("evm_setAutomine", False)
    road.sender().send(signed_call(road, nonce=0, max_fee=2 * 10**10))
    with pytest.raises(RefusedError) as caught:
        road.sender().send(signed_call(road, nonce=0, max_fee=10**10))
    assert caught.value.code == "chain.underpriced"
