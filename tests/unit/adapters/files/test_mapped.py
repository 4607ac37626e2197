"""Memory that lies in a folder: as large as asked for, zero, writable, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from attestree.adapters.files.mapped import SMALL_BYTES, MappedMemory
from attestree.errors import FolderUnavailableError


@pytest.mark.parametrize(
    "size", [0, 1, SMALL_BYTES - 1, SMALL_BYTES, SMALL_BYTES + 1, 2 * SMALL_BYTES, 3 * SMALL_BYTES + 7]
)
def test_memory_is_as_large_as_asked_for_zero_and_may_be_written_to(tmp_path: Path, size: int) -> None:
    with memoryview(MappedMemory(tmp_path / "new")(size)) as given:
        assert (given.nbytes, bytes(given)) == (size, bytes(size))
        given[:] = b"\x07" * size
        assert bytes(given) == b"\x07" * size


def test_nothing_of_it_has_a_name(tmp_path: Path) -> None:
    with memoryview(MappedMemory(tmp_path)(SMALL_BYTES + 1)) as given:
        assert given.nbytes
        assert list(tmp_path.iterdir()) == []


def test_two_memories_are_two(tmp_path: Path) -> None:
    memory = MappedMemory(tmp_path)
    with memoryview(memory(SMALL_BYTES + 1)) as one, memoryview(memory(SMALL_BYTES + 1)) as other:
        one[0] = 1
        assert other[0] == 0


def test_a_folder_that_cannot_be_there_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FolderUnavailableError) as caught:
        MappedMemory(tmp_path / "file")(SMALL_BYTES + 1)
    assert caught.value.code == "folder.write_failed"
