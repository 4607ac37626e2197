"""`attestree backup`: whole or not there, made while work goes on, and every lost byte is found."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.files.backup import BackupFolder
from attestree.adapters.sql.copying import copy_store
from attestree.errors import FolderUnavailableError, StoreUnavailableError
from tests.integration import test_issue
from tests.integration.test_issue import Office

office = test_issue.office
"""An issuer's folder on a real chain."""


def back_up(office: Office, capsys: pytest.CaptureFixture[str], *flags: str) -> tuple[int, Any]:
    return office.run(capsys, "backup", "safe", *flags)


def listed(office: Office) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((office.folder / "safe/manifest.json").read_bytes())
    return found


def on_disk(office: Office) -> set[str]:
    base = office.folder / "safe"
    return {path.relative_to(base).as_posix() for path in base.rglob("*") if path.is_file()}


@pytest.fixture
def issued(office: Office, capsys: pytest.CaptureFixture[str]) -> Path:
    code, made = office.issue(capsys, "--yes")
    assert code == 0
    return Path(made["folder"])


def test_a_backup_holds_what_cannot_be_made_again_and_no_key(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, made = back_up(office, capsys)
    assert (code, made["batches"], made["store"], made["withKeys"]) == (0, 1, "sqlite", False)
    assert on_disk(office) == {"attestree-backup", "manifest.json", *listed(office)["files"]}
    names = {path.split("/", 1)[1] for path in listed(office)["files"] if path.startswith("state-")}
    assert names == {"attestree.db", "attestree.toml", "trust.toml"}
    (copy,) = (office.folder / "safe").glob("state-*/attestree.db")
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT count(*) FROM credentials").fetchone() == (3,)
    copied = {
        path.relative_to(office.folder / "safe/batches").as_posix(): path.read_bytes()
        for path in (office.folder / "safe/batches").rglob("*")
        if path.is_file()
    }
    assert copied == office.files()
    for path in (office.folder / "safe").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
    assert back_up(office, capsys, "--check")[1]["clean"] is True


def test_keys_go_in_only_when_they_are_asked_for(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert back_up(office, capsys, "--with-keys")[1]["withKeys"] is True
    keys = {path.rsplit("/", 1)[1] for path in on_disk(office) if "/keys/" in path}
    assert keys == {"operator.json", "issuer.json", "roster.key"}
    assert back_up(office, capsys)[0] == 0
    assert not [path for path in on_disk(office) if "/keys/" in path]


def test_what_is_there_is_not_copied_again_and_what_is_gone_is_swept(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = back_up(office, capsys)[1]
    place = office.folder / "safe/batches/example-university" / issued.name / "private/credentials.jsonl"
    before = place.stat().st_ino
    (office.folder / "safe/state-0-old").mkdir()
    (office.folder / "safe/state-0-old/leftover.part").write_bytes(b"x")
    second = back_up(office, capsys)[1]
    assert place.stat().st_ino == before
    assert (second["kept"], second["copied"]) == (first["copied"] - 3, 3)
    assert on_disk(office) == {"attestree-backup", "manifest.json", *listed(office)["files"]}


def test_a_batch_that_is_handed_out_moves_in_the_backup_too(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.issue(capsys, "--yes", "--no-wait")[0] == 0
    assert back_up(office, capsys)[0] == 0
    assert any(".held/" in path for path in on_disk(office))
    assert office.run(capsys, "anchor")[0] == 0
    assert back_up(office, capsys)[0] == 0
    assert not any(".held/" in path for path in on_disk(office))
    assert back_up(office, capsys, "--check")[1]["clean"] is True


@pytest.mark.parametrize("part", ["attestree.db", "attestree.toml", "leaves.jsonl", "credentials.jsonl"])
def test_a_changed_or_lost_file_is_found(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str], part: str
) -> None:
    back_up(office, capsys)
    (path,) = (office.folder / "safe").rglob(part)
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)
    code, report = back_up(office, capsys, "--check")
    assert (code, [fault["code"] for fault in report["faults"]]) == (1, ["backup.file_changed"])
    path.unlink()
    code, report = back_up(office, capsys, "--check")
    assert (code, [fault["code"] for fault in report["faults"]]) == (1, ["backup.file_missing"])


def test_a_damaged_original_is_named_and_does_not_replace_a_good_copy(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (issued / "public/leaves.jsonl").read_bytes()
    (issued / "public/leaves.jsonl").write_bytes(good[:-2] + b"x\n")
    code, report = back_up(office, capsys)
    assert (code, [fault["code"] for fault in report["faults"]]) == (1, ["backup.source_damaged"])
    (issued / "public/leaves.jsonl").write_bytes(good)
    shutil.rmtree(office.folder / "safe")
    assert back_up(office, capsys)[0] == 0
    (issued / "public/leaves.jsonl").write_bytes(good[:-2] + b"x\n")
    assert back_up(office, capsys)[0] == 0
    assert back_up(office, capsys, "--check")[1]["clean"] is True
    (copy,) = (office.folder / "safe").rglob("leaves.jsonl")
    assert copy.read_bytes() == good


@pytest.mark.parametrize("folder", ["batches", "batches/example-university", "."])
def test_a_backup_never_lies_in_what_it_copies(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    code, error = office.run(capsys, "backup", folder)
    assert (code, error["error"]["code"]) == (2, "backup.in_itself")


def test_a_folder_with_something_else_in_it_is_left_alone(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (office.folder / "safe").mkdir()
    (office.folder / "safe/thesis.txt").write_text("mine")
    code, error = back_up(office, capsys)
    assert (code, error["error"]["code"]) == (2, "backup.not_empty")
    code, error = back_up(office, capsys, "--check")
    assert (code, error["error"]["code"]) == (2, "backup.no_manifest")


def test_two_runs_at_once_do_not_mix(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with BackupFolder(office.folder / "safe").opened(apart_from=[]):
        code, error = back_up(office, capsys)
    assert (code, error["error"]["code"]) == (1, "backup.busy")
    assert back_up(office, capsys)[0] == 0


def test_a_damaged_database_is_not_copied_over_a_good_one(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    back_up(office, capsys)
    with closing(sqlite3.connect(office.folder / "attestree.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path = office.folder / "attestree.db"
    octets = bytearray(path.read_bytes())
    octets[4096 * 3 : 4096 * 12] = b"\xff" * (4096 * 9)
    path.write_bytes(octets)
    code, error = back_up(office, capsys)
    assert (code, error["error"]["code"]) == (1, "backup.store_damaged")
    assert back_up(office, capsys, "--check")[1]["clean"] is True


def test_a_full_disk_is_said_to_be_the_backups_own(
    office: Office, issued: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreUnavailableError) as caught:
        copy_store(f"sqlite:///{office.folder / 'attestree.db'}", Path("/dev/full"))
    assert caught.value.code == "backup.no_room"

    def copyfile(source: Path, _target: Path) -> None:
        # As shutil does after sendfile: the source comes first
        raise OSError(errno.ENOSPC, "No space left on device", str(source))

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    with pytest.raises(FolderUnavailableError) as silent:
        BackupFolder(tmp_path / "elsewhere").copy(issued / "public/leaves.jsonl", "leaves.jsonl")
    assert silent.value.code == "folder.write_failed"


def test_the_password_of_a_database_stays_out(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = office.folder / "attestree.toml"
    url = "postgresql://me:tops3cret@127.0.0.1:1/none"
    settings.write_text(f'[store]\nurl = "{url}"\n' + settings.read_text().replace("public_url", "#"))
    assert back_up(office, capsys)[1]["error"]["code"] in ("backup.dump_failed", "backup.no_pg_dump")
    code, made = back_up(office, capsys, "--no-store")
    assert (code, made["store"]) == (0, "none")
    for path in (office.folder / "safe").rglob("*"):
        assert path.is_dir() or b"tops3cret" not in path.read_bytes()


KILLED = """
import os, sys
from attestree.adapters.files import backup
from attestree.cli.main import run
left = int(sys.argv[1])
def count(name):
    inner = getattr(backup.BackupFolder, name)
    def call(self, *args, **kwargs):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), 9)
        return inner(self, *args, **kwargs)
    setattr(backup.BackupFolder, name, call)
for name in ("reserve", "adopt", "seal", "sweep"):
    count(name)
sys.exit(run(["backup", "safe"]))
"""


def test_a_backup_that_is_killed_leaves_the_one_before(
    office: Office, issued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert back_up(office, capsys)[0] == 0
    (office.folder / "roster.csv").write_text("learner_id;name\n77;New One\n")
    assert office.issue(capsys, "--yes")[0] == 0
    point, killed = 0, 0
    while True:
        point += 3
        ran = subprocess.run(
            [sys.executable, "-c", KILLED, str(point)],
            cwd=office.folder,
            env=dict(os.environ),
            capture_output=True,
            check=False,
        )
        assert ran.returncode in (0, -signal.SIGKILL), ran.stderr
        assert back_up(office, capsys, "--check")[1]["clean"] is True
        if ran.returncode == 0:
            break
        killed += 1
    assert killed >= 3
    assert on_disk(office) == {"attestree-backup", "manifest.json", *listed(office)["files"]}
