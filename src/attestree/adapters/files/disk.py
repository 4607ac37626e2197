"""
How much room is left on a disk.

Decides that a folder which is not there yet counts as the nearest one above it. Source: DESIGN section 6.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from attestree.errors import FolderUnavailableError


def fetch_free_bytes(folder: Path) -> int:
    """Return the free bytes where a folder is or will be; FolderUnavailableError `folder.read_failed`."""
    place = folder.absolute()
    try:
        there = next(one for one in (place, *place.parents) if one.exists())
        return shutil.disk_usage(there).free
    except OSError as exc:
        raise FolderUnavailableError("folder.read_failed", file=folder.name) from exc
