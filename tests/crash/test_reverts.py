"""
Transactions that the real contract refuses after they were signed.

Between the signature and the block somebody moves the head, pauses, takes a role away, or strikes an
accreditor off; or the gas does not suffice. The receipt is waited for until it is final; then the write gets
a new nonce, is refused before anything is signed, with the contract's reason, or stops after three in vain.
At no time does anything take effect twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account import Account

from attestree.accrediting.acts import Profile, accredit
from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from attestree.anchoring import Pace, Worker
from attestree.errors import AttestreeError, RevertedError, TransitionError
from attestree.merkle.keccak import keccak256
from attestree.outbox.decide import Limits
from attestree.outbox.states import State
from attestree.ports import NewIntent, Probe
from attestree.registry.calls import build_anchor
from attestree.registry.finality import parse_finality
from attestree.registry.signed_anchor import SignedAnchor, build_anchor_by_signature, hash_anchor
from attestree.registry.slots import slot_of_anchor, slot_of_anchor_head
from attestree.text.catalogue import explain, explain_error
from tests.crash.reorg_lab import Alarms, Clock, CountingSigner, StillClock
from tests.integration.deployed import FAR_AWAY, Actor, Deployed, deploy_registry

MASK = (2**32 - 1) << 184 | 2**104 - 1
DEPTH = 2
SIZE = 9


class MisjudgingSender(EvmSender):
    """A node whose first estimates are far too low."""

    low_estimates = 0

    def fetch_gas(self, *, sender: bytes, to: bytes, payload: bytes) -> int:
        needed = super().fetch_gas(sender=sender, to=to, payload=payload)
        if self.low_estimates > 0:
            self.low_estimates -= 1
            return 36_000
        return needed


@dataclass
class Bench:
    """A registry whose blocks come when asked, an issuer with an operator, and one worker."""

    registry: Deployed
    issuer: Actor
    operator: Actor
    store: SqlStore
    rpc: JsonRpc
    clock: Clock = field(default_factory=Clock)
    alarms: Alarms = field(default_factory=Alarms)

    def __post_init__(self) -> None:
        self.sender = MisjudgingSender(
            [self.rpc],
            identity=self.registry.identity,
            finality=parse_finality(f"depth:{DEPTH}"),
            clock=StillClock(),
        )
        self.signers = {
            actor.address: CountingSigner(LocalSigner(bytes(actor.account.key), chain_id=31337))
            for actor in (self.issuer, self.operator, self.registry.accreditor)
        }
        self.worker = Worker(
            registry="local",
            store=self.store,
            sender=self.sender,
            signers=list(self.signers.values()),
            clock=self.clock,
            limits=Limits(resend_seconds=3, bump_seconds=60),
            alarm=self.alarms,
            pace=Pace(pause=self.rest),
        )

    def rest(self, _seconds: float = 0) -> None:
        self.clock.seconds += 2
        self.registry.chain.mine()

    def queue(self, name: str, payload: bytes, *, by: Actor, probes: tuple[Probe, ...] = ()) -> None:
        self.store.add_intent(
            NewIntent(
                id=name,
                kind="anchor",
                registry="local",
                issuer=self.issuer.address,
                sender=by.address,
                to=self.registry.address,
                payload=payload,
                probes=probes,
                title=f"write {name}",
                created=1,
            )
        )

    def queue_anchor(self, name: str) -> None:
        self.queue(name, self.payload(name), by=self.operator, probes=self.probes(name))

    def payload(self, name: str) -> bytes:
        return build_anchor(self.issuer.address, root=root_of(name), size=SIZE, kind=0, list_id=list_of(name))

    def withdraw(self, name: str) -> None:
        intent = self.store.fetch_intent(name)
        assert intent is not None
        self.store.drop_intent(name, fence=intent.fence)

    def probes(self, name: str) -> tuple[Probe, ...]:
        slot = slot_of_anchor(issuer=self.issuer.address, root=root_of(name))
        return (Probe(slot, MASK, SIZE << 184 | int.from_bytes(list_of(name), "big")),)

    def state(self, name: str) -> State:
        intent = self.store.fetch_intent(name)
        assert intent is not None
        return intent.state

    def drive_to(self, name: str, state: State) -> None:
        told: list[str] = []
        for _ in range(30):
            if self.state(name) is state:
                return
            progress = self.worker.drive_once()
            told += [event.code for event in progress.events]
            if not progress.acted:
                self.rest()
        raise AssertionError(f"never {state}: {told}")

    def disturb(self, act: Callable[[], object]) -> None:
        """Let somebody else act in the next block, before ours is sent."""
        self.registry.chain.call("evm_setAutomine", True)
        act()
        self.registry.chain.call("evm_setAutomine", False)

    def finish(self, *names: str) -> None:
        self.worker.drive_until_final(names)

    def head(self) -> int:
        (word,) = self.sender.fetch_words(
            [slot_of_anchor_head(self.issuer.address)], block=self.sender.fetch_block("latest")
        )
        return int.from_bytes(word, "big")

    def nonces(self, name: str) -> list[int]:
        return [attempt.nonce for attempt in self.store.fetch_attempts(name)]

    def revert_after(self, name: str, act: Callable[[], object]) -> None:
        """Sign a write, let `act` come between, and see that it waits until the refusal is final."""
        self.drive_to(name, State.SIGNED)
        self.disturb(act)
        self.drive_to(name, State.REVERTED)
        signed = self.signed()
        assert [event.code for event in self.worker.drive_once().events] == ["outbox.revert_not_final"]
        self.rest()
        self.worker.drive_once()
        assert self.signed() == signed

    def signed(self) -> int:
        return sum(signer.signed for signer in self.signers.values())

    def refused(self, name: str, code: str) -> None:
        """The write is back in the queue, refused before another signature, and the reason is said."""
        signed = self.signed()
        with pytest.raises(RevertedError) as caught:
            self.finish(name)
        assert caught.value.code == code
        assert_plain(caught.value)
        assert self.signed() == signed
        assert self.state(name) is State.SEALED


def assert_plain(error: AttestreeError) -> None:
    words = explain_error(error)
    assert words.sentence
    assert words.cause
    assert words.next


def root_of(name: str) -> bytes:
    return keccak256(name.encode())


def list_of(name: str) -> bytes:
    return keccak256(b"list " + name.encode())[:13]


@pytest.fixture
def bench(chain: DevChain, tmp_path: Path) -> Iterator[Bench]:
    registry = deploy_registry(chain)
    issuer = registry.new_issuer()
    operator = registry.add_operator(issuer)
    rpc = JsonRpc(chain.url)
    chain.mine(DEPTH + 1)
    chain.call("evm_setAutomine", False)
    with SqlStore.create(f"sqlite:///{tmp_path}/attestree.db") as store:
        store.write_pin("local", registry.identity)
        yield Bench(registry, issuer, operator, store, rpc)
    rpc.close()
    registry.rpc.close()


def test_a_pause_that_came_between_is_waited_out_and_named(bench: Bench) -> None:
    bench.queue_anchor("a")
    bench.revert_after("a", bench.registry.pause)
    bench.refused("a", "contract.anchoring_paused")
    bench.disturb(bench.registry.unpause)
    bench.finish("a")
    assert bench.nonces("a") == [0, 1]
    assert bench.head() & 2**32 - 1 == 1


def test_a_role_that_was_taken_away_is_named_and_the_write_goes_on_with_another_key(bench: Bench) -> None:
    bench.queue_anchor("a")
    bench.revert_after("a", lambda: bench.registry.remove_operator(bench.issuer, bench.operator))
    bench.refused("a", "contract.not_operator")
    bench.withdraw("a")
    bench.queue("b", bench.payload("a"), by=bench.issuer, probes=bench.probes("a"))
    bench.finish("b")
    assert bench.head() & 2**32 - 1 == 1


def test_an_anchor_whose_issuer_lost_its_accreditation_between_is_recorded_once_and_outside_any_span(
    bench: Bench,
) -> None:
    bench.queue_anchor("a")
    bench.drive_to("a", State.SIGNED)
    bench.disturb(lambda: bench.registry.suspend_accreditation(bench.issuer))
    bench.finish("a")
    assert bench.nonces("a") == [0]
    (word,) = bench.sender.fetch_words([bench.probes("a")[0].slot], block=bench.sender.fetch_block("final"))
    assert int.from_bytes(word, "big") >> 120 & 0xFFFF == 0, "the anchor stands in a span that had ended"


def test_an_accreditor_who_was_struck_off_between_is_told_so(bench: Bench) -> None:
    accreditor, somebody = bench.registry.accreditor, bench.registry.new_actor
    bench.registry.chain.call("evm_setAutomine", True)
    other = somebody("college")
    bench.registry.chain.call("evm_setAutomine", False)
    profile = Profile("did:web:college.example", "College", "test")
    act = accredit(accreditor.address, other.address, profile=profile, ends=FAR_AWAY)
    bench.queue("a", act.payload, by=accreditor)
    bench.revert_after("a", lambda: bench.registry.strike_off(accreditor))
    bench.refused("a", "contract.not_accreditor")


def swap(bench: Bench, name: str, head: int) -> bytes:
    """Anchor only if the head is still this one."""
    arguments = (bench.issuer.address, root_of(name), SIZE, 0, int.from_bytes(list_of(name), "big"), head)
    kinds = ["address", "bytes32", "uint32", "uint8", "uint104", "uint224"]
    selector = keccak256(b"anchorAt(address,bytes32,uint32,uint8,uint104,uint224)")[:4]
    return selector + encode(kinds, arguments)


def signed_by_issuer(bench: Bench, name: str, head: int) -> bytes:
    """Anchor with the issuer's signature, only if the head is still this one."""
    now = bench.registry.now()
    request = SignedAnchor(
        chain_id=31337,
        registry=bench.registry.address,
        issuer=bench.issuer.address,
        root=root_of(name),
        size=SIZE,
        kind=0,
        list_id=list_of(name),
        deadline=now + 86_400,
        expected_head=head,
    )
    signature = Account.unsafe_sign_hash(hash_anchor(request), bench.issuer.account.key).signature
    return build_anchor_by_signature(request, bytes(signature))


@pytest.mark.parametrize("build", [swap, signed_by_issuer], ids=["anchorAt", "anchorBySig"])
def test_a_head_that_moved_between_loses_the_swap_for_ever_and_the_write_can_be_withdrawn(
    bench: Bench, build: Callable[[Bench, str, int], bytes]
) -> None:
    bench.disturb(lambda: bench.registry.anchor(bench.issuer))
    payload = build(bench, "a", bench.head() >> 32)
    bench.queue("a", payload, by=bench.operator, probes=bench.probes("a"))
    bench.revert_after("a", lambda: bench.registry.anchor(bench.issuer))
    bench.refused("a", "contract.head_moved")
    bench.withdraw("a")
    # The lane goes on behind the nonce that was spent in vain
    bench.queue_anchor("b")
    bench.finish("b")
    assert bench.nonces("b") == [1]
    assert bench.head() & 2**32 - 1 == 3


def test_a_swap_whose_anchor_another_made_meanwhile_is_final_without_a_second_one(bench: Bench) -> None:
    bench.disturb(lambda: bench.registry.anchor(bench.issuer))
    payload = swap(bench, "a", bench.head() >> 32)
    bench.queue("a", payload, by=bench.operator, probes=bench.probes("a"))
    bench.drive_to("a", State.SIGNED)
    bench.disturb(
        lambda: bench.registry.anchor(bench.issuer, root=root_of("a"), size=SIZE, list_id=list_of("a"))
    )
    bench.finish("a")
    assert bench.nonces("a") == [0]
    assert bench.head() & 2**32 - 1 == 2


def test_a_transaction_that_ran_out_of_gas_is_signed_anew_with_enough(bench: Bench) -> None:
    bench.sender.low_estimates = 1
    bench.queue_anchor("a")
    bench.revert_after("a", lambda: None)
    bench.finish("a")
    assert bench.nonces("a") == [0, 1]
    assert bench.head() & 2**32 - 1 == 1


def test_anchors_whose_transaction_ran_out_of_gas_are_signed_anew_each_alone(bench: Bench) -> None:
    bench.sender.low_estimates = 1
    for name in "abc":
        bench.queue_anchor(name)
    bench.drive_to("c", State.REVERTED)
    bench.finish(*"abc")
    assert [bench.nonces(name) for name in "abc"] == [[0, 1], [0, 2], [0, 3]]
    assert bench.head() & 2**32 - 1 == 3


def test_three_transactions_in_vain_stop_the_write_and_call_a_person(bench: Bench) -> None:
    bench.sender.low_estimates = 99
    bench.queue_anchor("a")
    with pytest.raises(TransitionError) as caught:
        bench.finish("a")
    assert caught.value.code == "outbox.reverted_again"
    words = explain(caught.value.code, {})
    assert words.cause
    assert "--resume" in str(words.next)
    assert bench.nonces("a") == [0, 1, 2]
    assert bench.state("a") is State.HALTED
    assert "outbox.reverted_again" in [code for code, _ in bench.alarms.raised]


def test_a_refusal_before_anything_is_signed_costs_no_nonce(bench: Bench) -> None:
    bench.queue("a", swap(bench, "a", 12345), by=bench.operator, probes=bench.probes("a"))
    bench.refused("a", "contract.head_moved")
    assert bench.nonces("a") == []
    bench.queue_anchor("b")
    with pytest.raises(RevertedError):
        bench.finish("a", "b")
    assert bench.state("b") is not State.HALTED
    bench.finish("b")
    assert bench.nonces("b") == [0]


def test_every_state_of_a_revert_is_said_in_words() -> None:
    codes: list[Any] = ["outbox.reverted", "outbox.revert_not_final", "outbox.no_effect"]
    assert all(explain(code, {}).sentence for code in codes)
