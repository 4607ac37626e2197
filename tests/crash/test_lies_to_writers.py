"""
A node that lies to the one who writes: no write is called final that is not, and none takes effect twice.

The contract has no guard: each call adds one to the slot that it names. The node swallows transactions, makes
receipts up, and says of mined ones that they failed. The slot counts what took effect, whatever the node
says; a run in which fewer lies were told than writes made shows nothing, and fails.
"""

from __future__ import annotations

import contextlib
import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from lab.counter import build_write, count_effects, fetch_identity, place_contract
from lab.tasks import FINALITY, LIMITS, REGISTRY, SteppingClock

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.faults.faults import Fault, FaultPlan, Lies
from attestree.adapters.evm.faults.proxy import FaultProxy
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from attestree.anchoring import Pace, Worker, resume_intent
from attestree.errors import AttestreeError
from attestree.outbox.states import State
from attestree.registry.finality import parse_finality
from tests.conftest import Depth, Figures
from tests.integration.deployed import Actor, new_actor

pytestmark = pytest.mark.slow

ROUNDS_UNDER_LIES = 12
ROUNDS_AFTER = 60


@dataclass
class Desk:
    """A worker behind a lying node, alone or beside an honest one."""

    chain: DevChain
    proxy: FaultProxy
    store: SqlStore
    actor: Actor
    honest: JsonRpc
    rpcs: list[JsonRpc]
    clock: SteppingClock = field(default_factory=lambda: SteppingClock(1_000_000))
    slots: dict[str, bytes] = field(default_factory=dict)

    def queue(self, *, is_anchor: bool = False) -> str:
        slot = secrets.token_bytes(32)
        name = slot.hex()[:12]
        self.slots[name] = slot
        self.store.add_intent(build_write(name, slot, key=self.actor.address, is_anchor=is_anchor))
        return name

    def worker(self) -> Worker:
        identity = fetch_identity(self.rpcs[-1])
        return Worker(
            registry=REGISTRY,
            store=self.store,
            sender=EvmSender(
                self.rpcs, identity=identity, finality=parse_finality(FINALITY), clock=SteppingClock(0)
            ),
            signers=[LocalSigner(bytes(self.actor.account.key), chain_id=31337)],
            clock=self.clock,
            limits=replace(LIMITS, reverts=10),
            pace=Pace(pause=lambda _seconds: None),
        )

    def drive(self, worker: Worker, *, mine: bool) -> None:
        """One round; the chain may add a block afterwards."""
        with contextlib.suppress(AttestreeError):
            worker.drive_once()
        self.clock.seconds += 1
        if mine:
            self.chain.mine()

    def state(self, name: str) -> State:
        intent = self.store.fetch_intent(name)
        assert intent is not None
        return intent.state

    def old_block(self) -> str:
        """Return the number of a block that is final, and that is not said to be another later."""
        return hex(int(self.chain.call("eth_blockNumber"), 16) - 3)

    def count(self, name: str) -> int:
        """Count how often a write took effect, as the chain itself has it."""
        (found,) = count_effects(self.honest, [self.slots[name]])
        return found


@pytest.fixture(params=["alone", "beside an honest node"])
def desk(chain: DevChain, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    place_contract(chain)
    actor = new_actor(f"lied to {secrets.token_hex(8)}")
    chain.fund(actor.account.address, 10**18)
    chain.call("evm_setAutomine", False)
    chain.mine(3)
    with FaultProxy(chain.url) as proxy, SqlStore.create(f"sqlite:///{tmp_path}/attestree.db") as store:
        # the liar comes first: it is asked where one answer is enough
        lied_to, honest = JsonRpc(proxy.url), JsonRpc(chain.url)
        rpcs = [lied_to] if request.param == "alone" else [lied_to, honest]
        desk = Desk(chain, proxy, store, actor, honest, rpcs)
        worker = desk.worker()
        store.write_pin(REGISTRY, worker._sender.fetch_identity())
        yield desk
        for rpc in (lied_to, honest):
            rpc.close()


LIES = (
    (Fault.SWALLOWED,),
    (Fault.FORGED_RECEIPT,),
    (Fault.SWALLOWED, Fault.FORGED_RECEIPT),
    (Fault.FORGED_RECEIPT, Fault.AFTER, Fault.BEFORE),
)


def settle(desk: Desk, *names: str) -> int:
    """End all lies and drive writes to FINAL; return how often a person had to take one up again."""
    desk.proxy.stop_faults()
    resumed = 0
    with desk.worker() as worker:
        for _ in range(ROUNDS_AFTER):
            for name in names:
                if desk.state(name) is State.HALTED:
                    # a node that contradicts itself across final blocks is a reason to stop
                    resume_intent(desk.store, worker._sender, name)
                    resumed += 1
            if all(desk.state(name) is State.FINAL for name in names):
                break
            desk.drive(worker, mine=True)
    return resumed


@pytest.mark.chain
@pytest.mark.parametrize("together", [1, 3], ids=["one", "several in a transaction"])
def test_a_node_that_lies_about_receipts_never_makes_a_write_final_or_double(
    desk: Desk, depth: Depth, figures: Figures, seed: int, together: int
) -> None:
    chance = random.Random(seed)
    writes, halts = depth.pick(quick=4, ci=30, deep=150), 0
    for _ in range(writes):
        names = [desk.queue(is_anchor=together > 1) for _ in range(together)]
        desk.proxy.plan = FaultPlan(
            rate=chance.choice((1.0, 0.5, 0.2)),
            kinds=chance.choice(LIES),
            methods=frozenset({"eth_sendRawTransaction", "eth_getTransactionReceipt"}),
            seed=chance.randrange(2**32),
            lies=Lies(
                receipt_status=chance.choice(("0x0", "0x1")),
                receipt_block=chance.choice(("latest", desk.old_block())),
            ),
        )
        with desk.worker() as worker:
            for _ in range(ROUNDS_UNDER_LIES):
                desk.drive(worker, mine=chance.random() < 0.5)
                for name in names:
                    assert desk.state(name) is not State.FINAL or desk.count(name) == 1
        halts += settle(desk, *names)
        for name in names:
            assert (desk.state(name), desk.count(name)) == (State.FINAL, 1)
    lies = desk.proxy.fault_count()
    assert lies >= writes
    figures.note(
        f"{writes * together} writes, {lies} lies: 0 false FINAL, 0 double, 0 stuck;"
        f" {halts} halted and resumed"
    )


@pytest.mark.chain
def test_a_transaction_that_is_said_to_have_failed_is_not_made_a_second_time(desk: Desk) -> None:
    """It waits in the pool, and the node says that it was mined without effect."""
    name = desk.queue()
    lies = Lies(receipt_status="0x0", receipt_block=desk.old_block())
    desk.proxy.plan = FaultPlan(rate=1, kinds=(Fault.FORGED_RECEIPT,), lies=lies)
    with desk.worker() as worker:
        for _ in range(ROUNDS_UNDER_LIES):
            desk.drive(worker, mine=False)
    held = {attempt.nonce for attempt in desk.store.fetch_attempts(name)}
    assert len(held) == 1
    settle(desk, name)
    assert (desk.state(name), desk.count(name)) == (State.FINAL, 1)
