"""
One issuing and recording of a batch, with a fault at every single call to the system that writes.

strace lets each `pwrite64`, `write`, `fdatasync`, `fsync`, `rename`, `openat` for writing, and so on, kill
the process, fail with EIO, and fail with ENOSPC where that can happen. Afterwards the same command is run
without faults: the batch is there once, FINAL, its folder whole, `fsck` is clean, and what the first run said
it had done is what is there. A run that meets an error ends with one error of ours, or goes on rightly.

SIGKILL does not show what a loss of power does: what was written stays in the cache of the machine. For that
there are the calls that fail, and the order of writes and fsyncs, which the failing fsyncs show.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.adapters.sql import SqlStore
from attestree.outbox.states import State
from attestree.settings import load_settings
from attestree.wiring.audits import wire_consistency
from attestree.wiring.system import SystemClock
from tests.conftest import Depth, Figures
from tests.integration.furnishing import ROSTER
from tests.integration.test_issue import Office, open_office

pytestmark = [pytest.mark.chain, pytest.mark.strace, pytest.mark.slow]

WRITING = (
    "pwrite64",
    "write",
    "fdatasync",
    "fsync",
    "ftruncate",
    "openat",
    "rename",
    "renameat",
    "renameat2",
)
NAMING = ("mkdir", "rmdir", "unlink", "unlinkat", "chmod", "fchmod")
CALLS = WRITING + NAMING
"""Calls that change what is on the disk."""

FULL = frozenset({"pwrite64", "write", "ftruncate", "openat", "rename", "mkdir", "fsync", "fdatasync"})
"""Calls that a full disk lets fail."""

COMMAND = ["issue", "roster.csv", "--achievement", "achievement.toml", "--yes", "--json"]
FIRST = ["issue", "first.csv", "--achievement", "achievement.toml", "--yes", "--json"]


@dataclass(frozen=True)
class Point:
    """One call of one kind, and what happens there."""

    call: str
    occurrence: int
    fault: str

    def __str__(self) -> str:
        return f"{self.fault} at {self.call} no. {self.occurrence}"


@dataclass
class Run:
    """What came of one run of the command."""

    code: int
    printed: str
    errors: str

    @property
    def told(self) -> dict[str, Any] | None:
        """What it said it had done, or which error it met."""
        return json.loads(self.printed) if self.printed.strip() else None


@dataclass
class Bench:
    """An installation that is put back to where it was, and a program in it that can be traced."""

    office: Office
    chain: AnvilChain
    program: subprocess.Popen[str]
    kept: Path
    snapshot: str
    violations: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def folder(self) -> Path:
        return self.office.folder

    def put_back(self) -> None:
        """Make folder and chain what they were before any batch but the first."""
        for place in self.folder.iterdir():
            shutil.rmtree(place) if place.is_dir() else place.unlink()
        shutil.copytree(self.kept, self.folder, dirs_exist_ok=True)
        self.chain.revert(self.snapshot)
        self.snapshot = self.chain.snapshot()

    def run(self, *strace: str) -> Run:
        """Run the command, traced where options of strace are given."""
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        print(json.dumps(COMMAND), file=self.program.stdin, flush=True)
        child = int(self.program.stdout.readline())
        _wait_until_stopped(child)
        tracer = _attach(child, strace) if strace else None
        os.kill(child, signal.SIGCONT)
        code = int(self.program.stdout.readline())
        if tracer is not None:
            tracer.communicate(timeout=60)
        beside = self.folder.parent
        return Run(code, (beside / "out").read_text("utf-8"), (beside / "err").read_text("utf-8"))

    def find_points(self) -> list[Point]:
        """Trace one run without faults and return every call that writes to our folder, with every fault."""
        self.put_back()
        log = self.folder.parent / "trace"
        assert self.run("-y", "-o", str(log), "-e", f"trace={','.join(CALLS)}").code == 0
        counts: Counter[str] = Counter()
        points = []
        for line in log.read_text("utf-8", "replace").splitlines():
            found = re.match(r"(?:\d+ +)?(\w+)\(", line)
            if found is None:
                continue
            call = found[1]
            counts[call] += 1
            if str(self.folder) not in line or (call == "openat" and "O_RDONLY" in line):
                continue
            faults = ["KILL", "EIO", *(["ENOSPC"] if call in FULL else [])]
            points += [Point(call, counts[call], fault) for fault in faults]
        return points

    def hurt(self, point: Point) -> Run:
        """Run with one fault."""
        self.put_back()
        what = "signal=KILL" if point.fault == "KILL" else f"error={point.fault}"
        return self.run(
            *("-e", f"trace={point.call}", "-e", f"inject={point.call}:{what}:when={point.occurrence}"),
            *("-o", str(self.folder.parent / "trace")),
        )

    def check(self, point: Point) -> None:
        """Run with one fault, then without, and look whether anything was lost or doubled."""
        hurt = self.hurt(point)
        self.outcomes["killed" if hurt.code == -9 else "went on" if hurt.code == 0 else "ended"] += 1
        wrong = [*_judge_end(point, hurt)]
        with closing(sqlite3.connect(self.folder / "attestree.db")) as database, database:
            # The time that a killed process holds its leases passes.
            database.execute("UPDATE leases SET expires = 0")
        again = self.run()
        wrong += _judge_again(hurt, again)
        if again.code == 0:
            wrong += self.judge_state(again)
        self.violations += [f"{point}: {line}" for line in wrong]

    def judge_state(self, again: Run) -> Iterator[str]:
        """Yield what is wrong in store, folders and chain after the run without faults."""
        settings = load_settings(self.folder / "attestree.toml")
        with SqlStore(f"sqlite:///{self.folder}/attestree.db", verifies=False) as store:
            report = wire_consistency(settings, store, clock=SystemClock()).run()
            if not report.clean:
                yield f"fsck: {[*report.faults, *report.silent]}"
            batches = [batch for batch in store.fetch_batches() if batch.root is not None]
            if {intent.state for intent in store.fetch_intents()} != {State.FINAL}:
                yield "not all is FINAL"
            if len(batches) != 2 or not all(batch.delivered for batch in batches):
                yield f"{len(batches)} batches instead of 2"
            if report.credentials != 6:
                yield f"{report.credentials} credentials instead of 6"
            nonces = [a.nonce for i in store.fetch_intents() for a in store.fetch_attempts(i.wanted.id)]
            if len(set(nonces)) != 2:
                yield f"nonces {nonces}"
        left = [
            path.name for path in (self.folder / "batches").rglob("*") if path.suffix in (".part", ".held")
        ]
        if left:
            yield f"left over: {left}"
        told = again.told or {}
        if not (Path(told["folder"]) / "public/batch.json").is_file():
            yield "the folder is not there"


def _wait_until_stopped(child: int) -> None:
    while Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0] != "T":
        os.sched_yield()


def _attach(child: int, options: Sequence[str]) -> subprocess.Popen[str]:
    """Trace a process that has stopped."""
    tracer = subprocess.Popen(
        ["strace", *options, "-p", str(child)], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    assert "attached" in said, said
    return tracer


def _judge_end(point: Point, hurt: Run) -> Iterator[str]:
    """Yield what is wrong with how a run ended that met a fault."""
    if point.fault == "KILL":
        if hurt.code not in (-9, 0):
            yield f"ended with {hurt.code}: {hurt.printed}"
        return
    if "Traceback" in hurt.errors or "Exception ignored" in hurt.errors:
        yield f"a traceback: {hurt.errors}"
    told = hurt.told
    if told is None:
        yield f"ended with {hurt.code} without a word"
    elif hurt.code == 0:
        if told.get("state") != "final":
            yield f"ended well, and the batch is {told.get('state')}"
    elif "error" not in told or told["error"]["code"].startswith("program.unexpected"):
        yield f"ended with {hurt.code}: {told}"


def _judge_again(hurt: Run, again: Run) -> Iterator[str]:
    """Yield what is wrong with the run without faults."""
    if again.code != 0 or again.told is None or again.told["state"] != "final":
        yield f"the next run ended with {again.code}: {again.printed} {again.errors}"
    elif hurt.code == 0 and hurt.told is not None and hurt.told["batch"] != again.told["batch"]:
        yield "what was acknowledged is lost"


@pytest.fixture(scope="module")
def bench(anvil: AnvilChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    if shutil.which("strace") is None:
        pytest.skip("no strace; on Debian: apt install strace")
    before = anvil.snapshot()
    folder = tmp_path_factory.mktemp("traced") / "office"
    folder.mkdir()
    office = open_office(anvil, folder)
    (folder / "first.csv").write_text(ROSTER.replace("001", "101"), "utf-8")
    program = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("traced_program.py")), json.dumps(FIRST)],
        cwd=folder,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    kept = folder.parent / "kept"
    shutil.copytree(folder, kept)
    yield Bench(office, anvil, program, kept, anvil.snapshot())
    assert program.stdin is not None
    program.stdin.close()
    program.wait(10)
    program.stdout.close()
    anvil.revert(before)


def pick(points: Sequence[Point], count: int, chance: random.Random) -> list[Point]:
    """Return points spread over kinds of calls and faults, each kind as often as the others."""
    left = list(points)
    chance.shuffle(left)
    groups: dict[tuple[str, str], list[Point]] = {}
    for point in left:
        groups.setdefault((point.call, point.fault), []).append(point)
    picked: list[Point] = []
    waiting = list(groups.values())
    chance.shuffle(waiting)
    while len(picked) < count and any(waiting):
        picked += [group.pop() for group in waiting if group]
    return picked[:count]


def test_a_fault_at_any_call_that_writes_loses_nothing_and_repeats_nothing(
    bench: Bench, depth: Depth, figures: Figures, seed: int
) -> None:
    points = bench.find_points()
    kinds = Counter(point.call for point in points if point.fault == "KILL")
    assert {"pwrite64", "write", "fsync", "fdatasync", "openat", "rename", "mkdir"} <= set(kinds)
    chosen = pick(points, depth.pick(quick=6, ci=40, deep=len(points)), random.Random(seed))
    for point in chosen:
        bench.check(point)
    figures.note(
        f"{len(chosen)} of {len(points)} faults at {kinds.total()} calls ({_say(kinds)}): "
        f"{_say(bench.outcomes)}; {len(bench.violations)} violations"
    )
    assert bench.violations == []


def test_the_checks_see_what_a_killed_run_leaves(bench: Bench, figures: Figures) -> None:
    """The control: without the run that repairs, every kind of damage shows."""
    whole = bench.run()
    bench.put_back()
    killed = [point for point in bench.find_points() if (point.call, point.fault) == ("rename", "KILL")]
    for point in killed:
        assert bench.hurt(point).code == -9
        seen = [*bench.judge_state(whole)]
        figures.note(f"without another run after {point}: {len(seen)} violations, caught")
        assert seen


def _say(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counted.items()))
