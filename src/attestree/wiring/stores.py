"""
Which store remembers, and where batch folders lie.

Decides that relative places count from the settings file. Source: DESIGN section 3.
"""

from __future__ import annotations

from pathlib import Path

from attestree.adapters.files.folders import BatchFolders
from attestree.adapters.sql.store import SqlStore
from attestree.settings import IssuerSettings, Settings

SQLITE_PREFIX = "sqlite:///"
"""Start of a store URL whose path may be relative."""


def wire_store(settings: Settings, *, verifies: bool = True) -> SqlStore:
    """
    Open the store, its tables up to date; a relative SQLite path counts from the settings file.

    Without `verifies`, damaged rows are handed out as they are: for `fsck`, which names them.
    """
    return SqlStore.create(store_url(settings), verifies=verifies)


def store_url(settings: Settings) -> str:
    """Return the address of the store; a relative SQLite path counts from the settings file."""
    url = settings.store.url
    path = url.removeprefix(SQLITE_PREFIX)
    if url.startswith(SQLITE_PREFIX) and path and not path.startswith("/"):
        return f"{SQLITE_PREFIX}{settings.path(Path(path)).resolve()}"
    return url


def sqlite_path(settings: Settings) -> Path | None:
    """Return the file of the store, or None where it is a server."""
    url = store_url(settings)
    return Path(url.removeprefix(SQLITE_PREFIX)) if url.startswith(SQLITE_PREFIX) else None


def wire_folders(settings: Settings, issuer: IssuerSettings) -> BatchFolders:
    """Return the batch folders of an issuer."""
    return BatchFolders(settings.path(settings.batches) / issuer.name)
