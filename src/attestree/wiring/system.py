"""
The machine under the program: its clock and its randomness.

Decides nothing. Source: DESIGN section 3.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SystemClock:
    """`Clock` of this machine."""

    def now(self) -> int:
        """Return Unix seconds."""
        return int(time.time())


@dataclass(frozen=True, slots=True)
class SystemEntropy:
    """`Entropy` of this machine's operating system."""

    def draw(self, count: int) -> bytes:
        """Return `count` random bytes, fit for keys."""
        return secrets.token_bytes(count)
