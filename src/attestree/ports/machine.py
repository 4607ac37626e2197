"""
The machine under the use cases: its clock, its randomness, and how it calls a person.

Decides what an adapter must promise, not how. Source: DESIGN section 3.
"""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Wall time; read once per use case."""

    def now(self) -> int:
        """Return Unix seconds."""


class Entropy(Protocol):
    """Random bytes, fit for keys."""

    def draw(self, count: int) -> bytes:
        """Return `count` random bytes."""


class Alarm(Protocol):
    """Tells a person that something needs looking at."""

    def raise_alarm(self, code: str, *, subject: str = "", **values: object) -> None:
        """
        Report that something stands in the way now; again = it still does. Must not raise.

        Args:
            code: What; a code of the catalogue.
            subject: Whom or what it is about; with the code it names one alarm.
            values: Facts that its sentence names.
        """

    def clear_alarm(self, code: str, *, subject: str = "") -> None:
        """Report that it no longer does; without effect where nothing was reported. Must not raise."""
