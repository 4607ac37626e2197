"""
`attestree issue` whole, as a person runs it: from a roster to a batch folder, a store and a signed record.

Settings, an institution and a local chain are there; the chain is not waited for. Beyond what `issuing`
measures this has the store: a row for each credential, looked up first so that nobody is issued to twice.
Each run is in an institution of its own, for a store that holds a million already would be another
measurement.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from attestree.adapters.evm.anvil_chain import AnvilChain
from benchmarks.child import FailedError, Spent, compare
from benchmarks.institution import found, issue
from benchmarks.rows import Asked, Benchmark, Row

UNSIGNED, SIGNED = "attestree issue --no-signature", "attestree issue"


def measure(asked: Asked) -> list[Row]:
    """Run both in turns."""
    with AnvilChain() as chain:
        programs = {
            name: partial(_issue, chain, asked.size, signed=signed)
            for name, signed in ((UNSIGNED, False), (SIGNED, True))
        }
        return compare(programs, asked=asked)


def _issue(chain: AnvilChain, size: int, *, signed: bool) -> Spent:
    with found(chain) as (folder, _settings):
        spent = issue(folder, size=size, signed=signed, wait=False)
        made = sum(_count_lines(path) for path in folder.rglob("credentials.jsonl"))
        if made != size:
            raise FailedError(f"{made} of {size} were issued: nothing is measured.")
        # Of the store alone: `issuing` says how large a folder is.
        spent.answer["disk"] = sum(path.stat().st_size for path in folder.glob("attestree.db*"))
    return spent


def _count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _line in file)


BENCHMARKS = (
    Benchmark(
        name="command",
        title="Issuing with the whole program",
        about=(
            "`attestree issue ROSTER --yes --no-wait` as a process, start-up included: roster, plan, badges, "
            "folder on disk, store (SQLite), and the record signed and queued. Memory is that of all its "
            "processes together. No peer has a store; beside peers it is measured without, above."
        ),
        unit="badges",
        measure=measure,
        sizes=(10_000, 100_000),
        deep=(1_000_000,),
        ours=(UNSIGNED, SIGNED),
        plots=("time", "memory"),
        lasts={10_000: 60, 100_000: 100, 1_000_000: 300},
    ),
)
