"""
Which batch folders are on this machine, whatever the store says; and setting one aside.

Decides what counts as a batch folder: it holds a description, and it is no half-written one. Folders that
were set aside lie beside all others, in `<batches>.aside/`. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attestree.adapters.files.archive import ArchiveFolder
from attestree.adapters.files.atomic import sync_folder
from attestree.adapters.files.folders import PRIVATE_MODE
from attestree.errors import FolderUnavailableError
from attestree.ports.folders import DESCRIPTION_FILE, HELD, PART


def aside_of(batches: Path) -> Path:
    """Return where folders are set aside, given the folder of all batches."""
    return batches.with_name(batches.name + ".aside")


def list_folders(base: Path) -> Iterator[tuple[bool, ArchiveFolder]]:
    """Yield each batch folder right below `base`, sorted by name, and whether it is held."""
    try:
        found = sorted(base.iterdir()) if base.is_dir() else []
    except OSError as exc:
        raise FolderUnavailableError("folder.read_failed", file=base.name) from exc
    for folder in found:
        if not folder.name.endswith(PART) and (folder / DESCRIPTION_FILE).is_file():
            yield folder.name.endswith(HELD), ArchiveFolder(folder, name=folder.name)


def set_aside(batches: Path, *, issuer: str, batch_id: str) -> None:
    """
    Move a held folder out of the way, where nobody hands it out.

    Raises:
        FolderUnavailableError: `folder.write_failed`.
    """
    held, place = batches / issuer / f"{batch_id}{HELD}", aside_of(batches) / issuer / batch_id
    try:
        place.parent.mkdir(mode=PRIVATE_MODE, parents=True, exist_ok=True)
        aside_of(batches).chmod(PRIVATE_MODE)
        if held.is_dir() and not place.exists():
            held.rename(place)
            sync_folder(place.parent)
            sync_folder(held.parent)
    except OSError as exc:
        raise FolderUnavailableError("folder.write_failed", file=held.name) from exc
