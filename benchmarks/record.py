"""
What was measured, as files: `measured/NAME.json` is a benchmark's last run, `NAME-deep.json` its last deep.

RESULTS.md, the plots and the table of docs/scale.md are written from these files alone, so they can be
written again without measuring, and a test holds that they say the same. A run takes the place of the whole
run before it: a table never has lines of two.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.child import ROOT, environment
from benchmarks.rows import Session


@dataclass(frozen=True, slots=True)
class Place:
    """Where figures are kept and pages are written."""

    measured: Path
    results: Path
    plots: Path
    scale: Path

    def keep(self, session: Session, *, deep: bool) -> None:
        """Write a run in place of the last of its kind."""
        self.measured.mkdir(parents=True, exist_ok=True)
        self._path(session.name, deep=deep).write_text(json.dumps(session.to_json(), indent=1) + "\n")

    def read(self, name: str, *, deep: bool = False) -> Session | None:
        """Return the run that is kept."""
        path = self._path(name, deep=deep)
        return Session.from_json(json.loads(path.read_text())) if path.exists() else None

    def drop_deep(self, name: str) -> None:
        """Forget the deep run."""
        self._path(name, deep=True).unlink(missing_ok=True)

    def _path(self, name: str, *, deep: bool) -> Path:
        return self.measured / f"{name}{'-deep' if deep else ''}.json"


PROJECT = Place(
    ROOT / "benchmarks/measured",
    ROOT / "benchmarks/RESULTS.md",
    ROOT / "benchmarks/plots",
    ROOT / "docs/scale.md",
)


def open_place(folder: Path) -> Place:
    """Return a folder as a place, begun as a copy of the project's."""
    place = Place(folder / "measured", folder / "RESULTS.md", folder / "plots", folder / "scale.md")
    folder.mkdir(parents=True, exist_ok=True)
    if not place.results.exists():
        shutil.copy(PROJECT.results, place.results)
        shutil.copy(PROJECT.scale, place.scale)
        if PROJECT.measured.exists():
            shutil.copytree(PROJECT.measured, place.measured, dirs_exist_ok=True)
    return place


def begin(name: str, command: str) -> Session:
    """Return a run in which nothing is measured yet, with where and when."""
    return Session(
        name=name,
        command=command,
        began=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        commit=describe_commit(),
        machine=describe_machine(),
        runs=[],
    )


def describe_commit() -> str:
    """Return which code this is; empty outside of a clone."""
    commit = _ask("git", "log", "-1", "--format=%h")
    changed = _ask("git", "status", "--porcelain", "--untracked-files=no", "--", "src", "benchmarks/*.py")
    return f"{commit}, with changes" if commit and changed else commit


def describe_machine() -> str:
    """Return processor, cores, memory, system and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = f"Python {platform.python_version()}, Node {_ask('node', '--version').lstrip('v')}"
    return f"{os.cpu_count()} cores, {_processor()}, {memory:.0f} GiB, {platform.system()}, {versions}"


def find_vectors() -> str:
    """Return what the processor's widest vectors are called; its kind where they are not known."""
    flags = _read_cpuinfo("flags").split()
    known = (("avx512f", "AVX-512"), ("avx2", "AVX2"))
    return next((word for flag, word in known if flag in flags), platform.machine())


def _ask(*command: str) -> str:
    """Return what a program prints; empty where it does not work."""
    try:
        asked = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment(), cwd=ROOT
        )
    except OSError:
        return ""
    return asked.stdout.strip()


def _processor() -> str:
    """Return the processor's name and how wide its vectors are."""
    return f"{_read_cpuinfo('model name') or platform.machine()} ({find_vectors()})"


def _read_cpuinfo(key: str) -> str:
    """Return the first value of that key; empty where the system does not say."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")
