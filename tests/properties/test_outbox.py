"""
Property: whatever chain, node and process do, each write takes effect once and never has two live nonces.

The machine drives real workers over a store and a chain in memory. In between it mines, drops the pool,
reorganises above the final block, pauses the contract, lets a relayer act, fails calls before and after
they took effect, and kills the worker. At the end everything calms down, and every write must be FINAL.

A second machine does the same with anchors of one institution, which share transactions as they come.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from attestree.anchoring import Pace, Worker
from attestree.errors import AttestreeError, ChainUnavailableError, LeaseHeldError, UnavailableError
from attestree.outbox.decide import Limits
from attestree.outbox.states import EDGES, State
from attestree.ports import Attempt, Fees, NewIntent, Transaction
from tests.fakes.fake_chain import (
    GWEI,
    IDENTITY,
    REGISTRY,
    FakeChain,
    FakeClock,
    FakeSender,
    FakeSigner,
    sign_as,
    writes_of,
)
from tests.fakes.memory_store import MemoryStore
from tests.fakes.writes import slot_of, wanted, wanted_anchor

RELAYER = b"\x0d" * 20
POINTS = ["before fetch_receipts", "before fetch_words", "before fetch_nonces", "before send", "after send"]


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


class Outbox(RuleBasedStateMachine):
    """Workers over one store and one chain."""

    @initialize(depth=st.integers(min_value=0, max_value=4))
    def set_up(self, depth: int) -> None:
        self.chain = FakeChain(depth=depth)
        self.clock = FakeClock()
        self.store = MemoryStore()
        self.store.write_pin("local", IDENTITY)
        self.sender = FakeSender(self.chain)
        self.signer = FakeSigner()
        self.names: list[str] = []
        self.start_worker()

    def start_worker(self) -> None:
        self.clock.seconds += 60
        self.worker = Worker(
            registry="local",
            store=self.store,
            sender=self.sender,
            signers=[self.signer],
            clock=self.clock,
            limits=Limits(max_fee_wei=10**6 * GWEI, resend_seconds=5, bump_seconds=20, reverts=99),
            pace=Pace(pause=self.clock.pause),
        )

    @precondition(lambda self: len(self.names) < 4)
    @rule()
    def want(self) -> None:
        self.names.append(f"w{len(self.names)}")
        self.store.add_intent(self.build(self.names[-1]))

    def build(self, name: str) -> NewIntent:
        return wanted(name)

    @rule(seconds=st.integers(min_value=-40, max_value=60))
    def drive(self, seconds: int) -> None:
        self.clock.seconds += seconds
        try:
            self.worker.drive_once()
        except LeaseHeldError:
            # The clock was set back, to when the killed worker still held the lease.
            self.clock.seconds += 100

    @rule(point=st.sampled_from(POINTS), kills=st.booleans())
    def drive_into_a_fault(self, point: str, kills: bool) -> None:
        def fault(name: str) -> None:
            if name == point:
                raise Killed if kills else ChainUnavailableError("chain.timeout")

        self.sender.fault = fault
        try:
            self.worker.drive_once()
        except Killed:
            self.start_worker()
        except (UnavailableError, LeaseHeldError):
            self.clock.seconds += 1
        finally:
            self.sender.fault = lambda _name: None

    @rule(count=st.integers(min_value=1, max_value=3), only_empty=st.booleans())
    def mine(self, count: int, only_empty: bool) -> None:
        self.chain.mine(count, only_empty=only_empty)

    @rule(count=st.integers(min_value=1, max_value=4), back_to_pool=st.booleans())
    def reorganise(self, count: int, back_to_pool: bool) -> None:
        self.chain.reorganise(count, back_to_pool=back_to_pool)

    @rule(paused=st.booleans())
    def pause_or_unpause_after_the_estimate(self, paused: bool) -> None:
        self.chain.paused = paused

    @rule()
    def lose_the_pool(self) -> None:
        self.chain.forget_pool()

    @rule(gwei=st.integers(min_value=1, max_value=50))
    def change_the_price(self, gwei: int) -> None:
        self.sender.fees = Fees(gwei * GWEI, GWEI)

    @precondition(lambda self: self.names)
    @rule(choice=st.integers(min_value=0))
    def relay(self, choice: int) -> None:
        name = self.names[choice % len(self.names)]
        nonce = self.chain.latest.nonces.get(RELAYER, 0)
        call = Transaction(31337, nonce, REGISTRY, self.build(name).payload, 1, Fees(GWEI, GWEI))
        self.chain.pool[RELAYER, nonce] = sign_as(RELAYER, call).raw

    @invariant()
    def no_write_has_two_live_nonces(self) -> None:
        final = self.chain.final.nonces.get(self.signer.address, 0)
        for name in getattr(self, "names", ()):
            live = {a.nonce for a in self.store.fetch_attempts(name) if a.nonce >= final}
            assert len(live) <= 1

    @invariant()
    def no_nonce_belongs_to_two_writes_but_with_the_same_transactions(self) -> None:
        holders: dict[int, list[tuple[str, set[bytes]]]] = {}
        for name in getattr(self, "names", ()):
            for nonce in {a.nonce for a in self.attempts(name)}:
                hashes = {a.tx_hash for a in self.attempts(name) if a.nonce == nonce}
                holders.setdefault(nonce, []).append((name, hashes))
        for held in holders.values():
            assert len({frozenset(hashes) for _, hashes in held}) == 1
            self.look_at_shared([name for name, _ in held])

    def look_at_shared(self, names: Sequence[str]) -> None:
        assert len(names) == 1

    @invariant()
    def only_drawn_edges_were_taken(self) -> None:
        for _, before, after in getattr(self, "store", MemoryStore()).edges:
            assert after in EDGES[before]

    @invariant()
    def no_effect_happened_twice_and_final_is_final(self) -> None:
        for name in getattr(self, "names", ()):
            assert self.chain.count_set(slot_of(name)) <= 1
            if self.state(name) is State.FINAL:
                assert self.chain.final.words.get(slot_of(name)) == 5

    @invariant()
    def a_bump_raises_both_fees(self) -> None:
        for name in getattr(self, "names", ()):
            attempts = self.attempts(name)
            for old, new in pairwise(attempts):
                if old.nonce == new.nonce:
                    assert new.fees.max_fee * 8 >= old.fees.max_fee * 9
                    assert new.fees.priority_fee * 8 >= old.fees.priority_fee * 9

    def attempts(self, name: str) -> Sequence[Attempt]:
        return self.store.fetch_attempts(name)

    def state(self, name: str) -> State:
        return self.store.intents[name].state

    def teardown(self) -> None:
        if not hasattr(self, "names"):
            return
        self.sender.fees = Fees(GWEI, GWEI)
        self.chain.paused = False
        for _ in range(200):
            if all(self.state(name) is State.FINAL for name in self.names):
                break
            try:
                self.worker.drive_once()
            except AttestreeError:
                self.start_worker()
            self.clock.seconds += 6
            self.chain.mine()
        assert [self.state(name) for name in self.names] == [State.FINAL] * len(self.names)
        self.no_effect_happened_twice_and_final_is_final()
        assert [self.chain.count_set(slot_of(name)) for name in self.names] == [1] * len(self.names)


class SharedOutbox(Outbox):
    """The same with writes that share transactions."""

    def build(self, name: str) -> NewIntent:
        return wanted_anchor(name)

    @precondition(lambda self: len(self.names) < 8)
    @rule(count=st.integers(min_value=2, max_value=4))
    def want_several(self, count: int) -> None:
        for _ in range(count):
            self.want()

    def look_at_shared(self, names: Sequence[str]) -> None:
        """Whoever holds a nonce with others is in each transaction that was signed for it."""
        for signed in self.signer.signed:
            raw = sign_as(self.signer.address, signed)
            inside = {slot for slot, _ in writes_of(signed.payload)}
            stored = {name for name in self.names if any(a.tx_hash == raw.hash for a in self.attempts(name))}
            if stored:
                assert inside == {slot_of(name) for name in stored}


TestOutbox = Outbox.TestCase
TestSharedOutbox = SharedOutbox.TestCase
TestSharedOutbox.settings = settings(
    stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
TestOutbox.settings = settings(
    stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
