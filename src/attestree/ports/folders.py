"""
Batch folders: where documents lie until they are handed out.

Decides that a folder is whole or not there at all. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


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
