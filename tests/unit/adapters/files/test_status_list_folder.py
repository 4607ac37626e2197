"""Lists on the disk are whole or as they were, wherever the process that writes them is killed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from attestree.adapters.files.status_lists import LOCK, StatusListFolder
from attestree.errors import FolderUnavailableError

LIST = bytes(range(13))
OLD, NEW = b"old " * 1_000, b"new " * 2_000

DYING = """
import os, signal, sys
from pathlib import Path
from attestree.adapters.files.status_lists import StatusListFolder

steps = int(sys.argv[2])

def wrap(name):
    inner = getattr(os, name)
    def call(*args, **kwargs):
        global steps
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return inner(*args, **kwargs)
    setattr(os, name, call)

for name in ("open", "fsync", "fchmod", "replace", "mkdir", "close"):
    wrap(name)
folder = StatusListFolder(Path(sys.argv[1]))
with folder.opened():
    for purpose in ("revocation", "suspension"):
        folder.write(bytes(range(13)), purpose, b"new " * 2_000)
"""


def test_a_list_is_there_whole_or_as_it_was_wherever_its_writer_is_killed(tmp_path: Path) -> None:
    folder = StatusListFolder(tmp_path / "status")
    deaths = 0
    for step in range(1, 60):
        with folder.opened():
            folder.write(LIST, "revocation", OLD)
        line = [sys.executable, "-c", DYING, str(folder.base), str(step)]
        ended = subprocess.run(line, capture_output=True, check=False)
        assert ended.returncode in (0, -signal.SIGKILL), ended.stderr.decode()
        assert folder.read(LIST, "revocation") in (OLD, NEW)
        assert folder.read(LIST, "suspension") in (None, NEW)
        if ended.returncode == 0:
            break
        deaths += 1
    assert deaths > 8
    assert (folder.read(LIST, "revocation"), folder.read(LIST, "suspension")) == (NEW, NEW)


def test_the_first_list_makes_its_folder_and_anybody_may_read_it(tmp_path: Path) -> None:
    folder = StatusListFolder(tmp_path / "a" / "status")
    assert folder.read(LIST, "revocation") is None
    with folder.opened():
        folder.write(LIST, "suspension", NEW)
    file = folder.base / LIST.hex() / "suspension"
    assert file.read_bytes() == NEW
    assert file.stat().st_mode & 0o777 == 0o644
    assert (folder.base / LOCK).stat().st_mode & 0o777 == 0o600


def test_no_file_outside_is_reached_and_a_disk_that_fails_is_told(tmp_path: Path) -> None:
    folder = StatusListFolder(tmp_path / "status")
    with pytest.raises(FolderUnavailableError, match=r"folder\.bad_name"):
        folder.read(LIST, "../../secret")
    with folder.opened():
        (folder.base / LIST.hex() / "revocation").mkdir(parents=True)
    with pytest.raises(FolderUnavailableError, match=r"folder\.read_failed"):
        folder.read(LIST, "revocation")
    with pytest.raises(FolderUnavailableError, match=r"folder\.write_failed"):
        folder.write(LIST, "revocation", NEW)
    shutil.rmtree(folder.base / LIST.hex())
    (folder.base / LIST.hex()).write_bytes(b"a file")
    assert folder.read(LIST, "revocation") is None
    with pytest.raises(FolderUnavailableError, match=r"folder\.write_failed"):
        folder.write(LIST, "revocation", NEW)
