"""
Progress: how many credentials of a batch were hashed and written so far.

Decides what is counted; who is told, and how, is decided by whoever watches. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from attestree.issuing.shard import SHARD_ROWS, write_shard
from attestree.ports.engines import HERE, Made, ShardEngine, Work
from attestree.ports.engines import Shard as Piece


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is."""

    is_written: bool
    """Whether credentials are being written; before that, all are hashed once."""
    done: int
    """Credentials that were, in this pass."""
    size: int
    """Credentials of the batch."""


Watch = Callable[[Progress], None]
"""Is told after each shard."""


def _nobody(_progress: Progress) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Making:
    """Who makes the credentials, and who is told."""

    engine: ShardEngine = HERE
    """Makes the shards."""
    watch: Watch = _nobody
    """Is told."""

    def engine_for(self, size: int) -> ShardEngine:
        """Return the engine for a batch of so many credentials."""
        return _WatchedEngine(self, size)


@dataclass(frozen=True, slots=True)
class _WatchedEngine:
    """An engine whose shards are counted; implements `ports.engines.ShardEngine`."""

    making: Making
    size: int

    def map_shards(
        self, work: Work, make: Callable[[Work, Piece], Made], shards: Iterable[Piece]
    ) -> Iterator[Made]:
        """Yield what the engine makes, and tell."""
        is_written = make is write_shard
        for number, made in enumerate(self.making.engine.map_shards(work, make, shards), start=1):
            yield made
            self.making.watch(Progress(is_written, min(number * SHARD_ROWS, self.size), self.size))
