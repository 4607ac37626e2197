"""
Measure beside the peers: `make bench`, `make bench ARGS="tree --size 20000"`, `make bench-deep`.

    python -m benchmarks [NAME...]        measure, print, keep in build/bench, write RESULTS.md and the plots
    python -m benchmarks list             the benchmarks and their sizes
    python -m benchmarks results          write RESULTS.md and the plots again from build/bench
    python -m benchmarks ci [--write]     the small form: fails when a ratio of floor.json halves
    python -m benchmarks gas              gas of a credential, on a local chain
    python -m benchmarks restart          a start with a million credentials in the store
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from benchmarks import floors, gas, results
from benchmarks.catalogue import list_benchmarks
from benchmarks.child import FailedError
from benchmarks.record import build_run, find_vectors, keep
from benchmarks.rows import Asked, Benchmark, Row, find_base, ratio


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", help="benchmarks, or one of the words above; none: all benchmarks"
    )
    parser.add_argument("--size", type=int, help="this size only")
    parser.add_argument("--repeats", type=int, default=3, help="turns of each program; the median counts")
    parser.add_argument("--deep", action="store_true", help="a million and ten million, with one run each")
    parser.add_argument("--write", action="store_true", help="of ci: record the ratios instead")
    parser.add_argument("--vectors", help="of ci: AVX-512, AVX2; else those of this processor")
    chosen = parser.parse_args()
    try:
        return _run(chosen)
    except FailedError as exc:
        print(exc, file=sys.stderr)
        return 1


def _run(chosen: argparse.Namespace) -> int:
    """Do what was chosen."""
    match chosen.names:
        case ["list"]:
            for one in list_benchmarks():
                sizes = ", ".join(f"{size:,}" for size in one.sizes)
                print(f"{one.name:<16} {one.title}: {sizes} {one.x}")
        case ["results"]:
            results.write()
        case ["ci"]:
            vectors = chosen.vectors or find_vectors()
            return floors.record(vectors) if chosen.write else floors.compare_with_floors(vectors)
        case ["restart"]:
            from benchmarks import restart

            restart.run(credentials=chosen.size or 1_000_000)
        case names:
            for benchmark in _find([name for name in names if name != "gas"] if names else None):
                _measure(benchmark, chosen)
            if not names or "gas" in names:
                gas.run()
            results.write()
    return 0


def _find(names: Sequence[str] | None) -> list[Benchmark]:
    """Return the benchmarks of these names; None names all."""
    known = {benchmark.name: benchmark for benchmark in list_benchmarks()}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise FailedError(f"No benchmark is called {unknown[0]}. There are: {', '.join(known)}")
    return [known[name] for name in (known if names is None else names)]


def _measure(benchmark: Benchmark, chosen: argparse.Namespace) -> None:
    """Measure a benchmark at each size; print and keep it."""
    sizes = [chosen.size] if chosen.size else benchmark.deep if chosen.deep else benchmark.sizes
    for size in sizes:
        asked = Asked(size=size, repeats=1 if chosen.deep else chosen.repeats)
        load = os.getloadavg()[0]
        rows = benchmark.measure(asked)
        keep(build_run(benchmark, asked, rows, load=load))
        _print(benchmark, asked, rows)


def _print(benchmark: Benchmark, asked: Asked, rows: Sequence[Row]) -> None:
    """Print the rows of one size as a table."""
    print(
        f"\n{benchmark.title}, {asked.size:,} {benchmark.x}: CPU seconds, median (least to most) of", end=" "
    )
    print(f"{asked.repeats}; {benchmark.unit} a CPU second; memory; beside {' and '.join(benchmark.ours)}")
    for row in rows:
        beside = [ratio(row, base) for name in benchmark.ours if (base := find_base(rows, row, name))]
        ratios = "".join(f"{each:10.2f} x" for each in beside)
        peak = f"{row.peak_bytes / 1e6:,.0f} MB" if row.peak_bytes else ""
        spread = f"({min(row.seconds):.2f} to {max(row.seconds):.2f})"
        print(
            f"  {row.name:<30} {row.median:9.3f} {spread:<20} {row.rate:12,.0f} {peak:>10}{ratios}",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
