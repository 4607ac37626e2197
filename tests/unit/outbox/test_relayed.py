"""Writes that somebody else sends: what the chain shows decides, and only what is final is done."""

from __future__ import annotations

import itertools

import pytest

from attestree.outbox.decide import Final, Wait
from attestree.outbox.relayed import decide_relayed


@pytest.mark.parametrize(("latest", "is_empty"), list(itertools.product([True, False], repeat=2)))
def test_an_effect_at_a_final_block_ends_it_whatever_newer_blocks_say(latest: bool, is_empty: bool) -> None:
    step = decide_relayed(effect_latest=latest, effect_final=True, slot_is_empty=is_empty)
    assert step == Final("outbox.done_by_another")


@pytest.mark.parametrize("is_empty", [True, False])
def test_an_effect_at_a_newer_block_is_waited_for(is_empty: bool) -> None:
    step = decide_relayed(effect_latest=True, effect_final=False, slot_is_empty=is_empty)
    assert step == Wait("outbox.effect_not_final")


def test_without_an_effect_it_waits_and_says_what_stands_in_the_way() -> None:
    assert [
        decide_relayed(effect_latest=False, effect_final=False, slot_is_empty=is_empty)
        for is_empty in (True, False)
    ] == [Wait("outbox.waits_for_relayer"), Wait("outbox.root_taken")]
