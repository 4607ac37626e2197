"""
Alarms as log lines: one JSON object each on stderr, as the service writes its own.

Decides what a line holds. Values are ours (addresses, counts, codes), never text from an input.
Source: DESIGN sections 6 and 10.
"""

from __future__ import annotations

import sys
from typing import Any

import structlog

from attestree.adapters.alarms.notice import Notice, Stage


def _logger() -> Any:
    """Return what writes a line to the stderr of this moment, whatever the program's own log does."""
    return structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
    )


class LogTeller:
    """Writes each notice as one line."""

    def tell(self, notice: Notice) -> None:
        """Write it: an alarm as an error, its end as information."""
        write = _logger().info if notice.stage is Stage.CLEARED else _logger().error
        write("alarm", **notice.fields())

    def close(self) -> None:
        """Do nothing: each line is out at once."""


def log_alarm_failure(error: BaseException, *, code: str) -> None:
    """Write that an alarm could not be carried out, without what the failure said."""
    _logger().warning("alarm not told", code=code, error=type(error).__name__)


def log_command_failure(*, code: str, outcome: str) -> None:
    """Write how the operator's program failed: `exit 3`, `timeout` or the kind of error."""
    _logger().warning("alarm command failed", code=code, outcome=outcome)
