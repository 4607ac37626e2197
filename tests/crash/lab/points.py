"""Named crash points: counted as a process passes them, and deadly where the plan says so."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lab.plan import Death


class Points:
    """What one process passed so far."""

    def __init__(self, death: Death, *, trace: str = "", told: str = "", sleeps: bool = False) -> None:
        self._death = death
        self._signal = signal.SIGSTOP if sleeps else signal.SIGKILL
        self._told = told
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if trace else None
        self._seen: Counter[str] = Counter()
        self._steps = 0
        self.methods: list[str] = []
        """Methods of the store that are running, outermost first: a commit is named after the last."""

    def reach(self, name: str) -> None:
        """Pass a point, or die at it."""
        self._steps += 1
        self._seen[name] += 1
        if self._trace is not None:
            os.write(self._trace, f"{name}\n".encode())
        named = name == self._death.point and self._seen[name] == self._death.occurrence
        if named or self._steps == self._death.step:
            self.die(name)

    def die(self, name: str) -> None:
        """Leave a note; end, or stop, this process in the middle of whatever it does."""
        if self._told:
            descriptor = os.open(self._told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.write(descriptor, name.encode())
        os.kill(os.getpid(), self._signal)

    @contextmanager
    def around(self, name: str) -> Iterator[None]:
        """Pass a point before a block, and one after it where it did not fail."""
        self.reach(f"before {name}")
        yield
        self.reach(f"after {name}")

    def wrap(self, name: str, inner: Callable[..., object]) -> Callable[..., object]:
        """Return a function with a point on each side."""

        def call(*args: object, **kwargs: object) -> object:
            with self.around(name):
                return inner(*args, **kwargs)

        return call
