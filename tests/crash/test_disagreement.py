"""
Two nodes that do not say the same: nothing is signed and no write moves on, whichever of them is asked first.

One is a real anvil, the other tells the truth of it but for one kind of answer. What is only a price - fees,
gas, a balance - is the first node's word, and the limits hold all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from attestree.anchoring import Pace, Worker
from attestree.errors import ChainIdentityError, ChainUnavailableError
from attestree.merkle.keccak import keccak256
from attestree.outbox.decide import Limits
from attestree.outbox.states import State
from attestree.ports import NewIntent, Probe
from attestree.registry.calls import build_anchor
from attestree.registry.finality import parse_finality
from attestree.registry.slots import slot_of_anchor
from tests.crash.reorg_lab import Clock, CountingSigner, StillClock
from tests.integration.deployed import Actor, Deployed, deploy_registry
from tests.integration.readers import Change, forwarding

ROOT, LIST, SIZE = keccak256(b"root"), bytes(12) + b"\x07", 9
LIE = "0x" + "0e" * 32


def changing(method: str, change: Callable[[list[Any], Any], object]) -> Change:
    """Change the answers to one method."""

    def answer(asked: str, params: list[Any], result: object) -> object:
        return change(params, result) if asked == method and result is not None else result

    return answer


def other_final_block(params: list[Any], block: Any) -> object:
    return {**block, "hash": LIE} if params[0] not in ("latest", "0x0") else block


def other_first_block(params: list[Any], block: Any) -> object:
    return {**block, "hash": LIE} if params[0] == "0x0" else block


def failed(_params: list[Any], receipt: Any) -> object:
    return {**receipt, "status": "0x0"}


def elsewhere(_params: list[Any], receipt: Any) -> object:
    return {**receipt, "blockHash": LIE}


LIES = {
    "block": changing("eth_getBlockByNumber", other_final_block),
    "genesis": changing("eth_getBlockByNumber", other_first_block),
    "chain id": changing("eth_chainId", lambda _params, _id: "0x1"),
    "code": changing("eth_getCode", lambda _params, _code: "0x6001"),
    "nonce": changing("eth_getTransactionCount", lambda _params, count: hex(int(count, 16) + 1)),
    "words": changing("eth_getStorageAt", lambda _params, _word: LIE),
    "no receipt": changing("eth_getTransactionReceipt", lambda _params, _receipt: None),
    "failed": changing("eth_getTransactionReceipt", failed),
    "another block": changing("eth_getTransactionReceipt", elsewhere),
}
BEFORE_SIGNING = ("block", "genesis", "chain id", "code", "nonce", "words")
ABOUT_RECEIPTS = ("no receipt", "failed", "another block")
CODES = {"chain.sources_disagree", "chain.reorganised", "identity.genesis", "identity.chain_id"}


@dataclass
class Desk:
    """A queued write, and nodes of which one may lie."""

    registry: Deployed
    issuer: Actor
    store: SqlStore
    stack: ExitStack
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.signer = CountingSigner(LocalSigner(bytes(self.issuer.account.key), chain_id=31337))
        root = slot_of_anchor(issuer=self.issuer.address, root=ROOT)
        mask, value = (2**32 - 1) << 184 | 2**104 - 1, SIZE << 184 | 7
        self.store.add_intent(
            NewIntent(
                id="a",
                kind="anchor",
                registry="local",
                issuer=self.issuer.address,
                sender=self.issuer.address,
                to=self.registry.address,
                payload=build_anchor(self.issuer.address, root=ROOT, size=SIZE, kind=0, list_id=LIST),
                probes=(Probe(root, mask, value),),
                title="a",
                created=1,
            )
        )

    def worker(self, *urls: str) -> Worker:
        rpcs = [JsonRpc(url) for url in urls]
        for rpc in rpcs:
            self.stack.callback(rpc.close)
        return Worker(
            registry="local",
            store=self.store,
            sender=EvmSender(
                rpcs,
                identity=self.registry.identity,
                finality=parse_finality("depth:2"),
                clock=StillClock(),
            ),
            signers=[self.signer],
            clock=self.clock,
            limits=Limits(resend_seconds=3, bump_seconds=40),
            pace=Pace(pause=self.rest, lease_seconds=1),
        )

    def rest(self, _seconds: float = 0) -> None:
        self.clock.seconds += 5
        self.registry.chain.mine()

    def lie(self, name: str) -> str:
        return self.stack.enter_context(forwarding(self.registry.chain.url, LIES[name])).url

    def state(self) -> State:
        intent = self.store.fetch_intent("a")
        assert intent is not None
        return intent.state

    def drive_to(self, state: State) -> None:
        url = self.registry.chain.url
        with self.worker(url, url) as worker:
            for _ in range(20):
                if self.state() is state:
                    return
                if not worker.drive_once().acted:
                    self.rest()
        raise AssertionError(f"never {state}")

    def drive_in_vain(self, *urls: str) -> None:
        """One round that must change nothing."""
        before, signed = self.state(), self.signer.signed
        self.rest()
        refusals = (ChainIdentityError, ChainUnavailableError)
        with self.worker(*urls) as worker, pytest.raises(refusals) as caught:
            worker.drive_once()
        assert caught.value.code in CODES
        assert (self.state(), self.signer.signed) == (before, signed)


@pytest.fixture
def desk(chain: DevChain, tmp_path: Path) -> Iterator[Desk]:
    registry = deploy_registry(chain)
    issuer = registry.new_issuer()
    chain.mine(3)
    chain.call("evm_setAutomine", False)
    with SqlStore.create(f"sqlite:///{tmp_path}/attestree.db") as store, ExitStack() as stack:
        store.write_pin("local", registry.identity)
        yield Desk(registry, issuer, store, stack)
    registry.rpc.close()


@pytest.mark.parametrize("lie", BEFORE_SIGNING)
def test_nothing_is_signed_while_nodes_differ(desk: Desk, lie: str) -> None:
    honest, lying = desk.registry.chain.url, desk.lie(lie)
    desk.drive_in_vain(honest, lying)
    desk.drive_in_vain(lying, honest)
    assert desk.state() is State.SEALED
    desk.drive_to(State.FINAL)
    assert desk.signer.signed == 1


@pytest.mark.parametrize(
    ("state", "lie"),
    [(State.SENT, lie) for lie in ("nonce", *ABOUT_RECEIPTS)]
    + [(State.MINED, lie) for lie in ("block", "words", *ABOUT_RECEIPTS)],
)
def test_no_write_moves_on_while_nodes_differ(desk: Desk, lie: str, state: State) -> None:
    desk.drive_to(state)
    desk.registry.chain.mine(4)
    honest, lying = desk.registry.chain.url, desk.lie(lie)
    desk.drive_in_vain(honest, lying)
    desk.drive_in_vain(lying, honest)
    desk.drive_to(State.FINAL)
    assert desk.signer.signed == 1


def test_a_first_node_that_asks_too_much_for_gas_reaches_no_further_than_the_limit(desk: Desk) -> None:
    def dear(_params: list[Any], history: Any) -> object:
        return {**history, "baseFeePerGas": [hex(10**15)] * len(history["baseFeePerGas"])}

    lying = desk.stack.enter_context(
        forwarding(desk.registry.chain.url, changing("eth_feeHistory", dear))
    ).url
    with desk.worker(lying, desk.registry.chain.url) as worker:
        assert [event.code for event in worker.drive_once().events] == ["fee.above_limit"]
    assert desk.signer.signed == 0
