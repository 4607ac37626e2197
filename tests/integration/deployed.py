"""
A registry on a local test chain, and people who act on it; for every test that needs a real contract.

    registry = deploy_registry(chain)
    issuer = registry.new_actor("university")
    registry.accredit(issuer, did="did:web:uni.example", name="University")
    batch = registry.anchor(issuer, size=300)
    registry.revoke(batch, [17], reason=Reason.SUPERSEDED)

Each method sends one transaction, waits until it is in a block and returns; `Reverted` says why not.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.hexes import (
    format_bytes,
    format_quantity,
    parse_address,
    parse_bytes,
    parse_hash,
    parse_quantity,
)
from attestree.adapters.evm.rpc import JsonRpc, RpcError
from attestree.merkle.keccak import keccak256
from attestree.registry.artifact import load_artifact, parse_revert
from attestree.registry.calls import build_call
from attestree.registry.facts import WHOLE_LIST_WORD, BlockRef, ChainIdentity, Reason, Role

FAR_AWAY = 4_000_000_000
"""A time that no test chain reaches."""

FUNDS_WEI = 10**18
GAS = 5_000_000


class Reverted(Exception):  # noqa: N818 - reads as what happened
    """The contract refused; `name` is its custom error."""

    def __init__(self, revert_bytes: bytes | None) -> None:
        found = parse_revert(revert_bytes or b"")
        self.name = found.name if found else "unknown"
        super().__init__(self.name)


@dataclass(frozen=True)
class Actor:
    """Somebody with a key and some money."""

    account: LocalAccount

    @property
    def address(self) -> bytes:
        return bytes.fromhex(self.account.address[2:])


@dataclass(frozen=True)
class AnchoredBatch:
    """A root that was anchored."""

    issuer: Actor
    root: bytes
    size: int
    list_id: bytes
    kind: int
    time: int


@dataclass
class Deployed:
    """A registry, its admin, and one admitted accreditor."""

    chain: DevChain
    rpc: JsonRpc
    address: bytes
    identity: ChainIdentity
    admin: Actor
    accreditor: Actor
    texts: dict[bytes, tuple[str, str, str]] = field(default_factory=dict)
    """DID, name and framework of each issuer, as last accredited."""
    made: int = 0
    """How many actors and roots were made up so far."""

    # people

    def new_actor(self, label: str = "actor", *, funded: bool = True) -> Actor:
        """Make somebody up; the same labels in the same order give the same keys."""
        self.made += 1
        actor = new_actor(f"{label} {self.made}")
        if funded:
            self.chain.fund(actor.account.address, FUNDS_WEI)
        return actor

    def new_issuer(self, label: str = "university", *, did: str | None = None) -> Actor:
        """Make an accredited issuer up."""
        issuer = self.new_actor(label)
        self.accredit(issuer, did=did or f"did:web:{label}.example", name=label.title())
        return issuer

    # administration

    def admit(self, accreditor: Actor) -> None:
        self.send(self.admin, "addAccreditor", accreditor.address)

    def strike_off(self, accreditor: Actor) -> None:
        self.send(self.admin, "removeAccreditor", accreditor.address)

    def pause(self) -> None:
        self.send(self.admin, "pause")

    def unpause(self) -> None:
        self.send(self.admin, "unpause")

    # accreditation

    def accredit(
        self,
        issuer: Actor,
        *,
        did: str = "did:web:university.example",
        name: str = "University",
        framework: str = "https://framework.example/1",
        until: int = FAR_AWAY,
        by: Actor | None = None,
    ) -> None:
        self.texts[issuer.address] = (did, name, framework)
        self.send(by or self.accreditor, "accredit", issuer.address, until, did, name, framework)

    def suspend_accreditation(self, issuer: Actor, *, by: Actor | None = None) -> None:
        self.send(by or self.accreditor, "suspendAccreditation", issuer.address)

    def reinstate_accreditation(
        self, issuer: Actor, *, until: int = FAR_AWAY, by: Actor | None = None
    ) -> None:
        texts = self.texts[issuer.address]
        self.send(by or self.accreditor, "reinstateAccreditation", issuer.address, until, *texts)

    def withdraw_accreditation(
        self, issuer: Actor, *, span: int, until: int, by: Actor | None = None
    ) -> None:
        self.send(by or self.accreditor, "withdrawAccreditation", issuer.address, span, until)

    # operators

    def add_operator(
        self, issuer: Actor, *, roles: Role = Role.ANCHOR | Role.STATUS, to: int = FAR_AWAY
    ) -> Actor:
        """Make an operator of the issuer up."""
        operator = self.new_actor("operator")
        self.send(issuer, "addOperator", operator.address, int(roles), to)
        return operator

    def remove_operator(self, issuer: Actor, operator: Actor) -> None:
        self.send(issuer, "removeOperator", operator.address)

    def disavow(self, issuer: Actor, operator: Actor, *, since: int) -> None:
        self.send(issuer, "disavow", operator.address, since)

    # anchors

    def anchor(
        self,
        issuer: Actor,
        *,
        root: bytes | None = None,
        size: int = 300,
        kind: int = 0,
        list_id: bytes | None = None,
        by: Actor | None = None,
    ) -> AnchoredBatch:
        """Anchor a root, made up unless given, by the issuer unless an operator is given."""
        self.made += 1
        root = root or keccak256(b"root %d" % self.made)
        list_id = list_id or keccak256(b"list %d" % self.made)[:13]
        list_number = int.from_bytes(list_id, "big")
        receipt = self.send(by or issuer, "anchor", issuer.address, root, size, kind, list_number)
        block_time = self.block(parse_quantity(receipt["blockNumber"])).time
        return AnchoredBatch(issuer, root, size, list_id, kind, block_time)

    def confirm(self, issuer: Actor, root: bytes) -> None:
        self.send(issuer, "confirm", root)

    def cancel(self, issuer: Actor, root: bytes) -> None:
        self.send(issuer, "cancel", root)

    # status

    def revoke(
        self,
        batch: AnchoredBatch,
        indexes: Iterable[int] | None = None,
        *,
        reason: Reason = Reason.UNSPECIFIED,
        by: Actor | None = None,
    ) -> None:
        """Revoke credentials; without indexes, the whole list."""
        words = status_words(indexes)
        self.send(by or batch.issuer, "revoke", batch.issuer.address, batch.root, words, int(reason))

    def suspend(
        self, batch: AnchoredBatch, indexes: Iterable[int] | None = None, *, by: Actor | None = None
    ) -> None:
        self.send(by or batch.issuer, "suspend", batch.issuer.address, batch.root, status_words(indexes))

    def reinstate(
        self, batch: AnchoredBatch, indexes: Iterable[int] | None = None, *, by: Actor | None = None
    ) -> None:
        words = status_words(indexes)
        self.send(by or batch.issuer, "reinstate", batch.issuer.address, batch.root, words)

    # time

    def mine(self, blocks: int = 1) -> None:
        self.chain.mine(blocks)

    def increase_time(self, seconds: int) -> None:
        self.chain.increase_time(seconds)

    def block(self, number: int | None = None) -> BlockRef:
        return read_block(self.rpc, number)

    def now(self) -> int:
        """Time of the newest block."""
        return self.block().time

    # transactions

    def send(self, actor: Actor, function: str, *arguments: object) -> dict[str, Any]:
        """Call a function of the registry; returns the receipt or raises `Reverted`."""
        return send_transaction(self.rpc, actor, to=self.address, payload=build_call(function, *arguments))


def deploy_registry(chain: DevChain, *, admin_delay: int = 0) -> Deployed:
    """Deploy the packaged contract and admit one accreditor."""
    rpc = JsonRpc(chain.url)
    number = parse_quantity(rpc.call("eth_blockNumber"))
    admin, accreditor = new_actor(f"admin {number}"), new_actor(f"accreditor {number}")
    for actor in (admin, accreditor):
        chain.fund(actor.account.address, FUNDS_WEI)
    constructor = encode(["address", "uint40"], [admin.address, admin_delay])
    receipt = send_transaction(
        rpc, admin, to=None, payload=load_artifact().bytecode + constructor, gas=10_000_000
    )
    address = parse_address(receipt["contractAddress"])
    identity = read_identity(rpc, address, parse_quantity(receipt["blockNumber"]))
    deployed = Deployed(chain, rpc, address, identity, admin, accreditor)
    deployed.admit(accreditor)
    return deployed


def new_actor(label: str) -> Actor:
    """Return the actor of a label; always the same key."""
    return Actor(Account.from_key(keccak256(b"attestree test " + label.encode())))


def status_words(indexes: Iterable[int] | None) -> Sequence[tuple[int, int]]:
    """Return words and masks; None stands for the whole list."""
    if indexes is None:
        return [(WHOLE_LIST_WORD, 2**256 - 1)]
    masks: dict[int, int] = {}
    for index in indexes:
        masks[index >> 8] = masks.get(index >> 8, 0) | 1 << (index & 255)
    return sorted(masks.items())


def read_block(rpc: JsonRpc, number: int | None = None) -> BlockRef:
    """Read a block by number, or the newest."""
    tag = "latest" if number is None else format_quantity(number)
    found: Any = rpc.call("eth_getBlockByNumber", [tag, False])
    return BlockRef(
        parse_quantity(found["number"]), parse_hash(found["hash"]), parse_quantity(found["timestamp"])
    )


def read_identity(rpc: JsonRpc, address: bytes, deploy_block: int) -> ChainIdentity:
    """Read what a settings or trust file would pin."""
    code = parse_bytes(rpc.call("eth_getCode", [format_bytes(address), "latest"]))
    return ChainIdentity(
        chain_id=parse_quantity(rpc.call("eth_chainId")),
        genesis_hash=read_block(rpc, 0).hash,
        registry=address,
        deploy_block=deploy_block,
        deploy_block_hash=read_block(rpc, deploy_block).hash,
        code_hash=keccak256(code),
    )


def send_transaction(
    rpc: JsonRpc, actor: Actor, *, to: bytes | None, payload: bytes, gas: int = GAS
) -> dict[str, Any]:
    """Sign, send and wait; returns the receipt or raises `Reverted`."""
    call = {"from": actor.account.address, "data": format_bytes(payload)}
    if to is not None:
        call["to"] = format_bytes(to)
    try:
        rpc.call("eth_call", [call, "latest"])
    except RpcError as error:
        if error.revert_bytes is None:
            raise
        raise Reverted(error.revert_bytes) from error
    price = parse_quantity(rpc.call("eth_gasPrice")) * 2
    transaction = {
        "type": 2,
        "chainId": parse_quantity(rpc.call("eth_chainId")),
        "nonce": parse_quantity(rpc.call("eth_getTransactionCount", [actor.account.address, "latest"])),
        "to": to or b"",
        "value": 0,
        "data": format_bytes(payload),
        "gas": gas,
        "maxFeePerGas": price,
        "maxPriorityFeePerGas": min(price, 10**9),
    }
    signed = actor.account.sign_transaction(transaction)
    tx_hash = rpc.call("eth_sendRawTransaction", [format_bytes(bytes(signed.raw_transaction))])
    return wait_for_receipt(rpc, tx_hash)


def wait_for_receipt(rpc: JsonRpc, tx_hash: object) -> dict[str, Any]:
    """Ask until there is a receipt."""
    for _ in range(3000):
        receipt = rpc.call("eth_getTransactionReceipt", [tx_hash])
        if isinstance(receipt, dict):
            assert receipt["status"] == "0x1", "the transaction failed although the call did not"
            return receipt
        time.sleep(0.01)
    raise AssertionError("no receipt")
