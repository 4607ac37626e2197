"""
Status lists on the disk: signed bytes, one file a list and purpose.

    <base>/<list>/<purpose>     what is served at `{public_url}/status/<list>/<purpose>`, byte for byte
    <base>/.lock                held while lists are read from the chain and written

Decides where and how, not what: a file is replaced whole, and one process writes at a time, so that nobody
puts an older list in the place of a newer one. Any web server can serve the folder.
Source: DESIGN section 10.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attestree.adapters.files.atomic import sync_folder, write_whole
from attestree.credentials.status import PURPOSES
from attestree.errors import FolderUnavailableError, NotAllowedError

LOCK = ".lock"
"""File that keeps two writers apart."""

FOLDER_MODE, LOCK_MODE = 0o755, 0o600
"""Lists are for everybody."""


class StatusListFolder:
    """Implements `ports.StatusShelf`."""

    def __init__(self, base: Path) -> None:
        """Keep lists in `base`, which is made when the first one is written."""
        self.base = base
        """Folder of all lists."""

    @contextmanager
    def opened(self) -> Iterator[None]:
        """
        Keep every other writer out.

        Raises:
            NotAllowedError: `statuslist.busy`, another process writes.
            FolderUnavailableError: `folder.write_failed`.
        """
        try:
            self.base.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            descriptor = os.open(self.base / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, LOCK_MODE)
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=self.base.name) from exc
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(descriptor)
            raise NotAllowedError("statuslist.busy") from exc
        try:
            yield
        finally:
            os.close(descriptor)

    def read(self, list_id: bytes, purpose: str) -> bytes | None:
        """Return the bytes of a list, or None; FolderUnavailableError `folder.read_failed`."""
        try:
            return self._path(list_id, purpose).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as exc:
            raise FolderUnavailableError("folder.read_failed", file=purpose) from exc

    def write(self, list_id: bytes, purpose: str, octets: bytes) -> None:
        """Put a list in its place, whole or not at all; FolderUnavailableError `folder.write_failed`."""
        path = self._path(list_id, purpose)
        try:
            if not path.parent.is_dir():
                path.parent.mkdir(mode=FOLDER_MODE)
                sync_folder(self.base)
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=path.parent.name) from exc
        write_whole(path, octets)

    def _path(self, list_id: bytes, purpose: str) -> Path:
        """Return a path inside the base, whatever was asked for."""
        if purpose not in PURPOSES:
            raise FolderUnavailableError("folder.bad_name")
        return self.base / list_id.hex() / purpose
