"""Acts of standing: who must sign each, what it calls, and that one wanted act is queued once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attestree.accrediting import acts
from attestree.accrediting.acts import Act, Profile
from attestree.accrediting.founding import build_deployment, build_identity, fetch_deployment
from attestree.accrediting.queue import queue_act
from attestree.errors import ChainUnavailableError, RevertedError
from attestree.merkle.keccak import keccak256
from attestree.outbox.states import State
from attestree.ports import Attempt, Fees, Intent, Receipt
from attestree.registry.artifact import load_artifact
from attestree.registry.calls import SIGNATURES, build_call
from attestree.registry.facts import Role
from tests.fakes.fake_chain import IDENTITY, REGISTRY, FakeChain, FakeClock, FakeSender
from tests.fakes.memory_store import MemoryStore

ISSUER, ACCREDITOR, ADMIN, KEY = b"\1" * 20, b"\2" * 20, b"\3" * 20, b"\4" * 20
ROOT = b"\5" * 32
PROFILE = Profile(did="did:web:x.example", name="University", framework="rules")

EVERY_ACT = [
    (acts.accredit(ACCREDITOR, ISSUER, profile=PROFILE, ends=9), "accredit", ACCREDITOR),
    (
        acts.accredit(ACCREDITOR, ISSUER, profile=PROFILE, ends=9, again=True),
        "reinstateAccreditation",
        ACCREDITOR,
    ),
    (acts.suspend_accreditation(ACCREDITOR, ISSUER), "suspendAccreditation", ACCREDITOR),
    (acts.withdraw_accreditation(ACCREDITOR, ISSUER, span=1, ends=9), "withdrawAccreditation", ACCREDITOR),
    (acts.add_operator(ISSUER, KEY, roles=Role.ANCHOR, ends=9), "addOperator", ISSUER),
    (acts.remove_operator(ISSUER, KEY), "removeOperator", ISSUER),
    (acts.disavow(ISSUER, KEY, since=9), "disavow", ISSUER),
    (acts.confirm(ISSUER, ROOT), "confirm", ISSUER),
    (acts.cancel(ISSUER, ROOT), "cancel", ISSUER),
    (acts.admit_accreditor(ADMIN, ACCREDITOR), "addAccreditor", ADMIN),
    (acts.strike_accreditor(ADMIN, ACCREDITOR), "removeAccreditor", ADMIN),
    (acts.pause(ADMIN), "pause", ADMIN),
    (acts.unpause(ADMIN), "unpause", ADMIN),
    (acts.propose_admin(ADMIN, KEY), "proposeAdmin", ADMIN),
    (acts.accept_admin(KEY), "acceptAdmin", KEY),
]


class CountingEntropy:
    """Draws the numbers from 1 on."""

    def __init__(self) -> None:
        self.drawn = 0

    def draw(self, count: int) -> bytes:
        self.drawn += 1
        return self.drawn.to_bytes(count, "big")


class AskedSender(FakeSender):
    """A sender whose contract refuses what it is told to refuse."""

    refuses: bool = False

    def fetch_gas(self, *, sender: bytes, to: bytes, payload: bytes) -> int:
        if self.refuses:
            raise RevertedError("contract.already_paused", until=9)
        return 50_000


class Desk:
    """A store, a contract, and somebody who wants acts."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.sender = AskedSender(FakeChain())
        self._entropy = CountingEntropy()

    def queue(self, act: Act) -> Intent:
        return queue_act(
            act,
            registry="local",
            contract=REGISTRY,
            store=self.store,  # type: ignore[arg-type]  # only the outbox half is used
            sender=self.sender,
            clock=FakeClock(),
            entropy=self._entropy,
        )


@pytest.mark.parametrize(("act", "function", "sender"), EVERY_ACT, ids=[row[1] for row in EVERY_ACT])
def test_an_act_calls_one_function_and_is_signed_by_whom_it_binds(
    act: Act, function: str, sender: bytes
) -> None:
    assert act.payload[:4] == keccak256(SIGNATURES[function].encode())[:4]
    assert act.sender == sender
    assert act.title
    assert act.kind in {"accreditation", "operator", "registry"}


def test_no_two_acts_say_the_same_to_people() -> None:
    titles = [act.title for act, _, _ in EVERY_ACT]
    assert len(set(titles)) == len(titles)


def test_a_queued_act_is_the_write_that_the_contract_gets() -> None:
    desk, act = Desk(), acts.pause(ADMIN)
    wanted = desk.queue(act).wanted
    assert (wanted.to, wanted.payload, wanted.sender) == (REGISTRY, build_call("pause"), ADMIN)
    assert (wanted.kind, wanted.registry, wanted.title) == ("registry", "local", "Pause recording")
    assert wanted.id.startswith("registry:")


def test_an_act_that_waits_is_not_queued_again() -> None:
    desk = Desk()
    assert desk.queue(acts.pause(ADMIN)) == desk.queue(acts.pause(ADMIN))
    assert len(desk.store.intents) == 1


@pytest.mark.parametrize("other", [acts.unpause(ADMIN), acts.pause(KEY)])
def test_another_act_or_another_signer_is_queued_beside_it(other: Act) -> None:
    desk = Desk()
    assert desk.queue(acts.pause(ADMIN)).wanted.id != desk.queue(other).wanted.id


@pytest.mark.parametrize("state", [State.FINAL, State.HALTED])
def test_what_is_over_may_be_wanted_again(state: State) -> None:
    desk = Desk()
    first = desk.queue(acts.pause(ADMIN))
    desk.store.intents[first.wanted.id] = replace(first, state=state)
    assert desk.queue(acts.pause(ADMIN)).wanted.id != first.wanted.id


def test_what_the_contract_refuses_is_never_queued() -> None:
    desk = Desk()
    desk.sender.refuses = True
    with pytest.raises(RevertedError):
        desk.queue(acts.pause(ADMIN))
    assert desk.store.intents == {}


def test_a_deployment_carries_the_code_and_its_first_admin() -> None:
    wanted = build_deployment(
        name="local", admin=ADMIN, admin_delay_seconds=7, clock=FakeClock(), entropy=CountingEntropy()
    )
    code = load_artifact().bytecode
    assert wanted.payload.startswith(code)
    assert wanted.payload[len(code) :] == bytes(12) + ADMIN + (7).to_bytes(32, "big")
    assert (wanted.to, wanted.sender) == (b"", ADMIN)


class Receipts(FakeSender):
    """A sender that has the receipts it was given."""

    given: Receipt | None = None

    def fetch_receipts(self, tx_hashes: object) -> dict[bytes, Receipt | None]:
        return {b"\6" * 32: self.given}


def receipt(**changes: object) -> Receipt:
    whole = Receipt(
        tx_hash=b"\6" * 32,
        block_number=5,
        block_hash=b"\7" * 32,
        succeeded=True,
        gas_used=1,
        gas_price=1,
        contract=b"\x08" * 20,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]  # named by the tests below


def founded(given: Receipt | None) -> Receipt:
    store, sender = MemoryStore(), Receipts(FakeChain())
    sender.given = given
    store.attempts["deploy:1"] = [
        Attempt("deploy:1", 1, 0, b"raw", b"\6" * 32, 1, Fees(2, 1), created=1, sent_at=1)
    ]
    return fetch_deployment("deploy:1", store=store, sender=sender)  # type: ignore[arg-type]  # as above


def test_the_receipt_of_a_deployment_says_what_is_pinned() -> None:
    found = founded(receipt())
    identity = build_identity(IDENTITY, found)
    assert (identity.registry, identity.deploy_block) == (b"\x08" * 20, 5)
    assert (identity.chain_id, identity.genesis_hash) == (IDENTITY.chain_id, IDENTITY.genesis_hash)


@pytest.mark.parametrize("given", [None, receipt(succeeded=False), receipt(contract=b"")])
def test_without_a_receipt_that_made_a_contract_nothing_is_pinned(given: Receipt | None) -> None:
    with pytest.raises(ChainUnavailableError) as caught:
        founded(given)
    assert caught.value.code == "chain.no_receipt"
