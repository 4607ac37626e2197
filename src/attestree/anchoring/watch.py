"""
The watch: drives for ever, the only process that sends for a server.

Decides what ends it: another holder of a lease, another chain, a disk that failed under the store, or its
caller. A silent chain or store does not, nor does it keep the other registries waiting.
Source: DESIGN sections 6 and 10.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attestree.anchoring.progress import OnProgress, ignore
from attestree.anchoring.worker import Worker
from attestree.errors import UnavailableError

DISK_FAILED = "store.disk_failed"
"""Code of a store that answers nothing more to this process, because an fsync may have failed."""


def watch(
    workers: Sequence[Worker],
    on_progress: OnProgress = ignore,
    *,
    on_silence: Callable[[UnavailableError], None] = lambda _error: None,
    on_round: Callable[[], None] = lambda: None,
    goes_on: Callable[[], bool] = lambda: True,
) -> None:
    """
    Drive until told to stop.

    Args:
        workers: What drives, one a registry; at least one.
        on_progress: Told of every event.
        on_silence: Told when a chain or the store does not answer; the next round tries again.
        on_round: Called after each round over all of them; what it cannot reach is told as silence.
        goes_on: Asked before each round.

    Raises:
        LeaseHeldError: Another process writes with one of the keys.
        ChainIdentityError: Another chain answers, or none was pinned.
        StoreUnavailableError: `store.disk_failed`.
    """
    while goes_on():
        acted = [_drive(worker, on_progress, on_silence) for worker in workers]
        try:
            on_round()
        except UnavailableError as exc:
            _outlive(exc, on_silence)
        if not any(acted):
            min((worker.pace for worker in workers), key=lambda pace: pace.poll_seconds).rest()


def _drive(worker: Worker, on_progress: OnProgress, on_silence: Callable[[UnavailableError], None]) -> bool:
    """Drive one round and say whether anything changed."""
    try:
        with worker.guard_keys():
            worker.hold()
            return worker.drive_once(on_progress).acted
    except UnavailableError as exc:
        _outlive(exc, on_silence)
        return False


def _outlive(error: UnavailableError, on_silence: Callable[[UnavailableError], None]) -> None:
    """Tell of a silence that may end; raise one that lasts as long as this process."""
    if error.code == DISK_FAILED:
        raise error
    on_silence(error)
