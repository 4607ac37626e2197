"""What workers are asked to do in tests; they find it by a path of its own, not among the tests."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from attestree.errors import MalformedCredentialError


def square(work: int, shard: int) -> int:
    return work * shard * shard


def square_or_die(work: Path, shard: int) -> int:
    """Die with all that is under way when the third shard is first made."""
    if shard == 3:
        try:
            work.touch(exist_ok=False)
        except FileExistsError:
            return shard * shard
        os.kill(os.getpid(), signal.SIGKILL)
    return shard * shard


def die(work: object, shard: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(work: object, shard: int) -> int:
    if shard == 4:
        raise MalformedCredentialError("format.ends_before_start", path="validUntil", row=17)
    return shard


def die_while_answering(work: Path, shard: int) -> int:
    """Die in the middle of the answer when the third shard is first made."""
    if shard == 3:
        with suppress(FileExistsError):
            work.touch(exist_ok=False)
            Connection._send = _send_half  # type: ignore[attr-defined]  # of this process alone
    return shard * shard


def _send_half(connection: Connection, octets: bytes) -> None:
    os.write(connection.fileno(), octets[: len(octets) // 2])
    os.kill(os.getpid(), signal.SIGKILL)
