from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from attestree.adapters.files.achievements import read_achievement
from attestree.adapters.files.folders import BatchFolders
from attestree.adapters.files.reading import read_limited
from attestree.errors import AchievementError, AttestreeError, FolderUnavailableError, RequestError
from attestree.ports import FolderFile

SHORT = 'title = "T"\ndescription = "D"\nlearning_outcomes = ["O"]\nvalid_for = "P2Y"\n'


def test_a_file_is_read_up_to_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(b"12345")
    assert read_limited(path, limit_bytes=5) == b"12345"
    with pytest.raises(RequestError) as caught:
        read_limited(path, limit_bytes=4)
    assert caught.value.code == "folder.too_large"


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_limited(tmp_path / name, limit_bytes=4)
    assert caught.value.code == "folder.read_failed"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_an_achievement_is_read_from_toml_or_json(tmp_path: Path, mark: str) -> None:
    (tmp_path / "a.toml").write_text(mark + SHORT, "utf-8")
    (tmp_path / "a.json").write_text(
        '{"title": "T", "description": "D", "learning_outcomes": ["O"], "valid_for": "P2Y"}', "utf-8"
    )
    assert read_achievement(tmp_path / "a.toml") == read_achievement(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("a.toml", b"title = "),
        ("a.toml", b"\xff"),
        ("a.json", b"[]"),
        ("a.json", b"{"),
        ("a.toml", b"tilte = 'T'"),
    ],
)
def test_what_is_no_achievement_is_refused(tmp_path: Path, name: str, octets: bytes) -> None:
    (tmp_path / name).write_bytes(octets)
    with pytest.raises(AttestreeError) as caught:
        read_achievement(tmp_path / name)
    assert isinstance(caught.value, AchievementError) or caught.value.code == "json.syntax"


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    folders = BatchFolders(tmp_path / "batches")

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")

    files = [FolderFile("public/whole", [b"1"]), FolderFile("private/half", broken())]
    with pytest.raises(FolderUnavailableError) as caught:
        folders.hold("a1", files)
    assert caught.value.code == "folder.write_failed"
    assert not folders.is_held("a1")
    assert not folders.is_released("a1")
    folders.hold("a1", [FolderFile("public/whole", [b"1", b"2"])])
    assert folders.is_held("a1")
    assert [path.name for path in (tmp_path / "batches").iterdir()] == ["a1.held"]


def test_two_that_write_one_batch_at_once_leave_it_whole(tmp_path: Path) -> None:
    def files() -> list[FolderFile]:
        return [FolderFile(f"public/{name}", [name.encode()]) for name in "abc"]

    second = Thread(target=lambda: BatchFolders(tmp_path).hold("a1", files()))

    def while_the_second_begins() -> Iterator[FolderFile]:
        first, *more = files()
        yield first
        second.start()
        # It must wait; without a lock it is done by then, with the half-written folder of the first.
        second.join(timeout=0.3)
        assert second.is_alive()
        yield from more

    BatchFolders(tmp_path).hold("a1", while_the_second_begins())
    second.join(timeout=30)
    assert sorted(path.name for path in (tmp_path / "a1.held" / "public").iterdir()) == ["a", "b", "c"]
    assert not (tmp_path / "a1.part").exists()


def test_a_folder_is_handed_out_once_and_stays(tmp_path: Path) -> None:
    folders = BatchFolders(tmp_path)
    folders.hold("a1", [FolderFile("public/x", [b"1"])])
    folders.release("a1")
    folders.hold("a1", [FolderFile("public/x", [b"1"])])
    folders.release("a1")
    assert [path.name for path in tmp_path.iterdir()] == ["a1"]
    assert Path(folders.location("a1"), "public/x").read_bytes() == b"1"
    with pytest.raises(FolderUnavailableError) as caught:
        folders.release("b2")
    assert caught.value.code == "folder.missing"
