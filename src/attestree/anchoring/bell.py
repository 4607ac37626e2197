"""
The bell: what stands in the way is reported while it does, and once more when it no longer does.

Decides how long something may last before it is an alarm, and what is one alarm: a code and what it is
about. What an alarm does, and how often it is repeated, is decided by the adapter. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from attestree.errors import AttestreeError
from attestree.ports import Alarm, Clock


class Bell:
    """Remembers since when things stand, for one process."""

    def __init__(self, alarm: Alarm | None, clock: Clock) -> None:
        """Ring with this alarm, or silently where there is none."""
        self._alarm = alarm
        self._clock = clock
        self._since: dict[tuple[str, str], int] = {}
        self._rung: set[tuple[str, str]] = set()

    def ring(self, code: str, *, subject: str, after_seconds: int = 0, **values: object) -> None:
        """
        Say that something stands in the way of `subject` now.

        Args:
            code: What; a code of the catalogue.
            subject: Whom or what it is about, such as an address.
            after_seconds: How long it may stand before it is an alarm.
            values: Facts that its sentence names.
        """
        self._ring(code, subject, values, after_seconds=after_seconds)

    def ring_for(self, error: AttestreeError, *, subject: str) -> None:
        """Say that an error stands in the way of `subject` now."""
        self._ring(error.code, subject, error.values, after_seconds=0)

    def _ring(self, code: str, subject: str, values: Mapping[str, object], *, after_seconds: int) -> None:
        """Ring, once it has stood for long enough."""
        now = self._clock.now()
        since = self._since.setdefault((code, subject), now)
        if self._alarm is not None and now - since >= after_seconds:
            self._rung.add((code, subject))
            facts = {name: value for name, value in values.items() if name not in {"code", "subject"}}
            self._alarm.raise_alarm(code, subject=subject, **facts)

    def hush(self, code: str, *, subject: str) -> None:
        """Say that it no longer stands; without effect where it did not."""
        self._since.pop((code, subject), None)
        if self._alarm is not None and (code, subject) in self._rung:
            self._rung.discard((code, subject))
            self._alarm.clear_alarm(code, subject=subject)

    def hush_all(self, codes: Collection[str], *, subject: str, but: str = "") -> None:
        """Say that none of these stands, except perhaps one."""
        for code in codes:
            if code != but:
                self.hush(code, subject=subject)
