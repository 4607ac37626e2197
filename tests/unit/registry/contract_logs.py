"""Logs as the contract writes them, for tests without a chain."""

from __future__ import annotations

from dataclasses import dataclass, field

from eth_abi.abi import encode

from attestree.merkle.keccak import keccak256
from attestree.registry.events import SHAPES_BY_NAME, issuer_topic
from attestree.registry.facts import Log
from attestree.registry.records import AnchorRecord, format_anchor_record

CHAIN_ID = 31337
REGISTRY = bytes.fromhex("aa" * 20)
ISSUER = bytes.fromhex("11" * 20)
OTHER = bytes.fromhex("22" * 20)
ACCREDITOR = bytes.fromhex("cc" * 20)
OPERATOR = bytes.fromhex("0e" * 20)
ADMIN = bytes.fromhex("ad" * 20)
ROOT = keccak256(b"root")
LIST = bytes(12) + b"\7"


def format_event_payload(name: str, *fields: object) -> bytes:
    """Write the payload of an event of that name, as the contract does; addresses and texts are bytes."""
    kinds = ["bytes" if kind == "string" else kind for kind in SHAPES_BY_NAME[name].fields]
    return encode(kinds, fields)


def build_log(name: str, *fields: object, issuer: bytes | None = None, block: int = 1, index: int = 0) -> Log:
    topics = (SHAPES_BY_NAME[name].topic, *([issuer_topic(issuer)] if issuer else []))
    return Log(
        address=REGISTRY,
        topics=topics,
        payload=format_event_payload(name, *fields),
        block_number=block,
        block_hash=keccak256(b"block %d" % block),
        tx_hash=keccak256(b"tx %d %d" % (block, index)),
        log_index=index,
    )


def anchored(record: AnchorRecord, *, issuer: bytes = ISSUER, root: bytes = ROOT, block: int = 1) -> Log:
    topics = (SHAPES_BY_NAME["Anchored"].topic, issuer_topic(issuer), root)
    word = format_anchor_record(record)
    return Log(REGISTRY, topics, word, block, keccak256(b"block %d" % block), bytes(32), 0)


def record(**changes: object) -> AnchorRecord:
    fields: dict[str, object] = {
        "time": 1000,
        "size": 300,
        "sequence": 1,
        "operator": 0,
        "span": 0,
        "kind": 0,
        "flags": 0,
        "list_id": LIST,
    }
    return AnchorRecord(**{**fields, **changes})  # type: ignore[arg-type]


@dataclass
class History:
    """Writes the logs of a plausible history, one block each."""

    logs: list[Log] = field(default_factory=list)

    def add(self, name: str, *fields: object, issuer: bytes | None = ISSUER) -> None:
        self.logs.append(build_log(name, *fields, issuer=issuer, block=len(self.logs) + 1))

    def anchor(self, *, issuer: bytes = ISSUER, root: bytes = ROOT, **changes: object) -> None:
        self.logs.append(anchored(record(**changes), issuer=issuer, root=root, block=len(self.logs) + 1))

    def accredit(self, span: int = 1, *, issuer: bytes = ISSUER, time: int = 10) -> None:
        self.add("Accredited", span, ACCREDITOR, time, 9999, time, b"did:x", b"X", b"F", issuer=issuer)

    def add_operator(self, number: int = 1, *, issuer: bytes = ISSUER) -> None:
        self.add("OperatorAdded", number, OPERATOR, 3, 10, 9999, 10, issuer=issuer)

    def change_status(
        self,
        *words: tuple[int, int],
        purpose: int = 0,
        sets: bool = True,
        reason: int = 0,
        issuer: bytes = ISSUER,
        root: bytes = ROOT,
        list_id: bytes = LIST,
    ) -> None:
        number = int.from_bytes(list_id, "big")
        self.add("StatusChanged", root, number, 0, purpose, sets, reason, 2000, words, issuer=issuer)
