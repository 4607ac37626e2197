"""
How far a batch is, told to whoever waits: every few seconds, with rate and time left.

Decides words and pace only. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from attestree.cli.console import Console
from attestree.issuing.progress import Progress

PAUSE_SECONDS = 2.0
"""At least so long between two lines; a batch that takes less says nothing."""


@dataclass(slots=True)
class ProgressTeller:
    """Tells how far a batch is."""

    console: Console
    """Where it tells."""
    clock: Callable[[], float] = monotonic
    """Seconds that only grow."""
    _pass: bool | None = None
    _began: float = 0.0
    _told: float = 0.0

    def watch(self, progress: Progress) -> None:
        """Tell, unless something was told just now."""
        now = self.clock()
        if progress.is_written is not self._pass:
            self._pass, self._began, self._told = progress.is_written, now, now
            return
        if now - self._told < PAUSE_SECONDS:
            return
        self._told = now
        # The first shard of a pass is not counted: processes begin while it is made.
        rate = progress.done / (now - self._began)
        self.console.progress(format_progress(progress, rate=rate))


def format_progress(progress: Progress, *, rate: float) -> str:
    """Return one line; `rate` is credentials a second."""
    left = (progress.size - progress.done) / rate
    what = "written" if progress.is_written else "hashed "
    size = f"{progress.size:,}"
    done = f"{progress.done:,}".rjust(len(size))
    return f"  {what}  {done} of {size}   {rate:,.0f} a second   {_format_time(left)} left"


def _format_time(seconds: float) -> str:
    """Return a length of time as people say it."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
