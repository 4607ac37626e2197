"""
Writes one file so that it is there whole or not at all.

Decides the order: write beside it, fsync, rename, fsync the folder. Source: DESIGN section 9.
"""

from __future__ import annotations

import os
from pathlib import Path

from attestree.errors import FolderUnavailableError


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


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
