"""
Reads one file that a person named, up to a limit.

Decides how much is read and turns errors of the disk into ours. Source: DESIGN section 9.
"""

from __future__ import annotations

from pathlib import Path

from attestree.errors import FolderUnavailableError, RequestError

MAX_ROSTER_BYTES = 1_073_741_824
"""Largest roster, 1 GiB: 64 bytes for each of as many rows as there may be."""

MAX_ACHIEVEMENT_BYTES = 262_144
"""Largest description of an achievement."""


def read_limited(path: Path, *, limit_bytes: int) -> bytes:
    """
    Return the content of a file.

    Raises:
        RequestError: `folder.read_failed` where there is none that may be read; `folder.too_large`.
        FolderUnavailableError: `folder.read_failed`, the disk did not answer.
    """
    try:
        with path.open("rb") as source:
            octets = source.read(limit_bytes + 1)
    except (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError) as exc:
        raise RequestError("folder.read_failed", file=path.name) from exc
    except OSError as exc:
        raise FolderUnavailableError("folder.read_failed", file=path.name) from exc
    if len(octets) > limit_bytes:
        raise RequestError("folder.too_large", file=path.name, limit=limit_bytes)
    return octets
