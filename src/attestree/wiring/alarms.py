"""
Who is told when a person should look, and how long what may last.

Decides which adapters the settings ask for. Source: DESIGN sections 3 and 6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from attestree.adapters.alarms.book import AlarmBook, Teller
from attestree.adapters.alarms.command import CommandTeller
from attestree.adapters.alarms.log import LogTeller
from attestree.adapters.alarms.memory import Memory
from attestree.adapters.alarms.textfile import Figures, QueueFigures, write_metrics
from attestree.adapters.files.disk import fetch_free_bytes
from attestree.anchoring.vigil import Patience
from attestree.outbox.states import State
from attestree.ports import Clock, Intent
from attestree.settings import Settings
from attestree.wiring.stores import sqlite_path

MEMORY = Path("attestree-alarms.txt")
"""Where it is kept what the operator was told lately, beside the settings."""


def wire_alarms(settings: Settings, *, clock: Clock, writes_log: bool) -> AlarmBook:
    """
    Return what tells of alarms; close it, so that the last ones are told.

    Args:
        settings: Names the operator's program.
        clock: Wall time.
        writes_log: Whether each alarm is a line on stderr, for a service; a person reads the command's own.
    """
    tellers: list[Teller] = [LogTeller()] if writes_log else []
    repeat_seconds = 60 * settings.alarm.repeat_minutes
    command = alarm_command(settings)
    if not command:
        return AlarmBook(clock, tellers, repeat_seconds=repeat_seconds)
    # A service that is started again and again must not call its operator as often.
    memory = Memory(settings.path(MEMORY))
    return AlarmBook(clock, [*tellers, CommandTeller(command)], repeat_seconds=repeat_seconds, memory=memory)


def wire_patience(settings: Settings) -> Patience:
    """Return how long, and how little, before a person is called."""
    alarm = settings.alarm
    return Patience(
        silent_seconds=60 * alarm.silent_minutes,
        stuck_seconds=60 * alarm.stuck_minutes,
        fee_seconds=60 * alarm.fee_minutes,
        transactions=alarm.least_transactions,
        free_bytes=alarm.least_free_mb * 10**6,
        fetch_free=partial(fetch_free, settings),
    )


def disk_places(settings: Settings) -> Mapping[str, Path]:
    """Return the folders that must not fill up: of the batches, and of a database that is a file."""
    places = {"the batch folder": settings.path(settings.batches)}
    database = sqlite_path(settings)
    return places if database is None else places | {"the database's folder": database.parent}


def fetch_free(settings: Settings) -> Mapping[str, int]:
    """Return the free bytes of each place; FolderUnavailableError where a disk does not answer."""
    return {name: fetch_free_bytes(folder) for name, folder in disk_places(settings).items()}


class QueuedWrites(Protocol):
    """The part of `ports.Store` that counting needs."""

    def fetch_intents(self, *, states: Iterable[State] | None = None) -> Sequence[Intent]:
        """Return intents in the order they were queued."""


def count_queue(store: QueuedWrites, *, now: int) -> QueueFigures:
    """Return what waits and what stopped; a write that was given up does neither."""
    states = [state for state in State if state not in (State.OPEN, State.FINAL)]
    left = [one for one in store.fetch_intents(states=states) if not one.is_given_up]
    waiting = [one for one in left if one.state is not State.HALTED]
    return QueueFigures(
        by_state={state.value: sum(one.state is state for one in left) for state in states},
        stopped=Counter(one.note for one in left if one.state is State.HALTED),
        oldest_seconds=max((now - one.wanted.created for one in waiting), default=0),
    )


def write_figures(settings: Settings, book: AlarmBook, store: QueuedWrites, *, clock: Clock) -> None:
    """
    Replace the metrics file, where the settings name one.

    Raises:
        UnavailableError: The store does not answer, or the file cannot be written.
    """
    if settings.alarm.metrics_file is None:
        return
    now = clock.now()
    figures = Figures(now, book.standing, book.raised, count_queue(store, now=now))
    write_metrics(settings.path(settings.alarm.metrics_file), figures)


def alarm_command(settings: Settings) -> Sequence[str]:
    """Return the operator's program; a relative path counts from the settings file, a bare name from PATH."""
    if not settings.alarm.command:
        return ()
    program, *arguments = settings.alarm.command
    return [str(settings.path(Path(program))) if "/" in program else program, *arguments]
