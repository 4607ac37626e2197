"""
Run one program and write down what it cost: CPU seconds, wall seconds, most memory of it and its children.

A program of its own, small on purpose: the kernel counts as a child's peak what its parent held when the
child was made, so a large parent would be measured instead. `python -I -S launcher.py REPORT COMMAND...`;
the report is JSON, standard output and errors are the program's own.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time

TICK_SECONDS = 0.1
KIB = 1024


def main() -> int:
    """Run, wait, write the report, end as the program ended."""
    report, command = sys.argv[1], sys.argv[2:]
    began = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        try:
            os.execvp(command[0], command)
        except OSError as exc:
            print(f"{command[0]}: {exc}", file=sys.stderr)
            os._exit(127)
    family = Family(pid)
    family.start()
    _, status, used = os.wait4(pid, 0)
    family.over.set()
    family.join()
    # macOS counts bytes, Linux kibibytes.
    alone = used.ru_maxrss * (1 if sys.platform == "darwin" else KIB)
    cost = {
        "seconds": used.ru_utime + used.ru_stime,
        "wall": time.perf_counter() - began,
        "peak": max(alone, family.peak),
    }
    with open(report, "w", encoding="utf-8") as file:  # noqa: PTH123  # started without site-packages, in a hurry
        json.dump(cost, file)
    return os.waitstatus_to_exitcode(status)


class Family(threading.Thread):
    """Looks ten times a second at what a process with children holds together, shared pages counted once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.peak = 0
        self.over = threading.Event()

    def run(self) -> None:
        """Look until it is over; one process alone is known exactly from the kernel at its end."""
        while not self.over.wait(TICK_SECONDS):
            members = _descend(self.pid)
            if len(members) > 1:
                self.peak = max(self.peak, sum(_proportional(pid) for pid in members))


def _descend(pid: int) -> list[int]:
    """Return a process and all below it."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        try:
            for thread in os.listdir(f"/proc/{one}/task"):  # noqa: PTH208  # as above
                with open(f"/proc/{one}/task/{thread}/children", encoding="ascii") as file:  # noqa: PTH123  # as above
                    waiting.extend(int(child) for child in file.read().split())
        except OSError:
            continue
    return found


def _proportional(pid: int) -> int:
    """Return the bytes that a process holds, shared pages by their share."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:  # noqa: PTH123  # as above
            line = next(line for line in file if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0
    return int(line.split()[1]) * KIB


if __name__ == "__main__":
    sys.exit(main())
