"""The worker over a store and a chain in memory: what it signs, sends and refuses."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from attestree.accrediting.founding import fetch_deployment
from attestree.anchoring import Event, Pace, Worker, resume_intent, watch
from attestree.errors import (
    ChainIdentityError,
    ChainUnavailableError,
    FeeLimitError,
    KeyFileError,
    LeaseHeldError,
    RefusedError,
    RevertedError,
    StoreUnavailableError,
    TransitionError,
    UnavailableError,
)
from attestree.outbox.decide import Limits
from attestree.outbox.states import State
from attestree.ports import Fees, Probe, Transaction
from tests.fakes.fake_chain import GWEI, IDENTITY, FakeChain, FakeClock, FakeSender, FakeSigner, another_chain
from tests.fakes.memory_store import MemoryStore
from tests.fakes.writes import slot_of, wanted


@dataclass
class Bench:
    """A store, a chain that mines while the worker rests, and workers."""

    chain: FakeChain = field(default_factory=lambda: FakeChain(depth=2))
    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    signer: FakeSigner = field(default_factory=FakeSigner)
    alarms: list[str] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    mines: bool = True

    def __post_init__(self) -> None:
        self.sender = FakeSender(self.chain)
        self.store.write_pin("local", IDENTITY)

    def worker(self, **limits: int) -> Worker:
        return Worker(
            registry="local",
            store=self.store,
            sender=self.sender,
            signers=[self.signer],
            clock=self.clock,
            limits=replace(Limits(resend_seconds=5, bump_seconds=20), **limits),
            alarm=self,
            pace=Pace(pause=self.rest),
        )

    def rest(self, seconds: float) -> None:
        self.clock.pause(seconds)
        if self.mines:
            self.chain.mine()

    def raise_alarm(self, code: str, **_values: object) -> None:
        self.alarms.append(code)

    def clear_alarm(self, code: str, **_values: object) -> None:
        self.cleared.append(code)

    def state(self, name: str) -> State:
        return self.store.intents[name].state


@pytest.fixture
def bench() -> Bench:
    return Bench()


# -- the way to FINAL --------------------------------------------------------------------------


def test_a_write_goes_to_final_and_every_step_is_told(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    told: list[Event] = []
    with bench.worker() as worker:
        (done,) = worker.drive_until_final(["a"], told.append)
    assert done.state is State.FINAL
    assert [event.after for event in told if event.acted] == ["signed", "sent", "mined", "final"]
    assert bench.chain.count_set(slot_of("a")) == 1
    assert len(bench.signer.signed) == 1


def test_many_writes_share_a_lane_without_a_gap(bench: Bench) -> None:
    names = [f"w{n}" for n in range(5)]
    for name in names:
        bench.store.add_intent(wanted(name))
    with bench.worker() as worker:
        worker.drive_until_final(names)
    assert [one.nonce for one in bench.signer.signed] == [0, 1, 2, 3, 4]
    assert [bench.chain.count_set(slot_of(name)) for name in names] == [1] * 5


@pytest.mark.parametrize("rounds", range(6))
def test_a_new_worker_goes_on_where_the_last_one_was_killed(bench: Bench, rounds: int) -> None:
    bench.store.add_intent(wanted("a"))
    killed = bench.worker()
    for _ in range(rounds):
        killed.drive_once()
        bench.rest(1)
    with bench.worker() as worker:
        worker.drive_until_final(["a"])
    assert bench.chain.count_set(slot_of("a")) == 1
    assert len(bench.signer.signed) == 1


def test_a_deployment_needs_no_probe_and_tells_its_address(bench: Bench) -> None:
    bench.store.add_intent(wanted("d", kind="deploy", to=b"", payload=b"code", probes=()))
    with pytest.raises(ChainUnavailableError):
        fetch_deployment("d", store=bench.store, sender=bench.sender)
    with bench.worker() as worker:
        worker.drive_until_final(["d"])
    receipt = fetch_deployment("d", store=bench.store, sender=bench.sender)
    assert len(receipt.contract) == 20


def test_what_another_did_is_final_without_a_signature(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    bench.chain.pool[b"\x0d" * 20, 0] = FakeSignerOf(b"\x0d" * 20).call("a")
    bench.chain.mine(4)
    with bench.worker() as worker:
        worker.drive_until_final(["a"])
    assert bench.signer.signed == []


class FakeSignerOf(FakeSigner):
    """Somebody else."""

    def call(self, name: str) -> bytes:
        write = wanted(name)
        return self.sign(Transaction(31337, 0, write.to, write.payload, 1, Fees(GWEI, 1))).raw


def test_a_reorganisation_after_mined_sends_the_same_bytes_again(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    with bench.worker() as worker:
        while bench.state("a") is not State.MINED:
            worker.drive_once()
            bench.rest(1)
        bench.chain.reorganise(2, back_to_pool=False)
        bench.clock.seconds += 10
        worker.drive_until_final(["a"])
    assert ("a", State.MINED, State.SENT) in bench.store.edges
    assert len(bench.signer.signed) == 1
    assert bench.chain.count_set(slot_of("a")) == 1


def test_a_bump_keeps_the_nonce(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    bench.mines = False
    worker = bench.worker()
    for _ in range(60):
        worker.drive_once()
        bench.rest(1)
    bench.mines = True
    worker.drive_until_final(["a"])
    attempts = bench.store.attempts["a"]
    assert len(attempts) > 1
    assert {one.nonce for one in attempts} == {0}
    assert bench.chain.count_set(slot_of("a")) == 1


def test_writes_seen_in_the_same_bits_go_one_after_the_other(bench: Bench) -> None:
    set_it = wanted("a")
    clear_it = wanted("b", payload=b"", probes=(Probe(slot_of("a"), 2**256 - 1, 0),))
    bench.store.add_intent(set_it)
    bench.store.add_intent(clear_it)
    with bench.worker() as worker:
        codes = [event.code for event in worker.drive_once().events]
        assert codes == ["outbox.new", "outbox.behind_another"]
        worker.drive_until_final(["a"])
    assert bench.state("b") is not State.FINAL


def test_a_write_behind_one_that_halted_is_told_so(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    bench.store.add_intent(wanted("b", payload=b"", probes=wanted("a").probes))
    bench.store.move_intent(
        "a", before=State.SEALED, after=State.HALTED, fence=1, note="outbox.foreign_nonce"
    )
    with bench.worker() as worker, pytest.raises(TransitionError) as caught:
        worker.drive_until_final(["b"])
    assert caught.value.code == "outbox.lane_closed"


def test_a_read_only_round_says_how_many_wait(bench: Bench) -> None:
    assert bench.worker().drive_once().waiting == 0
    bench.store.add_intent(wanted("a"))
    progress = bench.worker().drive_once()
    assert (progress.waiting, progress.acted) == (1, True)


# -- which chain -------------------------------------------------------------------------------


def test_nothing_is_signed_or_sent_to_another_chain(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    worker = bench.worker()
    worker.drive_once()
    bench.sender.identity = another_chain()
    with pytest.raises(ChainIdentityError) as caught:
        worker.drive_once()
    assert caught.value.code == "identity.genesis"
    assert bench.state("a") is State.SIGNED
    assert bench.chain.pool == {}


def test_a_chain_that_changes_within_a_round_gets_no_signature(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    asked: list[str] = []

    def swap(name: str) -> None:
        if name == "before fetch_identity":
            asked.append(name)
            bench.sender.identity = IDENTITY if len(asked) == 1 else another_chain()

    bench.sender.fault = swap
    with pytest.raises(ChainIdentityError):
        bench.worker().drive_once()
    assert bench.signer.signed == []
    assert bench.state("a") is State.SEALED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"chain_id": 1}, "identity.chain_id"),
        ({"genesis_hash": b"\x0f" * 32}, "identity.genesis"),
        ({"deploy_block_hash": b"\x0f" * 32}, "identity.deploy_block"),
        ({"code_hash": b"\x0f" * 32}, "identity.code"),
        ({"registry": b"\x0f" * 20}, "identity.code"),
    ],
)
def test_each_part_of_the_identity_is_compared(bench: Bench, changes: dict[str, object], code: str) -> None:
    bench.store.add_intent(wanted("a"))
    bench.sender.identity = replace(IDENTITY, **changes)  # type: ignore[arg-type]
    with pytest.raises(ChainIdentityError) as caught:
        bench.worker().drive_once()
    assert caught.value.code == code


def test_a_registry_that_was_never_pinned_is_not_written_to(bench: Bench) -> None:
    bench.store.add_intent(wanted("a", registry="far"))
    bench.store.pins.clear()
    worker = bench.worker()
    assert worker.drive_once().events == ()
    bench.store.add_intent(wanted("b"))
    with pytest.raises(ChainIdentityError) as caught:
        worker.drive_once()
    assert caught.value.code == "identity.not_pinned"
    bench.store.write_pin("local", IDENTITY)
    assert worker.drive_once().acted


# -- one writer --------------------------------------------------------------------------------


def test_a_second_worker_is_refused_while_the_first_holds_the_key(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    first, second = bench.worker(), bench.worker()
    first.drive_once()
    with pytest.raises(LeaseHeldError):
        second.drive_once()
    first.close()
    assert second.drive_once().acted


def test_who_waits_for_a_write_lets_the_holder_of_the_lease_do_it(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    holder = bench.worker()
    holder.hold()
    waiting = bench.worker()
    pace = Pace(pause=lambda seconds: (holder.drive_once(), bench.rest(seconds))[0] and None)
    waiting.pace = pace
    (done,) = waiting.drive_until_final(["a"])
    assert done.state is State.FINAL
    assert len(bench.signer.signed) == 1


def test_a_writer_that_slept_through_its_lease_stores_no_signature(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    slept, woken = bench.worker(), bench.worker()

    def sleep(name: str) -> None:
        if name == "before fetch_words" and not bench.store.attempts:
            bench.sender.fault = lambda _name: None
            bench.clock.seconds += 100
            woken.drive_once()

    bench.sender.fault = sleep
    with pytest.raises(LeaseHeldError):
        slept.drive_once()
    assert len(bench.store.attempts["a"]) == 1


# -- what stands in the way --------------------------------------------------------------------


def test_a_refusal_of_the_contract_is_told_before_anything_is_signed(bench: Bench) -> None:
    bench.store.add_intent(wanted("a", payload=b"revert"))
    with bench.worker() as worker, pytest.raises(RevertedError) as caught:
        worker.drive_until_final(["a"])
    assert caught.value.code == "contract.already_anchored"
    assert bench.state("a") is State.SEALED
    assert bench.signer.signed == []


def test_a_write_that_keeps_reverting_halts_with_an_alarm(bench: Bench) -> None:
    bench.sender.estimates = False
    bench.store.add_intent(wanted("a", payload=b"revert"))
    with bench.worker(reverts=2) as worker, pytest.raises(TransitionError) as caught:
        worker.drive_until_final(["a"])
    assert caught.value.code == "outbox.reverted_again"
    assert bench.alarms == ["outbox.reverted_again"]
    assert [one.nonce for one in bench.signer.signed] == [0, 1]


def test_a_key_used_by_another_halts_and_closes_its_lane(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    worker = bench.worker()
    worker.drive_once()
    bench.chain.spend_nonce(bench.signer.address)
    bench.store.add_intent(wanted("b"))
    codes = [event.code for event in worker.drive_once().events]
    assert codes == ["outbox.nonce_passed", "outbox.lane_closed"]
    with pytest.raises(TransitionError) as caught:
        worker.drive_until_final(["a"])
    assert caught.value.code == "outbox.foreign_nonce"
    with pytest.raises(TransitionError) as caught:
        worker.drive_until_final(["b"])
    assert caught.value.code == "outbox.lane_closed"
    assert len(bench.signer.signed) == 1


def test_a_person_can_take_a_halted_write_up_again(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    worker = bench.worker()
    worker.drive_once()
    bench.chain.spend_nonce(bench.signer.address)
    with pytest.raises(TransitionError):
        worker.drive_until_final(["a"])
    assert resume_intent(bench.store, bench.sender, "a") is State.SEALED
    worker.drive_until_final(["a"])
    assert bench.chain.count_set(slot_of("a")) == 1


def test_a_write_taken_up_again_keeps_a_nonce_that_is_still_out(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    worker = bench.worker()
    worker.drive_once()
    worker.drive_once()
    for name in ("a", "b"):
        with pytest.raises(TransitionError):
            resume_intent(bench.store, bench.sender, name)
    halted = bench.store.intents["a"]
    bench.store.move_intent(
        "a", before=halted.state, after=State.HALTED, fence=halted.fence, note="outbox.effect_missing"
    )
    assert resume_intent(bench.store, bench.sender, "a") is State.SENT
    worker.drive_until_final(["a"])
    assert len(bench.signer.signed) == 1


def test_a_write_that_halted_before_anything_was_signed_starts_anew(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    bench.store.move_intent("a", before=State.SEALED, after=State.HALTED, fence=1, note="outbox.lost_race")
    assert resume_intent(bench.store, bench.sender, "a") is State.SEALED


def test_a_price_above_the_limit_is_told_and_nothing_is_signed(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    bench.sender.fees = Fees(10**12, 1)
    with bench.worker() as worker, pytest.raises(FeeLimitError):
        worker.drive_until_final(["a"])
    assert bench.signer.signed == []


def test_a_key_without_money_is_told_before_anything_is_signed(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    bench.sender.balance = 1
    with bench.worker() as worker, pytest.raises(RefusedError) as caught:
        worker.drive_until_final(["a"])
    assert caught.value.code == "chain.no_money"
    assert caught.value.values["address"] == "0x" + bench.signer.address.hex()
    assert bench.signer.signed == []


def test_a_node_that_finds_too_little_money_makes_us_name_the_key(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))

    def refuse(name: str) -> None:
        if name == "before send":
            raise RefusedError("chain.no_money")

    bench.sender.fault = refuse
    with bench.worker() as worker:
        errors = [event.error for _ in range(3) for event in worker.drive_once().events if event.error]
    assert [(one.code, one.values) for one in errors[:1]] == [
        ("chain.no_money", {"address": "0x" + bench.signer.address.hex()})
    ]


def test_a_key_that_is_not_here_is_told_at_once(bench: Bench) -> None:
    bench.store.add_intent(wanted("a", sender=b"\x0e" * 20))
    with bench.worker() as worker:
        assert worker.drive_once().events == ()
        with pytest.raises(KeyFileError) as caught:
            worker.drive_until_final(["a"])
    assert caught.value.code == "key.not_here"


def test_a_write_nobody_queued_is_told_at_once(bench: Bench) -> None:
    with bench.worker() as worker, pytest.raises(TransitionError):
        worker.drive_until_final(["a"])


def test_a_silent_chain_is_given_time_and_then_told(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    start = bench.clock.seconds

    def silent(name: str) -> None:
        if bench.clock.seconds < start + 30:
            raise ChainUnavailableError("chain.timeout")

    bench.sender.fault = silent
    with bench.worker() as worker:
        with pytest.raises(ChainUnavailableError):
            worker.drive_until_final(["a"], patience_seconds=10)
        worker.drive_until_final(["a"], patience_seconds=60)
    assert bench.state("a") is State.FINAL


def test_who_waits_is_told_at_once_what_is_silent_and_until_when_it_is_asked_again(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    start = bench.clock.seconds
    told: list[tuple[str, int, int]] = []

    def silent(_name: str) -> None:
        raise ChainUnavailableError("chain.unreachable", host="127.0.0.1:1")

    def note(error: UnavailableError, until: int) -> None:
        told.append((error.code, until - start, bench.clock.seconds - start))

    bench.sender.fault = silent
    with bench.worker() as worker, pytest.raises(ChainUnavailableError):
        worker.drive_until_final(["a"], patience_seconds=10, on_silence=note)
    assert told == [("chain.unreachable", 10, 0)]


@pytest.mark.parametrize("question", ["fetch_nonces", "fetch_receipts", "fetch_words"])
def test_a_question_that_one_key_asks_in_vain_stops_no_other_key(bench: Bench, question: str) -> None:
    first, second = bench.signer, FakeSigner(b"\x0e" * 20)
    for name, signer in (("a", first), ("b", second)):
        bench.store.add_intent(wanted(name, sender=signer.address))
    worker = Worker(
        registry="local",
        store=bench.store,
        sender=bench.sender,
        signers=[first, second],
        clock=bench.clock,
        pace=Pace(pause=bench.rest),
    )
    with worker:
        worker.drive_once()
        bench.rest(1)
        before = bench.state("a"), bench.state("b")
        assert before == (State.SIGNED, State.SIGNED)
        asked: list[str] = []

        def fail_once(name: str) -> None:
            if name == f"before {question}":
                asked.append(name)
                if len(asked) == 1:
                    raise ChainUnavailableError("chain.timeout", host="h")

        bench.sender.fault = fail_once
        told: list[str] = []
        with pytest.raises(ChainUnavailableError):
            worker.drive_once(lambda event: told.append(event.intent_id))
        assert told == ["b"]
        assert (bench.state("a"), bench.state("b")) == (State.SIGNED, State.SENT)
        bench.sender.fault = lambda _name: None
        worker.drive_until_final(["a", "b"])
    assert [bench.chain.count_set(slot_of(name)) for name in "ab"] == [1, 1]
    assert [len(signer.signed) for signer in (first, second)] == [1, 1]


def test_a_silence_that_ended_and_begins_anew_is_told_anew(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    start = bench.clock.seconds
    told: list[str] = []

    def silent_twice(_name: str) -> None:
        if bench.clock.seconds - start in (0, 4):
            raise ChainUnavailableError("chain.timeout")

    bench.sender.fault = silent_twice
    with bench.worker() as worker:
        worker.drive_until_final(["a"], on_silence=lambda error, _until: told.append(error.code))
    assert told == ["chain.timeout", "chain.timeout"]


@pytest.mark.parametrize("point", ["before send", "after send"])
def test_an_answer_that_is_lost_is_no_failure(bench: Bench, point: str) -> None:
    bench.store.add_intent(wanted("a"))
    lost: list[str] = []

    def lose(name: str) -> None:
        if name == point and not lost:
            lost.append(name)
            raise ChainUnavailableError("chain.timeout")

    bench.sender.fault = lose
    with bench.worker() as worker:
        worker.drive_until_final(["a"])
    assert bench.chain.count_set(slot_of("a")) == 1
    assert len(bench.signer.signed) == 1


def test_a_nonce_the_node_has_seen_already_is_no_error(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    worker = bench.worker()
    worker.drive_once()

    def too_low(name: str) -> None:
        if name == "before send":
            raise RefusedError("chain.nonce_too_low")

    bench.sender.fault = too_low
    (event,) = worker.drive_once().events
    assert (event.code, event.error) == ("chain.nonce_too_low", None)
    assert bench.state("a") is State.SENT


# -- the watch ---------------------------------------------------------------------------------


def test_the_watch_ends_with_the_disk_of_its_store(bench: Bench) -> None:
    def fail() -> None:
        raise StoreUnavailableError("store.disk_failed")

    with pytest.raises(StoreUnavailableError):
        watch([bench.worker()], on_round=fail)


def test_the_watch_outlives_a_silent_chain_and_keeps_others_out(bench: Bench) -> None:
    bench.store.add_intent(wanted("a"))
    rounds = iter(range(40))
    silences: list[str] = []

    def flaky(name: str) -> None:
        if name == "before fetch_nonces" and len(silences) < 2:
            raise ChainUnavailableError("chain.unreachable")

    bench.sender.fault = flaky
    watch(
        [bench.worker()],
        on_silence=lambda error: silences.append(error.code),
        goes_on=lambda: next(rounds, None) is not None,
    )
    assert silences == ["chain.unreachable"] * 2
    assert bench.state("a") is State.FINAL
    with pytest.raises(LeaseHeldError):
        watch([bench.worker()], goes_on=lambda: True)
