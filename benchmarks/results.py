"""
Tables and plots from what was measured, into RESULTS.md between its markers.

    <!-- bench:NAME -->  ...written here...  <!-- /bench:NAME -->

What stands outside of markers is written by people and left alone. A benchmark that was never run on this
machine keeps the section that is there; one without markers is added at the end of the measured part.
"""

from __future__ import annotations

import statistics
import textwrap
from collections.abc import Callable, Iterator, Sequence

from benchmarks import gas, plots, scale
from benchmarks.catalogue import list_benchmarks
from benchmarks.child import ROOT
from benchmarks.record import read_runs
from benchmarks.rows import Benchmark, Row, Run, find_base, ratio

RESULTS = ROOT / "benchmarks/RESULTS.md"
SCALE = ROOT / "docs/scale.md"
PLOTS = ROOT / "benchmarks/plots"
KINDS: dict[str, tuple[str, str, Callable[[Row], float | None]]] = {
    "time": ("CPU seconds", "CPU seconds", lambda row: row.median),
    "memory": ("most memory", "MB", lambda row: row.peak_bytes / 1e6 if row.peak_bytes else None),
    "rate": ("throughput", "{unit} a second", lambda row: row.wall_rate),
}
END = "<!-- end of what is measured -->"


def write() -> None:
    """Write every section and plot of which there are figures."""
    text = RESULTS.read_text(encoding="utf-8")
    for benchmark in list_benchmarks():
        sizes = {*benchmark.sizes, *benchmark.deep}
        runs = [run for run in read_runs(benchmark.name) if run.size in sizes]
        if runs:
            text = put_section(text, benchmark.name, "\n".join(_section(benchmark, runs)))
    section = gas.build_section(write_plot)
    if section:
        text = put_section(text, "gas", section)
    RESULTS.write_text(text, encoding="utf-8")
    table = scale.build_table()
    if table:
        SCALE.write_text(put_section(SCALE.read_text(encoding="utf-8"), "scale", table), encoding="utf-8")
    print(f"\nWritten: {RESULTS.relative_to(ROOT)}, {PLOTS.relative_to(ROOT)} and {SCALE.relative_to(ROOT)}")


def put_section(text: str, name: str, section: str) -> str:
    """Return the text with the section in place of the one between its markers, else before the end mark."""
    first, last = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    whole = f"{first}\n{section.strip()}\n{last}"
    if first in text:
        before, _, rest = text.partition(first)
        return before + whole + rest.partition(last)[2]
    before, _, rest = text.partition(END)
    return f"{before}{whole}\n\n{END}{rest}"


def write_plot(name: str, svg: str) -> str:
    """Write a plot and return its address in RESULTS.md."""
    PLOTS.mkdir(exist_ok=True)
    (PLOTS / f"{name}.svg").write_text(svg, encoding="utf-8")
    return f"plots/{name}.svg"


def wrap(text: str) -> str:
    """Return a paragraph in lines as long as those written by hand."""
    return textwrap.fill(text, 130, break_long_words=False, break_on_hyphens=False)


def _section(benchmark: Benchmark, runs: Sequence[Run]) -> Iterator[str]:
    """Yield the lines of a section."""
    command = f"`make bench ARGS={benchmark.name}`"
    deep = [run for run in runs if run.size in benchmark.deep]
    yield f"## {benchmark.title}\n"
    yield wrap(f"{command}{' and `make bench-deep`' if deep else ''}: {benchmark.about}") + "\n"
    for machine in dict.fromkeys(run.machine for run in runs):
        those = [run for run in runs if run.machine == machine]
        dates = sorted({run.date for run in those})
        loads = [run.load for run in those]
        busy = f"load before the runs {min(loads):g} to {max(loads):g}"
        when = " to ".join(dict.fromkeys([dates[0], dates[-1]]))
        yield wrap(f"Machine: {machine}; {when}; {busy}.") + "\n"
    yield from _table(benchmark, runs)
    yield from _plots(benchmark, runs)


def _table(benchmark: Benchmark, runs: Sequence[Run]) -> Iterator[str]:
    """Yield the table: a line for each row, with its ratio to each of ours."""
    beside = [f"beside {name}" for name in benchmark.ours]
    has_wall = any(row.wall for run in runs for row in run.rows)
    heads = [benchmark.x, "", "CPU seconds (least to most)", *(["wall s"] if has_wall else [])]
    heads += [f"{benchmark.unit} a CPU second", "peak MB", *beside]
    yield "| " + " | ".join(heads) + " |"
    yield "|---:|---|" + "---:|" * (len(heads) - 2)
    for run in runs:
        for row in run.rows:
            cells = [f"{row.size:,}", row.name + (f" ({row.note})" if row.note else ""), _spread(row.seconds)]
            cells += [f"{statistics.median(row.wall):.2f}" if row.wall else ""] if has_wall else []
            cells += [f"{row.rate:,.0f}", _memory(row)]
            cells += [_ratio(run.rows, row, name) for name in benchmark.ours]
            yield "| " + " | ".join(cells) + " |"
    yield ""
    counts = sorted({len(row.seconds) for run in runs for row in run.rows})
    yield f"Runs of each, in turns: {', '.join(map(str, counts))}; the median counts.\n"


def _memory(row: Row) -> str:
    """Return the most memory, and what was held before the part that counts."""
    before = f" ({row.before_bytes / 1e6:,.0f} before)" if row.before_bytes else ""
    return f"{row.peak_bytes / 1e6:,.0f}{before}" if row.peak_bytes else ""


def _ratio(rows: Sequence[Row], row: Row, name: str) -> str:
    """Return how many times the CPU of ours; 1 beside itself."""
    base = find_base(rows, row, name)
    if base is None:
        return ""
    return "1" if base is row else f"{_significant(ratio(row, base))} x"


def _spread(seconds: Sequence[float]) -> str:
    """Return the median, and the least and most where there are several."""
    middle = _significant(statistics.median(seconds))
    if len(seconds) == 1:
        return middle
    return f"{middle} ({_significant(min(seconds))} to {_significant(max(seconds))})"


def _significant(value: float) -> str:
    """Return three figures of a small number, whole ones of a large."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _plots(benchmark: Benchmark, runs: Sequence[Run]) -> Iterator[str]:
    """Write the plots and yield a line for each."""
    rows = [row for run in runs for row in run.rows]
    for kind in benchmark.plots:
        title, label, value = KINDS[kind]
        lines: dict[str, list[tuple[float, float]]] = {}
        for row in rows:
            found = value(row)
            if found:
                lines.setdefault(row.name, []).append((row.size, found))
        if lines:
            heading = f"{benchmark.title}: {title} against {benchmark.x}"
            is_log = kind != "rate"
            label = label.format(unit=benchmark.unit)
            svg = plots.draw(heading, x=benchmark.x, y=label, lines=lines, is_log=is_log)
            yield f"![{heading}]({write_plot(f'{benchmark.name}-{kind}', svg)})\n"
