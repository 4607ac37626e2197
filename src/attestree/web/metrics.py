"""
What the service counts, for Prometheus: verdicts, problems, durations, age of each view, and the queue.

Decides names and labels. No label ever comes from a request. Source: DESIGN section 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from attestree.adapters.alarms.textfile import queue_families
from attestree.errors import AttestreeError, CorruptionError, UnavailableError
from attestree.ports import Clock
from attestree.verifying.verdict import Verdict
from attestree.verifying.verifier import RegistryKey
from attestree.web.service import FollowedRegistry
from attestree.wiring.alarms import QueuedWrites, count_queue

DURATION_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0)
"""Seconds; a verdict takes some tens of microseconds, a hostile body at most some milliseconds."""


class Metrics:
    """Counters of one service."""

    def __init__(
        self,
        registries: Mapping[RegistryKey, FollowedRegistry],
        clock: Clock,
        *,
        queue: QueuedWrites | None = None,
    ) -> None:
        """Begin at zero, with every verdict listed; `queue` = this is an issuer's server too."""
        self._registry = CollectorRegistry()
        self._verdicts = Counter(
            "attestree_verdicts", "Verdicts given.", ["verdict"], registry=self._registry
        )
        # looking a label up takes longer than counting
        self._by_verdict = {verdict: self._verdicts.labels(str(verdict)) for verdict in Verdict}
        self._problems = Counter(
            "attestree_problems", "Requests and lines that were refused.", ["code"], registry=self._registry
        )
        self._durations = Histogram(
            "attestree_verification_seconds",
            "Time spent on judging one credential.",
            registry=self._registry,
            buckets=DURATION_BUCKETS,
        )
        self._registry.register(_ViewAges(registries, clock))
        if queue is not None:
            self._registry.register(_Queue(queue, clock))

    def count_verdict(self, verdict: Verdict) -> None:
        """Count one answer."""
        self._by_verdict[verdict].inc()

    def count_valid(self, count: int, seconds: float) -> None:
        """Count credentials that were found valid together; their mean counts as one duration."""
        self._by_verdict[Verdict.VALID].inc(count)
        self._durations.observe(seconds / count)

    def count_problem(self, code: str) -> None:
        """Count one refusal; codes are ours, never the asker's."""
        self._problems.labels(code).inc()

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measure what is done inside."""
        with self._durations.time():
            yield

    def format(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Queue(Collector):
    """Counts the queue when it is asked for."""

    def __init__(self, queue: QueuedWrites, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield whether the store answers, and what waits in it."""
        try:
            figures = count_queue(self._queue, now=self._clock.now())
        except (CorruptionError, UnavailableError):
            yield GaugeMetricFamily("attestree_store_up", "1 where the store answers.", value=0)
            return
        yield GaugeMetricFamily("attestree_store_up", "1 where the store answers.", value=1)
        yield from queue_families(figures)


class _ViewAges(Collector):
    """Reads the age of each view when it is asked for."""

    def __init__(self, registries: Mapping[RegistryKey, FollowedRegistry], clock: Clock) -> None:
        self._registries = registries
        self._clock = clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return age and height of every fresh view, and whether there is one."""
        labels = ["chain_id", "registry"]
        fresh = GaugeMetricFamily("attestree_view_fresh", "1 where a view answers.", labels=labels)
        age = GaugeMetricFamily("attestree_view_age_seconds", "Time since the last good poll.", labels=labels)
        height = GaugeMetricFamily("attestree_view_final_block", "Final block of the view.", labels=labels)
        now = self._clock.now()
        for (chain_id, address), registry in self._registries.items():
            names = [str(chain_id), f"0x{address.hex()}"]
            try:
                view = registry.fetch_view()
            except AttestreeError:
                fresh.add_metric(names, 0)
                continue
            fresh.add_metric(names, 1)
            age.add_metric(names, max(0, now - view.polled_at))
            height.add_metric(names, view.final.number)
        yield from (fresh, age, height)
