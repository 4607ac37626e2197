"""
Workers killed with SIGKILL, at named points and at random times: nothing lost, nothing done twice.

The chain mines only while a worker rests, and forgets its pool now and then in between.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
from dataclasses import dataclass, field, replace
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.sql import SqlStore
from attestree.merkle.keccak import keccak256
from attestree.outbox.states import State
from attestree.ports import NewIntent, Probe
from attestree.registry.finality import parse_finality
from tests.integration.deployed import Actor, new_actor, read_identity

# The processes find it by this path; another distribution has put a package called `tests` beside ours.
sys.path.insert(0, str(Path(__file__).parent))
from worker_process import COUNTING_CODE, POINTS, Plan, SteppingClock, run

ADDRESS = b"\xc0" * 20
RANDOM_KILLS = 12
WRITES_AT_ONCE = 4


@dataclass
class Lab:
    """A counting contract, a store, and processes that die."""

    chain: DevChain
    actor: Actor
    plan: Plan
    context: ForkServerContext
    chance: random.Random
    runs: int = 0
    kills: int = 0
    names: list[str] = field(default_factory=list)

    def queue(self, store: SqlStore) -> None:
        """Queue some writes, each with a slot that was never used."""
        for _ in range(WRITES_AT_ONCE):
            name = f"w{len(self.names)}"
            self.names.append(name)
            slot = keccak256(name.encode())
            store.add_intent(
                NewIntent(
                    id=name,
                    kind="anchor",
                    registry="local",
                    issuer=self.actor.address,
                    sender=self.actor.address,
                    to=ADDRESS,
                    payload=slot,
                    probes=(Probe(slot, 2**256 - 1, 1),),
                    title=name,
                    created=1,
                )
            )

    def run(self, *, point: str | None = None, occurrence: int = 1, seconds: float | None = None) -> bool:
        """Run one worker process; say whether it came to its end."""
        self.runs += 1
        plan = replace(self.plan, start=1_000_000 + 100 * self.runs, point=point, occurrence=occurrence)
        process = self.context.Process(target=run, args=(plan,))
        process.start()
        process.join(seconds)
        if process.is_alive():
            process.kill()
        process.join()
        assert process.exitcode in (0, -9), f"the worker failed at {point}"
        self.kills += process.exitcode == -9
        return process.exitcode == 0

    def disturb(self) -> None:
        """Let the chain move, or its pool forget, while nobody works."""
        what = self.chance.choice(["nothing", "mine", "forget"])
        if what == "mine":
            self.chain.mine()
        elif what == "forget":
            self.chain.call("anvil_dropAllTransactions")


@pytest.fixture(scope="module")
def context() -> ForkServerContext:
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(
        ["attestree.adapters.evm.sender", "attestree.adapters.keys.signer", "attestree.adapters.sql"]
    )
    return server


@pytest.fixture
def lab(chain: DevChain, tmp_path: Path, context: ForkServerContext) -> Lab:
    chain.call("anvil_setCode", "0x" + ADDRESS.hex(), COUNTING_CODE)
    actor = new_actor("crash")
    chain.fund(actor.account.address, 10**18)
    chain.call("evm_setAutomine", False)
    rpc = JsonRpc(chain.url)
    identity = read_identity(rpc, ADDRESS, 0)
    url = f"sqlite:///{tmp_path}/attestree.db"
    with SqlStore.create(url) as store:
        finality = parse_finality("depth:2")
        sender = EvmSender([rpc], identity=identity, finality=finality, clock=SteppingClock(0))
        store.write_pin("local", sender.fetch_identity())
    rpc.close()
    plan = Plan(chain.url, url, identity, bytes(actor.account.key), start=0)
    return Lab(chain, actor, plan, context, random.Random(tmp_path.name))


def verify_once_each(lab: Lab) -> None:
    """Every write is FINAL, took effect exactly once, and cost exactly one nonce."""
    with SqlStore(lab.plan.store) as store:
        assert {intent.state for intent in store.fetch_intents()} == {State.FINAL}
        assert len(store.fetch_intents()) == len(lab.names)
        nonces = {name: {a.nonce for a in store.fetch_attempts(name)} for name in lab.names}
    counts = [
        int(
            lab.chain.call(
                "eth_getStorageAt", "0x" + ADDRESS.hex(), "0x" + keccak256(n.encode()).hex(), "latest"
            ),
            16,
        )
        for n in lab.names
    ]
    assert counts == [1] * len(lab.names)
    assert sorted(nonce for held in nonces.values() for nonce in held) == list(range(len(lab.names)))


def test_a_worker_killed_at_any_named_point_loses_nothing_and_repeats_nothing(lab: Lab) -> None:
    with SqlStore(lab.plan.store) as store:
        for point in POINTS:
            lab.queue(store)
            assert not lab.run(point=point, occurrence=lab.chance.randint(1, 3)), point
            lab.disturb()
    assert lab.kills == len(POINTS)
    assert lab.run()
    verify_once_each(lab)


def test_a_worker_killed_while_it_recovers_loses_nothing_and_repeats_nothing(lab: Lab) -> None:
    with SqlStore(lab.plan.store) as store:
        lab.queue(store)
        while lab.kills < RANDOM_KILLS:
            finished = lab.run(seconds=lab.chance.uniform(0.05, 0.6))
            lab.disturb()
            if finished:
                lab.queue(store)
    assert lab.run()
    verify_once_each(lab)
