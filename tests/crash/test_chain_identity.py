"""
Another chain answers than the one that was pinned: nothing is signed, nothing sent, and it is said plainly.

Every case on real anvils: a wiped chain, one with the same number and another first block, one with the same
first block, another contract or none at the address, a node of another network, and an address behind which
the chain changes in the middle of a round. A chain that was only restarted is still the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import urllib3

from attestree.adapters.evm.anvil_chain import AnvilChain, find_anvil
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from attestree.anchoring import Pace, Worker
from attestree.errors import AttestreeError, ChainIdentityError, ChainUnavailableError
from attestree.merkle.keccak import keccak256
from attestree.outbox.decide import Limits
from attestree.outbox.states import State
from attestree.ports import NewIntent, Probe
from attestree.registry.calls import build_call
from attestree.registry.facts import ChainIdentity
from attestree.registry.finality import parse_finality
from attestree.registry.slots import slot_of_anchor
from attestree.text.catalogue import explain_error
from tests.conftest import Depth, Figures
from tests.crash.reorg_lab import Clock, CountingSigner, StillClock
from tests.fakes.lying_node import Answer, run_lying_node
from tests.integration.deployed import Actor, Deployed, deploy_registry

pytestmark = pytest.mark.chain

MASK = (2**32 - 1) << 184 | 2**104 - 1
FIRST, LATER = ("--timestamp", "1700000000"), ("--timestamp", "1700000001")
"""Two first blocks."""


@pytest.fixture(autouse=True)
def _anvil() -> None:
    if find_anvil() is None:
        pytest.skip("no anvil; `make setup` installs it")


@dataclass
class Office:
    """Somebody who records on a chain that was pinned once."""

    identity: ChainIdentity
    issuer: Actor
    store: SqlStore
    url: str
    clock: Clock = field(default_factory=Clock)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.signer = CountingSigner(LocalSigner(bytes(self.issuer.account.key), chain_id=31337))

    @contextmanager
    def worker(self, *urls: str) -> Iterator[Worker]:
        rpcs = [JsonRpc(url) for url in urls or (self.url,)]
        sender = EvmSender(
            rpcs, identity=self.identity, finality=parse_finality("depth:1"), clock=StillClock()
        )
        with Worker(
            registry="local",
            store=self.store,
            sender=sender,
            signers=[self.signer],
            clock=self.clock,
            limits=Limits(resend_seconds=2, bump_seconds=4),
            pace=Pace(pause=self.rest),
        ) as worker:
            yield worker
        for rpc in rpcs:
            rpc.close()

    def rest(self, _seconds: float) -> None:
        self.clock.seconds += 1
        rpc = JsonRpc(self.url)
        rpc.call("evm_mine")
        rpc.close()

    def queue(self, name: str) -> None:
        root = keccak256(name.encode())
        self.store.add_intent(
            NewIntent(
                id=name,
                kind="anchor",
                registry="local",
                issuer=self.issuer.address,
                sender=self.issuer.address,
                to=self.identity.registry,
                payload=build_call("anchor", self.issuer.address, root, 9, 0, 7),
                probes=(Probe(slot_of_anchor(issuer=self.issuer.address, root=root), MASK, 9 << 184 | 7),),
                title=name,
                created=1,
            )
        )

    def bring_to(self, name: str, state: State) -> None:
        self.queue(name)
        with self.worker() as worker:
            for _ in range(20):
                intent = self.store.fetch_intent(name)
                assert intent is not None
                if intent.state is state:
                    return
                if not worker.drive_once().acted:
                    self.rest(0)
        raise AssertionError(f"never {state}")

    def bring_to_end(self) -> None:
        """Bring every write to FINAL."""
        self.clock.seconds += 100
        with self.worker() as worker:
            worker.drive_until_final([one.wanted.id for one in self.store.fetch_intents()])

    def refuse(self, *urls: str) -> AttestreeError:
        """Return how a round ends that must sign nothing and change nothing."""
        signed = self.signer.signed
        before = [(one.wanted.id, one.state) for one in self.store.fetch_intents()]
        self.clock.seconds += 100
        with self.worker(*urls) as worker, pytest.raises(AttestreeError) as caught:
            worker.drive_once()
        assert self.signer.signed == signed
        assert [(one.wanted.id, one.state) for one in self.store.fetch_intents()] == before
        words = explain_error(caught.value)
        assert words.sentence
        assert words.cause
        assert words.next
        return caught.value


def found(chain: AnvilChain, *, funded: Actor | None = None) -> tuple[Deployed, Actor]:
    """Deploy and accredit; on a fresh chain always the same addresses."""
    registry = deploy_registry(chain)
    issuer = registry.new_issuer("university")
    chain.mine(3)
    return registry, funded or issuer


@pytest.fixture
def pinned(tmp_path: Path) -> Iterator[tuple[AnvilChain, Office]]:
    """A chain, and an office that pinned it."""
    with AnvilChain(options=FIRST) as chain, SqlStore.create(f"sqlite:///{tmp_path}/office.db") as store:
        registry, issuer = found(chain)
        store.write_pin("local", registry.identity)
        yield chain, Office(registry.identity, issuer, store, chain.url)
        registry.rpc.close()


def count_sent(chain: AnvilChain, issuer: Actor) -> int:
    """Count what a chain ever heard of a key."""
    return int(chain.call("eth_getTransactionCount", issuer.account.address, "pending"), 16)


STATES = [State.SEALED, State.SIGNED, State.SENT, State.MINED, State.FINAL]


@pytest.mark.parametrize("state", STATES)
def test_a_wiped_chain_gets_no_signature_and_no_transaction(
    pinned: tuple[AnvilChain, Office], state: State
) -> None:
    chain, office = pinned
    chain.call("evm_setAutomine", False)
    office.bring_to("a", state)
    port = int(chain.url.rpartition(":")[2])
    chain.close()
    with AnvilChain(port=port, options=LATER) as wiped:
        wiped.fund(office.issuer.account.address, 10**18)
        error = office.refuse()
        assert isinstance(error, ChainIdentityError)
        assert error.code == "identity.genesis"
        assert "rerecord" in explain_error(error).next
        assert count_sent(wiped, office.issuer) == 0


@pytest.mark.parametrize("blocks", [0, 60])
def test_a_wiped_chain_that_begins_with_the_same_block_gets_no_signature(
    pinned: tuple[AnvilChain, Office], blocks: int
) -> None:
    chain, office = pinned
    office.queue("a")
    port = int(chain.url.rpartition(":")[2])
    chain.close()
    with AnvilChain(port=port, options=FIRST) as wiped:
        wiped.mine(blocks)
        error = office.refuse()
        assert error.code == ("identity.deploy_block" if blocks else "chain.no_deploy_block")
        assert "rerecord" in explain_error(error).next
        assert count_sent(wiped, office.issuer) == 0


def test_the_same_contract_at_the_same_address_of_another_chain_gets_no_signature(
    pinned: tuple[AnvilChain, Office],
) -> None:
    _, office = pinned
    office.queue("a")
    with AnvilChain(options=LATER) as other:
        registry, issuer = found(other)
        assert (registry.address, issuer) == (office.identity.registry, office.issuer)
        assert office.refuse(other.url).code == "identity.genesis"
        assert count_sent(other, issuer) == 0
        registry.rpc.close()


@pytest.mark.parametrize("code", ["0x6001", "0x"])
@pytest.mark.parametrize("state", STATES)
def test_another_contract_at_the_address_or_none_gets_no_signature(
    pinned: tuple[AnvilChain, Office], code: str, state: State
) -> None:
    chain, office = pinned
    chain.call("evm_setAutomine", False)
    office.bring_to("a", state)
    sent = count_sent(chain, office.issuer)
    chain.call("anvil_setCode", "0x" + office.identity.registry.hex(), code)
    assert office.refuse().code == "identity.code"
    assert count_sent(chain, office.issuer) == sent


def test_a_node_of_another_network_gets_no_signature(pinned: tuple[AnvilChain, Office]) -> None:
    chain, office = pinned
    office.queue("a")
    chain.call("anvil_setChainId", 1)
    assert office.refuse().code == "identity.chain_id"


# -- several nodes ------------------------------------------------------------------------------


def test_one_wrong_node_among_several_stops_everything(pinned: tuple[AnvilChain, Office]) -> None:
    chain, office = pinned
    office.queue("a")
    with AnvilChain(options=LATER) as other:
        for urls in ((chain.url, other.url), (other.url, chain.url)):
            error = office.refuse(*urls)
            assert (error.code, error.values["host"]) == (
                "identity.genesis",
                other.url.removeprefix("http://"),
            )


# -- the chain changes in the middle -----------------------------------------------------------


@contextmanager
def switching(choose: Callable[[int], str]) -> Iterator[tuple[str, list[int]]]:
    """An address behind which each request goes to the node that is chosen by its number."""
    pool, asked = urllib3.PoolManager(), [0]

    def forward(body: object) -> Answer:
        asked[0] += 1
        kind = {"Content-Type": "application/json"}
        octets = json.dumps(body).encode()
        answer = pool.request("POST", choose(asked[0]), body=octets, headers=kind, retries=False)
        return Answer(answer.data, answer.status)

    with run_lying_node(lambda _method, _params: None) as node:
        node.whole = forward
        yield node.url, asked
    pool.clear()


def sign_behind(office: Office, name: str, choose: Callable[[int], str]) -> tuple[bool, int]:
    """Drive one round for a fresh write; say whether it was signed, and how many requests that took."""
    office.queue(name)
    signed = office.signer.signed
    office.clock.seconds += 100
    with switching(choose) as (url, asked), office.worker(url) as worker:
        try:
            worker.drive_once()
        except (ChainIdentityError, ChainUnavailableError) as exc:
            office.told.append(exc.code)
        return office.signer.signed > signed, asked[0]


def withdraw(office: Office, name: str) -> None:
    intent = office.store.fetch_intent(name)
    assert intent is not None
    office.store.drop_intent(name, fence=intent.fence)


def test_a_chain_that_changes_between_look_and_signature_gets_no_signature(
    pinned: tuple[AnvilChain, Office], depth: Depth, figures: Figures
) -> None:
    chain, office = pinned
    with AnvilChain(options=LATER) as other, ExitStack() as stack:
        # The same contract, the same issuer, and a nonce that would leave a gap
        registry, issuer = found(other)
        stack.callback(registry.rpc.close)
        for _ in range(3):
            registry.anchor(issuer)
        _, needed = sign_behind(office, "honest", lambda _number: chain.url)
        assert office.signer.signed == 1
        office.bring_to_end()
        places = range(1, needed + 1)
        kept = [n for n in places if sign_and_withdraw(office, f"to {n}", switch_at(chain, other, n))]
        assert kept == [], "a chain that had changed for good got a signature"
        for place in depth.pick(quick=[needed], ci=places, deep=places):
            # Only one request is answered by the other chain, as behind a balancer that is set up wrongly
            sign_only_for_the_pinned(office, f"only {place}", flicker_at(chain, other, place), chain)
        assert count_sent(other, issuer) == 3
    assert {code.partition(".")[0] for code in office.told} <= {"identity", "chain"}
    figures.note(f"{needed} places at which the chain changes: 0 signatures for another chain")


def switch_at(chain: AnvilChain, other: AnvilChain, place: int) -> Callable[[int], str]:
    return lambda number: chain.url if number < place else other.url


def flicker_at(chain: AnvilChain, other: AnvilChain, place: int) -> Callable[[int], str]:
    return lambda number: other.url if number == place else chain.url


def sign_and_withdraw(office: Office, name: str, choose: Callable[[int], str]) -> bool:
    signed, _ = sign_behind(office, name, choose)
    if not signed:
        withdraw(office, name)
    return signed


def sign_only_for_the_pinned(
    office: Office, name: str, choose: Callable[[int], str], chain: AnvilChain
) -> None:
    """What is signed all the same has the nonce that the pinned chain wants, and is recorded there."""
    signed, _ = sign_behind(office, name, choose)
    if not signed:
        withdraw(office, name)
        return
    (attempt,) = office.store.fetch_attempts(name)
    assert attempt.nonce == int(
        chain.call("eth_getTransactionCount", office.issuer.account.address, "latest"), 16
    )
    office.bring_to_end()


# -- the same chain, started again -------------------------------------------------------------


def test_a_chain_that_was_restarted_from_its_state_twice_is_the_same(tmp_path: Path) -> None:
    state_file = tmp_path / "chain.json"
    with SqlStore.create(f"sqlite:///{tmp_path}/office.db") as store:
        office: Any = None
        for run in range(3):
            with AnvilChain(state_file=state_file) as chain:
                if office is None:
                    registry, issuer = found(chain)
                    store.write_pin("local", registry.identity)
                    office = Office(registry.identity, issuer, store, chain.url)
                    registry.rpc.close()
                office.url = chain.url
                office.queue(f"run {run}")
                office.bring_to_end()
        assert {one.state for one in store.fetch_intents()} == {State.FINAL}
        assert office.signer.signed == 3
