"""What was final must still be: the worker looks in every round, and stops where it is not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from attestree.anchoring import Pace, Worker, believe_again, resume_intent, watch
from attestree.errors import ChainIdentityError, ChainUnavailableError, TransitionError
from attestree.outbox.decide import Limits
from attestree.outbox.states import State
from attestree.ports import Fees, Transaction
from attestree.registry.facts import BlockRef
from tests.fakes.fake_chain import GWEI, IDENTITY, FakeChain, FakeClock, FakeSender, FakeSigner, sign_as
from tests.fakes.memory_store import MemoryStore
from tests.fakes.writes import slot_of, wanted


@dataclass
class Bench:
    """A store, a chain whose blocks are final two deep, and workers."""

    chain: FakeChain = field(default_factory=lambda: FakeChain(depth=2))
    clock: FakeClock = field(default_factory=FakeClock)
    store: MemoryStore = field(default_factory=MemoryStore)
    signer: FakeSigner = field(default_factory=FakeSigner)
    alarms: list[tuple[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chain.mine(10)
        self.sender = FakeSender(self.chain)
        self.store.write_pin("local", IDENTITY)

    def worker(self) -> Worker:
        return Worker(
            registry="local",
            store=self.store,
            sender=self.sender,
            signers=[self.signer],
            clock=self.clock,
            limits=Limits(resend_seconds=5, bump_seconds=20),
            alarm=self,
            pace=Pace(pause=self.rest),
        )

    def rest(self, seconds: float) -> None:
        self.clock.pause(seconds)
        self.chain.mine()

    def raise_alarm(self, code: str, **values: object) -> None:
        self.alarms.append((code, values.get("writes")))

    def clear_alarm(self, code: str, **_values: object) -> None:
        self.alarms.append((f"no {code}", None))

    def finish(self, *names: str) -> None:
        """Queue writes and bring them to FINAL."""
        for name in names:
            self.store.add_intent(wanted(name))
        with self.worker() as worker:
            worker.drive_until_final(names)

    def state(self, name: str) -> State:
        return self.store.intents[name].state


@pytest.fixture
def bench() -> Bench:
    return Bench()


def break_once(bench: Bench) -> ChainIdentityError:
    signed = len(bench.signer.signed)
    with pytest.raises(ChainIdentityError) as caught:
        bench.worker().drive_once()
    assert caught.value.code == "identity.finality_broken"
    assert len(bench.signer.signed) == signed
    return caught.value


def test_an_idle_round_remembers_what_is_final(bench: Bench) -> None:
    bench.chain.mine(5)
    worker = bench.worker()
    worker.drive_once()
    bench.chain.mine(2)
    worker.drive_once()
    assert bench.store.marks["local"] == replace(bench.chain.blocks[15].ref, time=0)


def test_a_final_block_is_remembered_before_a_write_is_final_in_it(bench: Bench) -> None:
    bench.finish("a")
    number = bench.store.intents["a"].block_number
    assert number is not None
    assert bench.store.marks["local"].number >= number


def test_a_reorganisation_above_the_final_block_is_nothing_new(bench: Bench) -> None:
    bench.finish("a")
    bench.chain.reorganise(2, back_to_pool=False)
    bench.worker().drive_once()
    assert bench.state("a") is State.FINAL
    assert bench.alarms == []


def test_a_final_write_that_vanishes_stops_in_an_idle_round_with_an_alarm(bench: Bench) -> None:
    bench.finish("a")
    bench.chain.rewrite(4)
    error = break_once(bench)
    assert error.values["writes"] == 1
    assert bench.state("a") is State.HALTED
    assert bench.store.intents["a"].note == "outbox.finality_broken"
    assert bench.alarms == [("outbox.finality_broken", 1)]


def test_a_final_write_that_moves_to_another_block_stops_too(bench: Bench) -> None:
    bench.finish("a")
    bench.chain.rewrite(4, only_empty=False)
    assert bench.chain.count_set(slot_of("a")) == 1
    break_once(bench)
    assert bench.state("a") is State.HALTED


def test_only_writes_above_the_last_common_block_stop(bench: Bench) -> None:
    bench.finish("a")
    bench.chain.mine(5)
    bench.finish("b")
    bench.chain.rewrite(4)
    break_once(bench)
    assert [bench.state(name) for name in ("a", "b")] == [State.FINAL, State.HALTED]


def test_finality_that_broke_where_nothing_of_ours_was_stops_the_registry_all_the_same(bench: Bench) -> None:
    bench.chain.mine(9)
    bench.worker().drive_once()
    bench.chain.rewrite(4)
    bench.store.add_intent(wanted("a"))
    for _ in range(3):
        assert break_once(bench).values["writes"] == 0
    assert bench.state("a") is State.SEALED
    believe_again(bench.store, bench.sender, registry="local")
    bench.finish("a")


def test_what_another_brought_about_stops_when_it_is_gone(bench: Bench) -> None:
    relayer, write = b"\x0d" * 20, wanted("a")
    call = Transaction(31337, 0, write.to, write.payload, 1, Fees(GWEI, GWEI))
    bench.chain.pool[relayer, 0] = sign_as(relayer, call).raw
    bench.chain.mine(4)
    bench.finish("a")
    assert bench.store.intents["a"].block_number is None
    bench.chain.rewrite(5)
    break_once(bench)
    assert bench.state("a") is State.HALTED


def test_a_chain_that_lags_is_waited_for(bench: Bench) -> None:
    bench.finish("a")
    bench.chain.mine(3)
    bench.worker().drive_once()
    ahead = bench.chain.blocks[-2:]
    del bench.chain.blocks[-2:]
    with pytest.raises(ChainUnavailableError) as caught:
        bench.worker().drive_once()
    assert caught.value.code == "chain.final_behind"
    bench.chain.blocks += ahead
    bench.worker().drive_once()
    assert bench.state("a") is State.FINAL
    assert bench.alarms == []


def test_a_shorter_chain_with_another_block_where_a_write_was_final_is_no_lag(bench: Bench) -> None:
    bench.finish("a")
    bench.chain.mine(6)
    bench.worker().drive_once()
    bench.chain.rewrite(10, shorter_by=7)
    error = break_once(bench)
    assert error.values["writes"] == 1
    assert bench.state("a") is State.HALTED


def test_a_store_without_a_mark_compares_with_its_newest_final_write(bench: Bench) -> None:
    bench.finish("a")
    bench.store.marks.clear()
    bench.worker().drive_once()
    assert bench.store.marks
    bench.store.marks.clear()
    bench.chain.rewrite(4)
    break_once(bench)
    assert bench.state("a") is State.HALTED


def test_a_write_that_another_process_halted_meanwhile_is_left_to_it(bench: Bench) -> None:
    bench.finish("a")
    bench.chain.rewrite(4)
    move = bench.store.move_intent

    def be_second(intent_id: str, **step: object) -> None:
        move(intent_id, **step)  # type: ignore[arg-type]
        move(intent_id, **step)  # type: ignore[arg-type]

    bench.store.move_intent = be_second  # type: ignore[method-assign]
    break_once(bench)
    assert bench.state("a") is State.HALTED


# -- taken up again ----------------------------------------------------------------------------


def test_nothing_is_signed_until_a_person_resumes_and_then_all_is_recorded_once(bench: Bench) -> None:
    bench.finish("a", "b")
    bench.chain.rewrite(5)
    break_once(bench)
    bench.store.add_intent(wanted("c"))
    break_once(bench)
    for intent in believe_again(bench.store, bench.sender, registry="local"):
        assert resume_intent(bench.store, bench.sender, intent.wanted.id) is State.SENT
    with bench.worker() as worker:
        worker.drive_until_final(["a", "b", "c"])
    assert [bench.chain.count_set(slot_of(name)) for name in ("a", "b", "c")] == [1, 1, 1]
    assert len(bench.signer.signed) == 3


def test_resuming_one_write_believes_the_chain_and_leaves_the_lane_closed_for_the_rest(bench: Bench) -> None:
    bench.finish("a", "b")
    bench.chain.rewrite(5)
    break_once(bench)
    resume_intent(bench.store, bench.sender, "a")
    bench.store.add_intent(wanted("c"))
    with bench.worker() as worker, pytest.raises(TransitionError) as caught:
        worker.drive_until_final(["a", "c"])
    assert caught.value.code == "outbox.lane_closed"
    resume_intent(bench.store, bench.sender, "b")
    with bench.worker() as worker:
        worker.drive_until_final(["a", "b", "c"])
    assert [bench.chain.count_set(slot_of(name)) for name in ("a", "b", "c")] == [1, 1, 1]


def test_a_nonce_that_another_took_on_the_new_branch_gives_the_write_a_new_one(bench: Bench) -> None:
    bench.finish("a")
    bench.chain.rewrite(4)
    bench.chain.spend_nonce(bench.signer.address)
    bench.chain.mine(3)
    break_once(bench)
    assert resume_intent(bench.store, bench.sender, "a") is State.SEALED


def test_believing_again_stops_whatever_is_gone_and_was_not_seen_yet(bench: Bench) -> None:
    bench.finish("a")
    bench.chain.rewrite(4)
    assert [one.wanted.id for one in believe_again(bench.store, bench.sender, registry="local")] == ["a"]
    assert bench.state("a") is State.HALTED


def test_another_chain_is_never_believed_again(bench: Bench) -> None:
    bench.finish("a")
    bench.sender.identity = replace(IDENTITY, genesis_hash=b"\x0f" * 32)
    with pytest.raises(ChainIdentityError) as caught:
        believe_again(bench.store, bench.sender, registry="local")
    assert caught.value.code == "identity.genesis"
    assert "local" in bench.store.marks


def test_the_alarm_ends_when_the_chain_is_believed_again(bench: Bench) -> None:
    bench.finish("a")
    bench.chain.rewrite(4)
    worker = bench.worker()
    with pytest.raises(ChainIdentityError):
        worker.drive_once()
    resume_intent(bench.store, bench.sender, "a")
    worker.drive_once()
    assert [code for code, _ in bench.alarms] == ["outbox.finality_broken", "no outbox.finality_broken"]


def test_a_watch_with_nothing_queued_ends_in_the_round_after_finality_broke(bench: Bench) -> None:
    bench.finish("a")
    rounds = 0

    def go_on() -> bool:
        nonlocal rounds
        rounds += 1
        if rounds == 3:
            bench.chain.rewrite(6)
        return True

    with pytest.raises(ChainIdentityError):
        watch([bench.worker()], goes_on=go_on)
    assert rounds == 3
    assert bench.state("a") is State.HALTED


def test_a_node_that_falls_silent_while_it_is_asked_changes_nothing(bench: Bench) -> None:
    bench.finish("a")
    bench.chain.mine(3)
    fetch = bench.sender.fetch_block

    def fall_silent(tag: int | str) -> BlockRef:
        if isinstance(tag, int):
            raise ChainUnavailableError("chain.timeout")
        return fetch(tag)

    bench.sender.fetch_block = fall_silent  # type: ignore[method-assign]
    with pytest.raises(ChainUnavailableError):
        bench.worker().drive_once()
    assert bench.state("a") is State.FINAL
    assert bench.alarms == []
