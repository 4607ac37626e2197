"""
Tables and plots from what was measured, into RESULTS.md between its markers.

    <!-- bench:NAME -->  ...written here...  <!-- /bench:NAME -->

What stands outside of markers is written by people and left alone. A table is of one run; where there is a
deep run it has a table of its own, with its own machine. A benchmark that was never run keeps the section
that is there; one without markers is added at the end of the measured part.
"""

from __future__ import annotations

import math
import statistics
import textwrap
from collections.abc import Callable, Iterator, Sequence

from benchmarks import gas, plots, scale, wanted
from benchmarks.catalogue import list_benchmarks
from benchmarks.record import PROJECT, Place
from benchmarks.rows import Benchmark, Row, Run, Session, find_base, find_largest, ratio, significant

KINDS: dict[str, tuple[str, str, Callable[[Row], float | None]]] = {
    "time": ("CPU seconds", "CPU seconds", lambda row: row.median),
    "growth": ("CPU of each", "microseconds of CPU for each", lambda row: 1e6 / row.rate),
    "memory": ("most memory", "MB", lambda row: row.peak_bytes / 1e6 if row.peak_bytes else None),
    "rate": ("throughput", "{unit} a second", lambda row: row.wall_rate),
}
END = "<!-- end of what is measured -->"
NOT_YET = "Not measured yet."


def write(place: Place = PROJECT) -> None:
    """Write every section and plot of which there are figures, the summary, and the table of scale.md."""
    text, drawn = build_page(place, place.results.read_text(encoding="utf-8"))
    place.plots.mkdir(parents=True, exist_ok=True)
    for name, svg in drawn.items():
        (place.plots / f"{name}.svg").write_text(svg, encoding="utf-8")
    place.results.write_text(text, encoding="utf-8")
    table = scale.build_table(place)
    if table:
        old = place.scale.read_text(encoding="utf-8")
        place.scale.write_text(put_section(old, "scale", table), encoding="utf-8")
    print(f"\nWritten: {place.results}, {place.plots} and {place.scale}")


def build_page(place: Place, text: str) -> tuple[str, dict[str, str]]:
    """Return the page with every section anew, and the plots by name."""
    drawn: dict[str, str] = {}

    def write_plot(name: str, svg: str) -> str:
        drawn[name] = svg
        return f"plots/{name}.svg"

    text = put_section(text, "wanted", wanted.build_section(place))
    for benchmark in list_benchmarks():
        parts = [place.read(benchmark.name), place.read(benchmark.name, deep=True)]
        sessions = [session for session in parts if session and session.runs]
        if sessions:
            section = "\n".join(_section(benchmark, sessions, write_plot))
            text = put_section(text, benchmark.name, section)
    section = gas.build_section(place, write_plot)
    return (put_section(text, "gas", section) if section else text), drawn


def put_section(text: str, name: str, section: str) -> str:
    """Return the text with the section in place of the one between its markers, else before the end mark."""
    first, last = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    whole = f"{first}\n{section.strip()}\n{last}"
    if first in text:
        before, _, rest = text.partition(first)
        return before + whole + rest.partition(last)[2]
    before, _, rest = text.partition(END)
    return f"{before}{whole}\n\n{END}{rest}"


def wrap(text: str) -> str:
    """Return a paragraph in lines as long as those written by hand."""
    return textwrap.fill(text, 130, break_long_words=False, break_on_hyphens=False)


def _section(
    benchmark: Benchmark, sessions: Sequence[Session], write_plot: Callable[[str, str], str]
) -> Iterator[str]:
    """Yield the lines of a section: what it is, a table for each run, and the plots."""
    yield f"## {benchmark.title}\n"
    yield wrap(benchmark.about[0].upper() + benchmark.about[1:]) + "\n"
    for session in sessions:
        loads = [run.load for run in session.runs]
        busy = f"load before the runs {min(loads):g} to {max(loads):g}"
        commit = f", commit {session.commit}" if session.commit else ""
        counts = sorted({len(row.seconds) for row in session.rows})
        turns = f"Runs of each, in turns: {' or '.join(map(str, counts))}; the median counts"
        said = f"`{session.command}`, {session.began}{commit}. {turns}."
        yield wrap(f"{said} Machine: {session.machine}; {busy}.") + "\n"
        yield from _table(benchmark, session)
        yield ""
    yield from _plots(benchmark, sessions, write_plot)


def _table(benchmark: Benchmark, session: Session) -> Iterator[str]:
    """Yield the table: a line for each row, with its ratio to each of ours."""
    beside = [f"beside {name}" for name in benchmark.ours]
    has_wall = any(row.wall for row in session.rows)
    heads = [benchmark.x, "", "CPU seconds (least to most)", *(["wall s"] if has_wall else [])]
    heads += [f"{benchmark.unit} a CPU second"] if benchmark.has_rate else []
    heads += ["peak MB", *beside]
    yield f"| {' | '.join(heads)} |"
    yield "|---:|---|" + "---:|" * (len(heads) - 2)
    for run in session.runs:
        for row in run.rows:
            cells = [f"{row.size:,}", row.name + (f" ({row.note})" if row.note else ""), _spread(row.seconds)]
            cells += [f"{statistics.median(row.wall):.2f}" if row.wall else ""] if has_wall else []
            cells += [f"{row.rate:,.0f}"] if benchmark.has_rate else []
            cells += [_memory(row), *(_ratio(run.rows, row, name) for name in benchmark.ours)]
            yield "| " + " | ".join(cells) + " |"
        yield from _carried(benchmark, session, run, has_wall=has_wall)


def _carried(benchmark: Benchmark, session: Session, run: Run, *, has_wall: bool) -> Iterator[str]:
    """Yield a line for each peer that did not go so far: its rate at its largest size in this run."""
    for name in benchmark.carried:
        row = find_largest(session.rows, name)
        if row is None or row.size >= run.size:
            continue
        cells = [f"{run.size:,}", f"{name}, *by its rate at its largest, {row.size:,}*", ""]
        cells += [""] if has_wall else []
        cells += [f"*{row.rate:,.0f}*", ""]
        bases = [find_base(run.rows, run.rows[0], ours) for ours in benchmark.ours]
        cells += [f"*{significant(ratio(row, base))} x*" if base else "" for base in bases]
        yield "| " + " | ".join(cells) + " |"


def _memory(row: Row) -> str:
    """Return the most memory, and what was held before the part that counts."""
    before = f" ({row.before_bytes / 1e6:,.0f} before)" if row.before_bytes else ""
    return f"{row.peak_bytes / 1e6:,.0f}{before}" if row.peak_bytes else ""


def _ratio(rows: Sequence[Row], row: Row, name: str) -> str:
    """Return how many times the CPU of ours; 1 beside itself."""
    base = find_base(rows, row, name)
    if base is None:
        return ""
    return "1" if base is row else f"{significant(ratio(row, base))} x"


def _spread(seconds: Sequence[float]) -> str:
    """Return the median, and the least and most where there are several."""
    middle = significant(statistics.median(seconds))
    if len(seconds) == 1:
        return middle
    return f"{middle} ({significant(min(seconds))} to {significant(max(seconds))})"


def _plots(
    benchmark: Benchmark, sessions: Sequence[Session], write_plot: Callable[[str, str], str]
) -> Iterator[str]:
    """Draw the plots and yield a line for each."""
    rows = [row for session in sessions for row in session.rows]
    for kind in benchmark.plots:
        title, label, value = KINDS[kind]
        lines: dict[str, list[tuple[float, float]]] = {}
        for row in rows:
            found = value(row)
            if found:
                lines.setdefault(row.name, []).append((row.size, found))
        if lines:
            heading = f"{benchmark.title}: {title} against {benchmark.x}"
            asides = _growth(lines[rows[0].name]) if kind == "growth" else {}
            label = label.format(unit=benchmark.unit)
            drawn = plots.draw(
                heading, x=benchmark.x, y=label, lines=lines, is_log=kind != "rate", references=asides
            )
            yield f"![{heading}]({write_plot(f'{benchmark.name}-{kind}', drawn)})\n"
    if len(sessions) > 1 and benchmark.plots:
        sizes = " and ".join(f"{run.size:,}" for run in sessions[1].runs)
        yield wrap(f"In the plots, what stands at {sizes} is of the second run.") + "\n"


def _growth(points: Sequence[tuple[float, float]]) -> dict[str, list[tuple[float, float]]]:
    """Return how N log N and N squared would go on from our first point, as what each costs."""
    first, cost = min(points)
    last = max(points)[0]
    sizes = [first * 10 ** (step / 4) for step in range(int(4 * math.log10(last / first) + 1e-9) + 1)]
    n_log_n = [(size, cost * math.log2(size) / math.log2(first)) for size in sizes]
    squared = [(size, cost * size / first) for size in sizes if size <= first * 100]
    return {"N log N": n_log_n, "N squared": squared}
