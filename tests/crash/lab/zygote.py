"""
A process that has everything loaded, and forks one child for each plan that it is given.

Run as a program. Reads pickled plans from standard input, each behind its length; answers on standard output
with the number of each child that was started and, later, with how it ended. It does nothing else, so that a
child starts in milliseconds and shares no connection with anybody.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
import sys
import traceback
from pathlib import Path

LENGTH = struct.Struct("!I")
"""Before each plan."""

ANSWER = struct.Struct("!cii")
"""`s` child 0 when one was started; `e` child status when it ended."""


def serve() -> None:
    """Fork until standard input ends."""
    from lab import tasks

    tasks.warm()
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    os.set_blocking(wake_read, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    while True:
        ready, _, _ = select.select([0, wake_read], [], [])
        if wake_read in ready:
            os.read(wake_read, 4096)
            _tell_ended()
        if 0 in ready:
            plan = _read_plan()
            if plan is None:
                return
            child = os.fork()
            if child == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _be_child(plan, (wake_read, wake_write))
            os.write(1, ANSWER.pack(b"s", child, 0))


def _tell_ended() -> None:
    """Say of every child that ended how it did."""
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if child == 0:
            return
        os.write(1, ANSWER.pack(b"e", child, os.waitstatus_to_exitcode(status)))


def _read_plan() -> bytes | None:
    head = _read(LENGTH.size)
    return None if head is None else _read(*LENGTH.unpack(head))


def _read(count: int) -> bytes | None:
    found = b""
    while len(found) < count:
        piece = os.read(0, count - len(found))
        if not piece:
            return None
        found += piece
    return found


def _be_child(octets: bytes, inherited: tuple[int, ...]) -> None:
    """Carry a plan out and end this process, whatever happens."""
    code = 70
    try:
        for descriptor in inherited:
            os.close(descriptor)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        from lab import tasks

        code = tasks.carry_out(pickle.loads(octets))
    except BaseException:  # noqa: BLE001 - printed; nothing of the zygote may run in a child
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    serve()
