"""
Measure beside the peers: `make bench`, `make bench ARGS="tree --repeats 5"`, `make bench-deep`.

    python -m benchmarks [NAME...]        measure, print, keep in measured/, write RESULTS.md and the plots
    python -m benchmarks NAME --size N    a trial: measure and print, keep and write nothing
    python -m benchmarks list             the benchmarks, their sizes, and how long they take
    python -m benchmarks results          write RESULTS.md and the plots again from measured/
    python -m benchmarks ci [--write]     the small form: fails when a ratio of floor.json halves
    python -m benchmarks gas              gas of a credential, on a local chain
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import campaign, floors, gas, results
from benchmarks.catalogue import list_benchmarks
from benchmarks.child import FailedError, python, spend
from benchmarks.record import PROJECT, find_vectors, open_place
from benchmarks.rows import Benchmark


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", help="benchmarks, or one of the words above; none: all benchmarks"
    )
    parser.add_argument("--size", type=int, help="this size only; keeps and writes nothing, unless --into")
    parser.add_argument("--repeats", type=int, help="turns of each program, else 3, or 1 of --deep")
    parser.add_argument("--deep", action="store_true", help="the sizes of a million and more")
    parser.add_argument("--drop-deep", action="store_true", help="forget the deep run of what is measured")
    parser.add_argument("--into", type=Path, metavar="DIR", help="keep and write there")
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
                print(f"{one.name:<12} {one.title}: {_sizes(one, one.sizes)}{_deep(one)}")
        case ["results"]:
            results.write(open_place(chosen.into) if chosen.into else PROJECT)
        case ["ci"]:
            vectors = chosen.vectors or find_vectors()
            return floors.record(vectors) if chosen.write else floors.compare_with_floors(vectors)
        case names:
            return _measure(names, chosen)
    return 0


def _measure(names: Sequence[str], chosen: argparse.Namespace) -> int:
    """Measure what was named, all where nothing was."""
    place = open_place(chosen.into) if chosen.into else PROJECT
    plan = campaign.Campaign(
        place=place,
        deep=chosen.deep,
        size=chosen.size,
        repeats=chosen.repeats or (1 if chosen.deep else 3),
        is_kept=chosen.size is None or chosen.into is not None,
        drops_deep=chosen.drop_deep,
    )
    # What is compiled once on a machine is compiled now, and not measured.
    spend(python("benchmarks.tree", "files", 1_000))
    # Gas is the same at every size of anything else, so a deep run has nothing to add.
    has_gas = gas.NAME in names or not (names or chosen.deep or chosen.size)
    return plan.run(_find([name for name in names if name != gas.NAME] if names else None), with_gas=has_gas)


def _find(names: Sequence[str] | None) -> list[Benchmark]:
    """Return the benchmarks of these names, in their order; None names all."""
    known = {benchmark.name: benchmark for benchmark in list_benchmarks()}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise FailedError(f"No benchmark is called {unknown[0]}. There are: {', '.join(known)}, {gas.NAME}")
    return [benchmark for name, benchmark in known.items() if names is None or name in names]


def _sizes(benchmark: Benchmark, sizes: Sequence[int]) -> str:
    """Return sizes, and how long they take."""
    lasts = sum(benchmark.lasts.get(size, 0) for size in sizes)
    return f"{', '.join(f'{size:,}' for size in sizes)} {benchmark.x}, {campaign.format_duration(lasts)}"


def _deep(benchmark: Benchmark) -> str:
    """Return the deep sizes."""
    return f"; deep: {_sizes(benchmark, benchmark.deep)}" if benchmark.deep else ""


if __name__ == "__main__":
    sys.exit(main())
