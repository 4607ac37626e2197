"""
Files for their owner alone.

Decides how a key file is written and under which rights it is read: whole or not at all, never over
another, never where others could read it. Source: DESIGN section 11.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from attestree.adapters.files.atomic import sync_folder, write_new
from attestree.errors import KeyFileError

FILE_MODE = 0o600
"""Rights of a key file."""

SIZE_LIMIT_BYTES = 64 * 1024
"""No key file is longer."""


def write_private(path: Path, content: bytes) -> None:
    """
    Write a new file for the owner alone, which lasts; its folder is made likewise where there is none.

    Raises:
        KeyFileError: `key.exists`; nothing is ever overwritten. `key.cannot_write`.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise KeyFileError("key.cannot_write", file=path.name) from exc
    try:
        write_new(path, [content], mode=FILE_MODE)
        sync_folder(path.parent)
    except FileExistsError as exc:
        raise KeyFileError("key.exists", file=path.name) from exc
    except OSError as exc:
        raise KeyFileError("key.cannot_write", file=path.name) from exc


def read_private(path: Path) -> bytes:
    """
    Return the content of a file that only its owner can read.

    Raises:
        KeyFileError: `key.no_file`, `key.open_to_others`, `key.cannot_read` or `key.not_a_key`.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(SIZE_LIMIT_BYTES + 1)
    except FileNotFoundError as exc:
        raise KeyFileError("key.no_file", file=path.name) from exc
    except OSError as exc:
        raise KeyFileError("key.cannot_read", file=path.name) from exc
    if stat.S_IMODE(mode) & 0o077:
        raise KeyFileError("key.open_to_others", file=path.name, path=path)
    if len(content) > SIZE_LIMIT_BYTES:
        raise KeyFileError("key.not_a_key", file=path.name)
    return content
