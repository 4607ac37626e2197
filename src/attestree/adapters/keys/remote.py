"""
A signer whose key is elsewhere, asked over JSON-RPC: `eth_signTransaction`.

Decides that what comes back counts only if it is, byte for byte, the transaction that was asked, signed
by the key that was named. Web3Signer and anvil answer with the bytes, geth and clef with the bytes and a
reading of them; both are taken, the reading is not looked at. Nothing is stored or sent here.
Source: DESIGN section 11; EIP-1559; EIP-2 (low s); Ethereum execution API specification.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attestree.adapters.evm.dev_accounts import DEV_CHAIN_IDS, is_dev_address
from attestree.adapters.evm.hexes import format_bytes, format_quantity, parse_address, parse_bytes
from attestree.adapters.evm.rpc import JsonRpc, RpcError
from attestree.adapters.keys.recovery import SIGNATURE_BYTES, recover_signer
from attestree.errors import ChainUnavailableError, NotAllowedError, SignerError, SignerUnavailableError
from attestree.merkle.keccak import keccak256
from attestree.ports import SignedTransaction, Transaction

TIMEOUT_SECONDS = 10.0
"""How long a signer may take for one answer; a lease lasts longer."""

LIMIT_BYTES = 4 * 1024 * 1024
"""How long one answer may be; the largest transaction is a deployment."""

_ENVELOPE = b"\x02"
_SILENCE = {"chain.unreachable": "signer.unreachable", "chain.timeout": "signer.timeout"}


class RemoteSigner:
    """Signs for one chain through a signer; implements `ports.Signer`."""

    def __init__(
        self, url: str, address: bytes, *, chain_id: int, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        """
        Prepare to ask; nothing is sent yet.

        Args:
            url: `http` or `https`; user and password in it are sent as basic authentication.
            address: Account whose key the signer holds, 20 bytes.
            chain_id: The only chain it is asked to sign for.
            timeout_seconds: For one answer.

        Raises:
            NotAllowedError: `refused.well_known_key`, a public test key off the test chains.
        """
        if chain_id not in DEV_CHAIN_IDS and is_dev_address(format_bytes(address)):
            raise NotAllowedError("refused.well_known_key", chain_id=chain_id)
        self._rpc = JsonRpc(url, timeout_seconds=timeout_seconds, limit_bytes=LIMIT_BYTES)
        self._address = address
        self._chain_id = chain_id

    @property
    def address(self) -> bytes:
        """Address of the key, 20 bytes."""
        return self._address

    def open(self) -> None:
        """
        Ask whether the signer holds the key; one that does not tell its accounts is believed.

        Raises:
            SignerError: `signer.no_such_key`.
            SignerUnavailableError: `signer.unreachable`, `signer.timeout` or `signer.bad_answer`.
        """
        try:
            listed = self._ask("eth_accounts", [])
        except SignerError:
            return
        try:
            accounts = {parse_address(one) for one in listed} if isinstance(listed, list) else set()
        except ChainUnavailableError as exc:
            raise SignerUnavailableError("signer.bad_answer", host=self._rpc.host) from exc
        if self._address not in accounts:
            raise SignerError("signer.no_such_key", address=format_bytes(self._address), host=self._rpc.host)

    def sign(self, transaction: Transaction) -> SignedTransaction:
        """
        Return the signed bytes, once they are what was asked.

        Raises:
            NotAllowedError: `refused.another_chain`.
            SignerError: `signer.refused`, `signer.other_transaction`, `signer.other_key` or
                `signer.high_s`; nothing of the answer is kept.
            SignerUnavailableError: `signer.unreachable`, `signer.timeout` or `signer.bad_answer`.
        """
        if transaction.chain_id != self._chain_id:
            raise NotAllowedError("refused.another_chain", chain_id=transaction.chain_id)
        answer = self._ask("eth_signTransaction", [_describe(transaction, self._address)])
        raw = self._read(answer.get("raw") if isinstance(answer, dict) else answer)
        verify_signed(raw, transaction, signer=self._address, host=self._rpc.host)
        return SignedTransaction(raw=raw, hash=keccak256(raw))

    def sign_typed(self, typed: Mapping[str, Any], *, digest: bytes) -> bytes:
        """
        Return the signature of EIP-712 typed data, 65 bytes.

        Args:
            typed: The data as `eth_signTypedData_v4` takes it.
            digest: Its EIP-712 hash, 32 bytes, with which the answer is compared.

        Raises:
            SignerError: As `sign`.
            SignerUnavailableError: As `sign`.
        """
        try:
            answer = self._ask("eth_signTypedData_v4", [format_bytes(self._address), typed])
        except SignerError:
            # Web3Signer has the plain name only.
            answer = self._ask("eth_signTypedData", [format_bytes(self._address), typed])
        signature = self._read(answer)
        if len(signature) != SIGNATURE_BYTES:
            raise SignerUnavailableError("signer.bad_answer", host=self._rpc.host)
        if recover_signer(digest, signature) != self._address:
            raise SignerError("signer.other_key", address=format_bytes(self._address), host=self._rpc.host)
        return signature

    def __repr__(self) -> str:
        """Name the address and the host, never what the URL may hold."""
        return f"RemoteSigner(0x{self._address.hex()}, host={self._rpc.host}, chain_id={self._chain_id})"

    def _read(self, answer: object) -> bytes:
        """Return the bytes of an answer."""
        try:
            return parse_bytes(answer)
        except ChainUnavailableError as exc:
            raise SignerUnavailableError("signer.bad_answer", host=self._rpc.host) from exc

    def _ask(self, method: str, params: list[object]) -> object:
        """Ask the signer; its silence and its refusal become errors of ours, its words go nowhere."""
        try:
            return self._rpc.call(method, params)
        except RpcError as exc:
            raise SignerError("signer.refused", host=self._rpc.host, rpc_code=exc.rpc_code) from exc
        except ChainUnavailableError as exc:
            code = _SILENCE.get(exc.code, "signer.bad_answer")
            raise SignerUnavailableError(code, host=self._rpc.host) from exc


def verify_signed(raw: bytes, transaction: Transaction, *, signer: bytes, host: str) -> None:
    """
    Return if these bytes are that transaction, signed by that key in the one form that chains take.

    The bytes are not read field by field: they are written again from what was asked and the signature
    in them, and both must be the same. So nothing can stand in them that was not asked.

    Args:
        raw: EIP-2718 envelope, as the signer gave it.
        transaction: What was asked.
        signer: Address of the key, 20 bytes.
        host: Where it came from, for the message.

    Raises:
        SignerError: `signer.other_transaction`, `signer.other_key` or `signer.high_s`.
    """
    # Loaded here because most commands sign nothing.
    import rlp
    from rlp.exceptions import RLPException

    fields = _fields(transaction)
    try:
        parts = rlp.decode(raw[1:])
        parity, r, s = (int.from_bytes(part, "big") for part in parts[-3:])
        same = raw == _ENVELOPE + rlp.encode([*fields, parity, r, s])
    except (RLPException, TypeError, ValueError) as exc:
        raise SignerError("signer.other_transaction", host=host) from exc
    if not same or parity > 1 or max(r, s) >= 2**256:
        raise SignerError("signer.other_transaction", host=host)
    digest = keccak256(_ENVELOPE + rlp.encode(fields))
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    if recover_signer(digest, signature + bytes([27 + parity])) == signer:
        return
    if recover_signer(digest, signature + bytes([27 + parity]), low_s=False) == signer:
        raise SignerError("signer.high_s", host=host)
    raise SignerError("signer.other_key", address=format_bytes(signer), host=host)


def _fields(transaction: Transaction) -> list[object]:
    """Return what an EIP-1559 transaction consists of before its signature, in order."""
    fees = transaction.fees
    return [
        *(transaction.chain_id, transaction.nonce, fees.priority_fee, fees.max_fee, transaction.gas),
        *(transaction.to, 0, transaction.payload, []),
    ]


def _describe(transaction: Transaction, sender: bytes) -> dict[str, object]:
    """Return a transaction as `eth_signTransaction` takes it."""
    asked: dict[str, object] = {
        "from": format_bytes(sender),
        "chainId": format_quantity(transaction.chain_id),
        "nonce": format_quantity(transaction.nonce),
        "gas": format_quantity(transaction.gas),
        "maxFeePerGas": format_quantity(transaction.fees.max_fee),
        "maxPriorityFeePerGas": format_quantity(transaction.fees.priority_fee),
        "value": "0x0",
        "data": format_bytes(transaction.payload),
    }
    if transaction.to:
        asked["to"] = format_bytes(transaction.to)
    return asked
