"""
Shards made by processes of this machine, one for each core.

Decides that processes are begun only for batches that are worth it. How they work and die is decided in
`pool`. Source: DESIGN section 11.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from types import TracebackType
from typing import TYPE_CHECKING, Self

from attestree.ports.engines import HERE, Made, Shard, Work

if TYPE_CHECKING:
    from attestree.adapters.engines.pool import ShardPool

FEW_SHARDS = 4
"""Up to so many shards, beginning a process costs more than it saves."""


class LocalEngine:
    """Makes shards in processes that it begins when they are first needed; a context manager ends them."""

    def __init__(self, processes: int | None = None) -> None:
        """Take so many processes, or one for each core that this one may use."""
        self._processes = processes or _count_cores()
        self._pool: ShardPool | None = None

    def map_shards(
        self, work: Work, make: Callable[[Work, Shard], Made], shards: Iterable[Shard]
    ) -> Iterator[Made]:
        """Yield what `make(work, shard)` returns for each shard; as the protocol says."""
        rest = iter(shards)
        first = list(islice(rest, FEW_SHARDS + 1))
        if self._processes == 1 or len(first) <= FEW_SHARDS:
            return HERE.map_shards(work, make, chain(first, rest))
        return self._pool_for(work).map_shards(make, chain(first, rest))

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.close()
        self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _pool_for(self, work: object) -> ShardPool:
        """Return the processes that share this work."""
        # Loaded here because most batches need no processes.
        from attestree.adapters.engines.pool import ShardPool

        if self._pool is None or self._pool.work is not work:
            self.close()
            self._pool = ShardPool(work, self._processes)
        return self._pool


def _count_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
