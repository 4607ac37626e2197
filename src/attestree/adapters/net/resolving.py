"""
Looks up a name in bounded time.

Decides that a name server which never answers holds nobody up: the system's own lookup knows no time
limit, so it runs aside, and only a few at once. What the addresses are worth is decided in
`guarded_http`. Source: DESIGN section 7.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread

MAX_WAITING = 16
"""Lookups that may hang at the same time; the next is refused until one of them ends."""

Resolve = Callable[[str, int, float], Sequence[str]]
"""Given a name, a port and seconds, returns the addresses of the name, each once, as text."""

_free = BoundedSemaphore(MAX_WAITING)


def resolve_in_time(host: str, port: int, seconds: float) -> Sequence[str]:
    """
    Return every address of a name, in the order of the system.

    Raises:
        OSError: No such name, no answer in time, or too many lookups hang.
    """
    if not _free.acquire(blocking=False):
        raise TimeoutError
    answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()
    Thread(target=_look_up, args=(host, port, answers), daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty as exc:
        raise TimeoutError from exc
    if isinstance(answer, Exception):
        raise OSError from answer
    return answer


def _look_up(host: str, port: int, answers: SimpleQueue[Sequence[str] | Exception]) -> None:
    """Ask the system and pass on what it says."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        answers.put(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
    except (OSError, UnicodeError) as exc:
        answers.put(exc)
    finally:
        _free.release()
