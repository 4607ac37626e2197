"""
`attestree verify DIR --csv` and `attestree verify FILE.jsonl --csv`: many files in one process, chain read.

The badges are those of one batch, recorded on a local chain and final; every one must be valid. What is
measured is the whole process, from its start to the last line of the table.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from attestree.adapters.evm.anvil_chain import AnvilChain
from benchmarks.child import Spent, compare
from benchmarks.institution import found, issue, run
from benchmarks.rows import Asked, Benchmark, Row

FOLDER, LINES = "verify DIR --csv", "verify FILE.jsonl --csv"


def measure(asked: Asked) -> list[Row]:
    """Issue badges of both kinds, record them, and verify them in turns."""
    with AnvilChain() as chain, found(chain) as (folder, _settings):
        programs = {}
        for signed in (False, True):
            before = set(folder.rglob("credentials.jsonl"))
            issue(folder, size=asked.size, signed=signed, wait=True)
            (lines,) = set(folder.rglob("credentials.jsonl")) - before
            kind = "signed" if signed else "unsigned"
            programs[f"{FOLDER}, {kind}"] = partial(_verify, folder, _split(lines, folder / kind))
            programs[f"{LINES}, {kind}"] = partial(_verify, folder, lines)
        return compare(programs, asked=asked)


def _split(lines: Path, into: Path) -> Path:
    """Write each badge of a file of lines into a file of its own."""
    into.mkdir()
    with lines.open("rb") as file:
        for number, line in enumerate(file):
            (into / f"{number:06d}.json").write_bytes(line)
    return into


def _verify(folder: Path, what: Path) -> Spent:
    return run(folder, "verify", what, "--csv")


BENCHMARKS = (
    Benchmark(
        name="files",
        title="Verifying many files",
        about=(
            "one process with the chain read over RPC, start-up included: a folder with a file for each "
            "badge, and one file with a badge on each line. All are of one batch and all are valid."
        ),
        unit="badges",
        measure=measure,
        sizes=(10_000,),
        ours=(f"{FOLDER}, unsigned", f"{FOLDER}, signed"),
        plots=(),
        lasts={10_000: 110},
    ),
)
