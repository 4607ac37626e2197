"""
From which block on a chain's word counts.

Decides what `finality` of a registry means and where `instant` is allowed. Does not fetch blocks.
Source: DESIGN section 6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from attestree.errors import NotAllowedError, SettingsError

DEV_CHAIN_IDS = frozenset({31337, 131277322940537})
"""Chains that exist for tests only: anvil and Hardhat, EthereumTester."""

_DEPTH = re.compile(r"depth:([1-9][0-9]{0,5})", re.ASCII)


class FinalityRule(Enum):
    """The three ways to tell that a block stays."""

    FINALIZED = "finalized"
    """The chain's own consensus says so."""
    DEPTH = "depth"
    """So many blocks were built on top of it."""
    INSTANT = "instant"
    """At once; on the development chains only."""


@dataclass(frozen=True, slots=True)
class Finality:
    """How a registry's final block is found."""

    rule: FinalityRule
    """Which of the three."""
    depth: int = 0
    """Blocks on top; 0 but for `DEPTH`."""


def parse_finality(text: str) -> Finality:
    """
    Read `finalized`, `depth:N` (N from 1, no leading zeros) or `instant`.

    Raises:
        SettingsError: `config.finality`.
    """
    depth = _DEPTH.fullmatch(text)
    if depth is not None:
        return Finality(FinalityRule.DEPTH, int(depth.group(1)))
    if text == FinalityRule.FINALIZED.value:
        return Finality(FinalityRule.FINALIZED)
    if text == FinalityRule.INSTANT.value:
        return Finality(FinalityRule.INSTANT)
    raise SettingsError("config.finality")


def format_finality(finality: Finality) -> str:
    """Write what `parse_finality` reads."""
    if finality.rule is FinalityRule.DEPTH:
        return f"depth:{finality.depth}"
    return str(finality.rule.value)


def verify_finality(finality: Finality, *, chain_id: int) -> None:
    """
    Refuse `instant` off the development chains.

    Raises:
        NotAllowedError: `refused.instant_finality`.
    """
    if finality.rule is FinalityRule.INSTANT and chain_id not in DEV_CHAIN_IDS:
        raise NotAllowedError("refused.instant_finality", chain_id=chain_id)


def final_block_number(finality: Finality, *, latest: int, finalized: int | None = None) -> int:
    """
    Return the number of the newest block that counts as final; 0 while there is none but the first.

    Args:
        finality: The registry's rule.
        latest: Number of the newest block.
        finalized: Number of the block the chain tags `finalized`; needed for that rule alone.

    Raises:
        ValueError: The number of the finalized block is needed and was not given.
    """
    if finality.rule is FinalityRule.INSTANT:
        return latest
    if finality.rule is FinalityRule.DEPTH:
        return max(0, latest - finality.depth)
    if finalized is None:
        raise ValueError("the rule `finalized` needs the finalized block")
    return min(finalized, latest)
