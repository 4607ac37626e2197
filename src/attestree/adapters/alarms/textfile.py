"""
The state of a recording process as a file in the text format of Prometheus.

Decides names and labels, and that it is a file: whatever reads it (node_exporter's textfile collector, or
`cat`) reaches no process that holds keys, and a process that ends leaves its last word with its time.
No label comes from a request or a roster. Source: DESIGN sections 6 and 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry, write_to_textfile
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from attestree.errors import FolderUnavailableError


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """What waits, and what stopped."""

    by_state: Mapping[str, int] = field(default_factory=dict)
    """Writes that are not final, by state."""
    stopped: Mapping[str, int] = field(default_factory=dict)
    """Writes that stopped and wait for a person, by the code of the reason."""
    oldest_seconds: int = 0
    """Age of the oldest write that is not final; 0 = none waits."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is written at one moment."""

    at: int
    """Unix seconds."""
    standing: Mapping[str, int] = field(default_factory=dict)
    """Alarms that stand now, by code."""
    raised: Mapping[str, int] = field(default_factory=dict)
    """Alarms raised since the process began, by code."""
    queue: QueueFigures = QueueFigures()
    """What waits, and what stopped."""


def queue_families(queue: QueueFigures) -> Iterator[GaugeMetricFamily]:
    """Yield the length of the queue by state, what stopped and why, and the age of the oldest write."""
    lengths = GaugeMetricFamily("attestree_writes", "Writes that are not final.", labels=["state"])
    for state, count in queue.by_state.items():
        lengths.add_metric([state], count)
    stopped = GaugeMetricFamily("attestree_stopped_writes", "Writes that wait for a person.", labels=["code"])
    for code, count in queue.stopped.items():
        stopped.add_metric([code], count)
    yield from (lengths, stopped)
    yield GaugeMetricFamily(
        "attestree_oldest_write_seconds",
        "Age of the oldest write that is not final.",
        value=queue.oldest_seconds,
    )


class _Snapshot(Collector):
    """Gives out figures that were taken before."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """Return every family."""
        figures = self._figures
        standing = GaugeMetricFamily("attestree_alarm", "Alarms that stand now.", labels=["code"])
        for code, count in figures.standing.items():
            standing.add_metric([code], count)
        raised = CounterMetricFamily("attestree_alarms", "Alarms raised.", labels=["code"])
        for code, count in figures.raised.items():
            raised.add_metric([code], count)
        yield from (standing, raised)
        yield from queue_families(figures.queue)
        yield GaugeMetricFamily(
            "attestree_round_time_seconds", "When the last round ended, Unix time.", value=figures.at
        )


def write_metrics(path: Path, figures: Figures) -> None:
    """
    Replace the file whole.

    Raises:
        FolderUnavailableError: `folder.write_failed`.
    """
    registry = CollectorRegistry()
    registry.register(_Snapshot(figures))
    try:
        write_to_textfile(str(path), registry)
    except OSError as exc:
        raise FolderUnavailableError("folder.write_failed", file=path.name) from exc
