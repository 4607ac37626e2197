"""The fee rule."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from attestree.outbox.fees import is_within, limit_gas, raise_fees
from attestree.outbox.records import Fees

WEI = st.integers(min_value=1, max_value=2**62)


@given(st.builds(Fees, WEI, WEI), st.builds(Fees, WEI, WEI))
def test_a_raise_lifts_both_fees_by_an_eighth_or_more(paid: Fees, suggested: Fees) -> None:
    raised = raise_fees(paid, suggested=suggested)
    for new, old, floor in (
        (raised.max_fee, paid.max_fee, suggested.max_fee),
        (raised.priority_fee, paid.priority_fee, suggested.priority_fee),
    ):
        assert new * 8 >= old * 9
        assert new >= floor
        assert new == floor or (new - 1) * 8 < old * 9


def test_the_limit_itself_is_within_the_limit() -> None:
    assert is_within(Fees(7, 1), limit_wei=7)
    assert not is_within(Fees(8, 1), limit_wei=7)


@given(st.integers(min_value=21_000, max_value=2**40))
def test_a_transaction_may_use_a_fifth_more_than_estimated(estimate: int) -> None:
    assert estimate * 6 - 5 < limit_gas(estimate) * 5 <= estimate * 6
