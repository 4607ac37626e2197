"""Writes that somebody else sends, writes that were given up, and signers that are silent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from attestree.anchoring import Pace, Worker
from attestree.errors import SignerError, SignerUnavailableError, TransitionError
from attestree.outbox.lane import blocks, is_closed
from attestree.outbox.records import GIVEN_UP
from attestree.outbox.relayed import NOBODY, decide_relayed
from attestree.outbox.states import State
from attestree.outbox.steps import Final, Wait
from attestree.ports import Intent, SignedTransaction, Transaction
from tests.fakes.fake_chain import IDENTITY, FakeChain, FakeClock, FakeSender, FakeSigner
from tests.fakes.memory_store import MemoryStore
from tests.fakes.writes import slot_of, wanted

PAYER = FakeSigner()


@dataclass
class Stubborn:
    """A signer that fails each time, in the way it was told to."""

    error: Exception
    address: bytes = PAYER.address
    asked: int = 0

    def sign(self, transaction: Transaction) -> SignedTransaction:
        assert transaction.nonce == 0
        self.asked += 1
        raise self.error


@dataclass
class Bench:
    """A store and a chain of two blocks to finality; the chain mines while a worker rests."""

    chain: FakeChain = field(default_factory=lambda: FakeChain(depth=2))
    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        self.store.write_pin("local", IDENTITY)

    def worker(self, *signers: FakeSigner | Stubborn) -> Worker:
        return Worker(
            registry="local",
            store=self.store,
            sender=FakeSender(self.chain),
            signers=signers,
            clock=self.clock,
            pace=Pace(pause=self.rest),
        )

    def rest(self, seconds: float) -> None:
        self.clock.pause(seconds)
        self.chain.mine()

    def state(self, name: str) -> State:
        return self.store.intents[name].state


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.chain.mine(3)
    return made


def record_elsewhere(bench: Bench, name: str = "a", value: int = 5) -> None:
    """Have somebody with another store record what `name` wants, and wait until it is final."""
    other = Bench(bench.chain, bench.clock)
    payload = slot_of(name) + value.to_bytes(32, "big")
    other.store.add_intent(wanted(name, payload=payload, probes=()))
    other.worker(PAYER).drive_until_final([name])


def test_a_write_of_somebody_else_waits_and_nothing_is_signed_for_it(bench: Bench) -> None:
    bench.store.add_intent(wanted("a", sender=NOBODY))
    (event,) = bench.worker(PAYER).drive_once().events
    assert (event.code, event.acted, bench.state("a")) == ("outbox.waits_for_relayer", False, State.SEALED)
    assert (bench.store.attempts, bench.store.leases) == ({}, {})
    with pytest.raises(TransitionError) as caught:
        bench.worker(PAYER).drive_until_final(["a"])
    assert caught.value.code == "outbox.waits_for_relayer"


def test_it_is_final_when_its_effect_is_whoever_brought_it_about(bench: Bench) -> None:
    bench.store.add_intent(wanted("a", sender=NOBODY))
    record_elsewhere(bench)
    (done,) = bench.worker().drive_until_final(["a"])
    assert (done.state, bench.store.attempts) == (State.FINAL, {})


def test_it_waits_while_its_effect_may_still_be_undone(bench: Bench) -> None:
    bench.store.add_intent(wanted("a", sender=NOBODY))
    other = Bench(bench.chain, bench.clock)
    other.store.add_intent(wanted("a", probes=()))
    worker = other.worker(PAYER)
    for _ in range(3):
        worker.drive_once()
    bench.chain.mine()
    (event,) = bench.worker().drive_once().events
    assert (event.code, bench.state("a")) == ("outbox.effect_not_final", State.SEALED)
    bench.chain.reorganise(1, back_to_pool=False)
    (event,) = bench.worker().drive_once().events
    assert event.code == "outbox.waits_for_relayer"


def test_it_says_so_when_something_else_stands_in_its_place(bench: Bench) -> None:
    bench.store.add_intent(wanted("a", sender=NOBODY))
    record_elsewhere(bench, value=6)
    (event,) = bench.worker().drive_once().events
    assert (event.code, bench.state("a")) == ("outbox.root_taken", State.SEALED)


@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize("latest", [True, False])
@pytest.mark.parametrize("empty", [True, False])
def test_only_a_final_effect_ends_it(final: bool, latest: bool, empty: bool) -> None:
    step = decide_relayed(effect_latest=latest, effect_final=final, slot_is_empty=empty)
    assert isinstance(step, Final if final else Wait)


# -- given up ----------------------------------------------------------------------------------


@pytest.mark.parametrize("note", sorted(GIVEN_UP))
def test_what_was_given_up_stands_in_nobodys_way(bench: Bench, note: str) -> None:
    stored = bench.store.add_intent(wanted("a"))
    bench.store.move_intent("a", before=State.SEALED, after=State.HALTED, fence=1, note=note)
    given_up = bench.store.intents["a"]
    assert (given_up.is_given_up, stored.is_given_up) == (True, False)
    same = Intent(replace(stored.wanted, id="b"), State.SEALED, 1, None, None, "")
    assert not blocks(given_up, same)
    assert blocks(stored, same)
    assert not is_closed([given_up])
    assert is_closed([replace(given_up, note="outbox.foreign_nonce")])
    bench.store.add_intent(same.wanted)
    assert bench.worker(PAYER).drive_until_final(["b"])[0].state is State.FINAL


# -- silent signers ----------------------------------------------------------------------------


def test_a_silent_signer_is_waited_for_some_time_and_then_told(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    stubborn = Stubborn(SignerUnavailableError("signer.timeout", host="h"))
    began = bench.clock.now()
    with pytest.raises(SignerUnavailableError):
        bench.worker(stubborn).drive_until_final(["a"], patience_seconds=60)
    assert bench.clock.now() - began >= 60
    assert stubborn.asked > 2
    assert (bench.state("a"), bench.store.attempts) == (State.SEALED, {})
    assert bench.worker(PAYER).drive_until_final(["a"])[0].state is State.FINAL


def test_a_signer_that_signs_something_else_ends_the_wait_at_once(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    stubborn = Stubborn(SignerError("signer.other_transaction", host="h"))
    with pytest.raises(SignerError):
        bench.worker(stubborn).drive_until_final(["a"])
    assert (stubborn.asked, bench.state("a"), bench.store.attempts) == (1, State.SEALED, {})
