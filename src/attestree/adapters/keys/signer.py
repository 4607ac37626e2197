"""
A signer whose key is in this process.

Decides for which chain it signs: the one it was opened for, and no other. The keys that every local
test chain funds are public; off those chains they sign nothing. Source: DESIGN sections 6 and 11.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from eth_typing import Hash32

from attestree.adapters.evm.dev_accounts import DEV_CHAIN_IDS, is_dev_address
from attestree.errors import KeyFileError, NotAllowedError
from attestree.ports import SignedTransaction, Transaction

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

KEY_BYTES = 32
"""Length of a private key."""

GROUP_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Order of secp256k1: a private key is a number from 1 up to this, exclusive."""


def load_account(private_key: bytes) -> LocalAccount:
    """Return the account of a private key; raises KeyFileError `key.not_a_key`."""
    # Asked here and not of the library, whose errors may show the key.
    if len(private_key) != KEY_BYTES or not 0 < int.from_bytes(private_key, "big") < GROUP_ORDER:
        raise KeyFileError("key.not_a_key")
    # Loaded here because it is slow to load, and most commands sign nothing.
    from eth_account import Account

    account: LocalAccount = Account.from_key(private_key)
    return account


class LocalSigner:
    """Signs EIP-1559 transactions for one chain with one key; implements `ports.Signer`."""

    def __init__(self, private_key: bytes, *, chain_id: int) -> None:
        """
        Take a key of 32 bytes.

        Raises:
            KeyFileError: `key.not_a_key`.
            NotAllowedError: `refused.well_known_key`, a public test key off the test chains.
        """
        self._account = load_account(private_key)
        self._chain_id = chain_id
        if chain_id not in DEV_CHAIN_IDS and is_dev_address(self._account.address):
            raise NotAllowedError("refused.well_known_key", chain_id=chain_id)

    @property
    def address(self) -> bytes:
        """Address of the key, 20 bytes."""
        return bytes.fromhex(self._account.address[2:])

    def sign(self, transaction: Transaction) -> SignedTransaction:
        """Return the signed bytes; NotAllowedError `refused.another_chain` for a chain not opened for."""
        if transaction.chain_id != self._chain_id:
            raise NotAllowedError("refused.another_chain", chain_id=transaction.chain_id)
        signed = self._account.sign_transaction(
            {
                "type": 2,
                "chainId": transaction.chain_id,
                "nonce": transaction.nonce,
                "to": transaction.to,
                "value": 0,
                "data": transaction.payload,
                "gas": transaction.gas,
                "maxFeePerGas": transaction.fees.max_fee,
                "maxPriorityFeePerGas": transaction.fees.priority_fee,
            }
        )
        return SignedTransaction(raw=bytes(signed.raw_transaction), hash=bytes(signed.hash))

    def open(self) -> LocalSigner:
        """Return itself: there is nothing left to open."""
        return self

    def sign_typed(self, typed: Mapping[str, Any], *, digest: bytes) -> bytes:  # noqa: ARG002 - as a remote one
        """Return the signature of EIP-712 typed data: r, s and v, 65 bytes; `digest` is its hash."""
        return bytes(self._account.unsafe_sign_hash(Hash32(digest)).signature)

    def __repr__(self) -> str:
        """Name the address and never the key."""
        return f"LocalSigner(0x{self.address.hex()}, chain_id={self._chain_id})"


def open_environment_key(variable: str, *, chain_id: int) -> LocalSigner:
    """
    Return a signer for the key in an environment variable: 64 hex digits, with or without 0x.

    For development: programs that this one starts, and whoever may list processes, can read it there.

    Args:
        variable: Its name, such as `ATTESTREE_KEY_OPERATOR`.
        chain_id: The only chain it will sign for.

    Raises:
        KeyFileError: `key.no_variable` or `key.not_a_key`.
        NotAllowedError: `refused.environment_key` off the two development chains.
    """
    if chain_id not in DEV_CHAIN_IDS:
        raise NotAllowedError("refused.environment_key", chain_id=chain_id)
    value = os.environ.get(variable)
    if value is None:
        raise KeyFileError("key.no_variable", variable=variable)
    try:
        private_key = bytes.fromhex(value.strip().removeprefix("0x"))
    except ValueError:
        # The cause would show the key.
        raise KeyFileError("key.not_a_key") from None
    return LocalSigner(private_key, chain_id=chain_id)
