"""Which question meets which fault."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.adapters.evm.faults.faults import CRASH_SAFE, OF_A_REQUEST, Fault, FaultPlan
from attestree.adapters.evm.faults.lies import turn_words

METHODS = st.sampled_from(["eth_call", "eth_getLogs", "eth_sendRawTransaction", "evm_mine", "anvil_reorg"])
plans = st.builds(
    FaultPlan,
    rate=st.floats(0, 1),
    kinds=st.lists(st.sampled_from(Fault), max_size=5).map(tuple),
    methods=st.frozensets(METHODS, max_size=2),
    seed=st.integers(),
)


@given(plans, METHODS, st.integers(0, 10_000))
def test_the_same_plan_decides_the_same_again_and_only_what_fits(
    plan: FaultPlan, method: str, number: int
) -> None:
    decided = plan.decide(method, number)
    assert decided == replace(plan).decide(method, number)
    assert decided is None or decided in plan.fitting(method)


def test_a_rate_is_kept() -> None:
    plan = FaultPlan(rate=0.1, seed=4)
    met = Counter(plan.decide("eth_call", number) for number in range(20_000))
    assert 1_700 < 20_000 - met[None] < 2_300
    assert set(met) == {None, *CRASH_SAFE}


def test_another_seed_is_another_choice() -> None:
    chosen = {tuple(FaultPlan(rate=0.5, seed=s).decide("eth_call", n) for n in range(40)) for s in range(5)}
    assert len(chosen) == 5


@pytest.mark.parametrize("rate", [-0.01, 1.01, float("nan")])
def test_a_rate_that_is_no_share_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        FaultPlan(rate=rate)


def test_what_drives_a_test_chain_is_left_alone_unless_it_is_named() -> None:
    plan = FaultPlan(rate=1)
    assert plan.decide("evm_mine", 0) is None
    assert plan.decide("anvil_reorg", 0) is None
    assert replace(plan, methods=frozenset({"evm_mine"})).decide("evm_mine", 0) is not None


def test_a_lie_meets_only_the_methods_it_fits() -> None:
    plan = FaultPlan(rate=1, kinds=(Fault.HIDDEN_LOGS, Fault.FORGED_RECEIPT))
    assert plan.decide("eth_getLogs", 0) is Fault.HIDDEN_LOGS
    assert plan.decide("eth_getTransactionReceipt", 0) is Fault.FORGED_RECEIPT
    assert plan.decide("eth_getStorageAt", 0) is None


def test_the_first_questions_are_left_alone_and_after_enough_faults_all_is_well() -> None:
    plan = FaultPlan(rate=1, skip=2, limit=3)
    assert [plan.decide("eth_call", number) is None for number in range(3)] == [True, True, False]
    assert plan.decide("eth_call", 9, given=2) is not None
    assert plan.decide("eth_call", 9, given=3) is None


def test_faults_that_are_safe_in_a_crash_never_lie() -> None:
    assert set(CRASH_SAFE) > OF_A_REQUEST
    assert not set(CRASH_SAFE) & {f for f in Fault if f.startswith(("forged", "hidden", "invented", "stale"))}


def test_a_turned_word_is_another_word_of_the_same_length() -> None:
    words = "0x" + "00" * 32 + "ab" * 32 + "00" * 4
    assert turn_words(words) == "0x" + "00" * 31 + "01" + "00" * 32 + "00" * 3 + "01"
    assert turn_words("0x") == "0x"
