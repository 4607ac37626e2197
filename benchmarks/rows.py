"""
What a benchmark is and what it measured: one `Row` for a program at a size, several runs each.

A module of this package plugs in with `BENCHMARKS`, a tuple; the `measure` of each returns rows. Everything
else (printing, ratios, files, tables, plots, the small form for CI) is made from the rows.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One program at one size."""

    name: str
    """Who, such as "merkletools"."""
    size: int
    """What the plots have as x: leaves, badges, or workers where the benchmark says so."""
    seconds: Sequence[float]
    """CPU seconds, one a run: of the process and its children, or of the part that counts."""
    wall: Sequence[float] = ()
    """Wall seconds, one a run."""
    peak_bytes: int | None = None
    """Most memory held, in any run; None where it was not looked at."""
    before_bytes: int | None = None
    """How much of that was held before the part that counts began, by interpreter, libraries and input."""
    disk_bytes: int | None = None
    """Bytes of the files that were made; None where that says nothing."""
    count: int | None = None
    """How many were done in one run, where that is not `size`."""
    note: str = ""
    """What a reader must know of this row."""

    @property
    def done(self) -> int:
        """How many were done in one run."""
        return self.size if self.count is None else self.count

    @property
    def median(self) -> float:
        """Median of the CPU seconds."""
        return statistics.median(self.seconds)

    @property
    def rate(self) -> float:
        """How many a CPU second."""
        return self.done / max(self.median, 1e-9)

    @property
    def wall_rate(self) -> float | None:
        """How many a second of wall time."""
        return self.done / max(statistics.median(self.wall), 1e-9) if self.wall else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `measure` is asked for."""

    size: int
    """One of the benchmark's sizes, or the user's own."""
    repeats: int
    """Runs of each program, in turns."""
    extra: bool = True
    """Whether peers run that `make setup` does not install (`make peers` does); False in CI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """What is measured, at which sizes, beside whom."""

    name: str
    """On the command line, and of the files."""
    title: str
    """Heading in RESULTS.md."""
    about: str
    """What counts and what does not, in a few sentences."""
    unit: str
    """What is counted, plural: "leaves"."""
    measure: Callable[[Asked], list[Row]]
    """Run the programs in turns."""
    sizes: Sequence[int]
    """Measured by `make bench`."""
    deep: Sequence[int] = ()
    """Measured by `make bench-deep` besides."""
    ci: int | None = None
    """Size in the small form of CI; None leaves the benchmark out."""
    ours: Sequence[str] = ("attestree",)
    """Names of our rows; each gets a column of ratios."""
    axis: str = ""
    """What `size` is on the plots, where it is not the unit: "workers"."""
    plots: Sequence[str] = ("time", "memory")
    """Of "time", "memory", "growth" (CPU of each against their number), "rate" (a second of wall time)."""
    carried: Sequence[str] = ()
    """Peers that stop early: beyond, their rate at their largest size of the same run counts."""
    has_rate: bool = True
    """Whether "how many a CPU second" says anything."""
    lasts: Mapping[int, float] = field(default_factory=dict)
    """About how many seconds measuring a size takes on 2 cores, all turns and preparations together."""

    @property
    def x(self) -> str:
        """What `size` counts."""
        return self.axis or self.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The rows of one benchmark at one size."""

    size: int
    """The size."""
    rows: Sequence[Row]
    """As measured."""
    load: float
    """Load average before the run; what others did makes absolute figures worse."""
    lasted: float = 0.0
    """Wall seconds that measuring took, with all that is not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One benchmark measured once, at all sizes that were asked for: what a table of RESULTS.md shows."""

    name: str
    """The benchmark's."""
    command: str
    """What repeats it."""
    began: str
    """When, UTC, to the minute."""
    commit: str
    """Of which code; "with changes" where the tree had more than that."""
    machine: str
    """Processor, cores, memory and versions."""
    runs: Sequence[Run]
    """By size."""

    @property
    def rows(self) -> list[Row]:
        """All rows, by size."""
        return [row for run in self.runs for row in run.rows]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Session:
        """Return it from JSON."""
        runs = [Run(**{**run, "rows": [Row(**row) for row in run["rows"]]}) for run in value["runs"]]
        return cls(**{**value, "runs": runs})


def ratio(row: Row, base: Row) -> float:
    """Return how many times the CPU of `base` a unit costs in `row`."""
    return base.rate / row.rate


def find_base(rows: Sequence[Row], row: Row, name: str) -> Row | None:
    """Return the row of that name at the same size."""
    return next((base for base in rows if base.name == name and base.size == row.size), None)


def find_largest(rows: Sequence[Row], name: str) -> Row | None:
    """Return the row of that name at its largest size."""
    return max((row for row in rows if row.name == name), key=lambda row: row.size, default=None)


def significant(value: float) -> str:
    """Return three figures of a small number, whole ones of a large."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def list_ratios(rows: Sequence[Row], ours: Sequence[str]) -> dict[str, float]:
    """Return the ratio of each peer to each of ours in their best runs, by `peer / ours / size`."""
    found = {}
    for row in rows:
        for name in ours:
            base = find_base(rows, row, name)
            if base is not None and row.name not in ours:
                least = min(row.seconds) / row.done, max(min(base.seconds), 1e-9) / base.done
                found[f"{row.name} / {name} / {row.size}"] = least[0] / least[1]
    return found
