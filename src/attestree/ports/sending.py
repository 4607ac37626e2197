"""
Writing to a chain: signing one transaction, handing it over, and looking whether it arrived.

Decides what a sender must be able to look up before anything is sent again. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from attestree.outbox.records import Fees, Nonces, Receipt
from attestree.registry.facts import BlockRef, ChainIdentity


@dataclass(frozen=True, slots=True)
class Transaction:
    """An unsigned EIP-1559 transaction that moves no ether."""

    chain_id: int
    """EIP-155 chain id."""
    nonce: int
    """Of the signing key."""
    to: bytes
    """20 bytes; empty = creates a contract."""
    payload: bytes
    """Call data."""
    gas: int
    """Gas limit."""
    fees: Fees
    """What it may cost."""


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """Bytes that may leave the process once they are stored."""

    raw: bytes
    """EIP-2718 envelope."""
    hash: bytes
    """32 bytes."""


class Signer(Protocol):
    """Signs transactions with one key."""

    @property
    def address(self) -> bytes:
        """Address of the key, 20 bytes."""

    def sign(self, transaction: Transaction) -> SignedTransaction:
        """Return the signed bytes; raises KeyFileError where the key cannot be used."""


class TransactionSender(Protocol):
    """Writes to the chain, and looks whether a write arrived."""

    def fetch_identity(self) -> ChainIdentity:
        """Return what the chain says it is, read now."""

    def fetch_block(self, tag: int | str) -> BlockRef:
        """Return a block by number or by `latest` or `final`."""

    def fetch_nonces(self, address: bytes) -> Nonces:
        """Return a key's transaction counts."""

    def fetch_balance(self, address: bytes) -> int:
        """Return a key's balance in wei."""

    def fetch_fees(self) -> Fees:
        """Return fees likely to be mined soon."""

    def fetch_gas(self, *, sender: bytes, to: bytes, payload: bytes) -> int:
        """Return the gas a call needs; RevertedError with the contract's reason if it would fail."""

    def fetch_receipts(self, tx_hashes: Sequence[bytes]) -> Mapping[bytes, Receipt | None]:
        """Return a receipt or None (not mined) for each hash."""

    def fetch_words(self, slots: Sequence[bytes], *, block: BlockRef) -> tuple[bytes, ...]:
        """Return the registry's storage words at that very block, 32 bytes each."""

    def send(self, raw: bytes) -> None:
        """
        Hand the bytes to the node; already known is no error.

        Raises:
            ChainUnavailableError: Nobody knows whether it arrived; look before sending again.
            RefusedError: The node will not have it, with code `chain.nonce_too_low`,
                `chain.underpriced`, `chain.no_money` or `chain.refused`.
        """
