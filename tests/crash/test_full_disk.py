"""
A disk that fills up, or may not be written: a clear error, no half batch, and on it goes when there is room.

The installation lies on a file system of a few megabytes that is filled to a random byte. It needs the right
to mount one. A long run in which the disk never was full shows nothing, and fails.
"""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.sql import SqlStore
from attestree.cli.main import run, shared_flags_first
from tests.conftest import Depth, Figures
from tests.integration.furnishing import ROSTER
from tests.integration.test_issue import Office, open_office
from tests.unit.web.service import build_service

pytestmark = [pytest.mark.chain, pytest.mark.mount, pytest.mark.slow]

MEGABYTES = 8


@dataclass
class SmallDisk:
    """An installation on a small file system."""

    office: Office
    place: Path
    issued: int = 0

    def run(self, *arguments: str) -> tuple[int, Any]:
        """Run a command; return its exit code and what it printed."""
        printed = io.StringIO()
        with redirect_stdout(printed):
            code = run(shared_flags_first([*arguments, "--json"]))
        return code, json.loads(printed.getvalue())

    def issue(self, *flags: str) -> tuple[int, Any]:
        return self.run("issue", "roster.csv", "--achievement", "achievement.toml", "--yes", *flags)

    def new_roster(self) -> None:
        """Write a roster of learners that nobody has seen."""
        self.issued += 1
        roster = ROSTER.replace("001", f"{100 + self.issued}")
        (self.office.folder / "roster.csv").write_text(roster, "utf-8")

    def fill(self, *, leave: int) -> None:
        """Fill the disk with a file, up to so many bytes."""
        filler = self.place / "filler"
        with filler.open("wb") as file:
            free = shutil.disk_usage(self.place).free
            try:
                file.write(bytes(max(0, free - leave)))
            except OSError:
                return

    def free(self) -> None:
        """Make room again."""
        (self.place / "filler").unlink()

    def remount(self, how: str) -> None:
        """Let the disk be written, or not: `rw` or `ro`."""
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.place)], check=True)

    def half_batches(self) -> list[str]:
        """Return folders that look whole and are not."""
        base = self.office.folder / "batches"
        return [
            folder.name
            for folder in base.glob("*/*")
            if folder.suffix != ".part" and not (folder / "public/batch.json").is_file()
        ]


@pytest.fixture
def disk(chain: DevChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallDisk]:
    place = tmp_path / "small"
    place.mkdir()
    options = f"size={MEGABYTES}m,mode=0755"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no right to mount: {mounted.stderr.decode().strip()}")
    try:
        folder = place / "office"
        folder.mkdir()
        monkeypatch.chdir(folder)
        office = open_office(chain, folder)
        yield SmallDisk(office, place)
    finally:
        monkeypatch.undo()
        os.chdir("/")
        subprocess.run(["umount", "-l", str(place)], check=True)


def keep_free(disk: SmallDisk, megabytes: int) -> None:
    settings = disk.office.folder / "attestree.toml"
    settings.write_text(settings.read_text("utf-8") + f"\n[store]\nkeep_free_mb = {megabytes}\n", "utf-8")


def test_a_batch_without_room_is_not_begun(disk: SmallDisk, figures: Figures) -> None:
    disk.new_roster()
    SqlStore.create(f"sqlite:///{disk.office.folder}/attestree.db").close()
    before = sorted(str(path) for path in disk.place.rglob("*"))
    code, told = disk.issue()
    assert (code, told["error"]["code"]) == (3, "folder.no_room")
    assert sorted(str(path) for path in disk.place.rglob("*")) == before
    with disk.office.store() as store:
        assert store.fetch_batches() == []
    keep_free(disk, 1)
    assert disk.issue()[1]["state"] == "final"
    figures.note("a batch that has no room is refused before anything is written")


def test_a_disk_that_fills_up_leaves_no_half_batch(
    disk: SmallDisk, depth: Depth, figures: Figures, seed: int
) -> None:
    keep_free(disk, 0)
    chance = random.Random(seed)
    disk.new_roster()
    assert disk.issue()[0] == 0
    codes: Counter[str] = Counter()
    rounds = depth.pick(quick=4, ci=15, deep=150)
    for number in range(rounds):
        disk.new_roster()
        queued = number % 4 == 3
        if queued:
            assert disk.issue("--no-wait")[0] == 0
        disk.fill(leave=chance.choice([0, 4096, chance.randrange(60_000), chance.randrange(400_000)]))
        code, told = disk.run("anchor") if queued else disk.issue()
        error = told.get("error", {}).get("code", "went on")
        codes[error] += 1
        assert (code == 0) is (error == "went on"), told
        assert not error.startswith("program.unexpected"), told
        assert disk.half_batches() == []
        disk.free()
        code, again = disk.issue()
        assert (code, again.get("state")) == (0, "final"), again
        if error == "went on" and not queued:
            assert again["batch"] == told["batch"]
    code, report = disk.run("fsck")
    assert (code, report["batches"], report["credentials"]) == (0, rounds + 1, 3 * (rounds + 1)), report
    # Half of the rounds leave less than a page; in a few of them chance may spare every one.
    assert rounds < 15 or codes.keys() - {"went on"}, codes
    figures.note(
        f"{rounds} batches on a disk filled to a random byte ({_say(codes)}): 0 half, 0 lost, all FINAL"
    )


def test_a_disk_for_reading_only_is_told_and_nothing_is_lost(disk: SmallDisk, figures: Figures) -> None:
    keep_free(disk, 0)
    disk.new_roster()
    code, made = disk.issue()
    assert code == 0
    single = str(next(Path(made["folder"]).glob("private/credentials/*.json")))
    disk.new_roster()
    disk.remount("ro")
    for command in (["anchor"], ["revoke", single, "--yes"], ["fsck"]):
        code, told = disk.run(*command)
        assert (code, told["error"]["code"].partition(".")[0]) == (3, "store"), told
    code, told = disk.issue()
    assert (code, told["error"]["code"]) == (3, "store.cannot_open")
    _, report = disk.run("verify", single, "--trust", "trust.toml")
    assert (report[0] if isinstance(report, list) else report)["verdict"] == "valid"
    disk.remount("rw")
    assert disk.issue()[1]["state"] == "final"
    assert disk.run("fsck")[0] == 0
    figures.note("a disk for reading only: 4 commands told so, verifying goes on, nothing lost")


def test_the_service_says_that_it_does_not_know(disk: SmallDisk, figures: Figures) -> None:
    keep_free(disk, 0)
    disk.new_roster()
    _, made = disk.issue()
    token = next(Path(made["folder"]).glob("private/credentials/*.json")).stem[-32:]
    url = f"sqlite:///{disk.office.folder}/attestree.db"
    statuses: Counter[int] = Counter()

    def ask(*, expected: int) -> None:
        with SqlStore(url) as store, build_service(store=store) as service:
            for path in (f"/c/{token}", f"/v1/credentials/{token}", "/metrics"):
                answer = service.client.get(path)
                assert answer.status_code in {200, expected}, (path, answer.text)
                statuses[answer.status_code] += 1
                if answer.status_code == 503 and path.startswith("/v1"):
                    assert answer.headers["content-type"] == "application/problem+json"
                    assert answer.json()["code"].startswith("store.")

    ask(expected=200)
    disk.fill(leave=0)
    ask(expected=503)
    disk.free()
    with closing(sqlite3.connect(disk.office.folder / "attestree.db", isolation_level=None)) as database:
        database.execute("UPDATE credentials SET leaf_hash = x'00'")
    ask(expected=503)
    assert statuses[503] >= 2
    figures.note(f"the service over a full disk and over a damaged row: {dict(statuses)}, no other status")


def _say(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counted.items()))
