"""The edges that exist."""

from __future__ import annotations

from itertools import product

import pytest

from attestree.errors import TransitionError
from attestree.outbox.states import EDGES, State, verify_transition


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_only_drawn_edges_can_be_taken(before: State, after: State) -> None:
    if after in EDGES[before]:
        verify_transition(before=before, after=after)
        return
    with pytest.raises(TransitionError) as caught:
        verify_transition(before=before, after=after)
    assert caught.value.code == "outbox.no_such_edge"


def test_nothing_leads_out_of_final_but_halted() -> None:
    assert EDGES[State.FINAL] == {State.HALTED}
    assert EDGES[State.HALTED] == frozenset()
