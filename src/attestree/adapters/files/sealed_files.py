"""
Reads single credentials of sealed batches, wherever their folder lies.

Decides that one is found by its number, through `offsets.u64`. Whether it may be handed out is decided in
`issuing`. Source: DESIGN section 9.
"""

from __future__ import annotations

import struct
from pathlib import Path

from attestree.errors import CorruptionError, FolderUnavailableError
from attestree.ports.folders import HELD

_PLACE = struct.Struct("<QQ")


class SealedFiles:
    """The batch folders of one issuer; implements `ports.by_api.SealedCredentials`."""

    def __init__(self, base: Path) -> None:
        """Read below `base`."""
        self._base = base

    def read_credential(self, batch_id: str, leaf_index: int) -> bytes:
        """
        Return one credential with its proofs, canonical JSON.

        Raises:
            CorruptionError: `fsck.file_missing`, `fsck.offsets`.
            FolderUnavailableError: `folder.missing`, `folder.read_failed`.
        """
        for name in (batch_id, batch_id + HELD, batch_id):
            # It may be handed out at this moment, and has its other name then
            folder = self._base / name / "private"
            if folder.is_dir():
                try:
                    return _read(folder, leaf_index)
                except FileNotFoundError:
                    continue
                except OSError as exc:
                    raise FolderUnavailableError("folder.read_failed", file=name) from exc
        raise FolderUnavailableError("folder.missing", batch=batch_id)


def _read(folder: Path, leaf_index: int) -> bytes:
    """Return one line, without its end."""
    with (folder / "offsets.u64").open("rb") as offsets:
        offsets.seek(8 * leaf_index)
        stated = offsets.read(_PLACE.size)
    if len(stated) != _PLACE.size:
        raise CorruptionError("fsck.offsets")
    first, end = _PLACE.unpack(stated)
    with (folder / "credentials.jsonl").open("rb") as lines:
        lines.seek(first)
        line = lines.read(max(0, end - first))
    if len(line) != end - first or line[-1:] != b"\n":
        raise CorruptionError("fsck.offsets")
    return line[:-1]
