from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from attestree.adapters.files import atomic
from attestree.adapters.files.atomic import write_new, write_whole
from attestree.errors import FolderUnavailableError


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def broken() -> Iterator[bytes]:
    yield b"half of it"
    raise OSError("the disk is full")


def test_a_file_is_replaced_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"old")
    path.chmod(0o644)
    write_whole(path, b"new", mode=0o600)
    assert path.read_bytes() == b"new"
    assert mode_of(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_run_left_beside_a_file_lends_it_nothing(tmp_path: Path) -> None:
    part = tmp_path / "a.toml.part"
    part.write_bytes(b"much longer than what comes now")
    part.chmod(0o666)
    write_whole(tmp_path / "a.toml", b"new", mode=0o600)
    assert (tmp_path / "a.toml").read_bytes() == b"new"
    assert mode_of(tmp_path / "a.toml") == 0o600


def test_a_file_that_cannot_be_replaced_stays_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(FolderUnavailableError) as caught:
        write_whole(tmp_path / "a", b"new")
    assert (caught.value.code, caught.value.values) == ("folder.write_failed", {"file": "a"})
    assert (tmp_path / "a" / "b").is_dir()


def test_a_new_file_never_takes_the_place_of_another(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"first")
    with pytest.raises(FileExistsError):
        write_new(path, [b"second"], mode=0o600)
    assert path.read_bytes() == b"first"


def test_a_new_file_that_fails_half_way_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with pytest.raises(OSError, match="full"):
        write_new(path, broken(), mode=0o600)
    assert not path.exists()
    write_new(path, [b"all ", b"of it"], mode=0o600)
    assert path.read_bytes() == b"all of it"
    assert mode_of(path) == 0o600


@pytest.mark.parametrize("step", ["fsync", "fchmod"])
def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "a.toml"
    write_whole(path, b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(FolderUnavailableError) as caught:
        write_whole(path, b"new")
    assert caught.value.code == "folder.write_failed"
    assert path.read_bytes() == b"old"


def test_content_and_name_are_flushed_in_this_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, seen = tmp_path / "a.toml", []
    flush = os.fsync

    def watch(descriptor: int) -> None:
        seen.append(("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file", path.exists()))
        flush(descriptor)

    monkeypatch.setattr(atomic.os, "fsync", watch)
    write_whole(path, b"new")
    assert seen == [("file", False), ("folder", True)]
