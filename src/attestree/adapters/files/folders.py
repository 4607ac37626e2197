"""
Batch folders: written whole beside their place, fsynced, renamed.

    <base>/<batch>.part   while it is written; whatever lies there is discarded
    <base>/<batch>.held   whole, not handed out
    <base>/<batch>        handed out

Decides where and how, not what: content comes from `issuing.folder`. `private/` is open to its owner
alone. One process at a time works on an issuer's folders; the others wait. Source: DESIGN section 9.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from attestree.adapters.files.atomic import sync_files, sync_folder, write_new
from attestree.errors import FolderUnavailableError
from attestree.ports import FolderFile
from attestree.ports.folders import HELD, PART

PRIVATE_MODE = 0o700
"""Mode of `private/` and of folders in it; files there get 0600."""

PUBLIC_MODE = 0o755
"""Mode of other folders; files there get 0644."""

_BATCH_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")


class BatchFolders:
    """The batch folders of one issuer; implements `ports.BatchFolder`."""

    def __init__(self, base: Path) -> None:
        """Keep batches in `base`, which is made when the first one is written."""
        self.base = base
        """Folder of one issuer's batches."""

    def hold(self, batch_id: str, files: Iterable[FolderFile]) -> None:
        """
        Write a whole folder, or nothing, to where it is held; a held one is replaced.

        Raises:
            FolderUnavailableError: `folder.write_failed` or `folder.bad_name`.
        """
        part, held = self._path(batch_id, PART), self._path(batch_id, HELD)
        try:
            self.base.mkdir(mode=PUBLIC_MODE, parents=True, exist_ok=True)
            with _alone(self.base):
                _remove(part)
                part.mkdir(mode=PUBLIC_MODE)
                sync_files([_write(part, file) for file in files])
                _sync_tree(part)
                _remove(held)
                part.rename(held)
                sync_folder(self.base)
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=part.name) from exc

    def release(self, batch_id: str) -> None:
        """
        Move a held folder to where it is handed out; a folder that is there already stays.

        Raises:
            FolderUnavailableError: `folder.missing`, `folder.write_failed` or `folder.bad_name`.
        """
        held, place = self._path(batch_id, HELD), self._path(batch_id, "")
        if not place.is_dir() and not held.is_dir():
            raise FolderUnavailableError("folder.missing", batch=batch_id)
        try:
            with _alone(self.base):
                if place.is_dir():
                    # Two runs at once may each have built it; the second copy holds the same bytes
                    _remove(held)
                    return
                held.rename(place)
                sync_folder(self.base)
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=place.name) from exc

    def discard(self, batch_id: str) -> None:
        """
        Remove the held folder of a batch that was given up, if there is one; what was handed out stays.

        Raises:
            FolderUnavailableError: `folder.write_failed` or `folder.bad_name`.
        """
        held = self._path(batch_id, HELD)
        try:
            _remove(held)
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=held.name) from exc

    def is_held(self, batch_id: str) -> bool:
        """Say whether a whole folder is held."""
        return self._path(batch_id, HELD).is_dir()

    def is_released(self, batch_id: str) -> bool:
        """Say whether the folder was handed out."""
        return self._path(batch_id, "").is_dir()

    def fetch_parts(self) -> Mapping[str, int]:
        """
        Return the folders that are half-written, by batch, and when each was last changed (Unix seconds).

        Raises:
            FolderUnavailableError: `folder.read_failed`.
        """
        try:
            return {part.stem: int(part.stat().st_mtime) for part in self.base.glob(f"*{PART}")}
        except OSError as exc:
            raise FolderUnavailableError("folder.read_failed", file=self.base.name) from exc

    def location(self, batch_id: str) -> str:
        """Return where the folder is handed out, for people."""
        return str(self._path(batch_id, ""))

    def _path(self, batch_id: str, suffix: str) -> Path:
        """Return a path inside the base, whatever the name says."""
        if not _BATCH_ID.fullmatch(batch_id):
            raise FolderUnavailableError("folder.bad_name")
        return self.base / (batch_id + suffix)


@contextmanager
def _alone(base: Path) -> Iterator[None]:
    """Keep others away from an issuer's folders: two that seal one batch would share its half-written one."""
    descriptor = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(folder: Path, file: FolderFile) -> Path:
    """Write one file and return where it is; it is not on the disk yet."""
    relative = PurePosixPath(file.path)
    if relative.is_absolute() or ".." in relative.parts:
        raise FolderUnavailableError("folder.bad_name")
    private = relative.parts[0] == "private"
    place = folder.joinpath(relative)
    if not place.parent.exists():
        _make_folders(folder, relative, mode=PRIVATE_MODE if private else PUBLIC_MODE)
    write_new(place, file.chunks, mode=0o600 if private else 0o644, sync=False)
    return place


def _make_folders(folder: Path, relative: PurePosixPath, *, mode: int) -> None:
    """Make the folders that a file lies in, each with its mode."""
    for part in relative.parts[:-1]:
        folder /= part
        folder.mkdir(mode=mode, exist_ok=True)


def _sync_tree(folder: Path) -> None:
    """Make the names in a folder and in all folders below it survive a loss of power."""
    for place, _, _ in os.walk(folder, topdown=False):
        sync_folder(Path(place))


def _remove(folder: Path) -> None:
    """Remove what a killed run, or an older one, left."""
    if folder.exists():
        shutil.rmtree(folder)
