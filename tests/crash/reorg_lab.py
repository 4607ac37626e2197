"""
A worker on an anvil of its own whose newest blocks are taken back, and a witness who trusts neither.

The chain makes a block only while the worker rests. After every reorganisation and every round the witness
asks the node itself: a write that is FINAL must be recorded, and an answer `valid` must rest on a record that
is final and stays. Everything that is wrong is written down and returned, so that a control can show that the
witness sees it.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.adapters.evm.faults.reorgs import Fate, reorg
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from attestree.anchoring import Pace, Worker
from attestree.credentials.anchor_proof import AnchorHeader
from attestree.merkle.kind import TreeKind
from attestree.outbox.decide import Limits
from attestree.outbox.states import State
from attestree.ports import NewIntent, Probe, SignedTransaction, Transaction
from attestree.registry.calls import build_call
from attestree.registry.facts import BlockRef
from attestree.registry.finality import parse_finality
from attestree.registry.slots import slot_of_anchor, slot_of_anchor_head
from attestree.verifying.trust import Trust
from attestree.verifying.verdict import Verdict
from attestree.verifying.verifier import Verifier
from tests.integration.deployed import Actor, Deployed, deploy_registry
from tests.integration.furnishing import trust_in
from tests.integration.readers import KINDS, Reader, build_reader
from tests.unit.verifying.genuine import build_document, seal, with_proofs

DID = "did:web:university.example"
FINAL_DISTANCE = 8
"""Blocks above the final one, under both rules: epochs of four slots, two of them."""
RULES = {"depth": f"depth:{FINAL_DISTANCE}", "finalized": "finalized"}
DEEPEST = FINAL_DISTANCE - 1
SIZE = 5


@dataclass
class Clock:
    """Moves while the worker rests."""

    seconds: int = 1_000_000

    def now(self) -> int:
        return self.seconds


class StillClock:
    """No node is stale in a test."""

    def now(self) -> int:
        return 0


@dataclass
class CountingSigner:
    """Signs as its key does, and counts."""

    inner: LocalSigner
    signed: int = 0

    @property
    def address(self) -> bytes:
        return self.inner.address

    def sign(self, transaction: Transaction) -> SignedTransaction:
        self.signed += 1
        return self.inner.sign(transaction)


class HastySender(EvmSender):
    """The control: takes what is in a block for final."""

    def fetch_block(self, tag: int | str) -> BlockRef:
        return super().fetch_block("latest" if tag == "final" else tag)


@dataclass
class Alarms:
    """Every alarm that was raised."""

    raised: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def raise_alarm(self, code: str, *, subject: str = "", **values: object) -> None:
        self.raised.append((code, {"subject": subject, **values}))

    def clear_alarm(self, code: str, *, subject: str = "") -> None:
        """Nobody asks for the end of an alarm here."""


@dataclass(frozen=True)
class Write:
    """One write, and a credential that it makes valid."""

    name: str
    root: bytes
    octets: bytes


@dataclass
class Storm:
    """Everything that an experiment needs."""

    chain: AnvilChain
    registry: Deployed
    issuer: Actor
    store: SqlStore
    rpc: JsonRpc
    finality: str
    chance: random.Random
    signer: CountingSigner
    readers: list[Reader]
    hasty: bool = False
    clock: Clock = field(default_factory=Clock)
    alarms: Alarms = field(default_factory=Alarms)
    writes: dict[str, Write] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    promised: dict[tuple[int, str], None] = field(default_factory=dict)
    """Final blocks on which an answer `valid` rested: number and hash."""
    valid: int = 0
    """Answers `valid`."""
    asked: int = 0
    """Answers in all."""

    # the worker

    def worker(self) -> Worker:
        kind = HastySender if self.hasty else EvmSender
        sender = kind(
            [self.rpc],
            identity=self.registry.identity,
            finality=parse_finality(self.finality),
            clock=StillClock(),
        )
        return Worker(
            registry="local",
            store=self.store,
            sender=sender,
            signers=[self.signer],
            clock=self.clock,
            limits=Limits(resend_seconds=3, bump_seconds=40, together=self.chance.choice((1, 50))),
            alarm=self.alarms,
            pace=Pace(pause=self.rest),
        )

    def rest(self, _seconds: float = 0) -> None:
        self.clock.seconds += 2
        self.chain.mine()

    def queue(self, count: int) -> list[str]:
        """Queue fresh writes; nothing about them was ever seen before."""
        return [self._queue_one().name for _ in range(count)]

    def _queue_one(self) -> Write:
        header = AnchorHeader(
            kind=TreeKind.OPENZEPPELIN,
            chain_id=self.registry.identity.chain_id,
            registry=self.registry.address,
            issuer=self.issuer.address,
            size=SIZE,
            list_id=self.chance.randbytes(13),
        )
        document = build_document(
            id=f"urn:uuid:{uuid.UUID(bytes=self.chance.randbytes(16))}",
            issuer={"id": DID, "type": ["Profile"], "name": "University"},
            validFrom="2020-01-01T00:00:00Z",
            awardedDate=None,
            credentialStatus=None,
        )
        secured = seal(document, header)
        root, list_number = secured.anchor.root, int.from_bytes(header.list_id, "big")
        write = Write(
            f"w{len(self.writes)}", root, json.dumps(with_proofs(document, secured)).encode("utf-8")
        )
        self.writes[write.name] = write
        self.store.add_intent(
            NewIntent(
                id=write.name,
                kind="anchor",
                registry="local",
                issuer=self.issuer.address,
                sender=self.issuer.address,
                to=self.registry.address,
                payload=build_call("anchor", self.issuer.address, root, SIZE, 0, list_number),
                probes=(
                    Probe(
                        slot_of_anchor(issuer=self.issuer.address, root=root),
                        (2**32 - 1) << 184 | 2**104 - 1,
                        SIZE << 184 | list_number,
                    ),
                ),
                title=write.name,
                created=1,
            )
        )
        return write

    def state(self, name: str) -> State:
        intent = self.store.fetch_intent(name)
        assert intent is not None
        return intent.state

    # the chain

    def height(self) -> int:
        return int(self.chain.call("eth_blockNumber"), 16)

    def take_back(self, depth: int, fate: Fate) -> None:
        reorg(self.chain, depth, fate)

    def depth_of(self, name: str) -> int | None:
        """Return how many blocks must be taken back to lose a write that is MINED, or None."""
        intent = self.store.fetch_intent(name)
        assert intent is not None
        if intent.state is not State.MINED or intent.block_number is None:
            return None
        return self.height() - intent.block_number + 1

    # the witness

    def is_recorded(self, name: str, tag: str = "latest") -> bool:
        slot = slot_of_anchor(issuer=self.issuer.address, root=self.writes[name].root)
        found = self.chain.call(
            "eth_getStorageAt", "0x" + self.registry.address.hex(), "0x" + slot.hex(), tag
        )
        return int(found, 16) != 0

    def look(self, names: list[str]) -> None:
        """Write down every write that is FINAL and not recorded."""
        for name in names:
            if self.state(name) is State.FINAL and not self.is_recorded(name):
                self.wrong.append(f"{name} is FINAL, and its root is not recorded")

    def ask(self, names: list[str]) -> None:
        """Ask verifiers, and write down every `valid` that the final block does not bear out."""
        for reader in self.readers:
            reader.clock.moment = int(
                self.chain.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16
            )
            reader.poll()
            for name in names:
                self._ask_one(reader, name)

    def _ask_one(self, reader: Reader, name: str) -> None:
        key = (self.registry.identity.chain_id, self.registry.address)
        report = Verifier(self.trust, {key: reader.facts}, reader.clock).verify(self.writes[name].octets)
        self.asked += 1
        if report.verdict is not Verdict.VALID:
            return
        self.valid += 1
        assert report.view is not None
        final = report.view.final
        self.promised[final.number, final.hash.hex()] = None
        if self._hash_at(final.number) != final.hash.hex() or not self.is_recorded(name, hex(final.number)):
            self.wrong.append(f"{name} is called valid as of block {final.number}, which does not say so")

    def _hash_at(self, number: int) -> str | None:
        block = self.chain.call("eth_getBlockByNumber", hex(number), False)
        return None if block is None else str(block["hash"])[2:]

    @property
    def trust(self) -> Trust:
        return trust_in(self.registry, agency="QA")

    def look_at_the_end(self) -> None:
        """Compare store and chain whole: each write FINAL where the chain has it, and recorded once."""
        events = self._count_events()
        for name, write in self.writes.items():
            intent = self.store.fetch_intent(name)
            assert intent is not None
            if intent.state is not State.FINAL:
                self.wrong.append(f"{name} is {intent.state} at the end")
            if events.get(write.root.hex(), 0) != 1:
                self.wrong.append(f"{name} was recorded {events.get(write.root.hex(), 0)} times")
            self._compare_receipt(name, intent.block_number, intent.block_hash)
        if (count := self._count_of_head()) != len(self.writes) or sum(events.values()) != count:
            self.wrong.append(f"the contract counts {count} anchors of {len(self.writes)}")
        self._look_at_nonces()
        for number, block_hash in self.promised:
            if self._hash_at(number) != block_hash:
                self.wrong.append(f"an answer rested on block {number}, which is gone")

    def _look_at_nonces(self) -> None:
        holders: dict[int, dict[str, set[bytes]]] = {}
        for name in self.writes:
            for attempt in self.store.fetch_attempts(name):
                holders.setdefault(attempt.nonce, {}).setdefault(name, set()).add(attempt.tx_hash)
        # Writes that were recorded together share a nonce, and with it every transaction
        is_single = all(len({frozenset(one) for one in held.values()}) == 1 for held in holders.values())
        if set(holders) != set(range(len(holders))) or not is_single:
            self.wrong.append("the nonces have a gap, or one was used twice")

    def _compare_receipt(self, name: str, number: int | None, block_hash: bytes | None) -> None:
        hashes = ["0x" + attempt.tx_hash.hex() for attempt in self.store.fetch_attempts(name)]
        receipts = [self.chain.call("eth_getTransactionReceipt", tx_hash) for tx_hash in hashes]
        told = [(int(one["blockNumber"], 16), one["blockHash"][2:]) for one in receipts if one is not None]
        stored = None if number is None or block_hash is None else (number, block_hash.hex())
        if stored is not None and stored not in told:
            self.wrong.append(f"{name} is stored in another block than the chain has it in")

    def _count_events(self) -> dict[str, int]:
        """Count the anchors that the registry's log tells of, by root."""
        logs: list[Any] = self.chain.call(
            "eth_getLogs",
            {"address": "0x" + self.registry.address.hex(), "fromBlock": "0x0", "toBlock": "latest"},
        )
        roots = [write.root.hex() for write in self.writes.values()]
        counts: dict[str, int] = {}
        for log in logs:
            told = "".join(topic[2:] for topic in log["topics"]) + log["data"][2:]
            for root in roots:
                counts[root] = counts.get(root, 0) + (root in told)
        return {root: count for root, count in counts.items() if count}

    def _count_of_head(self) -> int:
        slot = slot_of_anchor_head(self.issuer.address)
        word = self.chain.call(
            "eth_getStorageAt", "0x" + self.registry.address.hex(), "0x" + slot.hex(), "latest"
        )
        return int(word, 16) & 2**32 - 1


@contextmanager
def open_storm(folder: Path, rule: str, *, seed: int, hasty: bool = False) -> Iterator[Storm]:
    """Start an anvil, deploy, and stand ready; `rule` is one of `RULES`."""
    chance = random.Random(seed)
    url = f"sqlite:///{folder}/storm-{seed}.db"
    with (
        AnvilChain(options=("--slots-in-an-epoch", str(FINAL_DISTANCE // 2))) as chain,
        SqlStore.create(url) as store,
    ):
        registry = deploy_registry(chain)
        issuer = registry.new_issuer("university", did=DID)
        chain.mine(2 * FINAL_DISTANCE)
        chain.call("evm_setAutomine", False)
        rpc = JsonRpc(chain.url)
        readers = [build_reader(kind, registry, finality=RULES[rule]) for kind in KINDS]
        storm = Storm(
            chain=chain,
            registry=registry,
            issuer=issuer,
            store=store,
            rpc=rpc,
            finality=RULES[rule],
            chance=chance,
            signer=CountingSigner(LocalSigner(bytes(issuer.account.key), chain_id=31337)),
            readers=readers,
            hasty=hasty,
        )
        store.write_pin("local", registry.identity)
        try:
            yield storm
        finally:
            rpc.close()
            registry.rpc.close()
            for reader in readers:
                for source in reader.facts._sources.all:
                    source.rpc.close()
