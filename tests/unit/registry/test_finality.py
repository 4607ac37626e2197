from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.errors import NotAllowedError, SettingsError
from attestree.registry.finality import (
    Finality,
    FinalityRule,
    final_block_number,
    format_finality,
    parse_finality,
    verify_finality,
)


@pytest.mark.parametrize("text", ["finalized", "depth:1", "depth:64", "instant"])
def test_a_rule_is_written_as_it_was_read(text: str) -> None:
    assert format_finality(parse_finality(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Finalized",
        "safe",
        "latest",
        "depth",
        "depth:",
        "depth:0",
        "depth:01",
        "depth:-1",
        "depth:1 ",
        "depth:1.5",
        "depth:१",
        "depth:9999999",
    ],
)
def test_any_other_rule_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"config\.finality"):
        parse_finality(text)


@given(st.integers(0, 10**9), st.integers(1, 999_999))
def test_a_depth_is_counted_back_from_the_newest_block(latest: int, depth: int) -> None:
    number = final_block_number(Finality(FinalityRule.DEPTH, depth), latest=latest)
    assert number == (latest - depth if latest >= depth else 0)


def test_the_chains_own_word_is_taken_but_never_beyond_the_newest_block() -> None:
    assert final_block_number(Finality(FinalityRule.FINALIZED), latest=10, finalized=6) == 6
    assert final_block_number(Finality(FinalityRule.FINALIZED), latest=10, finalized=12) == 10


def test_the_chains_own_word_is_needed_where_the_rule_says_so() -> None:
    with pytest.raises(ValueError, match="finalized"):
        final_block_number(Finality(FinalityRule.FINALIZED), latest=10)


def test_instant_means_the_newest_block() -> None:
    assert final_block_number(Finality(FinalityRule.INSTANT), latest=10) == 10


@pytest.mark.parametrize("chain_id", [31337, 131277322940537])
def test_instant_is_allowed_on_the_chains_for_tests(chain_id: int) -> None:
    verify_finality(parse_finality("instant"), chain_id=chain_id)


@pytest.mark.parametrize("chain_id", [1, 1337, 11155111])
def test_instant_is_refused_anywhere_else(chain_id: int) -> None:
    with pytest.raises(NotAllowedError, match=r"refused\.instant_finality"):
        verify_finality(parse_finality("instant"), chain_id=chain_id)
    verify_finality(parse_finality("depth:1"), chain_id=chain_id)
