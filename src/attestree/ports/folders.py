"""
Batch folders: where documents lie until they are handed out; and backups, where copies of them lie.

Decides that a folder is whole or not there at all, and a backup old or new. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from attestree.errors import CorruptionError

HELD, PART = ".held", ".part"
"""Ends of the names of folders that were not handed out, and of those that are not whole."""

OPEN = ".open"
"""End of the names of folders whose batches are joined one by one; they hold no description."""

DESCRIPTION_FILE = "public/batch.json"
"""Says what a batch is, and what its other files must be."""

BATCH_FORMAT = "attestree.batch/1"
"""Value of `format` there."""

SEVERAL_ACHIEVEMENTS = ""
"""Achievement id of a batch that has no single one, in its description and in its row keys."""

RECORD_FILE = "private/record.json"
"""What only the store knows beside; folders that are older than it have none."""

MAX_DESCRIPTION_BYTES = 1_048_576
"""Largest description that is read."""

MAX_SINGLE_FILES = 10_000
"""Largest batch that also has one file per credential."""


@dataclass(frozen=True, slots=True)
class FolderFile:
    """One file of a batch folder, on its way to the disk."""

    path: str
    """Relative to the batch folder, with `/`; `private/...` or `public/...`."""
    chunks: Iterable[bytes]
    """Its content in pieces; read once."""


class BatchFolder(Protocol):
    """Files of the batches of one issuer: written as `.part`, fsynced, renamed."""

    def hold(self, batch_id: str, files: Iterable[FolderFile]) -> None:
        """Write a whole folder, or nothing, to where it is held; a held one is replaced."""

    def release(self, batch_id: str) -> None:
        """Move a held folder to where it is handed out; FolderUnavailableError if there is none."""

    def is_held(self, batch_id: str) -> bool:
        """Say whether a whole folder is held."""

    def is_released(self, batch_id: str) -> bool:
        """Say whether the folder was handed out."""

    def location(self, batch_id: str) -> str:
        """Return where the folder is handed out, for people."""


class ArchiveFiles(Protocol):
    """The files of one folder, only to be read."""

    @property
    def name(self) -> str:
        """How people find it."""

    def names(self) -> Sequence[str]:
        """Return the paths of all files, relative, with `/`, sorted."""

    def read(self, path: str) -> Iterator[bytes]:
        """
        Yield the content of a file in pieces.

        Raises:
            CorruptionError: `fsck.file_missing`.
            FolderUnavailableError: `folder.read_failed`, the disk did not answer.
        """


class StatusShelf(Protocol):
    """Where signed status lists lie, for whoever serves them."""

    def opened(self) -> AbstractContextManager[None]:
        """Keep every other writer out; NotAllowedError `statuslist.busy` where another one writes."""

    def read(self, list_id: bytes, purpose: str) -> bytes | None:
        """Return the bytes of a list, or None; FolderUnavailableError where the disk does not answer."""

    def write(self, list_id: bytes, purpose: str, octets: bytes) -> None:
        """Put a list in its place, whole or not at all; on return it survives a loss of power."""


@dataclass(frozen=True, slots=True)
class FileSum:
    """What a file must be."""

    size: int
    """Bytes."""
    sha256: bytes
    """32 bytes."""


class BackupPlace(Protocol):
    """Where a backup lies; what its manifest names is never half written."""

    def opened(self, *, apart_from: Sequence[Path]) -> AbstractContextManager[None]:
        """Hold it for one run; it may neither lie in one of those folders nor hold one."""

    def read_manifest(self) -> bytes | None:
        """Return its manifest; None where no run ever ended there."""

    def size_of(self, path: str) -> int | None:
        """Return the size of one of its files, or None."""

    def reserve(self, path: str) -> Path:
        """Return where the content of a new file is to be written first."""

    def adopt(self, path: str) -> FileSum:
        """Make what was written there the file, for good; return its sum."""

    def copy(self, source: Path, path: str) -> FileSum:
        """Copy a file, for good; FileNotFoundError where the source is gone."""

    def seal(self, manifest: bytes) -> None:
        """Write the manifest: from now on the backup is the new one."""

    def sweep(self, keep: Collection[str]) -> None:
        """Remove every other file."""

    def check(self, files: Mapping[str, FileSum]) -> Iterator[CorruptionError]:
        """Yield each file that is not there, or is not what was written."""
