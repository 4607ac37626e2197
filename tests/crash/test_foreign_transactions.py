"""
Somebody else sends with our key: noticed in the next round, nothing new signed, healed by command only.

Each experiment disturbs the lane of a key on a real anvil in one of four ways, at a random moment of its
work: a foreign transaction that is mined, one that waits, one that replaces ours with a higher fee, and a
gap that a re-organisation tears. The contract has no guard of its own: each call adds one to its slot.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lab.counter import build_write, count_effects, fetch_identity, place_contract
from lab.tasks import SteppingClock

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.hexes import format_bytes, parse_quantity
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from attestree.anchoring import Pace, Worker
from attestree.anchoring.lane_healing import accept_foreign_use, fill_gap
from attestree.errors import ChainUnavailableError
from attestree.outbox.decide import Limits
from attestree.outbox.lane import FOREIGN, FOREIGN_WAITING, GAP, is_settled
from attestree.outbox.states import State
from attestree.ports import Lane, SignedTransaction, Transaction
from attestree.registry.finality import parse_finality
from tests.conftest import Depth, Figures
from tests.integration.deployed import Actor, new_actor

FINAL_DEPTH = 2
GWEI = 10**9


@dataclass
class CountingSigner:
    """Signs with a real key, and counts."""

    inner: LocalSigner
    signed: list[Transaction] = field(default_factory=list)

    @property
    def address(self) -> bytes:
        return self.inner.address

    def sign(self, transaction: Transaction) -> SignedTransaction:
        self.signed.append(transaction)
        return self.inner.sign(transaction)


@dataclass
class Bench:
    """A key, its store, its worker, and the thief who has the key too."""

    chain: DevChain
    rpc: JsonRpc
    store: SqlStore
    sender: EvmSender
    actor: Actor
    chance: random.Random
    clock: SteppingClock = field(default_factory=lambda: SteppingClock(1_000_000))
    alarms: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.signer = CountingSigner(LocalSigner(bytes(self.actor.account.key), chain_id=31337))

    def worker(self) -> Worker:
        return Worker(
            registry="local",
            store=self.store,
            sender=self.sender,
            signers=[self.signer],
            clock=self.clock,
            limits=Limits(resend_seconds=2, bump_seconds=6),
            alarm=self,
            pace=Pace(pause=self.rest),
        )

    def raise_alarm(self, code: str, *, subject: str = "", **_values: object) -> None:
        self.alarms.append(code)

    def clear_alarm(self, code: str, *, subject: str = "") -> None:
        self.alarms.append(f"over: {code}")

    def rest(self, _seconds: float) -> None:
        self.clock.seconds += 1
        self.chain.mine()

    def queue(self, count: int) -> None:
        """Queue writes, each with a slot that was never used."""
        for _ in range(count):
            slot = secrets.token_bytes(32)
            self.names.append(slot.hex())
            wanted = build_write(slot.hex(), slot, key=self.actor.address, created=self.clock.now())
            self.store.add_intent(wanted)

    def count(self, tag: str) -> int:
        return parse_quantity(
            self.rpc.call("eth_getTransactionCount", [format_bytes(self.actor.address), tag])
        )

    def steal(self, nonce: int, *, gwei: int = 500) -> None:
        """Send with the same key, to nowhere."""
        transaction = {
            "type": 2,
            "chainId": 31337,
            "nonce": nonce,
            "to": "0x" + "77" * 20,
            "value": 1,
            "gas": 30_000,
            "maxFeePerGas": gwei * GWEI,
            "maxPriorityFeePerGas": gwei * GWEI,
        }
        raw = bytes(self.actor.account.sign_transaction(transaction).raw_transaction)
        self.rpc.call("eth_sendRawTransaction", [format_bytes(raw)])

    def work_a_while(self, worker: Worker) -> None:
        """Drive to a random moment: nothing out, something out, or something mined."""
        self.queue(self.chance.randint(1, 3))
        for _ in range(self.chance.randint(0, 8)):
            worker.drive_once()
            if self.chance.random() < 0.5:
                self.chain.mine()

    def settle(self, worker: Worker) -> None:
        """Bring everything to FINAL."""
        worker.drive_until_final(self.names)

    def verify_once_each(self) -> None:
        """Every write is FINAL and took effect exactly once; no nonce belongs to two writes."""
        assert {intent.state for intent in self.store.fetch_intents()} == {State.FINAL}
        assert count_effects(self.rpc, list(map(bytes.fromhex, self.names))) == [1] * len(self.names)
        held = [{a.nonce for a in self.store.fetch_attempts(i.wanted.id)} for i in self.store.fetch_intents()]
        assert sum(map(len, held)) == len(set().union(*held))


@pytest.fixture
def bench(chain: DevChain, tmp_path: Path) -> Iterator[Bench]:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    place_contract(chain)
    actor = new_actor(secrets.token_hex(8))
    chain.fund(actor.account.address, 10**20)
    chain.call("evm_setAutomine", False)
    rpc = JsonRpc(chain.url)
    identity = fetch_identity(rpc)
    sender = EvmSender([rpc], identity=identity, finality=parse_finality(f"depth:{FINAL_DEPTH}"))
    with SqlStore.create(f"sqlite:///{tmp_path}/attestree.db") as store:
        store.write_pin("local", sender.fetch_identity())
        yield Bench(chain, rpc, store, sender, actor, random.Random(seed))
    rpc.close()


def accept(bench: Bench) -> None:
    """Say that the foreign use is known, as soon as that may be said."""
    while not is_settled(bench.sender.fetch_nonces(bench.actor.address)):
        with pytest.raises(ChainUnavailableError):
            accept_foreign_use(bench.store, bench.sender, address=bench.actor.address, registry="local")
        bench.rest(1)
    accept_foreign_use(bench.store, bench.sender, address=bench.actor.address, registry="local")


def verify_noticed(bench: Bench, worker: Worker, code: str) -> None:
    """The next round rings, and no round signs anything, however many there are."""
    signed, rung = len(bench.signer.signed), len(bench.alarms)
    bench.queue(1)
    worker.drive_once()
    assert code in bench.alarms[rung:]
    for _ in range(bench.chance.randint(1, 12)):
        worker.drive_once()
        bench.rest(1)
    assert len([one for one in bench.signer.signed[signed:] if is_new(bench, one)]) == 0


def is_new(bench: Bench, transaction: Transaction) -> bool:
    """Say whether a transaction took a nonce that had not been signed before; a dearer one did not."""
    return [one.nonce for one in bench.signer.signed].count(transaction.nonce) == 1


def foreign_mined(bench: Bench, worker: Worker) -> None:
    bench.settle(worker)
    for _ in range(bench.chance.randint(1, 3)):
        bench.steal(bench.count("pending"))
    bench.chain.mine()
    verify_noticed(bench, worker, FOREIGN)
    accept(bench)


def foreign_waiting(bench: Bench, worker: Worker) -> None:
    bench.work_a_while(worker)
    bench.settle(worker)
    bench.steal(bench.count("pending"))
    signed = len(bench.signer.signed)
    bench.queue(1)
    worker.drive_once()
    assert FOREIGN_WAITING in bench.alarms
    assert len(bench.signer.signed) == signed
    bench.chain.mine()
    verify_noticed(bench, worker, FOREIGN)
    accept(bench)


def foreign_replacing(bench: Bench, worker: Worker) -> None:
    bench.settle(worker)
    bench.queue(bench.chance.randint(1, 3))
    while bench.count("pending") == bench.count("latest"):
        worker.drive_once()
    bench.steal(bench.count("latest"))
    bench.chain.mine()
    verify_noticed(bench, worker, "outbox.nonce_passed")
    for _ in range(FINAL_DEPTH + 2):
        bench.chain.mine()
        worker.drive_once()
    assert "outbox.foreign_nonce" in {intent.note for intent in bench.store.fetch_intents()}
    assert "outbox.foreign_nonce" in bench.alarms
    accept(bench)


def gap(bench: Bench, worker: Worker) -> None:
    """The thief's transaction is accepted, ours goes out behind it, and the chain forgets the thief's."""
    bench.settle(worker)
    before = bench.chain.snapshot()
    stolen = bench.count("pending")
    bench.steal(stolen)
    bench.chain.mine(FINAL_DEPTH + 1)
    accept(bench)
    bench.chain.revert(before)
    bench.chain.call("evm_setAutomine", False)
    bench.store.drop_final_mark("local")
    verify_noticed(bench, worker, GAP)
    (filled,) = fill_gap(
        bench.store, bench.sender, bench.clock, address=bench.actor.address, registry="local"
    )
    assert filled.wanted.nonce == stolen


DISTURBANCES: dict[str, Callable[[Bench, Worker], None]] = {
    "mined": foreign_mined,
    "waiting": foreign_waiting,
    "replacing": foreign_replacing,
    "gap": gap,
}


def test_foreign_transactions(bench: Bench, depth: Depth, figures: Figures) -> None:
    times = depth.pick(quick=1, ci=3, deep=25)
    kinds = list(DISTURBANCES) * times
    bench.chance.shuffle(kinds)
    done: dict[str, int] = dict.fromkeys(DISTURBANCES, 0)
    with bench.worker() as worker:
        for kind in kinds:
            bench.work_a_while(worker)
            DISTURBANCES[kind](bench, worker)
            bench.settle(worker)
            bench.verify_once_each()
            done[kind] += 1
    figures.note(
        f"{sum(done.values())} foreign uses ({', '.join(f'{n} {kind}' for kind, n in done.items())}):"
        " alarm in the next round each time, 0 new nonces signed before the command,"
        f" {len(bench.names)} writes FINAL once"
    )


def test_a_sender_that_follows_the_count_of_the_chain_is_caught(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, figures: Figures
) -> None:
    """The control: the rule that most senders have, the higher of the chain's count and our own."""
    ask = bench.store.fetch_lane

    def follow(*, sender: bytes, registry: str) -> Lane | None:
        lane, mined = ask(sender=sender, registry=registry), bench.count("latest")
        if lane is None or lane.next >= mined:
            return lane
        bench.store.move_lane(sender=sender, registry=registry, before=lane, after=Lane(lane.first, mined))
        return ask(sender=sender, registry=registry)

    monkeypatch.setattr(bench.store, "fetch_lane", follow)
    with bench.worker() as worker:
        bench.queue(1)
        with pytest.raises(AssertionError):
            foreign_mined(bench, worker)
        assert bench.alarms == []
        bench.settle(worker)
    assert len(bench.signer.signed) == 2
    figures.note("the control signs behind the foreign transaction and says nothing: caught")
