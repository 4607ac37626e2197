"""
What was measured, as files: `build/bench/NAME.json` holds the last run of each size.

RESULTS.md and the plots are written from these files alone, so they can be written again without measuring.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.child import ROOT, environment
from benchmarks.rows import Asked, Benchmark, Row, Run

FOLDER = ROOT / "build/bench"


def build_run(benchmark: Benchmark, asked: Asked, rows: Sequence[Row], *, load: float) -> Run:
    """Return the run, with where and when."""
    return Run(
        name=benchmark.name,
        size=asked.size,
        rows=rows,
        repeats=asked.repeats,
        machine=describe_machine(),
        date=datetime.now(UTC).date().isoformat(),
        load=round(load, 1),
    )


def keep(run: Run) -> None:
    """Write the run in place of the last of the same size."""
    runs = [other for other in read_runs(run.name) if other.size != run.size]
    runs = sorted([*runs, run], key=lambda one: one.size)
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{run.name}.json"
    path.write_text(json.dumps([one.to_json() for one in runs], indent=1) + "\n")


def read_runs(name: str) -> list[Run]:
    """Return the runs of a benchmark that are kept, by size."""
    path = FOLDER / f"{name}.json"
    return [Run.from_json(value) for value in json.loads(path.read_text())] if path.exists() else []


def describe_machine() -> str:
    """Return processor, cores, memory, system and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    asked = subprocess.run(
        ["node", "--version"], capture_output=True, text=True, check=False, env=environment()
    )
    node = asked.stdout.strip()
    versions = f"Python {platform.python_version()}, Node {node.lstrip('v')}"
    return f"{os.cpu_count()} cores, {_processor()}, {memory:.0f} GiB, {platform.system()}, {versions}"


def find_vectors() -> str:
    """Return what the processor's widest vectors are called; its kind where they are not known."""
    flags = _read_cpuinfo("flags").split()
    known = (("avx512f", "AVX-512"), ("avx2", "AVX2"))
    return next((word for flag, word in known if flag in flags), platform.machine())


def _processor() -> str:
    """Return the processor's name and how wide its vectors are."""
    return f"{_read_cpuinfo('model name') or platform.machine()} ({find_vectors()})"


def _read_cpuinfo(key: str) -> str:
    """Return the first value of that key; empty where the system does not say."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")
