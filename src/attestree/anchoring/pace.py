"""
How fast the worker goes.

Decides defaults only. Source: DESIGN section 6.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from attestree.anchoring.lease import LEASE_SECONDS
from attestree.anchoring.vigil import DEFAULT_PATIENCE, Patience


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to hold, and when to look again."""

    poll_seconds: float = 2.0
    """Pause after a round in which nothing happened."""
    lease_seconds: int = LEASE_SECONDS
    """How long a killed worker keeps others out."""
    patience: Patience = DEFAULT_PATIENCE
    """How long something may last before a person is called."""
    pause: Callable[[float], None] = time.sleep
    """Waits so many seconds."""

    def rest(self) -> None:
        """Wait until it is time to look again."""
        self.pause(self.poll_seconds)


DEFAULT_PACE = Pace()
"""For public chains; a test chain has nothing to wait for."""
