"""
EthereumTester's chain as state that can be read at any block, called, sent to and wound back.

Decides what eth-tester leaves open or rounds off: reading at a block hash, call errors with their return
bytes, storage proofs, real block times, one block a transaction. No JSON and no network here. Not safe for
threads: its one caller holds a lock. Source: DESIGN section 11; Ethereum execution API for what each answer
means.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

import rlp
from eth.constants import BLANK_ROOT_HASH
from eth.vm.message import Message
from eth.vm.spoof import SpoofTransaction
from eth_keys.datatypes import PrivateKey
from eth_tester import PyEVMBackend
from eth_utils.crypto import keccak
from trie.hexary import HexaryTrie

from attestree.adapters.evm.dev_accounts import DEV_ACCOUNTS, DEV_BALANCE_WEI, TESTER_CHAIN_ID

CALL_GAS: Final = 30_000_000
"""Gas of a call that names none."""

_MESSAGE: Any = Message
_TRIE: Any = HexaryTrie

TIP_WEI: Final = 10**9
"""Priority fee that the chain proposes."""


class TesterError(Exception):
    """A request that this chain refuses, as a JSON-RPC error; never leaves this package."""

    def __init__(self, message: str, code: int = -32000, revert: bytes | None = None) -> None:
        """Keep the message, the JSON-RPC code and, after a revert, the bytes that the contract returned."""
        super().__init__(message)
        self.message = message
        self.code = code
        self.revert = revert


@dataclass(frozen=True, slots=True)
class Call:
    """What `eth_call` and `eth_estimateGas` are given."""

    sender: bytes
    """20 bytes."""

    to: bytes
    """20 bytes, or empty for a contract creation."""

    call_input: bytes
    """Call input, or the creation code."""

    value: int = 0
    """In wei."""

    gas: int = CALL_GAS
    """Limit."""


@dataclass(frozen=True, slots=True)
class StorageProof:
    """An EIP-1186 proof; each path is a list of RLP nodes from the root down."""

    storage_hash: bytes
    """Root of the account's storage, 32 bytes."""

    account: list[bytes]
    """Path to the account, or to the place where it would be."""

    slots: list[list[bytes]]
    """Path to each slot, in the order asked; empty where the account stores nothing."""


class TesterState:
    """One EthereumTester chain with the ten well-known accounts."""

    def __init__(self) -> None:
        """Make the genesis block."""
        born = {"balance": DEV_BALANCE_WEI, "nonce": 0, "code": b"", "storage": {}}
        accounts = {bytes.fromhex(account.address[2:]): born for account in DEV_ACCOUNTS}
        self._backend: Any = PyEVMBackend(genesis_state=accounts)
        self._ahead_seconds = 0
        self._next_timestamp: int | None = None
        self._places: dict[bytes, tuple[int, int]] = {}
        self._snapshots: list[tuple[bytes, int]] = []

    @property
    def _chain(self) -> Any:
        """Return py-evm's chain, which a return to genesis replaces."""
        return self._backend.chain

    # blocks

    def head(self) -> Any:
        """Return the newest block; latest, safe and finalized are the same here."""
        return self.block_at(self._chain.header.block_number - 1)

    def next_base_fee(self) -> int:
        """Return the base fee of the next block, in wei."""
        return int(self._chain.header.base_fee_per_gas)

    def block_at(self, number: int) -> Any:
        """Return the block of that number, or None beyond the head."""
        if not 0 <= number < self._chain.header.block_number:
            return None
        return self._chain.get_canonical_block_by_number(number)

    def block_of(self, block_hash: bytes) -> Any:
        """Return the block of that hash, or None if it is unknown or was wound back."""
        for number in range(self._chain.header.block_number - 1, -1, -1):
            header = self._chain.get_canonical_block_header_by_number(number)
            if header.hash == block_hash:
                return self.block_at(number)
        return None

    def find_transaction(self, tx_hash: bytes) -> tuple[Any, int] | None:
        """Return the block and the index of a mined transaction, or None."""
        number, index = self._places.get(tx_hash, (-1, 0))
        block = self.block_at(number)
        if block is None or len(block.transactions) <= index or block.transactions[index].hash != tx_hash:
            return None
        return block, index

    def receipts(self, block: Any) -> Any:
        """Return the receipts of a block in order."""
        return block.get_receipts(self._chain.chaindb)

    # state

    def state_at(self, block: Any) -> Any:
        """Return py-evm's state after `block`; what is changed in it is forgotten."""
        return self._chain.get_vm(at_header=block.header).state

    def prove(self, block: Any, address: bytes, slots: list[int]) -> StorageProof:
        """Return the EIP-1186 proof of an account and its slots after `block`, of presence or absence."""
        accounts = self._trie(block.header.state_root)
        leaf = accounts.get(keccak(address))
        root = rlp.decode(leaf)[2] if leaf else BLANK_ROOT_HASH
        storage = self._trie(root)
        return StorageProof(
            storage_hash=root,
            account=_path(accounts, keccak(address)),
            slots=[_path(storage, keccak(slot.to_bytes(32, "big"))) for slot in slots],
        )

    def _trie(self, root: bytes) -> Any:
        """Return the trie below a root of this chain."""
        return _TRIE(self._chain.chaindb.db, root)

    def call(self, block: Any, call: Call) -> bytes:
        """
        Return what a call on the state after `block` answers.

        Raises:
            TesterError: code 3 with the returned bytes after a revert, -32000 after any other failure.
        """
        state = self.state_at(block)
        if call.value > state.get_balance(call.sender):
            raise TesterError("insufficient funds for transfer")
        code = state.get_code(call.to) if call.to else call.call_input
        message = _MESSAGE(
            gas=call.gas,
            to=call.to,
            sender=call.sender,
            value=call.value,
            data=call.call_input if call.to else b"",
            code=code,
            create_address=None if call.to else keccak(rlp.encode([call.sender, 0]))[12:],
        )
        context = state.get_transaction_context_class()(gas_price=0, origin=call.sender)
        machine = state.computation_class
        run = machine.apply_message if call.to else machine.apply_create_message
        return _answer_of(run(state, message, context))

    def estimate_gas(self, block: Any, call: Call) -> int:
        """
        Return a gas limit that suffices for `call` as a transaction after `block`.

        Raises:
            TesterError: as `call`, if no limit suffices.
        """
        used = self._try(block, call, CALL_GAS)
        tokens = sum(4 if byte else 1 for byte in call.call_input)
        floor = max(used, 21_000 + 10 * tokens)
        # A callee sees 63/64 of what is left, so what was used may not be enough.
        for guess in (floor, (floor + 2_300) * 64 // 63, floor * 2, floor * 4):
            try:
                self._try(block, call, min(guess, CALL_GAS))
            except TesterError:
                continue
            return min(guess, CALL_GAS)
        return CALL_GAS

    def _try(self, block: Any, call: Call, gas: int) -> int:
        """Return the gas used by `call` as a transaction with limit `gas`, before refunds."""
        vm = self._chain.get_vm(at_header=block.header)
        state = vm.state
        fee = block.header.base_fee_per_gas
        state.set_balance(call.sender, state.get_balance(call.sender) + gas * fee)
        unsigned = vm.get_transaction_builder().new_unsigned_dynamic_fee_transaction(
            chain_id=TESTER_CHAIN_ID,
            nonce=state.get_nonce(call.sender),
            max_priority_fee_per_gas=0,
            max_fee_per_gas=fee,
            gas=gas,
            to=call.to,
            value=call.value,
            data=call.call_input,
            access_list=(),
        )
        try:
            computation = state.apply_transaction(SpoofTransaction(unsigned, from_=call.sender))
        except Exception as error:
            raise TesterError(str(error)) from error
        _answer_of(computation)
        return int(gas - computation.get_gas_remaining())

    # changes

    def send_raw(self, raw: bytes) -> bytes:
        """
        Put a signed transaction into a block of its own and return its hash.

        Raises:
            TesterError: the transaction is not valid now; this chain keeps no queue.
        """
        try:
            transaction = self._chain.get_vm().get_transaction_builder().decode(raw)
            sender = transaction.sender
        except Exception as error:
            raise TesterError("rlp: not a transaction that this chain knows", -32602) from error
        if self.find_transaction(transaction.hash):
            raise TesterError("already known")
        if transaction.chain_id not in (None, TESTER_CHAIN_ID):
            raise TesterError("invalid chain id for signer")
        expected = self.state_at(self.head()).get_nonce(sender)
        if transaction.nonce != expected:
            wrong = "low" if transaction.nonce < expected else "high"
            refusal = f"nonce too {wrong}: next nonce {expected}, tx nonce {transaction.nonce}"
            raise TesterError(refusal, -32003)
        self._set_time()
        try:
            self._chain.apply_transaction(transaction)
        except Exception as error:
            raise TesterError(f"transaction refused: {error}", -32003) from error
        self._seal()
        self._places[transaction.hash] = (self.head().number, 0)
        return bytes(transaction.hash)

    def send_unlocked(self, call: Call) -> bytes:
        """Sign `call` with the well-known key of its sender, send it, return its hash."""
        keys = {bytes.fromhex(account.address[2:]): account.key for account in DEV_ACCOUNTS}
        if call.sender not in keys:
            raise TesterError("unknown account")
        head = self.head()
        unsigned = (
            self._chain.get_vm()
            .get_transaction_builder()
            .new_unsigned_dynamic_fee_transaction(
                chain_id=TESTER_CHAIN_ID,
                nonce=self.state_at(head).get_nonce(call.sender),
                max_priority_fee_per_gas=TIP_WEI,
                max_fee_per_gas=2 * head.header.base_fee_per_gas + TIP_WEI,
                gas=call.gas,
                to=call.to,
                value=call.value,
                data=call.call_input,
                access_list=(),
            )
        )
        signed = unsigned.as_signed_transaction(PrivateKey(bytes.fromhex(keys[call.sender][2:])))
        return self.send_raw(signed.encode())

    def mine(self) -> None:
        """Add an empty block."""
        self._set_time()
        self._seal()

    def increase_time(self, seconds: int) -> int:
        """Let later blocks be so much ahead of the wall clock; return by how much in all."""
        self._ahead_seconds += seconds
        return self._ahead_seconds

    def set_next_timestamp(self, timestamp: int) -> None:
        """Give the next block this time in Unix seconds, and keep the distance afterwards."""
        if timestamp <= self.head().header.timestamp:
            raise TesterError("timestamp is not later than the newest block's", -32602)
        self._next_timestamp = timestamp
        self._ahead_seconds = timestamp - int(time.time())

    def snapshot(self) -> int:
        """Remember the chain as it is; return the number for `revert`."""
        self._snapshots.append((self.head().hash, self._ahead_seconds))
        return len(self._snapshots)

    def revert(self, number: int) -> bool:
        """Wind back to a snapshot and forget it and all later ones; False if it is not known."""
        if not 1 <= number <= len(self._snapshots):
            return False
        block_hash, self._ahead_seconds = self._snapshots[number - 1]
        del self._snapshots[number - 1 :]
        self._next_timestamp = None
        if block_hash != self.head().hash:
            self._backend.revert_to_snapshot(block_hash)
        return True

    def _set_time(self) -> None:
        """Give the pending block its time: the wall clock's, but always later than its parent's."""
        chosen, self._next_timestamp = self._next_timestamp, None
        wanted = int(time.time()) + self._ahead_seconds if chosen is None else chosen
        self._chain.set_header_timestamp(max(wanted, self.head().header.timestamp + 1))

    def _seal(self) -> None:
        """Turn the pending block into the head."""
        self._backend.mine_blocks()


def _path(trie: Any, key: bytes) -> list[bytes]:
    """Return the nodes from the root of `trie` towards `key`; an empty trie has none."""
    return [] if trie.root_hash == BLANK_ROOT_HASH else [rlp.encode(node) for node in trie.get_proof(key)]


def _answer_of(computation: Any) -> bytes:
    """Return what a computation answered, or raise what it failed with."""
    if not computation.is_error:
        return bytes(computation.output)
    failure = computation.error
    if type(failure).__name__ == "Revert":
        raise TesterError("execution reverted", 3, revert=bytes(computation.output))
    raise TesterError(f"execution failed: {type(failure).__name__}")
