"""
PostgreSQL killed with SIGKILL under load, and cut off at COMMIT: no write is lost, none is done twice.

The worker lives on, as it does when the database is on another machine. The contract it writes to has no
guard: each call adds one to the slot that it names. The control asks the server not to flush its commits.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

import pytest
from lab.counter import build_write, count_effects, fetch_identity, place_contract
from lab.tasks import FINALITY, LIMITS, REGISTRY, SteppingClock
from sqlalchemy import event

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from attestree.anchoring import Pace, Worker
from attestree.errors import LeaseHeldError, TransitionError, UnavailableError
from attestree.merkle.keccak import keccak256
from attestree.outbox.states import State
from attestree.registry.finality import parse_finality
from tests.conftest import Depth, Figures
from tests.integration.deployed import Actor, new_actor
from tests.integration.postgres import CuttingProxy, Postgres

ROUNDS_LIMIT = 400


@dataclass
class Lab:
    """A worker, its chain and its database."""

    chain: DevChain
    postgres: Postgres
    actor: Actor
    rpc: JsonRpc
    chance: random.Random
    clock: SteppingClock = field(default_factory=lambda: SteppingClock(1_000_000))
    names: list[str] = field(default_factory=list)
    anchors: bool = False
    """Whether writes may share a transaction."""

    @contextmanager
    def working(self, url: str, *, flushes: bool = True) -> Iterator[tuple[SqlStore, Worker]]:
        """Open the store at a URL and a worker over it."""
        identity = fetch_identity(self.rpc)
        with ExitStack() as stack:
            store = stack.enter_context(SqlStore(url))
            if not flushes:
                event.listen(store._engine, "begin", _do_not_flush)
            worker = Worker(
                registry=REGISTRY,
                store=store,
                sender=EvmSender(
                    [self.rpc], identity=identity, finality=parse_finality(FINALITY), clock=SteppingClock(0)
                ),
                signers=[LocalSigner(bytes(self.actor.account.key), chain_id=31337)],
                clock=self.clock,
                limits=LIMITS,
                pace=Pace(pause=lambda _seconds: None),
            )
            yield store, worker
            with suppress(UnavailableError):
                worker.close()

    def queue(self, store: SqlStore, count: int) -> None:
        """Queue writes, each with a slot that was never used; asks again while nobody answers."""
        for _ in range(count):
            name = f"w{len(self.names)}"
            self.names.append(name)
            slot = self._slot(name)
            write = build_write(name, slot, key=self.actor.address, is_anchor=self.anchors)
            store.add_intent(write)

    def drive(self, worker: Worker, store: SqlStore) -> bool:
        """Drive until all is final, whatever the database does meanwhile; say whether it was in time."""
        for _ in range(ROUNDS_LIMIT):
            with suppress(UnavailableError, LeaseHeldError, TransitionError):
                worker.drive_once()
                if all(intent.state is State.FINAL for intent in store.fetch_intents()):
                    return True
            self.clock.seconds += 1
            self.chain.mine()
        return False

    def counts(self) -> list[int]:
        """Return how often each write took effect."""
        return count_effects(self.rpc, [self._slot(name) for name in self.names])

    def _slot(self, name: str) -> bytes:
        return keccak256(self.actor.address + name.encode())

    def verify(self, store: SqlStore) -> None:
        """Every write is FINAL and took effect exactly once; each cost a nonce, or shared one with others."""
        assert self.counts() == [1] * len(self.names)
        assert {intent.state for intent in store.fetch_intents()} == {State.FINAL}
        nonces = [{attempt.nonce for attempt in store.fetch_attempts(name)} for name in self.names]
        assert {len(one) for one in nonces} == {1}
        used = set().union(*nonces)
        assert used == set(range(len(used)))
        assert (len(used) < len(self.names)) is self.anchors


def _do_not_flush(connection: object) -> None:
    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")  # type: ignore[attr-defined]


@pytest.fixture
def lab(chain: DevChain, postgres: Postgres) -> Iterator[Lab]:
    place_contract(chain)
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    actor = new_actor(f"postgres {seed}")
    chain.fund(actor.account.address, 10**20)
    chain.call("evm_setAutomine", False)
    rpc = JsonRpc(chain.url)
    postgres.empty()
    with SqlStore.create(postgres.url) as store:
        store.write_pin(REGISTRY, fetch_identity(rpc))
    yield Lab(chain, postgres, actor, rpc, random.Random(seed))
    rpc.close()


def kill_while_driving(lab: Lab, *, kills: int, flushes: bool = True) -> bool:
    """Kill the server at a random moment of each of so many rounds of work; say whether all became final."""
    with lab.working(lab.postgres.url, flushes=flushes) as (store, worker):
        for _ in range(kills):
            lab.queue(store, 3)
            ended = threading.Event()

            def work(ended: threading.Event = ended) -> None:
                with suppress(UnavailableError, LeaseHeldError, TransitionError):
                    while not ended.is_set():
                        if not worker.drive_once().acted:
                            lab.clock.seconds += 1
                            lab.chain.mine()

            working = threading.Thread(target=work)
            working.start()
            ended.wait(lab.chance.uniform(0, 0.4))
            lab.postgres.kill()
            ended.set()
            working.join()
            lab.postgres.start()
        if not lab.drive(worker, store):
            return False
        if flushes:
            lab.verify(store)
    return True


@pytest.mark.parametrize("anchors", [False, True], ids=["alone", "together"])
def test_a_database_killed_under_load_loses_nothing_and_repeats_nothing(
    lab: Lab, depth: Depth, figures: Figures, anchors: bool
) -> None:
    lab.anchors = anchors
    kills = depth.pick(quick=3, ci=12, deep=100)
    assert kill_while_driving(lab, kills=kills)
    figures.note(f"{kills} SIGKILLs of PostgreSQL, {len(lab.names)} writes: 0 lost, 0 double, 0 not final")


@pytest.mark.slow
def test_a_database_that_does_not_flush_is_caught_by_this_experiment(lab: Lab) -> None:
    for _ in range(20):
        # what was lost shows on the chain, or as a nonce that nobody signs any more
        is_final = kill_while_driving(lab, kills=3, flushes=False)
        if not is_final or lab.counts() != [1] * len(lab.names):
            return
    pytest.fail("commits that were not flushed all survived: the experiment shows nothing")


@pytest.mark.parametrize("anchors", [False, True], ids=["alone", "together"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_cut_at_any_commit_loses_nothing_and_repeats_nothing(
    lab: Lab, when: str, depth: Depth, figures: Figures, anchors: bool
) -> None:
    lab.anchors = anchors
    proxy = CuttingProxy(lab.postgres.socket_path)
    try:
        with lab.working(proxy.url) as (store, worker):
            rounds = depth.pick(quick=2, ci=6, deep=50)
            for _ in range(rounds):
                lab.queue(store, 2)
                for _ in range(40):
                    proxy.cut = when
                    with suppress(UnavailableError, LeaseHeldError, TransitionError):
                        worker.drive_once()
                    proxy.cut = None
                    with suppress(UnavailableError, LeaseHeldError, TransitionError):
                        worker.drive_once()
                    lab.clock.seconds += 1
                    lab.chain.mine()
                    if all(intent.state is State.FINAL for intent in store.fetch_intents()):
                        break
            assert lab.drive(worker, store)
            lab.verify(store)
    finally:
        proxy.close()
    assert proxy.cuts >= (4 if anchors else 5) * rounds
    figures.note(f"{proxy.cuts} connections cut {when} COMMIT, {len(lab.names)} writes: 0 lost, 0 double")
