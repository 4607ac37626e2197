"""
Shards made by processes of this machine, one for each core.

Decides how many are under way, and what happens when a process dies: its shards are made again, by another.
Processes are begun only for batches that are worth it, and end with whoever began them, even if that one is
killed. Source: DESIGN section 11.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from types import TracebackType
from typing import Any, Self

from attestree.errors import EngineUnavailableError
from attestree.ports.engines import HERE, Made, Shard, Work

FEW_SHARDS = 4
"""Up to so many shards, beginning a process costs more than it saves."""

AHEAD = 2
"""Shards under way for each process."""

MAX_LOSSES = 3
"""Times that processes may die before any further shard is made."""


class LocalEngine:
    """Makes shards in processes that it begins when they are first needed; a context manager ends them."""

    def __init__(self, processes: int | None = None) -> None:
        """Take so many processes, or one for each core that this one may use."""
        self._processes = processes or _count_cores()
        self._pool: ProcessPoolExecutor | None = None
        self._work: object = None

    def map_shards(
        self, work: Work, make: Callable[[Work, Shard], Made], shards: Iterable[Shard]
    ) -> Iterator[Made]:
        """Yield what `make(work, shard)` returns for each shard; as the protocol says."""
        rest = iter(shards)
        first = list(islice(rest, FEW_SHARDS + 1))
        if self._processes == 1 or len(first) <= FEW_SHARDS:
            yield from HERE.map_shards(work, make, chain(first, rest))
            return
        waiting: deque[tuple[Shard, Future[Made]]] = deque()
        losses = 0
        following = chain(first, rest)
        while True:
            for shard in islice(following, self._processes * AHEAD - len(waiting)):
                waiting.append((shard, self._submit(work, make, shard)))
            if not waiting:
                return
            try:
                made = waiting[0][1].result()
            except BrokenProcessPool as exc:
                losses += 1
                if losses > MAX_LOSSES:
                    raise EngineUnavailableError("engine.workers_lost", times=losses) from exc
                self.close()
                waiting = deque((shard, self._submit(work, make, shard)) for shard, _ in waiting)
                continue
            waiting.popleft()
            losses = 0
            yield made

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._pool = self._work = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _submit(self, work: object, make: Callable[[Any, Shard], Made], shard: Shard) -> Future[Made]:
        """Hand a shard to the processes, which are begun where there are none for this work."""
        if self._work is not work:
            self.close()
        if self._pool is None:
            self._work = work
            self._pool = ProcessPoolExecutor(
                self._processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(work,),
            )
        try:
            return self._pool.submit(_make, make, shard)
        except BrokenProcessPool as exc:
            broken: Future[Made] = Future()
            broken.set_exception(exc)
            return broken


def _count_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Shared:
    """What a worker process was given when it began."""

    work: Any = None


def _begin(work: object) -> None:
    """Take up the work, and end when whoever gave it ends."""
    _Shared.work = work
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _make(make: Callable[[Any, Shard], Made], shard: Shard) -> Made:
    return make(_Shared.work, shard)
