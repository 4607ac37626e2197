"""
Several processes that serve one address.

Decides how they are begun, begun again where one ends by itself, and stopped together, even where whoever
began them is killed and cannot say so. Each follows the
registries for itself, and counts requests and answers for itself: a limit on what one address may ask holds
in each of them. They share the socket and nothing else. Source: DESIGN sections 10 and 11.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

from attestree.web.log import logger

PAUSE_SECONDS = 1.0
"""Before a worker that ended by itself is begun again."""

STOP_SECONDS = 15
"""How long a worker may take to end."""


def run_workers(serve: Callable[[], None], count: int) -> None:
    """
    Run `serve` in `count` processes until a signal asks to stop; call it before any thread was begun.

    Args:
        serve: Serves until SIGTERM or SIGINT.
        count: At least 1.
    """
    stopping = threading.Event()
    workers = [_begin(serve) for _ in range(count)]
    handlers = {
        name: signal.signal(name, lambda *_: stopping.set()) for name in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        while not stopping.is_set():
            wait([worker.sentinel for worker in workers], timeout=PAUSE_SECONDS)
            for place, worker in enumerate(workers):
                if not worker.is_alive() and not stopping.is_set():
                    logger().error("worker ended", exit_code=worker.exitcode)
                    time.sleep(PAUSE_SECONDS)
                    workers[place] = _begin(serve)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            _end(worker)
        for name, handler in handlers.items():
            signal.signal(name, handler)


def _begin(serve: Callable[[], None]) -> BaseProcess:
    """Begin one worker, which inherits the socket."""
    worker = multiprocessing.get_context("fork").Process(target=_serve, args=(serve,))
    worker.start()
    return worker


def _serve(serve: Callable[[], None]) -> None:
    """Serve, and end when whoever began this worker ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serve()


def _end_with_parent() -> None:
    """Wait for the end of the parent, then ask this process to stop."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _end(worker: BaseProcess) -> None:
    """Wait until a worker has ended, and end it where it does not."""
    worker.join(STOP_SECONDS)
    if worker.is_alive():
        worker.kill()
        worker.join()
