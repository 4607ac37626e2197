"""
A run of several benchmarks: what is under way, how long is left, and what is kept of it.

What was measured of a benchmark takes the place of its whole last run of that kind (plain or deep), and
only once all its sizes are measured. One that fails is told, keeps what it had, and does not stop the
others. Pages are written after each, so whoever stops half-way has lost nothing.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from benchmarks import gas, results
from benchmarks.record import Place, begin
from benchmarks.rows import Asked, Benchmark, Row, Run, find_base, ratio

UNKNOWN_SECONDS = 60.0
"""Of a size of which nobody has said how long it takes."""


@dataclass(kw_only=True)
class Campaign:
    """What was asked for, and how far it is."""

    place: Place
    deep: bool
    size: int | None
    repeats: int
    is_kept: bool
    drops_deep: bool
    began: float = field(default_factory=time.monotonic)
    expected_done: float = 0.0
    """Seconds that were expected of what is over."""
    expected: float = 0.0
    """Seconds that were expected of all."""
    failed: list[str] = field(default_factory=list)

    def run(self, benchmarks: Sequence[Benchmark], *, with_gas: bool) -> int:
        """Measure all; return 1 where one failed."""
        benchmarks = [one for one in benchmarks if self._sizes(one)]
        self.expected = sum(self._expect(one, size) for one in benchmarks for size in self._sizes(one))
        self.expected += gas.LASTS if with_gas else 0
        count = len(benchmarks) + with_gas
        print(f"{count} benchmarks, about {format_duration(self.expected)} in all.", flush=True)
        for number, benchmark in enumerate(benchmarks, 1):
            self._try(benchmark.name, partial(self._measure, benchmark, f"{number}/{count}"))
        if with_gas:
            self._tell(f"{count}/{count} gas")
            self._try(gas.NAME, partial(gas.run, self.place))
        print(f"\nTook {format_duration(time.monotonic() - self.began)}.", end=" ")
        lost = ", ".join(self.failed)
        print(f"Failed, and keeps what it had: {lost}." if lost else "Nothing failed.")
        return 1 if self.failed else 0

    def _try(self, name: str, work: Callable[[], None]) -> None:
        """Do it and write the pages; a failure is told and does not stop the others."""
        try:
            work()
            if self.is_kept:
                results.write(self.place)
        except Exception:  # noqa: BLE001  # one run of half an hour must not be lost to one benchmark
            self.failed.append(name)
            traceback.print_exc()
            print(f"{name} FAILED; going on.", file=sys.stderr, flush=True)

    def _measure(self, benchmark: Benchmark, number: str) -> None:
        """Measure a benchmark at each size, print, and keep it whole."""
        session = begin(benchmark.name, self._command(benchmark))
        runs: list[Run] = []
        for size in self._sizes(benchmark):
            self._tell(f"{number} {benchmark.name}, {size:,} {benchmark.x}")
            load, began = os.getloadavg()[0], time.monotonic()
            asked = Asked(size=size, repeats=self.repeats)
            rows = benchmark.measure(asked)
            lasted = time.monotonic() - began
            runs.append(Run(size=size, rows=rows, load=round(load, 1), lasted=round(lasted, 1)))
            self.expected_done += self._expect(benchmark, size)
            print_rows(benchmark, asked, rows)
        if self.is_kept:
            self.place.keep(replace(session, runs=runs), deep=self.deep)
            if self.drops_deep and not self.deep:
                self.place.drop_deep(benchmark.name)

    def _sizes(self, benchmark: Benchmark) -> Sequence[int]:
        if self.size is not None:
            return [self.size]
        return benchmark.deep if self.deep else benchmark.sizes

    def _expect(self, benchmark: Benchmark, size: int) -> float:
        return benchmark.lasts.get(size, UNKNOWN_SECONDS)

    def _command(self, benchmark: Benchmark) -> str:
        arguments = benchmark.name if self.size is None else f"{benchmark.name} --size {self.size}"
        quoted = f'"{arguments}"' if " " in arguments else arguments
        return f"make bench{'-deep' if self.deep else ''} ARGS={quoted}"

    def _tell(self, what: str) -> None:
        """Print what is under way, and how long is left if it goes on as it did."""
        gone = time.monotonic() - self.began
        pace = min(max(gone / self.expected_done, 0.3), 10.0) if self.expected_done > 30 else 1.0
        left = (self.expected - self.expected_done) * pace
        print(f"\n[{what}] {format_duration(gone)} gone, about {format_duration(left)} left", flush=True)


def print_rows(benchmark: Benchmark, asked: Asked, rows: Sequence[Row]) -> None:
    """Print the rows of one size as a table."""
    beside = f"; beside {' and '.join(benchmark.ours)}" if benchmark.ours else ""
    rates = f"; {benchmark.unit} a CPU second" if benchmark.has_rate else ""
    print(f"{benchmark.title}, {asked.size:,} {benchmark.x}: CPU seconds, median (least to most) of", end=" ")
    print(f"{asked.repeats}{rates}; memory; wall seconds{beside}")
    for row in rows:
        bases = [find_base(rows, row, name) for name in benchmark.ours]
        ratios = "".join(f"{ratio(row, base):10.2f} x" for base in bases if base)
        peak = f"{row.peak_bytes / 1e6:,.0f} MB" if row.peak_bytes else ""
        spread = f"({min(row.seconds):.2f} to {max(row.seconds):.2f})"
        rate = f"{row.rate:12,.0f}" if benchmark.has_rate else ""
        wall = f"{sorted(row.wall)[len(row.wall) // 2]:8.2f} s" if row.wall else ""
        print(f"  {row.name:<36} {row.median:9.3f} {spread:<20} {rate} {peak:>10}{wall}{ratios}", flush=True)


def format_duration(seconds: float) -> str:
    """Return a duration in whole minutes, or seconds below two minutes."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
