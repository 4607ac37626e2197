"""
The folder of a backup: written beside what is there, and true only once its manifest stands.

    <folder>/attestree-backup       marks the folder as ours, and keeps two runs apart
    <folder>/manifest.json          every file with its SHA-256; replaced last, whole
    <folder>/state-<time>-<name>/   database, settings, trust file, keys: new in each run
    <folder>/batches/...            batch folders; what is there already is not copied again

Decides where and how, not what. A run that is killed leaves the backup before it, which its manifest still
describes. Everything is for its owner alone. Source: DESIGN section 9.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from attestree.adapters.files.atomic import sync_folder, write_whole
from attestree.errors import CorruptionError, FolderUnavailableError, NotAllowedError, RequestError
from attestree.ports.folders import FileSum

MARK = "attestree-backup"
"""File that says whose folder this is."""

MANIFEST = "manifest.json"
"""File that says what the backup holds."""

CHUNK_BYTES = 1_048_576
"""Bytes read at once."""

FILE_MODE, FOLDER_MODE = 0o600, 0o700
"""A backup holds names, seeds, and perhaps keys: nobody else reads it."""


class BackupFolder:
    """One folder of backups; implements `ports.BackupPlace`."""

    def __init__(self, folder: Path) -> None:
        """Look at `folder`, which need not be there."""
        self.folder = folder.absolute()
        """Where it is."""

    @contextmanager
    def opened(self, *, apart_from: Sequence[Path]) -> Iterator[None]:
        """
        Hold the folder for one run.

        Args:
            apart_from: Folders that are copied: the backup may neither lie in one nor hold one.

        Raises:
            RequestError: `backup.in_itself`, or `backup.not_empty`: something else lies there.
            NotAllowedError: `backup.busy`, another run writes there.
            FolderUnavailableError: `folder.write_failed`.
        """
        self._verify_apart(apart_from)
        mark = self.folder / MARK
        try:
            self.folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            if not mark.exists() and any(self.folder.iterdir()):
                raise RequestError("backup.not_empty")
            descriptor = os.open(mark, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=self.folder.name) from exc
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as exc:
            raise NotAllowedError("backup.busy") from exc
        finally:
            os.close(descriptor)

    def read_manifest(self) -> bytes | None:
        """Return what the backup says of itself; None where no run ever ended there."""
        try:
            return (self.folder / MANIFEST).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise FolderUnavailableError("folder.read_failed", file=MANIFEST) from exc

    def size_of(self, path: str) -> int | None:
        """Return the size of a file of the backup; None where there is none."""
        place = self.folder / path
        return place.stat().st_size if place.is_file() else None

    def reserve(self, path: str) -> Path:
        """Return where the content of a new file is to be written first; `adopt` makes it the file."""
        place = self.folder / path
        try:
            # Each on its own: the mode counts for the last of them only
            for folder in reversed([parent for parent in place.parents if self.folder in parent.parents]):
                folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
            part = place.with_name(place.name + ".part")
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=place.name) from exc
        return part

    def adopt(self, path: str) -> FileSum:
        """Make what was written where `reserve` said the file itself, for good; return its sum."""
        place = self.folder / path
        part = place.with_name(place.name + ".part")
        try:
            found = _sum_of(part)
            _sync(part)
            part.replace(place)
            sync_folder(place.parent)
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=place.name) from exc
        return found

    def copy(self, source: Path, path: str) -> FileSum:
        """
        Copy a file into the backup, for good.

        Raises:
            FileNotFoundError: The source is not there any more.
            FolderUnavailableError: `folder.read_failed` or `folder.write_failed`.
        """
        part = self.reserve(path)
        try:
            shutil.copyfile(source, part)
        except FileNotFoundError:
            part.unlink(missing_ok=True)
            raise
        except OSError as exc:
            # A full disk is named after the source by shutil
            is_ours = exc.filename == str(part) or exc.errno in (errno.ENOSPC, errno.EDQUOT)
            code = "folder.write_failed" if is_ours else "folder.read_failed"
            raise FolderUnavailableError(code, file=source.name) from exc
        return self.adopt(path)

    def seal(self, manifest: bytes) -> None:
        """Write the manifest: from now on the backup is the new one."""
        try:
            for base, _, _ in os.walk(self.folder, topdown=False):
                sync_folder(Path(base))
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=self.folder.name) from exc
        write_whole(self.folder / MANIFEST, manifest, mode=FILE_MODE)

    def sweep(self, keep: Collection[str]) -> None:
        """Remove what belongs to older runs, or to one that was killed."""
        kept = {MARK, MANIFEST, *keep}
        for base, _, names in os.walk(self.folder, topdown=False):
            for name in names:
                place = Path(base) / name
                if place.relative_to(self.folder).as_posix() not in kept:
                    place.unlink(missing_ok=True)
            if Path(base) != self.folder and not any(Path(base).iterdir()):
                Path(base).rmdir()

    def check(self, files: Mapping[str, FileSum]) -> Iterator[CorruptionError]:
        """Yield each file that is not there, or is not what was written."""
        for path, stated in sorted(files.items()):
            try:
                found = _sum_of(self.folder / path)
            except FileNotFoundError:
                yield CorruptionError("backup.file_missing", file=path)
                continue
            except OSError as exc:
                raise FolderUnavailableError("folder.read_failed", file=Path(path).name) from exc
            if found != stated:
                yield CorruptionError("backup.file_changed", file=path)

    def _verify_apart(self, others: Sequence[Path]) -> None:
        """Return unless the backup would copy itself."""
        ours = self.folder.resolve()
        for other in (path.resolve() for path in others):
            if ours == other or other in ours.parents or ours in other.parents:
                raise RequestError("backup.in_itself")


def _sum_of(path: Path) -> FileSum:
    """Return size and SHA-256 of a file."""
    digest, size = sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return FileSum(size, digest.digest())


def _sync(path: Path) -> None:
    """Make a file's content survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
