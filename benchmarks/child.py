"""
Programs that take turns, each in a process of its own, and what they cost.

A program may end its output with one line of JSON: `seconds` and `wall` of the part that counts replace
those of the whole process, `before` says how many bytes of memory it held before that part, `disk` how many
it left on the disk, and `check` must be the same from all programs that give one, such as a root.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.rows import Asked, Row

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / "benchmarks/peers"
LAUNCHER = Path(__file__).with_name("launcher.py")

Command = Sequence[str | Path]


class FailedError(Exception):
    """A program did not do what is measured."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run cost."""

    seconds: float
    wall: float
    peak_bytes: int
    check: str | None
    answer: dict[str, Any]


def python(module: str, *arguments: object) -> list[str]:
    """Return the command that runs a module of this project."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def peer_python(script: str, *arguments: object) -> list[str]:
    """Return the command that runs a script of `peers` in the environment of the peers."""
    program = ROOT / ".venv-peers/bin/python"
    if not program.exists():
        raise FailedError("The Python peers are not installed: make peers")
    return [str(program), str(PEERS / script), *map(str, arguments)]


def peer_node(script: str, *arguments: object) -> list[str]:
    """Return the command that runs a script of `peers` with Node."""
    # What Node takes for itself grows with what it may take; the peers get what they ask for.
    return ["node", "--max-old-space-size=12000", str(PEERS / script), *map(str, arguments)]


def held_bytes() -> int:
    """Return what this process holds in memory now; 0 where the system does not say."""
    path = Path("/proc/self/statm")
    return int(path.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if path.exists() else 0


def spend(command: Command, *, cwd: Path = ROOT, codes: Collection[int] = (0,)) -> Spent:
    """
    Run a program to its end and return what it and its children cost.

    Raises:
        FailedError: It ended with another code than these.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        whole = [sys.executable, "-I", "-S", str(LAUNCHER), str(report), *map(str, command)]
        done = subprocess.run(whole, cwd=cwd, capture_output=True, text=True, check=False, env=environment())
        if done.returncode not in codes:
            raise FailedError(f"{' '.join(map(str, command))[:200]} failed:\n{done.stderr[-2000:]}")
        cost = json.loads(report.read_text())
    answer = _last_line(done.stdout)
    seconds, wall = answer.get("seconds", cost["seconds"]), answer.get("wall", cost["wall"])
    return Spent(float(seconds), float(wall), answer.get("peak", cost["peak"]), answer.get("check"), answer)


def compare(
    programs: Mapping[str, Command | Callable[[], Spent]],
    *,
    asked: Asked,
    count: int | None = None,
    once: Collection[str] = (),
    notes: Mapping[str, str] | None = None,
) -> list[Row]:
    """
    Run programs in turns and return a row for each.

    Args:
        programs: By name, ours first: a command to measure, or what measures it.
        asked: Size, and how many turns.
        count: How many are done in one run, where that is not the size.
        once: Names of those that are too slow for more than one turn.
        notes: By name, what a reader must know.

    Raises:
        FailedError: One failed, or two that say what they made said different things.
    """
    runs: dict[str, list[Spent]] = {name: [] for name in programs}
    for turn in range(asked.repeats):
        for name, program in programs.items():
            if turn and name in once:
                continue
            runs[name].append(program() if callable(program) else spend(program))
    made = {spent.check for turns in runs.values() for spent in turns if spent.check is not None}
    if len(made) > 1:
        raise FailedError(f"The results differ, nothing is measured: {sorted(map(str, made))}")
    return [
        Row(
            name=name,
            size=asked.size,
            seconds=[spent.seconds for spent in turns],
            wall=[spent.wall for spent in turns],
            peak_bytes=max(spent.peak_bytes for spent in turns),
            before_bytes=turns[-1].answer.get("before"),
            disk_bytes=turns[-1].answer.get("disk"),
            count=count,
            note=(notes or {}).get(name, ""),
        )
        for name, turns in runs.items()
    ]


def _last_line(output: str) -> dict[str, Any]:
    """Return the JSON object that the output ends with; empty where it ends otherwise."""
    lines = output.strip().splitlines()
    if not lines or not lines[-1].startswith("{"):
        return {}
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def environment() -> dict[str, str]:
    """Return the environment of a program: this one's, with what set-up installed first on PATH."""
    folders = [ROOT / ".venv/bin", ROOT / "node_modules/.bin"]
    return {**os.environ, "PATH": os.pathsep.join([*map(str, folders), os.environ["PATH"]])}
