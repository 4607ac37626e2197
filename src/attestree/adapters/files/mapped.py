"""
Memory that lies in a file without a name: the system may take it back while nobody looks at it.

Decides that the room is there before anything is written to it, for a map beyond what the disk holds would
end the process; and that small things stay in memory. The file is gone with its map, however the process
ends. Source: DESIGN section 4.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

from attestree.errors import FolderUnavailableError

if TYPE_CHECKING:
    from typing_extensions import Buffer

SMALL_BYTES = 1_048_576
"""Up to so many bytes, memory is taken."""


class MappedMemory:
    """Gives memory that lies in a folder; what is given is zero, and may be written to."""

    def __init__(self, folder: Path) -> None:
        """Use this folder, which is made when it is first needed."""
        self._folder = folder

    def __call__(self, size: int) -> Buffer:
        """
        Return so many bytes.

        Raises:
            FolderUnavailableError: `folder.write_failed`, such as a full disk.
        """
        if size <= SMALL_BYTES:
            return bytearray(size)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._folder) as file:
                file.writelines(_zeros(size))
                file.flush()
                return mmap.mmap(file.fileno(), size)
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=self._folder.name) from exc


def _zeros(size: int) -> Iterator[bytes]:
    """Yield so many zeros."""
    yield from repeat(bytes(SMALL_BYTES), size // SMALL_BYTES)
    yield bytes(size % SMALL_BYTES)
