"""
Taking one step: one transaction of the store, and at most one message to the node.

Decides the order in which a step touches the outside, so that a crash between any two lines loses
nothing: what is signed is stored before it leaves; what may leave is marked before it does.
Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attestree.anchoring.identity import verify_identity
from attestree.anchoring.lease import Leases, build_lease_key
from attestree.anchoring.together import join_calls, narrow
from attestree.errors import CorruptionError, RefusedError
from attestree.merkle.keccak import keccak256
from attestree.outbox.fees import limit_gas
from attestree.outbox.states import State
from attestree.outbox.steps import Bump, Final, Halt, Lost, Mined, Retry, Reverted, Send, Sign, Step, Wait
from attestree.ports import (
    Attempt,
    Fees,
    Intent,
    Receipt,
    SignedTransaction,
    Signer,
    Store,
    Transaction,
    TransactionSender,
)
from attestree.registry.facts import BlockRef, ChainIdentity

NO_MONEY = "chain.no_money"
"""The key cannot pay the fee."""

_PLAIN_EDGES = {Lost: State.SENT, Retry: State.SEALED, Final: State.FINAL}


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes the steps of one key on one chain."""

    store: Store
    """Where a step is recorded."""
    sender: TransactionSender
    """Where bytes go."""
    signer: Signer
    """The key."""
    leases: Leases
    """Leases of this process."""
    pinned: ChainIdentity
    """The chain that is meant."""

    def take(
        self,
        intent: Intent,
        attempts: Sequence[Attempt],
        step: Step,
        *,
        now: int,
        carried: Sequence[Intent] = (),
    ) -> State:
        """
        Take a step and return the state that the intent is in afterwards.

        Args:
            intent: The write.
            attempts: What was signed for it.
            step: What to do.
            now: Wall clock, Unix seconds.
            carried: All writes that a transaction is signed for, this one among them, in the order they
                were queued: those that might come along the first time, those that were signed together
                after that; none = this one alone.

        Raises:
            RefusedError: The contract, the node, the lease or the fence would not have it; the
                intent stands where it stood, or in SENT.
            UnavailableError: Nobody knows; looking again tells.
        """
        match step:
            case Wait():
                return intent.state
            case Send(attempt=attempt):
                return self._send(intent, attempt, now=now)
            case Sign(nonce=nonce, fees=fees):
                together, gas = narrow(carried or [intent], lambda some: self._estimate(some, fees))
                unsigned = self._build_transaction(together, nonce=nonce, gas=gas, fees=fees)
                return self._sign(intent, together, unsigned, number=len(attempts) + 1, now=now)
            case Bump(nonce=nonce, fees=fees):
                together, gas = carried or [intent], attempts[-1].gas
                self._verify_balance(gas=gas, fees=fees)
                unsigned = self._build_transaction(together, nonce=nonce, gas=gas, fees=fees)
                return self._sign(intent, together, unsigned, number=len(attempts) + 1, now=now)
            case Mined(receipt=receipt):
                return self._move(intent, State.MINED, receipt=receipt)
            case Reverted(receipt=receipt, code=code):
                return self._move(intent, State.REVERTED, receipt=receipt, note=code)
            case Halt(code=code):
                return self._move(intent, State.HALTED, note=code)
            case Lost() | Retry() | Final():
                return self._move(intent, _PLAIN_EDGES[type(step)])

    def _move(self, intent: Intent, after: State, *, receipt: Receipt | None = None, note: str = "") -> State:
        """Record an edge."""
        # The time of the block is not stored; nothing about a write depends on it.
        block = None if receipt is None else BlockRef(receipt.block_number, receipt.block_hash, time=0)
        self.store.move_intent(
            intent.wanted.id, before=intent.state, after=after, fence=intent.fence, block=block, note=note
        )
        return after

    def _send(self, intent: Intent, attempt: Attempt, *, now: int) -> State:
        """Record that the bytes may have left, then hand them over, if they are those that were signed."""
        if keccak256(attempt.raw) != attempt.tx_hash:
            raise CorruptionError("fsck.attempt", intent=attempt.intent_id, number=attempt.number)
        self.store.mark_sent(attempt, now=now, intent_fence=intent.fence)
        try:
            self.sender.send(attempt.raw)
        except RefusedError as exc:
            if exc.code != NO_MONEY:
                raise
            # A node need not say whose money it missed.
            raise RefusedError(NO_MONEY, **{**exc.values, "address": self._address}) from exc
        return State.SENT

    def _sign(
        self,
        intent: Intent,
        together: Sequence[Intent],
        unsigned: Transaction,
        *,
        number: int,
        now: int,
    ) -> State:
        """Sign for the pinned chain and no other, and store what was signed."""
        lease_key = build_lease_key(chain_id=self.pinned.chain_id, address=self.signer.address)
        lease_fence = self.leases.take(lease_key)
        verify_identity(self.sender.fetch_identity(), pinned=self.pinned)
        signed = self.signer.sign(unsigned)
        self.store.add_attempt(
            _build_attempt(intent.wanted.id, unsigned, signed, number=number, now=now),
            lease_key=lease_key,
            lease_fence=lease_fence,
            intent_fence=intent.fence,
            beside={one.wanted.id: one.fence for one in together if one.wanted.id != intent.wanted.id},
        )
        return State.SIGNED

    def _build_transaction(
        self, together: Sequence[Intent], *, nonce: int, gas: int, fees: Fees
    ) -> Transaction:
        """Return what is signed: for the pinned chain, whatever the node says."""
        return Transaction(
            chain_id=self.pinned.chain_id,
            nonce=nonce,
            to=together[0].wanted.to,
            payload=join_calls(together),
            gas=gas,
            fees=fees,
        )

    def _estimate(self, together: Sequence[Intent], fees: Fees) -> int:
        """Return the gas limit; the contract's refusal comes out here, before anything is signed."""
        first = together[0].wanted
        gas = limit_gas(self.sender.fetch_gas(sender=first.sender, to=first.to, payload=join_calls(together)))
        self._verify_balance(gas=gas, fees=fees)
        return gas

    def _verify_balance(self, *, gas: int, fees: Fees) -> None:
        """Return if the key can pay for the dearest outcome."""
        balance = self.sender.fetch_balance(self.signer.address)
        if balance < gas * fees.max_fee:
            raise RefusedError(
                NO_MONEY, address=self._address, balance_wei=balance, needed_wei=gas * fees.max_fee
            )

    @property
    def _address(self) -> str:
        """Return the key's address, for messages."""
        return f"0x{self.signer.address.hex()}"


def _build_attempt(
    intent_id: str, unsigned: Transaction, signed: SignedTransaction, *, number: int, now: int
) -> Attempt:
    """Return a transaction as it is stored, before any byte of it leaves."""
    return Attempt(
        intent_id=intent_id,
        number=number,
        nonce=unsigned.nonce,
        raw=signed.raw,
        tx_hash=signed.hash,
        gas=unsigned.gas,
        fees=unsigned.fees,
        created=now,
        sent_at=None,
    )
