"""
What the service writes down about itself: one JSON line each on stderr.

Decides what a line holds: never a body, an address of a client, a credential, or the text of a foreign
error, which may quote any of them. Source: DESIGN section 10.
"""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import PurePath
from typing import Any

import structlog

from attestree.errors import AttestreeError

MAX_FRAMES = 12
"""Places of a failure that are written, innermost last."""


def configure_log() -> None:
    """Write JSON lines to stderr from now on, the server's own among them."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        # Asked for at each line: stderr may be another file by then.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_ServerLog()], force=True)


class _ServerLog(logging.Handler):
    """Passes on what the HTTP server says; of a failure its kind only, since its text may quote input."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        kind = record.exc_info[0] if record.exc_info else None
        extra = {} if kind is None else {"error": kind.__name__}
        level = "warning" if record.levelno < logging.ERROR else "error"
        getattr(logger(), level)("server", source=record.name, said=record.getMessage().strip(), **extra)


def logger() -> Any:
    """Return what writes a line; structlog's loggers have no narrower type."""
    return structlog.get_logger("attestree")


def log_failure(error: BaseException, *, request_id: str) -> None:
    """Write where something failed that should not, without what it said."""
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    places = [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    logger().error("request failed", request_id=request_id, error=type(error).__name__, places=places)


def log_poll(*, chain_id: int, registry: bytes, failure: AttestreeError | None) -> None:
    """Write that a registry is followed again, or why not."""
    place = {"chain_id": chain_id, "registry": f"0x{registry.hex()}"}
    if failure is None:
        logger().info("following", **place)
    else:
        logger().warning("not following", code=failure.code, **place)


def log_snapshot(failure: AttestreeError, *, chain_id: int, registry: bytes) -> None:
    """Write that what was kept of a registry is not used, or that nothing could be kept."""
    place = {"chain_id": chain_id, "registry": f"0x{registry.hex()}"}
    logger().warning("snapshot", code=failure.code, **place)
