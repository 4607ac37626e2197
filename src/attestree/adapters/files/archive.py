"""
Reads the files of one folder that somebody gave us, and finds batches below a folder.

Decides that nothing outside the folder is read, and turns errors of the disk into ours. What the files
mean is decided in `auditing`. Source: DESIGN sections 8 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from attestree.errors import CorruptionError, FolderUnavailableError, RequestError
from attestree.ports.folders import HELD

CHUNK_BYTES = 1_048_576
"""Bytes read at once."""


class ArchiveFolder:
    """The files of one folder; implements `ports.folders.ArchiveFiles`."""

    def __init__(self, folder: Path, *, name: str | None = None) -> None:
        """Read below `folder`; people find it under `name`."""
        self._folder = folder
        self._name = name or str(folder)

    @property
    def name(self) -> str:
        """How people find it."""
        return self._name

    def names(self) -> Sequence[str]:
        """Return the paths of all files, relative, with `/`, sorted."""
        try:
            found = [path for path in self._folder.rglob("*") if path.is_file()]
        except OSError as exc:
            raise FolderUnavailableError("folder.read_failed", file=self._folder.name) from exc
        return sorted(path.relative_to(self._folder).as_posix() for path in found)

    def read(self, path: str) -> Iterator[bytes]:
        """
        Yield the content of a file in pieces.

        Raises:
            CorruptionError: `fsck.file_missing`, also for a path that leads out of the folder.
            FolderUnavailableError: `folder.read_failed`, the disk did not answer.
        """
        relative = PurePosixPath(path)
        if relative.is_absolute() or ".." in relative.parts:
            raise CorruptionError("fsck.file_missing", file=path)
        try:
            with (self._folder / relative).open("rb") as file:
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as exc:
            raise CorruptionError("fsck.file_missing", file=path) from exc
        except OSError as exc:
            raise FolderUnavailableError("folder.read_failed", file=relative.name) from exc


def find_archives(folder: Path) -> list[ArchiveFolder]:
    """
    Return every folder at or below `folder` that holds a `batch.json`, in the order of their paths.

    Raises:
        RequestError: `audit.no_archive`.
    """
    folder = folder.resolve()
    found = sorted(path.parent for path in folder.rglob("batch.json"))
    if not found:
        raise RequestError("audit.no_archive", folder=folder.name)
    # A path below the folder that was given: reports are the same wherever it lies
    return [ArchiveFolder(path, name=path.relative_to(folder.parent).as_posix()) for path in found]


class FolderArchives:
    """The batch folders of one issuer; implements `auditing.consistency.BatchArchives`."""

    def __init__(self, base: Path) -> None:
        """Look in `base`, which need not be there."""
        self._base = base

    def held(self, batch_id: str) -> ArchiveFolder | None:
        """Return the folder that is held, or None."""
        return self._find(batch_id + HELD)

    def released(self, batch_id: str) -> ArchiveFolder | None:
        """Return the folder that was handed out, or None."""
        return self._find(batch_id)

    def _find(self, name: str) -> ArchiveFolder | None:
        folder = self._base / name
        return ArchiveFolder(folder) if folder.is_dir() else None
