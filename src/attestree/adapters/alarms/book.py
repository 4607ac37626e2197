"""
The book of alarms: what stands now, and what of it is news.

Decides that one alarm is told once, and again only when it has stood for the repeat time or came back after
it was over: whoever reports may do so in every round. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from attestree.adapters.alarms.log import log_alarm_failure
from attestree.adapters.alarms.memory import Memory
from attestree.adapters.alarms.notice import Notice, Stage
from attestree.ports import Clock

REPEAT_SECONDS = 3_600
"""How long an alarm stands before it is told again, unless the settings say otherwise."""


class Teller(Protocol):
    """Carries a notice to somebody; may fail, and is asked one at a time."""

    def tell(self, notice: Notice) -> None:
        """Carry it."""

    def close(self) -> None:
        """Carry what is still on its way, and end."""


@dataclass(slots=True)
class _Standing:
    """An alarm that stands."""

    since: int
    told: int


class AlarmBook:
    """Implements `ports.Alarm`; close it, or use it as a context."""

    def __init__(
        self,
        clock: Clock,
        tellers: Sequence[Teller] = (),
        *,
        repeat_seconds: int = REPEAT_SECONDS,
        memory: Memory | None = None,
    ) -> None:
        """
        Begin with nothing standing.

        Args:
            clock: Wall time.
            tellers: Who is told.
            repeat_seconds: How long an alarm stands before it is told again.
            memory: Knows what a process before this one told; None = nothing was.
        """
        self._clock = clock
        self._tellers = tuple(tellers)
        self._repeat_seconds = repeat_seconds
        self._standing: dict[tuple[str, str], _Standing] = {}
        self._raised: Counter[str] = Counter()
        self._memory = memory
        self._told = {} if memory is None else dict(memory.load())

    @property
    def standing(self) -> Mapping[str, int]:
        """How many alarms stand now, by code; a code that stood before is there with 0."""
        now = Counter(code for code, _ in self._standing)
        return {code: now[code] for code in self._raised}

    @property
    def raised(self) -> Mapping[str, int]:
        """How many alarms were raised since the process began, by code."""
        return dict(self._raised)

    def raise_alarm(self, code: str, *, subject: str = "", **values: object) -> None:
        """Report that something stands in the way now; never raises."""
        now = self._clock.now()
        known = self._standing.get((code, subject))
        if known is None:
            told = self._told.get((code, subject))
            lately = told is not None and self._is_recent(told, now)
            self._standing[code, subject] = _Standing(now, told if lately and told is not None else now)
            self._raised[code] += 1
            if not lately:
                self._tell(Notice(code, subject, Stage.RAISED, now, now, values))
        elif not self._is_recent(known.told, now):
            known.told = now
            self._tell(Notice(code, subject, Stage.STANDING, known.since, now, values))

    def clear_alarm(self, code: str, *, subject: str = "") -> None:
        """Report that it no longer does; never raises."""
        known = self._standing.pop((code, subject), None)
        if known is not None:
            self._tell(Notice(code, subject, Stage.CLEARED, known.since, self._clock.now()))

    def close(self) -> None:
        """Let every teller finish."""
        for teller in self._tellers:
            try:
                teller.close()
            except Exception as exc:  # noqa: BLE001 - an alarm must never stop what it is about
                log_alarm_failure(exc, code="")

    def __enter__(self) -> Self:
        """Return the book."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the book."""
        self.close()

    def _is_recent(self, told: int, now: int) -> bool:
        """Say whether something was told so lately that it is not told again."""
        return 0 <= now - told < self._repeat_seconds

    def _remember(self, notice: Notice) -> None:
        """Keep what was told, for a process after this one."""
        if self._memory is None:
            return
        name = (notice.code, notice.subject)
        self._told = {one: at for one, at in self._told.items() if self._is_recent(at, notice.at)}
        self._told.pop(name, None)
        if notice.stage is not Stage.CLEARED:
            self._told[name] = notice.at
        self._memory.save(self._told)

    def _tell(self, notice: Notice) -> None:
        """Tell everybody; who fails is named in the log, and the next one is told."""
        self._remember(notice)
        for teller in self._tellers:
            try:
                teller.tell(notice)
            except Exception as exc:  # noqa: BLE001 - an alarm must never stop what it is about
                log_alarm_failure(exc, code=notice.code)
