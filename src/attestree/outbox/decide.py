"""
What a write does next: the whole of "anchored exactly once", without any I/O.

Decides one step from what is stored (an intent, its attempts) and what was just seen on the chain.
It does not look, sign, send or store: `anchoring` does, one step a time, and looks again before the
next. Any step may be followed by a crash; the next decision starts from what was stored.

The rules, in the order in which they are asked:

1. A receipt with status 1 counts, in the block that it names, once that block is in the chain.
2. The effect itself counts, whoever brought it about, once it stands in a final block and no nonce of
   ours is still out.
3. A receipt with status 0 spends its nonce. Only when that receipt is final, the key's final count says so
   too, and the effect is absent may the write have a new nonce: a receipt alone may be made up.
4. No receipt: the same bytes go out again, later the same nonce with higher fees. A nonce that was
   spent by a transaction that is not ours halts the write.

Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from attestree.outbox.fees import DEFAULT_LIMIT_WEI, is_within, raise_fees
from attestree.outbox.records import Attempt, Fees, Intent, Nonces, Receipt
from attestree.outbox.states import State
from attestree.outbox.steps import Bump, Final, Halt, Lost, Mined, Retry, Reverted, Send, Sign, Step, Wait


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen on the chain just now, for one write."""

    now: int
    """Wall clock, Unix seconds."""
    nonces: Nonces
    """Of the key; read *before* the receipts, so that a nonce spent by us shows its receipt."""
    receipts: Mapping[bytes, Receipt]
    """By transaction hash, of every attempt that has one."""
    block_hashes: Mapping[int, bytes]
    """Hash of the chain's block at the height of each receipt."""
    final_number: int
    """Height of the newest final block."""
    effect_latest: bool | None
    """Whether all probes agree at the latest block; None = there are none."""
    effect_final: bool | None
    """Whether all probes agree at the newest final block; None = there are none."""
    fees: Fees
    """Likely to be mined soon."""
    next_nonce: int | None
    """The one that may be signed now; None = the lane takes no new transaction now."""
    lane_code: str = "outbox.lane_closed"
    """Why the lane takes none."""
    may_bump: bool = True
    """Whether every write that the newest transaction carries is SENT: dearer they become together."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Patience and purse."""

    max_fee_wei: int = DEFAULT_LIMIT_WEI
    """Most that a unit of gas may cost."""
    resend_seconds: int = 15
    """How long the network may be silent before the same bytes go out again."""
    bump_seconds: int = 60
    """How long the same bytes go out before they are made dearer."""
    reverts: int = 3
    """How many nonces may be spent without effect before a person has to look."""
    together: int = 50
    """How many anchors one transaction carries at most."""


DEFAULT_LIMITS = Limits()
"""Patience and purse unless the settings say otherwise."""


def decide(
    intent: Intent, attempts: Sequence[Attempt], seen: Observation, limits: Limits = DEFAULT_LIMITS
) -> Step:
    """Return the next step of a write; every step that changes the state is an edge of `states.EDGES`."""
    if intent.state in (State.OPEN, State.FINAL, State.HALTED):
        return Wait("outbox.at_rest")
    live = [attempt for attempt in attempts if attempt.nonce == attempts[-1].nonce]
    success = _find_receipt(attempts, seen, succeeded=True)
    if success is not None:
        return _after_success(intent, success, seen)
    if seen.effect_final and _is_spent_for_ever(live, seen):
        return Final("outbox.done_by_another")
    revert = _find_receipt(live, seen, succeeded=False)
    if revert is not None:
        return _after_revert(intent, attempts, revert, seen, limits)
    return _without_receipt(intent, live, seen, limits)


def _after_success(intent: Intent, receipt: Receipt, seen: Observation) -> Step:
    """Rule 1: record the block, wait until it is final, look at the effect there."""
    if not _is_in_chain(receipt, seen):
        return Wait("outbox.block_changing")
    match intent.state:
        case State.SEALED:
            # Every nonce before was spent without effect, finally; now one of them succeeded.
            return Halt("outbox.finality_broken")
        case State.SIGNED | State.SENT:
            return Mined(receipt)
        case _ if intent.state is State.REVERTED or not _is_recorded(intent, receipt):
            return Lost()
    if receipt.block_number > seen.final_number:
        return Wait("outbox.not_final")
    if seen.effect_final is False:
        return Halt("outbox.effect_missing")
    return Final("outbox.final")


def _after_revert(
    intent: Intent, attempts: Sequence[Attempt], receipt: Receipt, seen: Observation, limits: Limits
) -> Step:
    """Rule 3: record the block; a new nonce only when the receipt is final and the effect absent."""
    if not _is_in_chain(receipt, seen):
        return Wait("outbox.block_changing")
    is_spent = receipt.block_number <= seen.final_number and seen.nonces.final > attempts[-1].nonce
    match intent.state:
        case State.SIGNED | State.SENT | State.MINED:
            return Reverted(receipt)
        case State.SEALED:
            return _sign(seen, limits) if is_spent else Halt("outbox.finality_broken")
    if not _is_recorded(intent, receipt):
        return Lost()
    if not is_spent:
        return Wait("outbox.revert_not_final")
    if seen.effect_latest or seen.effect_final:
        return Wait("outbox.effect_not_final")
    if len({attempt.nonce for attempt in attempts}) >= limits.reverts:
        return Halt("outbox.reverted_again")
    return Retry()


def _without_receipt(intent: Intent, live: Sequence[Attempt], seen: Observation, limits: Limits) -> Step:
    """Rule 4, and the first transaction of all."""
    match intent.state:
        case State.MINED | State.REVERTED:
            return Lost()
        case State.SEALED:
            # A nonce without a receipt is out of the way only when it is spent for ever by another.
            return _sign(seen, limits) if _is_spent_for_ever(live, seen) else Halt("outbox.finality_broken")
    newest = live[-1]
    if seen.nonces.mined > newest.nonce:
        return _passed(newest, seen)
    if newest.sent_at is None:
        return Send(newest, "outbox.signed")
    if 0 <= seen.now - newest.sent_at < limits.resend_seconds:
        return Wait("outbox.in_pool")
    # What another brought about needs no dearer transaction; ours only has to spend its nonce.
    is_early = newest.sent_at - newest.created < limits.bump_seconds
    if is_early or seen.effect_latest or not seen.may_bump:
        return Send(newest, "outbox.not_seen")
    fees = raise_fees(newest.fees, suggested=seen.fees)
    if not is_within(fees, limit_wei=limits.max_fee_wei):
        return Send(newest, "outbox.at_fee_limit")
    return Bump(newest.nonce, fees)


def _passed(newest: Attempt, seen: Observation) -> Step:
    """Say what it means that the nonce is spent although no attempt has a receipt."""
    if seen.effect_latest:
        return Wait("outbox.effect_not_final")
    if seen.nonces.final > newest.nonce:
        return Halt("outbox.foreign_nonce")
    # A node may count a block before it finds the receipts in it.
    return Wait("outbox.nonce_passed")


def _sign(seen: Observation, limits: Limits) -> Step:
    """Start, or start anew, where the effect is absent, the lane open and the price right."""
    if seen.effect_latest or seen.effect_final:
        return Wait("outbox.effect_not_final")
    if not is_within(seen.fees, limit_wei=limits.max_fee_wei):
        return Wait("fee.above_limit")
    if seen.next_nonce is None:
        return Wait(seen.lane_code)
    return Sign(seen.next_nonce, seen.fees)


def _find_receipt(attempts: Sequence[Attempt], seen: Observation, *, succeeded: bool) -> Receipt | None:
    """Return the newest attempt's receipt with that status, or None."""
    found = (seen.receipts.get(attempt.tx_hash) for attempt in reversed(attempts))
    return next((receipt for receipt in found if receipt and receipt.succeeded is succeeded), None)


def _is_in_chain(receipt: Receipt, seen: Observation) -> bool:
    """Say whether the block that a receipt names is the chain's block at that height."""
    return seen.block_hashes.get(receipt.block_number) == receipt.block_hash


def _is_recorded(intent: Intent, receipt: Receipt) -> bool:
    """Say whether the receipt's block is the one that was stored."""
    return (intent.block_number, intent.block_hash) == (receipt.block_number, receipt.block_hash)


def _is_spent_for_ever(live: Sequence[Attempt], seen: Observation) -> bool:
    """Say whether no transaction of ours can be mined any more."""
    return all(seen.nonces.final > attempt.nonce for attempt in live)
