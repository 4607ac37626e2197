"""
Alarms as runs of a program that the operator chose.

Decides how it is run: without a shell, the notice as JSON on its stdin, a bare environment without any
secret of ours, ten seconds at most, one run at a time and beside the work that it is about. How it ends
changes nothing here; a failure is written to the log. Source: DESIGN section 6.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress

from attestree.adapters.alarms.log import log_command_failure
from attestree.adapters.alarms.notice import Notice

TIMEOUT_SECONDS = 10
"""How long one run may take; after that it is killed with all that it started."""

PATIENCE_RUNS = 3
"""How many runs that hang the end of the program waits for."""

MAX_WAITING = 64
"""Notices that may wait for the run before; more are dropped, and the log says so."""

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME", "TMPDIR")
"""Variables of our environment that the program gets; passwords and keys stand in none of them."""


class CommandTeller:
    """Runs a program for each notice, in the order in which they came."""

    def __init__(self, command: Sequence[str], *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Prepare to run `command`, a path and its arguments; nothing is run yet."""
        self._command = tuple(command)
        self._timeout_seconds = timeout_seconds
        self._waiting: queue.Queue[Notice | None] = queue.Queue(MAX_WAITING)
        self._runner: threading.Thread | None = None

    def tell(self, notice: Notice) -> None:
        """Let the program be run, and return at once."""
        if self._runner is None:
            self._runner = threading.Thread(target=self._run_all, name="alarm command", daemon=True)
            self._runner.start()
        try:
            self._waiting.put_nowait(notice)
        except queue.Full:
            log_command_failure(code=notice.code, outcome="too many wait")

    def close(self) -> None:
        """Wait for the runs that are due, each within its time, and end."""
        if self._runner is None:
            return
        patience_seconds = PATIENCE_RUNS * self._timeout_seconds
        with suppress(queue.Full):
            self._waiting.put(None, timeout=patience_seconds)
        # What hangs for longer is left behind: the thread ends with the program.
        self._runner.join(patience_seconds)
        self._runner = None

    def _run_all(self) -> None:
        """Run the program for each notice until there is no more."""
        while (notice := self._waiting.get()) is not None:
            try:
                outcome = self.run(notice)
            except Exception as exc:  # noqa: BLE001 - the next notice is told all the same
                outcome = type(exc).__name__
            if outcome:
                log_command_failure(code=notice.code, outcome=outcome)

    def run(self, notice: Notice) -> str:
        """Run the program once and wait for it; return how it failed, or nothing."""
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment |= {"ATTESTREE_ALARM_CODE": notice.code, "ATTESTREE_ALARM_STAGE": notice.stage.value}
        try:
            running = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        except OSError as exc:
            return type(exc).__name__
        # A program that reads nothing is no failure: communicate swallows the broken pipe.
        try:
            running.communicate(
                json.dumps(notice.fields(), ensure_ascii=False).encode(), timeout=self._timeout_seconds
            )
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.communicate()
            return "timeout"
        return "" if running.returncode == 0 else f"exit {running.returncode}"
