"""
A chain in memory that can lose, forget and reorganise, with the sender and the signer that go with it.

While it is paused, every transaction reverts. A call's payload is a slot and a value, 32 bytes each: it
sets an empty slot, and reverts on a slot that is taken - a registry without kindness. A call of `anchor` or
`anchorMany` sets the slot called as each root to its size, all or none. An empty payload does nothing;
`b"revert"` always reverts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from attestree.errors import ChainUnavailableError, RefusedError, RevertedError
from attestree.merkle.keccak import keccak256
from attestree.ports import Fees, Nonces, Receipt, SignedTransaction, Transaction
from attestree.registry.calls import SIGNATURES
from attestree.registry.facts import BlockRef, ChainIdentity

REGISTRY = b"\x0a" * 20
IDENTITY = ChainIdentity(31337, b"\x01" * 32, REGISTRY, 0, b"\x01" * 32, b"\x02" * 32)
GWEI = 10**9


@dataclass
class FakeClock:
    """A clock that stands until it is moved."""

    seconds: int = 1_000_000

    def now(self) -> int:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.seconds += max(1, round(seconds))


@dataclass
class FakeSigner:
    """Signs by writing the transaction down; counts what it signed."""

    address: bytes = b"\x0b" * 20
    signed: list[Transaction] = field(default_factory=list)

    def sign(self, transaction: Transaction) -> SignedTransaction:
        self.signed.append(transaction)
        return sign_as(self.address, transaction)


def sign_as(address: bytes, transaction: Transaction) -> SignedTransaction:
    raw = json.dumps(
        [
            address.hex(),
            transaction.nonce,
            transaction.to.hex(),
            transaction.payload.hex(),
            transaction.fees.max_fee,
        ]
    ).encode()
    return SignedTransaction(raw, keccak256(raw))


@dataclass(frozen=True)
class Block:
    """One block, with the state after it."""

    ref: BlockRef
    receipts: Mapping[bytes, Receipt]
    raws: tuple[bytes, ...]
    words: Mapping[bytes, int]
    nonces: Mapping[bytes, int]


class FakeChain:
    """Blocks, a pool, and the means to disturb them."""

    def __init__(self, *, depth: int = 0) -> None:
        self.depth = depth
        self.pool: dict[tuple[bytes, int], bytes] = {}
        self.salt = 0
        self.paused = False
        self.blocks = [Block(BlockRef(0, IDENTITY.genesis_hash, 0), {}, (), {}, {})]

    @property
    def latest(self) -> Block:
        return self.blocks[-1]

    @property
    def final(self) -> Block:
        return self.blocks[max(0, len(self.blocks) - 1 - self.depth)]

    def mine(self, count: int = 1, *, only_empty: bool = False) -> None:
        for _ in range(count):
            self._mine_one(only_empty=only_empty)

    def _mine_one(self, *, only_empty: bool) -> None:
        words, nonces = dict(self.latest.words), dict(self.latest.nonces)
        number = self.latest.ref.number + 1
        raws: list[bytes] = []
        outcomes: list[bool] = []
        for (sender, nonce), raw in sorted(self.pool.items()):
            if not only_empty and nonces.get(sender, 0) == nonce:
                nonces[sender] = nonce + 1
                raws.append(raw)
                outcomes.append(not self.paused and _run(raw, words))
                del self.pool[sender, nonce]
        self.salt += 1
        block_hash = sha256(b"%d %d" % (number, self.salt)).digest()
        receipts = {
            keccak256(raw): _receipt(raw, number, block_hash, succeeded=succeeded)
            for raw, succeeded in zip(raws, outcomes, strict=True)
        }
        ref = BlockRef(number, block_hash, number)
        self.blocks.append(Block(ref, receipts, tuple(raws), words, nonces))

    def reorganise(self, count: int, *, back_to_pool: bool) -> None:
        """Forget the newest blocks, never a final one, and mine as many empty ones."""
        count = min(count, len(self.blocks) - 1, self.depth)
        for _ in range(count):
            lost = self.blocks.pop()
            for raw in lost.raws if back_to_pool else ():
                self._admit(raw)
        self.pool = {k: raw for k, raw in self.pool.items() if k[1] >= self.latest.nonces.get(k[0], 0)}
        self.mine(count, only_empty=True)

    def rewrite(self, count: int, *, only_empty: bool = True, shorter_by: int = 0) -> None:
        """Replace the newest blocks, final ones too; the transactions in them come back or vanish."""
        for _ in range(count):
            lost = self.blocks.pop()
            for raw in () if only_empty else lost.raws:
                self._admit(raw)
        self.mine(count - shorter_by, only_empty=only_empty)

    def forget_pool(self) -> None:
        self.pool.clear()

    def send(self, raw: bytes) -> None:
        sender, nonce, _, _, max_fee = _fields(raw)
        if nonce < self.latest.nonces.get(sender, 0):
            raise RefusedError("chain.nonce_too_low")
        waiting = self.pool.get((sender, nonce))
        if waiting is not None and waiting != raw and max_fee * 10 < _fields(waiting)[4] * 11:
            raise RefusedError("chain.underpriced")
        self._admit(raw)

    def _admit(self, raw: bytes) -> None:
        sender, nonce, *_ = _fields(raw)
        self.pool[sender, nonce] = raw

    def spend_nonce(self, address: bytes) -> None:
        """Let somebody else use the key."""
        nonce = self.latest.nonces.get(address, 0)
        theirs = Transaction(31337, nonce, REGISTRY, b"", 21_000, Fees(77 * GWEI, 1))
        self.pool[address, nonce] = sign_as(address, theirs).raw
        self.mine()

    def count_set(self, slot: bytes) -> int:
        """Count the transactions in the chain that set a slot."""
        hits = 0
        for block in self.blocks:
            for raw in block.raws:
                done = block.receipts[keccak256(raw)].succeeded
                hits += done and slot in dict(writes_of(_fields(raw)[3]))
        return hits


def _fields(raw: bytes) -> tuple[bytes, int, bytes, bytes, int]:
    sender, nonce, to, payload, max_fee = json.loads(raw)
    return bytes.fromhex(sender), nonce, bytes.fromhex(to), bytes.fromhex(payload), max_fee


def _run(raw: bytes, words: dict[bytes, int]) -> bool:
    payload = _fields(raw)[3]
    if payload == b"revert":
        return False
    before = dict(words)
    for slot, value in writes_of(payload):
        if words.get(slot, 0):
            words.clear()
            words.update(before)
            return False
        words[slot] = value
    return True


def writes_of(payload: bytes) -> list[tuple[bytes, int]]:
    """Return what a call sets: slot and value of each."""
    if len(payload) == 64:
        starts = [0]
    elif payload[:4] == selector_of("anchor"):
        starts = [36]
    elif payload[:4] == selector_of("anchorMany"):
        starts = list(range(100, len(payload), 128))
    else:
        return []
    return [(payload[at : at + 32], int.from_bytes(payload[at + 32 : at + 64])) for at in starts]


def selector_of(name: str) -> bytes:
    return keccak256(SIGNATURES[name].encode())[:4]


def _receipt(raw: bytes, number: int, block_hash: bytes, *, succeeded: bool) -> Receipt:
    contract = b"" if _fields(raw)[2] else keccak256(raw)[:20]
    return Receipt(keccak256(raw), number, block_hash, succeeded, 21_000, GWEI, contract)


class FakeSender:
    """`TransactionSender` over a `FakeChain`; `fault` is asked with each method's name before and after."""

    def __init__(self, chain: FakeChain) -> None:
        self.chain = chain
        self.identity = IDENTITY
        self.fees = Fees(2 * GWEI, GWEI)
        self.balance = 10**18
        self.estimates = True
        self.pending: int | None = None
        self.fault: Callable[[str], None] = lambda _name: None

    def fetch_identity(self) -> ChainIdentity:
        self.fault("before fetch_identity")
        return self.identity

    def fetch_block(self, tag: int | str) -> BlockRef:
        if tag == "latest":
            return self.chain.latest.ref
        if tag == "final":
            return self.chain.final.ref
        assert isinstance(tag, int)
        if tag >= len(self.chain.blocks):
            raise ChainUnavailableError("chain.no_block")
        return self.chain.blocks[tag].ref

    def fetch_nonces(self, address: bytes) -> Nonces:
        self.fault("before fetch_nonces")
        mined = self.chain.latest.nonces.get(address, 0)
        final = self.chain.final.nonces.get(address, 0)
        return Nonces(mined=mined, pending=mined if self.pending is None else self.pending, final=final)

    def fetch_balance(self, address: bytes) -> int:
        return self.balance

    def fetch_fees(self) -> Fees:
        return self.fees

    def fetch_gas(self, *, sender: bytes, to: bytes, payload: bytes) -> int:
        if self.estimates and not _run(_probe_call(sender, to, payload), dict(self.chain.latest.words)):
            raise RevertedError("contract.already_anchored")
        return 50_000

    def fetch_receipts(self, tx_hashes: Sequence[bytes]) -> Mapping[bytes, Receipt | None]:
        self.fault("before fetch_receipts")
        found: dict[bytes, Receipt | None] = dict.fromkeys(tx_hashes)
        for block in self.chain.blocks:
            found |= {h: receipt for h, receipt in block.receipts.items() if h in found}
        return found

    def fetch_words(self, slots: Sequence[bytes], *, block: BlockRef) -> tuple[bytes, ...]:
        self.fault("before fetch_words")
        for known in self.chain.blocks:
            if known.ref == block:
                return tuple(known.words.get(slot, 0).to_bytes(32, "big") for slot in slots)
        raise ChainUnavailableError("chain.bad_answer")

    def send(self, raw: bytes) -> None:
        self.fault("before send")
        self.chain.send(raw)
        self.fault("after send")


def _probe_call(sender: bytes, to: bytes, payload: bytes) -> bytes:
    return sign_as(sender, Transaction(31337, 0, to, payload, 0, Fees(0, 0))).raw


def another_chain() -> ChainIdentity:
    """The same number, another genesis: a wiped test chain."""
    return replace(IDENTITY, genesis_hash=b"\x0f" * 32)
