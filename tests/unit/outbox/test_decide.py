"""Every rule of the decision, one by one; together they are in tests/properties/test_outbox.py."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attestree.outbox.decide import Limits, Observation, decide
from attestree.outbox.records import Attempt, Fees, Intent, Nonces, Receipt
from attestree.outbox.states import State
from attestree.outbox.steps import Bump, Final, Halt, Lost, Mined, Retry, Reverted, Send, Sign, Step, Wait
from tests.fakes.writes import wanted

GWEI = 10**9
LIMITS = Limits(max_fee_wei=100 * GWEI, resend_seconds=10, bump_seconds=30, reverts=2)
FEES = Fees(8 * GWEI, GWEI)
HASH = b"\x05" * 32
ACTIVE = [State.SEALED, State.SIGNED, State.SENT, State.MINED, State.REVERTED]


def intent(state: State, *, block: tuple[int, bytes] | None = None) -> Intent:
    number, block_hash = block or (None, None)
    return Intent(wanted("w"), state, fence=1, block_number=number, block_hash=block_hash, note="")


def attempt(number: int = 1, *, nonce: int = 4, created: int = 100, sent_at: int | None = 100) -> Attempt:
    return Attempt("w", number, nonce, b"raw", bytes([number]) * 32, 50_000, FEES, created, sent_at)


def receipt(of: Attempt, *, succeeded: bool = True, number: int = 7, block_hash: bytes = HASH) -> Receipt:
    return Receipt(of.tx_hash, number, block_hash, succeeded, 1, 1, b"")


def seen(
    *receipts: Receipt, now: int = 105, mined: int = 4, final: int = 4, **changes: object
) -> Observation:
    look = Observation(
        now=now,
        nonces=Nonces(mined=mined, pending=mined, final=final),
        receipts={one.tx_hash: one for one in receipts},
        block_hashes={7: HASH},
        final_number=6,
        effect_latest=False,
        effect_final=False,
        fees=FEES,
        next_nonce=9,
    )
    return replace(look, **changes)  # type: ignore[arg-type]


def step(state: State, attempts: list[Attempt], look: Observation, *, recorded: bool = False) -> Step:
    return decide(intent(state, block=(7, HASH) if recorded else None), attempts, look, LIMITS)


# -- at rest -----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.OPEN, State.FINAL, State.HALTED])
def test_what_is_at_rest_stays_so(state: State) -> None:
    assert step(state, [], seen()) == Wait("outbox.at_rest")


# -- the first transaction ---------------------------------------------------------------------


def test_a_sealed_write_takes_the_next_nonce_of_the_lane() -> None:
    assert step(State.SEALED, [], seen()) == Sign(9, FEES)


def test_nothing_is_signed_while_the_lane_is_closed() -> None:
    assert step(State.SEALED, [], seen(next_nonce=None)) == Wait("outbox.lane_closed")


def test_nothing_is_signed_above_the_fee_limit() -> None:
    assert step(State.SEALED, [], seen(fees=Fees(101 * GWEI, 1))) == Wait("fee.above_limit")


@pytest.mark.parametrize("effect", ["effect_latest", "effect_final"])
def test_nothing_is_signed_where_the_effect_is_there_already(effect: str) -> None:
    assert isinstance(step(State.SEALED, [], seen(**{effect: True})), Wait | Final)


def test_an_effect_by_another_counts_once_it_is_final() -> None:
    assert step(State.SEALED, [], seen(effect_latest=True)) == Wait("outbox.effect_not_final")
    look = seen(effect_latest=True, effect_final=True)
    assert step(State.SEALED, [], look) == Final("outbox.done_by_another")


# -- rule 1: a receipt with status 1 -----------------------------------------------------------


@pytest.mark.parametrize("state", [State.SIGNED, State.SENT])
def test_a_receipt_is_recorded_with_its_block(state: State) -> None:
    mined = receipt(attempt())
    assert step(state, [attempt()], seen(mined)) == Mined(mined)


def test_the_receipt_of_an_earlier_attempt_counts_too() -> None:
    mined = receipt(attempt(1))
    assert step(State.SENT, [attempt(1), attempt(2)], seen(mined)) == Mined(mined)


@pytest.mark.parametrize("state", ACTIVE)
@pytest.mark.parametrize("succeeded", [True, False])
def test_a_receipt_whose_block_is_not_in_the_chain_does_not_count(state: State, succeeded: bool) -> None:
    look = seen(receipt(attempt(), succeeded=succeeded, block_hash=b"\x06" * 32))
    assert step(state, [attempt()], look, recorded=True) == Wait("outbox.block_changing")


def test_a_mined_write_waits_for_its_block_to_be_final() -> None:
    assert step(State.MINED, [attempt()], seen(receipt(attempt())), recorded=True) == Wait("outbox.not_final")


@pytest.mark.parametrize("effect", [True, None])
def test_final_means_final_block_and_effect_there(effect: bool | None) -> None:
    look = seen(receipt(attempt()), final_number=7, effect_latest=effect, effect_final=effect)
    assert step(State.MINED, [attempt()], look, recorded=True) == Final("outbox.final")


def test_a_final_receipt_without_its_effect_halts() -> None:
    look = seen(receipt(attempt()), final_number=7)
    assert step(State.MINED, [attempt()], look, recorded=True) == Halt("outbox.effect_missing")


def test_a_receipt_in_another_block_than_recorded_goes_back_to_sent() -> None:
    moved = receipt(attempt(), number=8)
    look = seen(moved, block_hashes={8: HASH}, final_number=9, effect_final=True)
    assert step(State.MINED, [attempt()], look, recorded=True) == Lost()


def test_a_revert_that_became_a_success_goes_back_to_sent() -> None:
    assert step(State.REVERTED, [attempt()], seen(receipt(attempt())), recorded=True) == Lost()


def test_a_spent_nonce_that_succeeds_after_all_halts() -> None:
    assert step(State.SEALED, [attempt()], seen(receipt(attempt()))) == Halt("outbox.finality_broken")


# -- rule 2: the effect, whoever brought it about ----------------------------------------------


def test_a_nonce_that_is_out_is_spent_before_the_write_is_final() -> None:
    there = {"effect_latest": True, "effect_final": True}
    assert isinstance(step(State.SENT, [attempt()], seen(now=200, **there)), Send)
    look = seen(now=200, mined=5, final=5, **there)
    assert step(State.SENT, [attempt()], look) == Final("outbox.done_by_another")


def test_an_effect_by_another_needs_no_dearer_transaction() -> None:
    old = attempt(created=0, sent_at=100)
    assert step(State.SENT, [old], seen(now=200, effect_latest=True)) == Send(old, "outbox.not_seen")


def test_a_spent_nonce_with_the_effect_there_waits_for_the_final_block() -> None:
    look = seen(mined=5, effect_latest=True)
    assert step(State.SENT, [attempt()], look) == Wait("outbox.effect_not_final")


# -- rule 3: a receipt with status 0 -----------------------------------------------------------


@pytest.mark.parametrize("state", [State.SIGNED, State.SENT, State.MINED])
def test_a_revert_is_recorded_with_its_block(state: State) -> None:
    failed = receipt(attempt(), succeeded=False)
    assert step(state, [attempt()], seen(failed)) == Reverted(failed)


def test_a_revert_that_is_not_final_gets_no_new_nonce() -> None:
    look = seen(receipt(attempt(), succeeded=False))
    assert step(State.REVERTED, [attempt()], look, recorded=True) == Wait("outbox.revert_not_final")


def test_a_final_revert_without_effect_may_start_anew() -> None:
    look = seen(receipt(attempt(), succeeded=False), final_number=7, mined=5, final=5)
    assert step(State.REVERTED, [attempt()], look, recorded=True) == Retry()
    assert step(State.SEALED, [attempt()], look) == Sign(9, FEES)


def test_a_revert_whose_nonce_the_chain_has_not_counted_gets_no_new_nonce() -> None:
    look = seen(receipt(attempt(), succeeded=False), final_number=7, mined=5, final=4)
    assert step(State.REVERTED, [attempt()], look, recorded=True) == Wait("outbox.revert_not_final")
    assert step(State.SEALED, [attempt()], look) == Halt("outbox.finality_broken")


def test_a_final_revert_with_the_effect_there_gets_no_new_nonce() -> None:
    failed = receipt(attempt(), succeeded=False)
    look = seen(failed, final_number=7, mined=5, final=5, effect_latest=True)
    assert step(State.REVERTED, [attempt()], look, recorded=True) == Wait("outbox.effect_not_final")
    look = seen(failed, final_number=7, effect_final=True)
    assert step(State.REVERTED, [attempt()], look, recorded=True) == Wait("outbox.revert_not_final")


def test_a_revert_in_another_block_than_recorded_goes_back_to_sent() -> None:
    look = seen(receipt(attempt(), succeeded=False), final_number=7)
    assert step(State.REVERTED, [attempt()], look) == Lost()


def test_a_revert_that_loses_its_finality_halts() -> None:
    look = seen(receipt(attempt(), succeeded=False))
    assert step(State.SEALED, [attempt()], look) == Halt("outbox.finality_broken")


def test_a_person_looks_after_several_reverts() -> None:
    attempts = [attempt(1, nonce=3), attempt(2, nonce=4)]
    look = seen(receipt(attempts[1], succeeded=False), final_number=7, mined=5, final=5)
    assert step(State.REVERTED, attempts, look, recorded=True) == Halt("outbox.reverted_again")


def test_a_revert_of_an_earlier_nonce_says_nothing_about_this_one() -> None:
    attempts = [attempt(1, nonce=3), attempt(2, nonce=4)]
    look = seen(receipt(attempts[0], succeeded=False), now=200)
    assert step(State.SENT, attempts, look) == Send(attempts[1], "outbox.not_seen")


# -- rule 4: no receipt ------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.MINED, State.REVERTED])
def test_a_receipt_that_is_gone_goes_back_to_sent(state: State) -> None:
    assert step(state, [attempt()], seen(), recorded=True) == Lost()


def test_signed_bytes_are_sent() -> None:
    signed = attempt(sent_at=None)
    assert step(State.SIGNED, [signed], seen()) == Send(signed, "outbox.signed")


def test_sent_bytes_are_given_time_and_then_sent_again_as_they_are() -> None:
    assert step(State.SENT, [attempt()], seen(now=109)) == Wait("outbox.in_pool")
    assert step(State.SENT, [attempt()], seen(now=110)) == Send(attempt(), "outbox.not_seen")


def test_a_clock_that_was_set_back_does_not_stop_the_sending() -> None:
    assert step(State.SENT, [attempt()], seen(now=1)) == Send(attempt(), "outbox.not_seen")


def test_a_bump_keeps_the_nonce_and_raises_both_fees_by_an_eighth() -> None:
    old = attempt(created=100, sent_at=130)
    assert step(State.SENT, [old], seen(now=140)) == Bump(4, Fees(9 * GWEI, GWEI * 9 // 8))


def test_what_shares_a_transaction_is_made_dearer_with_all_others_or_not_at_all() -> None:
    old = attempt(created=100, sent_at=130)
    assert step(State.SENT, [old], seen(now=140, may_bump=False)) == Send(old, "outbox.not_seen")
    assert isinstance(step(State.SENT, [old], seen(now=140, may_bump=True)), Bump)


def test_a_bump_stops_at_the_limit() -> None:
    old = replace(attempt(created=100, sent_at=130), fees=Fees(90 * GWEI, GWEI))
    assert step(State.SENT, [old], seen(now=140)) == Send(old, "outbox.at_fee_limit")


def test_a_nonce_spent_by_another_halts_once_that_is_final() -> None:
    assert step(State.SENT, [attempt()], seen(mined=5)) == Wait("outbox.nonce_passed")
    assert step(State.SENT, [attempt()], seen(mined=5, final=5)) == Halt("outbox.foreign_nonce")


def test_a_sealed_write_with_a_nonce_in_the_open_halts_and_with_a_spent_one_starts_anew() -> None:
    assert step(State.SEALED, [attempt()], seen()) == Halt("outbox.finality_broken")
    assert step(State.SEALED, [attempt()], seen(mined=5, final=5)) == Sign(9, FEES)
