"""
The processes that make shards, and what becomes of shards whose process died: another makes them again.

Decides how many are under way, and that processes end with whoever began them, even if that one is killed.
Source: DESIGN section 11.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any

from attestree.errors import EngineUnavailableError
from attestree.ports.engines import Made, Shard

AHEAD = 2
"""Shards under way for each process."""

KEPT_BYTES = 30_000_000
"""A process that freed so much at once keeps what it frees later; what glibc learns from ends at 32 MB."""

MAX_LOSSES = 3
"""Times that processes may die before any further shard is made."""


class ShardPool:
    """Processes that share one work."""

    def __init__(self, work: object, processes: int) -> None:
        """Begin so many processes, once the first shard is handed out."""
        self.work = work
        """What all shards share."""
        self._processes = processes
        self._executor: ProcessPoolExecutor | None = None

    def map_shards(self, make: Callable[[Any, Shard], Made], shards: Iterable[Shard]) -> Iterator[Made]:
        """
        Yield what is made of each shard, in their order.

        Raises:
            EngineUnavailableError: `engine.workers_lost`.
        """
        following = iter(shards)
        waiting: deque[tuple[Shard, Future[Made]]] = deque()
        losses = 0
        while True:
            for shard in islice(following, self._processes * AHEAD - len(waiting)):
                waiting.append((shard, self._submit(make, shard)))
            if not waiting:
                return
            try:
                made = waiting[0][1].result()
            except BrokenProcessPool as exc:
                losses += 1
                if losses > MAX_LOSSES:
                    raise EngineUnavailableError("engine.workers_lost", times=losses) from exc
                self.close()
                waiting = deque((shard, self._submit(make, shard)) for shard, _ in waiting)
                continue
            waiting.popleft()
            losses = 0
            yield made

    def close(self) -> None:
        """End the processes."""
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
        self._executor = None

    def _submit(self, make: Callable[[Any, Shard], Made], shard: Shard) -> Future[Made]:
        """Hand a shard to the processes."""
        if self._executor is None:
            _keep_memory()
            self._executor = ProcessPoolExecutor(
                self._processes,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(self.work,),
            )
        try:
            return self._executor.submit(_make, make, shard)
        except BrokenProcessPool as exc:
            broken: Future[Made] = Future()
            broken.set_exception(exc)
            return broken


class _Shared:
    """What a worker process was given when it began."""

    work: Any = None


def _begin(work: object) -> None:
    """Take up the work, and end when whoever gave it ends."""
    _Shared.work = work
    _keep_memory()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _keep_memory() -> None:
    """Make this process keep what it frees: fetching it anew, page by page, costs as much as filling it."""
    bytes(KEPT_BYTES)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _make(make: Callable[[Any, Shard], Made], shard: Shard) -> Made:
    return make(_Shared.work, shard)
