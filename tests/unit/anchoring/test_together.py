"""Anchors that share a transaction, over a store and a chain in memory: each is recorded once, by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from attestree.anchoring import Pace, Worker, believe_again, resume_intent
from attestree.anchoring.lane_healing import accept_foreign_use
from attestree.anchoring.observe import Look
from attestree.anchoring.together import Together, join_calls, narrow
from attestree.errors import (
    AttestreeError,
    ChainIdentityError,
    ChainUnavailableError,
    RefusedError,
    RevertedError,
    TransitionError,
)
from attestree.outbox.decide import Limits
from attestree.outbox.states import State
from attestree.ports import Attempt, Fees, Intent, Transaction
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

OTHER = b"\x0d" * 20


@dataclass
class CountingSender(FakeSender):
    """Counts what is sent, asks gas by length, and refuses more than so many anchors at once."""

    chain: FakeChain
    most: int = 99
    sent: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.chain)

    def fetch_gas(self, *, sender: bytes, to: bytes, payload: bytes) -> int:
        if len(writes_of(payload)) > self.most:
            raise RevertedError("contract.out_of_gas")
        return super().fetch_gas(sender=sender, to=to, payload=payload) * len(writes_of(payload))

    def send(self, raw: bytes) -> None:
        self.sent.append(raw)
        super().send(raw)


class Bench:
    """A store, a chain that mines while the worker rests, and workers."""

    def __init__(self) -> None:
        self.chain = FakeChain(depth=2)
        self.clock = FakeClock()
        self.store = MemoryStore()
        self.signer = FakeSigner()
        self.sender = CountingSender(self.chain)
        self.store.write_pin("local", IDENTITY)
        self.mines = True

    def worker(self, **limits: int) -> Worker:
        return Worker(
            registry="local",
            store=self.store,
            sender=self.sender,
            signers=[self.signer],
            clock=self.clock,
            limits=replace(Limits(resend_seconds=5, bump_seconds=20), **limits),
            pace=Pace(pause=self.rest),
        )

    def rest(self, seconds: float) -> None:
        self.clock.pause(seconds)
        if self.mines:
            self.chain.mine()

    def queue(self, names: Sequence[str], **changes: object) -> list[str]:
        for name in names:
            self.store.add_intent(wanted_anchor(name, **changes))
        return list(names)

    def finish(self, names: Sequence[str], **limits: int) -> None:
        with self.worker(**limits) as worker:
            worker.drive_until_final(names)

    def stop(self, name: str, *, note: str) -> None:
        intent = self.store.intents[name]
        self.store.move_intent(name, before=intent.state, after=State.HALTED, fence=intent.fence, note=note)

    def state(self, name: str) -> State:
        return self.store.intents[name].state

    def attempts(self, name: str) -> Sequence[Attempt]:
        return self.store.fetch_attempts(name)

    def carried(self) -> list[str]:
        """Return the names in each transaction that was signed, in their order."""
        calls = [
            [slot.rstrip(b"\0").decode() for slot, _ in writes_of(one.payload)] for one in self.signer.signed
        ]
        return ["".join(call) for call in calls]

    def effects(self, names: Sequence[str]) -> list[int]:
        return [self.chain.count_set(slot_of(name)) for name in names]


@pytest.fixture
def bench() -> Bench:
    return Bench()


# -- one transaction ---------------------------------------------------------------------------


def test_batches_that_wait_are_recorded_with_one_transaction_sent_once(bench: Bench) -> None:
    names = bench.queue("abcde")
    bench.finish(names)
    assert bench.carried() == ["abcde"]
    assert len(bench.sender.sent) == 1
    assert bench.effects(names) == [1] * 5
    assert len({(one.nonce, one.tx_hash) for name in names for one in bench.attempts(name)}) == 1
    assert {bench.store.intents[name].block_hash for name in names} == {bench.chain.blocks[1].ref.hash}


def test_a_transaction_carries_no_more_than_the_limit(bench: Bench) -> None:
    names = bench.queue("abcde")
    bench.finish(names, together=2)
    assert bench.carried() == ["ab", "cd", "e"]


def test_one_for_each_is_how_it_was(bench: Bench) -> None:
    names = bench.queue("abc")
    bench.finish(names, together=1)
    assert bench.carried() == ["a", "b", "c"]
    assert [one.nonce for one in bench.signer.signed] == [0, 1, 2]


def test_other_institutions_and_other_calls_go_by_themselves(bench: Bench) -> None:
    bench.queue("a")
    bench.queue("x", issuer=OTHER)
    bench.store.add_intent(wanted("y"))
    bench.queue("b")
    bench.finish(["a", "x", "y", "b"])
    assert bench.carried() == ["ab", "x", "y"]


def test_an_act_of_standing_is_not_overtaken(bench: Bench) -> None:
    bench.queue("ab")
    bench.store.add_intent(wanted("s", kind="accreditation"))
    bench.queue("cd")
    bench.finish(list("abscd"))
    assert bench.carried() == ["ab", "s", "cd"]


@pytest.mark.parametrize("rounds", range(7))
def test_a_new_worker_goes_on_where_the_last_one_was_killed(bench: Bench, rounds: int) -> None:
    names = bench.queue("abc")
    killed = bench.worker()
    for _ in range(rounds):
        killed.drive_once()
        bench.rest(1)
    bench.finish(names)
    assert bench.effects(names) == [1] * 3
    assert bench.carried() == ["abc"]


def test_what_is_queued_later_has_a_transaction_of_its_own(bench: Bench) -> None:
    bench.queue("ab")
    worker = bench.worker()
    worker.drive_once()
    bench.queue("cd")
    worker.drive_once()
    worker.drive_until_final(list("abcd"))
    assert bench.carried() == ["ab", "cd"]


# -- what stands in the way --------------------------------------------------------------------


def test_one_that_cannot_be_recorded_is_left_out_and_holds_nobody_up(bench: Bench) -> None:
    bench.queue("abcd")
    theirs = Transaction(31337, 0, REGISTRY, slot_of("b") + (7).to_bytes(32), 1, Fees(GWEI, GWEI))
    bench.chain.pool[OTHER, 0] = sign_as(OTHER, theirs).raw
    bench.chain.mine(5)
    bench.finish(list("acd"))
    assert bench.carried() == ["acd"]
    assert bench.state("b") is State.SEALED
    assert bench.attempts("b") == []


def test_the_first_that_cannot_be_recorded_holds_nobody_up_either(bench: Bench) -> None:
    bench.queue("abc")
    theirs = Transaction(31337, 0, REGISTRY, slot_of("a") + (7).to_bytes(32), 1, Fees(GWEI, GWEI))
    bench.chain.pool[OTHER, 0] = sign_as(OTHER, theirs).raw
    bench.chain.mine(5)
    bench.finish(list("bc"))
    assert bench.carried() == ["bc"]


def test_one_that_another_recorded_already_does_not_come_along(bench: Bench) -> None:
    bench.queue("abc")
    theirs = Transaction(31337, 0, REGISTRY, slot_of("b") + (5).to_bytes(32), 1, Fees(GWEI, GWEI))
    bench.chain.pool[OTHER, 0] = sign_as(OTHER, theirs).raw
    bench.chain.mine()
    bench.finish(list("abc"))
    assert bench.carried() == ["ac"]
    assert bench.effects("abc") == [1] * 3


def test_a_transaction_without_effect_is_tried_again_by_each_alone(bench: Bench) -> None:
    names = bench.queue("abc")
    bench.worker().drive_once()
    bench.chain.paused = True
    bench.chain.mine(4)
    bench.chain.paused = False
    bench.clock.seconds += 60
    bench.finish(names)
    assert bench.carried() == ["abc", "a", "b", "c"]
    assert [one.nonce for one in bench.signer.signed] == [0, 1, 2, 3]
    assert bench.effects(names) == [1] * 3


def test_what_was_signed_once_does_not_come_along_with_later_ones(bench: Bench) -> None:
    bench.queue("ab")
    bench.worker().drive_once()
    bench.chain.paused = True
    bench.chain.mine(4)
    bench.chain.paused = False
    bench.queue("cd")
    bench.clock.seconds += 60
    bench.finish(list("abcd"))
    assert bench.carried()[0] == "ab"
    assert sorted(bench.carried()[1:]) == ["a", "b", "cd"]


def test_a_contract_that_takes_fewer_gets_fewer(bench: Bench) -> None:
    bench.sender.most = 2
    names = bench.queue("abcdef")
    bench.finish(names)
    assert max(map(len, bench.carried())) == 2
    assert bench.effects(names) == [1] * 6


def test_a_purse_for_one_pays_for_one(bench: Bench) -> None:
    bench.sender.balance = 60_000 * bench.sender.fees.max_fee
    names = bench.queue("abc")
    bench.finish(names)
    assert bench.carried() == ["a", "b", "c"]


def test_a_writer_that_lost_its_lease_signs_for_nobody(bench: Bench) -> None:
    bench.queue("abc")
    worker = bench.worker()
    worker.hold()
    bench.clock.seconds += 10_000
    bench.worker().hold()
    bench.clock.seconds -= 10_000
    with pytest.raises(RefusedError):
        worker.drive_once()
    assert [bench.state(name) for name in "abc"] == [State.SEALED] * 3


def test_nobody_is_signed_for_where_one_moved_meanwhile(bench: Bench) -> None:
    bench.queue("abc")

    class Moving(FakeSigner):
        def sign(self, transaction: Transaction):  # type: ignore[no-untyped-def]
            bench.store.move_intent(
                "b", before=State.SEALED, after=State.HALTED, fence=1, note="outbox.ruled_out"
            )
            return super().sign(transaction)

    bench.signer = Moving()
    (event, *_) = bench.worker().drive_once().events
    assert event.error is not None
    assert event.error.code == "outbox.lost_race"
    assert [bench.attempts(name) for name in "abc"] == [[], [], []]
    bench.signer = FakeSigner()
    bench.clock.seconds += 60
    bench.finish(["a", "c"])
    assert bench.effects("abc") == [1, 0, 1]


# -- dearer, and back --------------------------------------------------------------------------


def test_a_transaction_is_made_dearer_for_all_that_it_carries(bench: Bench) -> None:
    bench.mines = False
    names = bench.queue("abc")
    worker = bench.worker()
    for _ in range(12):
        worker.drive_once()
        bench.rest(5)
    assert len(bench.signer.signed) > 1
    assert {one.payload for one in bench.signer.signed} == {bench.signer.signed[0].payload}
    assert {one.nonce for one in bench.signer.signed} == {0}
    assert len({tuple(one.tx_hash for one in bench.attempts(name)) for name in names}) == 1
    bench.mines = True
    worker.drive_until_final(names)
    assert bench.effects(names) == [1] * 3


def test_it_is_not_made_dearer_while_one_of_them_stands_elsewhere(bench: Bench) -> None:
    bench.mines = False
    bench.queue("ab")
    worker = bench.worker()
    worker.drive_once()
    stopped = bench.store.intents["b"]
    bench.store.move_intent(
        "b", before=stopped.state, after=State.HALTED, fence=stopped.fence, note="outbox.why"
    )
    for _ in range(12):
        worker.drive_once()
        bench.rest(5)
    assert len(bench.signer.signed) == 1
    assert len(set(bench.sender.sent)) == 1 < len(bench.sender.sent)


def test_all_go_back_with_a_block_and_come_again(bench: Bench) -> None:
    names = bench.queue("abc")
    worker = bench.worker()
    worker.drive_once()
    bench.chain.mine()
    worker.drive_once()
    assert [bench.state(name) for name in names] == [State.MINED] * 3
    bench.chain.reorganise(2, back_to_pool=False)
    worker.drive_once()
    assert [bench.state(name) for name in names] == [State.SENT] * 3
    worker.drive_until_final(names)
    assert bench.effects(names) == [1] * 3
    assert len(bench.signer.signed) == 1


def test_all_stop_where_another_spent_their_nonce_and_each_is_taken_up_again(bench: Bench) -> None:
    names = bench.queue("abc")
    worker = bench.worker()
    worker.drive_once()
    bench.chain.forget_pool()
    bench.chain.spend_nonce(bench.signer.address)
    bench.chain.mine(3)
    worker.drive_once()
    assert [bench.store.intents[name].note for name in names] == ["outbox.foreign_nonce"] * 3
    assert len(bench.signer.signed) == 1
    _, stopped = accept_foreign_use(bench.store, bench.sender, address=bench.signer.address, registry="local")
    assert [one.wanted.id for one in stopped] == names
    worker.drive_until_final(names)
    assert bench.carried() == ["abc", "a", "b", "c"]
    assert bench.effects(names) == [1] * 3


def test_finality_that_breaks_stops_all_of_them_and_they_come_again(bench: Bench) -> None:
    names = bench.queue("abc")
    bench.finish(names)
    bench.chain.rewrite(len(bench.chain.blocks) - 1)
    bench.chain.mine(2)
    bench.clock.seconds += 60
    worker = bench.worker()
    with pytest.raises(ChainIdentityError):
        worker.drive_once()
    assert [bench.state(name) for name in names] == [State.HALTED] * 3
    for intent in believe_again(bench.store, bench.sender, registry="local"):
        resume_intent(bench.store, bench.sender, intent.wanted.id)
    worker.drive_until_final(names)
    assert bench.effects(names) == [1] * 3
    assert len(bench.signer.signed) == 1


def test_one_of_them_that_is_taken_up_alone_waits_for_the_others_to_be_made_dearer(bench: Bench) -> None:
    bench.mines = False
    names = bench.queue("abc")
    worker = bench.worker()
    worker.drive_once()
    for name in names:
        bench.stop(name, note="outbox.effect_missing")
    assert resume_intent(bench.store, bench.sender, "a") is State.SENT
    for _ in range(12):
        worker.drive_once()
        bench.rest(5)
    assert len(bench.signer.signed) == 1
    for name in "bc":
        resume_intent(bench.store, bench.sender, name)
    for _ in range(3):
        worker.drive_once()
        bench.rest(5)
    assert len(bench.signer.signed) == 2
    bench.mines = True
    worker.drive_until_final(names)
    assert bench.effects(names) == [1] * 3


# -- who comes along ---------------------------------------------------------------------------


def company(bench: Bench, names: str) -> list[str]:
    """Return who would be signed with the first of a lane."""
    look = Look(bench.sender, bench.signer.address, final=bench.chain.final.ref)
    lane = intents(names)
    found = Together(bench.store, look, Limits()).find(lane, 0, nonce=0, now=bench.clock.now())
    return [one.wanted.id for one in found]


def test_whoever_stands_on_the_chain_already_is_not_asked_along(bench: Bench) -> None:
    bench.queue("abc")
    theirs = Transaction(31337, 0, REGISTRY, slot_of("b") + (5).to_bytes(32), 1, Fees(GWEI, GWEI))
    bench.chain.pool[OTHER, 0] = sign_as(OTHER, theirs).raw
    bench.chain.mine()
    assert company(bench, "abc") == ["a", "c"]


def test_whoever_moved_or_was_withdrawn_since_the_round_began_is_not_asked_along(bench: Bench) -> None:
    bench.queue("abcd")
    bench.stop("b", note="outbox.ruled_out")
    bench.store.drop_intent("c", fence=1)
    assert company(bench, "abcd") == ["a", "d"]


def waste_a_nonce(bench: Bench, name: str) -> None:
    """Let a write be mined without effect, and go back to where it waits."""
    worker = bench.worker()
    worker.drive_once()
    worker.drive_once()
    bench.chain.paused = True
    bench.chain.mine(4)
    worker.drive_once()
    worker.drive_once()
    bench.chain.paused = False
    worker.close()
    assert bench.state(name) is State.SEALED


def test_whoever_was_signed_before_is_not_asked_along(bench: Bench) -> None:
    bench.queue("b")
    waste_a_nonce(bench, "b")
    bench.queue("ac")
    assert company(bench, "abc") == ["a", "c"]


def test_whoever_was_signed_before_asks_nobody_along(bench: Bench) -> None:
    bench.queue("a")
    waste_a_nonce(bench, "a")
    bench.queue("bc")
    (event, *_) = bench.worker().drive_once().events
    assert (event.intent_id, event.after, event.error) == ("a", State.SIGNED, None)
    assert bench.carried() == ["a", "a", "bc"]


def test_what_cannot_be_found_out_about_others_keeps_nobody_waiting(bench: Bench) -> None:
    bench.queue("abc")
    looks = 0

    def fault(name: str) -> None:
        nonlocal looks
        looks += name == "before fetch_words"
        if looks > 2 and name == "before fetch_words":
            raise ChainUnavailableError("chain.timeout")

    bench.sender.fault = fault
    with pytest.raises(ChainUnavailableError):
        bench.worker().drive_once()
    assert bench.carried() == ["a"]
    assert [bench.state(name) for name in "abc"] == [State.SIGNED, State.SEALED, State.SEALED]


def test_a_write_that_is_queued_for_something_else_has_no_joint_call(bench: Bench) -> None:
    bench.queue("a")
    lane = [*intents("a"), Intent(wanted("y"), State.SEALED, 1, None, None, "")]
    bench.store.add_intent(wanted("y"))
    look = Look(bench.sender, bench.signer.address, final=bench.chain.final.ref)
    assert len(Together(bench.store, look, Limits()).find(lane, 0, nonce=0, now=1)) == 1


# -- the parts ---------------------------------------------------------------------------------


def intents(names: str) -> list[Intent]:
    return [Intent(wanted_anchor(name), State.SEALED, 1, None, None, "") for name in names]


def test_writes_without_a_joint_call_are_refused() -> None:
    with pytest.raises(RefusedError, match=r"outbox\.not_together"):
        join_calls([*intents("a"), Intent(wanted("y"), State.SEALED, 1, None, None, "")])


def test_what_refuses_the_first_alone_is_raised_before_the_others_are_asked() -> None:
    asked: list[int] = []

    def estimate(some: Sequence[Intent]) -> int:
        asked.append(len(some))
        raise TransitionError("outbox.why")

    with pytest.raises(TransitionError):
        narrow(intents("abcd"), estimate)
    assert asked == [4, 1]


@pytest.mark.parametrize("error", [RevertedError("contract.why"), ChainUnavailableError("chain.bad_answer")])
def test_a_refusal_of_all_together_is_halved_down_to_one(error: AttestreeError) -> None:
    def estimate(some: Sequence[Intent]) -> int:
        if len(some) > 1:
            raise error
        return 7

    taken, gas = narrow(intents("abcdefgh"), estimate)
    assert ([one.wanted.id for one in taken], gas) == (["a"], 7)
