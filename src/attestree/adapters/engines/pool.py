"""
The processes that make shards, and what becomes of shards whose process died: another makes them again.

Decides that no process can keep another waiting: each has a pipe of its own and shares no lock, so one
that is killed in the middle of an answer ends that answer and nothing else. (Processes that share a queue
share its pipe: half an answer in it is waited for as long as any of them lives.) Decides, too, how many
shards are under way, and that processes end with whoever began them, even if that one is killed.
Source: DESIGN section 11.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any

from attestree.errors import EngineUnavailableError
from attestree.ports.engines import Made, Shard

AHEAD = 2
"""Shards under way for each process."""

KEPT_BYTES = 30_000_000
"""A process that freed so much at once keeps what it frees later; what glibc learns from ends at 32 MB."""

MAX_LOSSES = 3
"""Times that processes may die of one shard."""

SPAWN = multiprocessing.get_context("spawn")
"""How processes begin: as new ones, with no lock and no file of this one."""


class ShardPool:
    """Processes that share one work; a thread for each waits for what it makes."""

    def __init__(self, work: object, processes: int) -> None:
        """Begin so many processes, once shards are handed out."""
        self.work = work
        """What all shards share."""
        self._ahead = processes * AHEAD
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="shards")
        self._lock = threading.Lock()
        self._living: set[Worker] = set()
        self._idle: deque[Worker] = deque()
        self._is_over = False

    def map_shards(self, make: Callable[[Any, Shard], Made], shards: Iterable[Shard]) -> Iterator[Made]:
        """
        Yield what is made of each shard, in their order.

        Raises:
            EngineUnavailableError: `engine.workers_lost`.
        """
        following = iter(shards)
        waiting: deque[Future[Made]] = deque()
        while True:
            for shard in islice(following, self._ahead - len(waiting)):
                waiting.append(self._threads.submit(self._make, make, shard))
            if not waiting:
                return
            yield waiting.popleft().result()

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            self._is_over = True
            for worker in self._living:
                worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._living:
            worker.close()

    def _make(self, make: Callable[[Any, Shard], Made], shard: Shard) -> Made:
        """Have a shard made, by another process where one dies of it."""
        losses = 0
        while True:
            worker = self._take()
            try:
                is_made, made = worker.ask(self.work, make, shard)
            except (EOFError, OSError) as exc:
                self._lose(worker)
                losses += 1
                if self._is_over or losses > MAX_LOSSES:
                    raise EngineUnavailableError("engine.workers_lost", times=losses) from exc
                continue
            self._idle.append(worker)
            if not is_made:
                raise made
            return made  # type: ignore[no-any-return]  # what `make` returned over there

    def _take(self) -> Worker:
        """Return a process that has nothing to do, or begin one."""
        with suppress(IndexError):
            return self._idle.pop()
        with self._lock:
            if self._is_over:
                raise EngineUnavailableError("engine.workers_lost", times=0)
            if not self._living:
                _keep_memory()
            worker = Worker()
            self._living.add(worker)
            return worker

    def _lose(self, worker: Worker) -> None:
        """Forget a process that died."""
        with self._lock:
            self._living.discard(worker)
        worker.close()


class Worker:
    """A process and the pipe to it, of which nobody else has an end."""

    def __init__(self) -> None:
        """Begin the process."""
        self._pipe, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
        self._has_work = False
        self._process.start()
        # With this end closed here, the pipe ends when the process does.
        theirs.close()

    def ask(self, work: object, make: Callable[[Any, Shard], Made], shard: Shard) -> tuple[bool, Any]:
        """
        Return whether the shard was made, and what was made or raised.

        Raises:
            EOFError: The process died.
            OSError: Likewise.
        """
        if not self._has_work:
            self._pipe.send(work)
            self._has_work = True
        self._pipe.send((make, shard))
        answer: tuple[bool, Any] = self._pipe.recv()
        return answer

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()

    def close(self) -> None:
        """End the process and leave nothing of it behind."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _serve(pipe: Connection[Any, Any]) -> None:
    """Make shards until the pipe ends; errors are answers like any other."""
    # Who presses Ctrl-C stops the program, and that stops this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _keep_memory()
    with suppress(EOFError):
        work = pipe.recv()
        while True:
            make, shard = pipe.recv()
            pipe.send(_answer(make, work, shard))


def _answer(make: Callable[[Any, Any], object], work: object, shard: object) -> tuple[bool, object]:
    try:
        return True, make(work, shard)
    except Exception as error:  # noqa: BLE001  # raised again by whoever asked
        return False, error


def _keep_memory() -> None:
    """Make this process keep what it frees: fetching it anew, page by page, costs as much as filling it."""
    bytes(KEPT_BYTES)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
