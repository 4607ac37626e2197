"""
Errors at chosen calls, returned before the work was done, after it was done, late, or with half of it done.

The calls are those that `hooks` puts points around: here the so-manieth of them ends in an error of the same
kind that the machine or the database would give, and the process lives on.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable
from typing import Any

from lab import hooks
from lab.plan import Failure

WAYS = ("before", "after", "hang", "garbage")
"""How a call can fail."""


class Refusals:
    """Lets every call through but one."""

    def __init__(self, failure: Failure, *, tell: Callable[[str], None]) -> None:
        self._failure = failure
        self._tell = tell
        self._calls = 0

    def install(self, *, folder: str, method: Callable[[], str]) -> None:
        """Stand before every commit and every change of a file of this process from now on."""
        hooks.hook_commits(self.around, method)
        if folder:
            hooks.hook_files(self.around, folder, stray=lambda _name: None)

    def around(self, name: str, act: Callable[[], Any]) -> Any:
        """Do it, or fail."""
        self._calls += 1
        if self._calls != self._failure.call:
            return act()
        self._tell(name)
        way = self._failure.way
        if way == "after" or (way == "garbage" and not name.startswith("commit")):
            act()
        raise _error(name, way)


def _error(name: str, way: str) -> Exception:
    """Return what the database or the machine would raise."""
    if name.startswith("commit"):
        error = sqlite3.OperationalError({"hang": "database is locked"}.get(way, "disk I/O error"))
        names = {"hang": "SQLITE_BUSY", "garbage": "SQLITE_IOERR_SHORT_READ"}
        error.sqlite_errorname = names.get(way, "SQLITE_IOERR_FSYNC")
        return error
    number = {"hang": errno.ETIMEDOUT, "garbage": errno.ENOSPC}.get(way, errno.EIO)
    return OSError(number, "refused by the lab")
