"""
Engines: where the shards of a batch are made.

Decides that the order of shards is kept, and that only a few are under way at once, so that memory stays
bounded and whoever writes to the disk sets the pace. Source: DESIGN section 11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol, TypeVar

Work = TypeVar("Work")
Shard = TypeVar("Shard")
Made = TypeVar("Made")


class ShardEngine(Protocol):
    """Makes shards, somewhere."""

    def map_shards(
        self, work: Work, make: Callable[[Work, Shard], Made], shards: Iterable[Shard]
    ) -> Iterator[Made]:
        """
        Yield what `make(work, shard)` returns for each shard, in their order.

        Args:
            work: What all shards share; sent once to where they are made.
            make: A function of a module; the same for the same arguments, so that it may be called again.
            shards: Read a few ahead of what is asked for, no more.

        Raises:
            AttestreeError: What `make` raised.
            EngineUnavailableError: The engine is gone, or loses its workers again and again.
        """


class Here:
    """Makes shards in this process, one after another."""

    def map_shards(
        self, work: Work, make: Callable[[Work, Shard], Made], shards: Iterable[Shard]
    ) -> Iterator[Made]:
        """Yield what `make(work, shard)` returns for each shard; as the protocol says."""
        return (make(work, shard) for shard in shards)


HERE: Final[ShardEngine] = Here()
"""The engine that needs nothing."""
