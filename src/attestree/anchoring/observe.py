"""
Looking at the chain, before each step.

Decides what is read and in which order: nonces before receipts, receipts before the effect, and
everything that must agree at the same block hash. What it means is decided in `outbox.decide`.
Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attestree.outbox.decide import Observation
from attestree.ports import Attempt, Fees, Intent, NewIntent, Nonces, Probe, Receipt, TransactionSender
from attestree.registry.facts import BlockRef


class Look:
    """One look at the chain for one key: what all its writes share is read once."""

    def __init__(self, sender: TransactionSender, address: bytes, *, final: BlockRef) -> None:
        """Read nonces, the newest block and fees, after `final` was read; raises as the sender does."""
        self._sender = sender
        self.final = final
        """Newest block that counts as final, and that was compared with what was final before."""
        self.nonces: Nonces = sender.fetch_nonces(address)
        """The key's transaction counts."""
        self.latest: BlockRef = sender.fetch_block("latest")
        """Newest block, read after the nonces."""
        self.fees: Fees = sender.fetch_fees()
        """Likely to be mined soon."""

    def observe(
        self,
        intent: Intent,
        attempts: Sequence[Attempt],
        *,
        now: int,
        next_nonce: int | None,
        lane_code: str = "outbox.lane_closed",
        may_bump: bool = True,
    ) -> Observation:
        """Return what there is to see of one write."""
        receipts = self._fetch_receipts(attempts)
        return Observation(
            now=now,
            nonces=self.nonces,
            receipts=receipts,
            block_hashes={number: self._hash_at(number) for number in _heights(receipts)},
            final_number=self.final.number,
            effect_latest=self._look_for_effect(intent.wanted, self.latest, spent=self.nonces.mined),
            effect_final=self._look_for_effect(intent.wanted, self.final, spent=self.nonces.final),
            fees=self.fees,
            next_nonce=next_nonce,
            lane_code=lane_code,
            may_bump=may_bump,
        )

    def _fetch_receipts(self, attempts: Sequence[Attempt]) -> Mapping[bytes, Receipt]:
        """Return the receipts there are."""
        if not attempts:
            return {}
        found = self._sender.fetch_receipts([attempt.tx_hash for attempt in attempts])
        return {tx_hash: receipt for tx_hash, receipt in found.items() if receipt is not None}

    def _hash_at(self, number: int) -> bytes:
        """Return the hash of the chain's block at a height."""
        return self._sender.fetch_block(number).hash

    def _look_for_effect(self, wanted: NewIntent, block: BlockRef, *, spent: int) -> bool | None:
        """Say whether a write took effect: what fills a gap has, once its nonce is spent by anybody."""
        if wanted.nonce is not None:
            return wanted.nonce < spent
        return fetch_effect(self._sender, wanted.probes, block)


def _heights(receipts: Mapping[bytes, Receipt]) -> set[int]:
    """Return the heights that receipts name."""
    return {receipt.block_number for receipt in receipts.values()}


def fetch_effect(sender: TransactionSender, probes: Sequence[Probe], block: BlockRef) -> bool | None:
    """Say whether all probes agree at a block; None where there are none."""
    if not probes:
        return None
    words = sender.fetch_words([probe.slot for probe in probes], block=block)
    return all(
        int.from_bytes(word, "big") & probe.mask == probe.value
        for probe, word in zip(probes, words, strict=True)
    )
