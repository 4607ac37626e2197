"""
The small form for CI: ratios to the peers that `make setup` installs, compared with those of floor.json.

Absolute times differ from machine to machine, ratios in one run hardly do, but for how many hashes at once
the processor's vectors hold; so ratios are recorded for each width. A ratio below half of the recorded one
fails, after a second look, for a neighbour's work can spoil a run of a few seconds.
"""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.catalogue import list_benchmarks
from benchmarks.rows import Asked, Benchmark, list_ratios

PATH = Path(__file__).with_name("floor.json")
REPEATS = 3


def measure(benchmark: Benchmark, repeats: int = REPEATS) -> dict[str, float]:
    """Return the ratios of the small form."""
    assert benchmark.ci is not None
    rows = benchmark.measure(Asked(size=benchmark.ci, repeats=repeats, extra=False))
    return list_ratios(rows, benchmark.ours)


def record(vectors: str) -> int:
    """Write the ratios of this machine down as those to compare with on machines of that width."""
    found: dict[str, dict[str, float]] = {}
    for benchmark in list_benchmarks():
        if benchmark.ci is not None:
            found[benchmark.name] = {key: round(value, 2) for key, value in measure(benchmark).items()}
    every = read_floors() | {vectors: found}
    PATH.write_text(json.dumps(every, indent=2, sort_keys=True) + "\n")
    print(json.dumps(found, indent=2))
    return 0


def read_floors() -> dict[str, dict[str, dict[str, float]]]:
    """Return the recorded ratios by width of vectors, benchmark and pair of programs."""
    floors: dict[str, dict[str, dict[str, float]]] = json.loads(PATH.read_text())
    return floors


def compare_with_floors(vectors: str) -> int:
    """Measure, print, and return 1 where a ratio has halved or is missing."""
    recorded = read_floors().get(vectors)
    if recorded is None:
        print(f"Nothing is recorded for {vectors}, so nothing is compared.")
        recorded = {}
    known = {one.name: one for one in list_benchmarks() if one.ci is not None}
    failed = [name for name in recorded if name not in known]
    for name in failed:
        print(f"  {name:<60} is recorded, and no benchmark")
    for name, benchmark in known.items():
        wanted = recorded.get(name, {})
        found = measure(benchmark)
        if find_halved(wanted, found):
            again = measure(benchmark, 2 * REPEATS)
            found = {key: max(value, again.get(key, 0)) for key, value in found.items()}
        halved = find_halved(wanted, found)
        failed += halved
        for key in sorted(wanted | found):
            told = f"recorded {wanted[key]:.2f}" if key in wanted else "not recorded"
            print(f"  {key:<60} {found.get(key, 0):10.2f} x, {told}{'  HALVED' if key in halved else ''}")
    if failed:
        print("Next: measure it alone, `python -m benchmarks NAME --size N`.")
    return 1 if failed else 0


def find_halved(wanted: dict[str, float], found: dict[str, float]) -> list[str]:
    """Return the keys whose ratio is less than half of the recorded one, or that were not measured."""
    return [key for key, value in wanted.items() if found.get(key, 0) < value / 2]
