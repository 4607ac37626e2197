"""
Writing to a chain through its nodes, and looking whether a write arrived.

Decides that what is read for a decision - blocks, counts, receipts, words, who the chain is - is the same
from every node, and that bytes go to every node. What only bounds a price - fees, gas, a balance - is the
first node's word: a lie there costs no more than the limits allow. It signs nothing and decides nothing
about when to send: `outbox` and `anchoring` do.
Source: DESIGN sections 6 and 7; EIP-1559; EIP-1898.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from attestree.adapters.evm.answers import parse_block
from attestree.adapters.evm.bare_chain import NO_REGISTRY
from attestree.adapters.evm.chain_events import EvmEvents
from attestree.adapters.evm.hexes import (
    format_bytes,
    format_quantity,
    parse_address,
    parse_bytes,
    parse_hash,
    parse_quantity,
)
from attestree.adapters.evm.refusals import is_known, read_estimate, read_refusal
from attestree.adapters.evm.rpc import JsonRpc, RpcError
from attestree.adapters.evm.source import Source, Tip
from attestree.adapters.evm.sources import Sources, require_same
from attestree.errors import AttestreeError, ChainUnavailableError
from attestree.ports import Clock, Fees, Nonces, Receipt
from attestree.registry.facts import BlockRef, ChainIdentity
from attestree.registry.finality import Finality

LEAST_TIP_WEI = 1_000_000
"""Tip per gas where nobody tipped lately: a milli-gwei, above what any pool asks for."""

FEE_HISTORY_BLOCKS = 4
"""Blocks over which the usual tip is taken."""


class WallClock:
    """The clock of this machine."""

    def now(self) -> int:
        """Return Unix seconds."""
        return int(time.time())


class _BareSource(Source):
    """A node of a chain on which the registry is yet to be deployed: no code is no fault there."""

    def _parse_code(self, answer: object) -> bytes:
        """Return the code, even if there is none."""
        return parse_bytes(answer)


class EvmSender:
    """`TransactionSender` over JSON-RPC; every node of the registry is asked and told."""

    def __init__(
        self,
        rpcs: Sequence[JsonRpc],
        *,
        identity: ChainIdentity,
        finality: Finality,
        clock: Clock | None = None,
    ) -> None:
        """
        Prepare to ask; nothing is sent yet.

        Args:
            rpcs: The nodes, at least one.
            identity: What the settings pin, or `build_bare_identity` before a deployment.
            finality: Which blocks are final.
            clock: Tells how old a node's newest block is; the machine's own unless given.

        Raises:
            NotAllowedError: `refused.instant_finality`.
        """
        kind = Source if identity.registry != NO_REGISTRY else _BareSource
        self._rpcs = tuple(rpcs)
        self._clock = clock or WallClock()
        self._sources = Sources([kind(rpc, identity=identity, finality=finality) for rpc in rpcs])
        self._events = EvmEvents(self._sources, clock=self._clock)

    def fetch_identity(self) -> ChainIdentity:
        """
        Return what the chain says it is, read now, the same from every node.

        Raises:
            ChainIdentityError: `identity.chain_id` or `identity.genesis`, some nodes serve another chain.
            ChainUnavailableError: `chain.*`.
        """
        return self._events.fetch_identity()

    def fetch_block(self, tag: int | str) -> BlockRef:
        """Return a block by number or by `latest` or `final`; the tags compare the chain with the pins."""
        return self._events.fetch_block(tag)

    def fetch_words(self, slots: Sequence[bytes], *, block: BlockRef) -> tuple[bytes, ...]:
        """Return the registry's storage words at that very block, 32 bytes each."""
        return self._events.fetch_words(slots, block=block)

    def fetch_nonces(self, address: bytes) -> Nonces:
        """
        Return a key's transaction counts, at blocks that every node holds; the same from every node.

        The highest pool counts for what is pending: a pool may only forget.
        """
        tip = self._sources.fetch_common_tip(now=self._clock.now())
        counts = [_fetch_counts(source, address, tip) for source in self._sources.all]
        mined, final = require_same([count[:2] for count in counts])
        return Nonces(mined=mined, pending=max(count[2] for count in counts), final=final)

    def fetch_balance(self, address: bytes) -> int:
        """Return a key's balance in wei, as the first node has it."""
        return parse_quantity(self._rpcs[0].call("eth_getBalance", [format_bytes(address), "latest"]))

    def fetch_fees(self) -> Fees:
        """Return the usual tip, and a ceiling of twice the next base fee above it."""
        asked = [format_quantity(FEE_HISTORY_BLOCKS), "latest", [50]]
        history: Any = self._rpcs[0].call("eth_feeHistory", asked)
        told = history if isinstance(history, dict) else {}
        bases, rewards = told.get("baseFeePerGas"), told.get("reward") or []
        rows = [bases, rewards, *(rewards if isinstance(rewards, list) else ())]
        if not bases or not all(isinstance(row, list) for row in rows):
            raise ChainUnavailableError("chain.bad_answer", host=self._rpcs[0].host, wanted="fees")
        tips = sorted(parse_quantity(of_block[0]) for of_block in rewards if of_block)
        tip = max(tips[len(tips) // 2] if tips else 0, LEAST_TIP_WEI)
        return Fees(max_fee=2 * parse_quantity(bases[-1]) + tip, priority_fee=tip)

    def fetch_gas(self, *, sender: bytes, to: bytes, payload: bytes) -> int:
        """
        Return the gas a call needs.

        Raises:
            RevertedError: `contract.*`, the contract would refuse.
            RefusedError: `chain.no_money`.
            ChainUnavailableError: `chain.*`.
        """
        call = {"from": format_bytes(sender), "data": format_bytes(payload)}
        if to:
            call["to"] = format_bytes(to)
        try:
            return parse_quantity(self._rpcs[0].call("eth_estimateGas", [call]))
        except RpcError as exc:
            raise read_estimate(exc, payer=sender) from exc

    def fetch_receipts(self, tx_hashes: Sequence[bytes]) -> Mapping[bytes, Receipt | None]:
        """Return a receipt or None (not mined) for each hash; the same from every node."""
        return require_same([_fetch_receipts(rpc, tx_hashes) for rpc in self._rpcs])

    def send(self, raw: bytes) -> None:
        """
        Hand the bytes to every node; one that takes them, or knows them, is enough.

        Raises:
            ChainUnavailableError: Nobody knows whether they arrived.
            RefusedError: No node will have them, with code `chain.nonce_too_low`, `chain.underpriced`,
                `chain.no_money` or `chain.refused`.
        """
        failures = [failure for rpc in self._rpcs if (failure := _offer(rpc, raw)) is not None]
        if len(failures) < len(self._rpcs):
            return
        unknown = [failure for failure in failures if isinstance(failure, ChainUnavailableError)]
        raise (unknown or failures)[0]


def _fetch_counts(source: Source, address: bytes, tip: Tip) -> tuple[int, int, int]:
    """Return a key's counts at the newest and the final block, and with one node's pool."""
    numbers = [format_quantity(tip.latest.number), format_quantity(tip.final.number)]
    counts = [("eth_getTransactionCount", [format_bytes(address), tag]) for tag in (*numbers, "pending")]
    # In the same request: an address behind which several nodes stand may serve another one each time.
    blocks = [("eth_getBlockByNumber", [number, False]) for number in numbers]
    answers = source.rpc.batch([*counts, *blocks])
    for answer, block in zip(answers[3:], (tip.latest, tip.final), strict=True):
        if parse_block(answer, host=source.rpc.host).hash != block.hash:
            raise ChainUnavailableError("chain.reorganised", host=source.rpc.host)
    mined, final, pending = (parse_quantity(answer) for answer in answers[:3])
    return mined, final, pending


def _fetch_receipts(rpc: JsonRpc, tx_hashes: Sequence[bytes]) -> Mapping[bytes, Receipt | None]:
    """Return the receipts that one node has."""
    questions = [("eth_getTransactionReceipt", [format_bytes(tx_hash)]) for tx_hash in tx_hashes]
    answers = zip(tx_hashes, rpc.batch(questions), strict=True)
    return {tx_hash: _parse_receipt(answer, tx_hash, rpc.host) for tx_hash, answer in answers}


def _offer(rpc: JsonRpc, raw: bytes) -> AttestreeError | None:
    """Hand the bytes to one node; return why it did not take them, or None."""
    try:
        rpc.call("eth_sendRawTransaction", [format_bytes(raw)])
    except RpcError as exc:
        return None if is_known(exc) else read_refusal(exc)
    except ChainUnavailableError as exc:
        return exc
    return None


def _parse_receipt(answer: Any, tx_hash: bytes, host: str) -> Receipt | None:
    """Return the receipt in an answer, if it is the one that was asked for."""
    if answer is None:
        return None
    if not isinstance(answer, dict) or parse_hash(answer.get("transactionHash")) != tx_hash:
        raise ChainUnavailableError("chain.bad_answer", host=host, wanted="the receipt that was asked")
    status = parse_quantity(answer.get("status"))
    contract = answer.get("contractAddress")
    return Receipt(
        tx_hash=tx_hash,
        block_number=parse_quantity(answer.get("blockNumber")),
        block_hash=parse_hash(answer.get("blockHash")),
        succeeded=status == 1,
        gas_used=parse_quantity(answer.get("gasUsed")),
        gas_price=parse_quantity(answer.get("effectiveGasPrice")),
        contract=parse_address(contract) if contract else b"",
    )
