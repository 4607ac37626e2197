"""
The whole road of a batch, run as a person runs it: commands of the program, in one process.

Randomness and the time of issue are given by the plan, so that a run that was never killed makes the same
bytes and can be compared. Everything else is the program's own.
"""

from __future__ import annotations

import hmac
import os
import traceback
from collections.abc import Sequence

from attestree.adapters.evm.dev_rpc import ask
from attestree.anchoring import Pace
from attestree.cli import main, program
from attestree.errors import AttestreeError
from attestree.wiring import issuers, workers
from lab.plan import Plan


class GivenEntropy:
    """Bytes that follow from a key, in order."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._drawn = 0

    def draw(self, count: int) -> bytes:
        self._drawn += 1
        return hmac.digest(self._key, b"%d" % self._drawn, "sha512")[:count]


class GivenClock:
    """Says what it was told; rests move it on."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def now(self) -> int:
        return self.seconds


def warm() -> None:
    """Load the program as commands would."""
    program.build_app("issue")
    program.build_app("revoke")


def run_commands(
    plan: Plan, *, folder: str, url: str, entropy: bytes, issued_at: int, commands: Sequence[Sequence[str]]
) -> int:
    """Run command lines one after the other; return the first exit code that is not 0."""
    os.chdir(folder)
    clock = GivenClock(plan.start)

    def rest(_seconds: float) -> None:
        clock.seconds += 1
        ask(url, "evm_mine")

    for module, name in ((issuers, "SystemEntropy"), (issuers, "SystemClock"), (workers, "SystemClock")):
        assert hasattr(module, name)
    assert isinstance(workers.DEV_PACE, Pace)
    issuers.SystemEntropy = lambda: GivenEntropy(entropy)  # type: ignore[misc, assignment]
    issuers.SystemClock = lambda: GivenClock(issued_at)  # type: ignore[misc, assignment]
    workers.SystemClock = lambda: clock  # type: ignore[misc, assignment]
    workers.DEV_PACE = Pace(pause=rest)
    as_ours = program.as_ours

    def tell(error: Exception) -> AttestreeError:
        # The commands say only that something was not foreseen; a test wants to know what.
        if not isinstance(error, AttestreeError | OSError):
            traceback.print_exception(error)
        return as_ours(error)

    program.as_ours = tell
    for command in commands:
        if code := main.run(main.shared_flags_first([*command, "--json"])):
            return code
    return 0
