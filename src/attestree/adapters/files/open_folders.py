"""
Files of the members of open batches, before they are sealed.

    <base>/<batch>.open/<number>-<token>.json    one signed credential each, for the owner alone

Decides that a file is there whole, and survives a loss of power, before anybody is answered. What is in it,
and when it may go, is decided in `issuing`. Source: DESIGN section 9; docs/adr/0008.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from attestree.adapters.files.atomic import sync_folder, write_new
from attestree.adapters.files.folders import PRIVATE_MODE, PUBLIC_MODE
from attestree.errors import CorruptionError, FolderUnavailableError
from attestree.ports.folders import OPEN

_BATCH_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")
_NAME = re.compile(r"[0-9]{8}-[0-9a-f]{32}\.json")


class OpenFolders:
    """The open batches of one issuer; implements `ports.by_api.JoinedDocuments`."""

    def __init__(self, base: Path) -> None:
        """Keep files below `base`, which is made when the first one is written."""
        self.base = base
        """Folder of one issuer's batches."""

    def add(self, batch_id: str, name: str, octets: bytes) -> None:
        """
        Write a new file; when this returns, it survives a loss of power.

        Raises:
            FolderUnavailableError: `folder.write_failed` or `folder.bad_name`; there is no such file.
        """
        path = self._path(batch_id, name)
        try:
            if not path.parent.is_dir():
                self.base.mkdir(mode=PUBLIC_MODE, parents=True, exist_ok=True)
                path.parent.mkdir(mode=PRIVATE_MODE, exist_ok=True)
                sync_folder(self.base)
            write_new(path, [octets], mode=0o600)
            sync_folder(path.parent)
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=path.name) from exc

    def read(self, batch_id: str, name: str) -> bytes:
        """
        Return a file.

        Raises:
            CorruptionError: `fsck.file_missing`.
            FolderUnavailableError: `folder.read_failed` or `folder.bad_name`.
        """
        path = self._path(batch_id, name)
        try:
            return path.read_bytes()
        except FileNotFoundError as exc:
            raise CorruptionError("fsck.file_missing", file=name) from exc
        except OSError as exc:
            raise FolderUnavailableError("folder.read_failed", file=name) from exc

    def names(self, batch_id: str) -> Sequence[str]:
        """Return the names of all files of a batch, sorted; FolderUnavailableError `folder.read_failed`."""
        folder = self._folder(batch_id)
        try:
            return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        except OSError as exc:
            raise FolderUnavailableError("folder.read_failed", file=folder.name) from exc

    def drop(self, batch_id: str, name: str) -> None:
        """Remove a file that nobody will ask for; FolderUnavailableError `folder.write_failed`."""
        path = self._path(batch_id, name)
        try:
            path.unlink(missing_ok=True)
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=name) from exc

    def discard(self, batch_id: str) -> None:
        """Remove all files of a batch; FolderUnavailableError `folder.write_failed`."""
        folder = self._folder(batch_id)
        try:
            if folder.is_dir():
                shutil.rmtree(folder)
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=folder.name) from exc

    def _folder(self, batch_id: str) -> Path:
        """Return a folder inside the base, whatever the name says."""
        if not _BATCH_ID.fullmatch(batch_id):
            raise FolderUnavailableError("folder.bad_name")
        return self.base / (batch_id + OPEN)

    def _path(self, batch_id: str, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise FolderUnavailableError("folder.bad_name")
        return self._folder(batch_id) / name
