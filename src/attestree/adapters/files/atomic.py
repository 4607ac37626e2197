"""
Writes one file so that it is there whole or not at all, also after a loss of power.

Decides the order: to replace a file, write beside it, fsync, rename, fsync the folder; to make a new one,
write, fsync, and take it away again where that fails. Source: DESIGN section 9.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from attestree.errors import FolderUnavailableError

MANY_FILES = 64
"""From so many files on, everything is flushed at once first: five times cheaper for a thousand."""


STREAM_BYTES = 1_048_576
"""Bytes that are gathered before a stream of small pieces is written on."""


def write_whole(path: Path, octets: bytes, *, mode: int = 0o644) -> None:
    """
    Replace or create `path` with `octets`; on return it survives a loss of power.

    Raises:
        FolderUnavailableError: `folder.write_failed`; what stood there before still stands.
    """
    part = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            # An existing part file keeps its old mode otherwise.
            os.fchmod(file.fileno(), mode)
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise FolderUnavailableError("folder.write_failed", file=path.name) from error


def write_new(path: Path, chunks: Iterable[bytes], *, mode: int, sync: bool = True) -> None:
    """
    Create `path` and see its content to the disk; `sync_folder` makes its name last.

    Without `sync` the content is only written, and `sync_files` sees many files to the disk at once.

    Raises:
        FileExistsError: Nothing is overwritten.
        OSError: The disk did not answer; there is no such file then.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        buffer_bytes = -1 if isinstance(chunks, list) else STREAM_BYTES
        with os.fdopen(descriptor, "wb", buffering=buffer_bytes) as file:
            file.writelines(chunks)
            file.flush()
            if sync:
                os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sync_files(paths: Sequence[Path]) -> None:
    """See the content of files to the disk; their names last once `sync_folder` was called."""
    if len(paths) >= MANY_FILES:
        # One flush writes what thousands would write one by one; only those that follow can say it failed.
        os.sync()
    for path in paths:
        sync_folder(path)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder, or the content of a file, survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
