"""
The watch: drives for ever, the only process that sends for a server.

Decides what ends it: another holder of the lease when it starts, another chain, or its caller. A
silent chain or store does not. Source: DESIGN sections 6 and 10.
"""

from __future__ import annotations

from collections.abc import Callable

from attestree.anchoring.progress import OnProgress, ignore
from attestree.anchoring.worker import Worker
from attestree.errors import UnavailableError


def watch(
    worker: Worker,
    on_progress: OnProgress = ignore,
    *,
    on_silence: Callable[[UnavailableError], None] = lambda _error: None,
    goes_on: Callable[[], bool] = lambda: True,
) -> None:
    """
    Drive until told to stop.

    Args:
        worker: What drives.
        on_progress: Told of every event.
        on_silence: Told when chain or store do not answer; the next round tries again.
        goes_on: Asked before each round.

    Raises:
        LeaseHeldError: Another process writes with one of the keys.
        ChainIdentityError: Another chain answers, or none was pinned.
    """
    while goes_on():
        try:
            worker.hold()
            acted = worker.drive_once(on_progress).acted
        except UnavailableError as exc:
            on_silence(exc)
            acted = False
        if not acted:
            worker.pace.rest()
