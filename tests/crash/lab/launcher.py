"""The zygote as a test sees it: start a process, wait for it, kill it at any time."""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from lab.plan import Plan
from lab.zygote import ANSWER, LENGTH

KILLED = -signal.SIGKILL
"""How a process ended that was killed."""


@dataclass
class Child:
    """One process."""

    number: int
    """Its process id."""
    code: int | None = None
    """How it ended; None = it still runs."""


class Launcher:
    """Starts processes; close it, or use it as a context."""

    def __init__(self, folder: Path, number: int = 0) -> None:
        self.log = folder / f"launcher-{number}.log"
        """What the processes printed."""
        with self.log.open("wb") as log:
            self._zygote = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("zygote.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                bufsize=0,
            )
        self._children: dict[int, Child] = {}

    def start(self, plan: Plan) -> Child:
        """Start a process and return at once."""
        octets = pickle.dumps(plan)
        assert self._zygote.stdin is not None
        self._zygote.stdin.write(LENGTH.pack(len(octets)) + octets)
        while True:
            kind, number, code = self._read_answer()
            if kind == b"s":
                return self._children.setdefault(number, Child(number))
            self._end(number, code)

    def wait(self, child: Child, seconds: float | None = None) -> bool:
        """Wait until a process ended, or so many seconds; say whether it ended."""
        until = None if seconds is None else time.monotonic() + seconds
        while child.code is None:
            left = None if until is None else max(0.0, until - time.monotonic())
            ready, _, _ = select.select([self._zygote.stdout], [], [], left)
            if not ready:
                return False
            _, number, code = self._read_answer()
            self._end(number, code)
        return True

    def kill(self, child: Child) -> None:
        """Kill a process that may still run, and wait for its end."""
        if child.code is None:
            os.kill(child.number, signal.SIGKILL)
        self.wait(child)

    def run(self, plan: Plan, seconds: float | None = None) -> int:
        """Run a process to its end, or kill it after so many seconds; return how it ended."""
        child = self.start(plan)
        if not self.wait(child, seconds):
            self.kill(child)
        assert child.code is not None
        return child.code

    def said(self) -> str:
        """Return the last that the processes printed."""
        return self.log.read_text(errors="replace")[-4000:]

    def close(self) -> None:
        """End every process."""
        for child in list(self._children.values()):
            self.kill(child)
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.close()
        self._zygote.wait(10)
        self._zygote.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end(self, number: int, code: int) -> None:
        self._children.pop(number, Child(number)).code = code

    def _read_answer(self) -> tuple[bytes, int, int]:
        octets = b""
        assert self._zygote.stdout is not None
        while len(octets) < ANSWER.size:
            piece = os.read(self._zygote.stdout.fileno(), ANSWER.size - len(octets))
            assert piece, f"the zygote ended:\n{self.said()}"
            octets += piece
        kind, number, code = ANSWER.unpack(octets)
        return kind, number, code
