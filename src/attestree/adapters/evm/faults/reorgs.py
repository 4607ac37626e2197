"""
Reorganisations of anvil: the newest blocks are taken back, and their transactions meet a fate.

Decides what becomes of the transactions. anvil forgets them; real nodes put them back into their pool, and
other miners put them into other blocks. Nothing here stops at the finalized block, and neither does anvil.
Source: DESIGN section 6; the methods `anvil_reorg` and `eth_sendRawTransaction`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Fate(StrEnum):
    """What becomes of the transactions in blocks that are taken back."""

    VANISH = "vanish"
    """Nobody has them any more."""
    RETURN = "return"
    """They are in the pool again, and in the next block that is made."""
    MOVE = "move"
    """They are in another block of the new chain."""


class ReorgChain(Protocol):
    """A running anvil."""

    def call(self, method: str, *params: object) -> Any:
        """Return the result of one JSON-RPC call."""
        ...


@dataclass(frozen=True, slots=True)
class Reorged:
    """What happened."""

    first: int
    """Number of the lowest block that was replaced."""
    old_hashes: tuple[str, ...]
    """Hashes of the blocks that are gone, lowest first."""
    tx_hashes: tuple[str, ...]
    """Transactions that were in them, in their order."""


def reorg(chain: ReorgChain, depth: int, fate: Fate = Fate.VANISH) -> Reorged:
    """
    Replace the newest blocks by others of the same numbers; depth 0 does nothing.

    With `Fate.RETURN` the transactions wait in the pool until somebody makes a block; where each
    transaction makes one by itself, that is soon.

    Raises:
        ValueError: As deep as the chain: the first block cannot be taken back.
    """
    head = int(chain.call("eth_blockNumber"), 16)
    if not 0 <= depth <= head:
        raise ValueError("a depth between 0 and the height of the chain")
    if depth == 0:
        return Reorged(head + 1, (), ())
    first = head - depth + 1
    blocks = [chain.call("eth_getBlockByNumber", hex(number), False) for number in range(first, head + 1)]
    placed = [(place, found) for place, block in enumerate(blocks) for found in block["transactions"]]
    raws = {found: chain.call("eth_getRawTransactionByHash", found) for _, found in placed}
    moved = []
    if fate is Fate.MOVE:
        moved = [[raws[found], place] for found, place in _other_places(placed, depth)]
    chain.call("anvil_reorg", depth, moved)
    if fate is Fate.RETURN:
        _give_back(chain, [raws[found] for _, found in placed])
    return Reorged(first, tuple(block["hash"] for block in blocks), tuple(found for _, found in placed))


def _other_places(placed: list[tuple[int, str]], depth: int) -> list[tuple[str, int]]:
    """Put all into the highest block, or into the lowest where that is where they were; order is kept."""
    highest = depth - 1
    to = 0 if all(place == highest for place, _ in placed) else highest
    return [(found, to) for _, found in placed]


def _give_back(chain: ReorgChain, raws: list[Any]) -> None:
    automine = bool(chain.call("anvil_getAutomine"))
    chain.call("evm_setAutomine", False)
    for raw in raws:
        chain.call("eth_sendRawTransaction", raw)
    chain.call("evm_setAutomine", automine)
