"""
What a backup copies: the store, the settings, the trust file, batch folders, and keys where they are wanted.

Decides which file of the settings goes in under which name. A password of the database that stands in the
settings is left out of their copy. Source: DESIGN section 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import make_url

from attestree import __version__
from attestree.adapters.files.backup import BackupFolder
from attestree.adapters.sql.copying import backend_of, copy_store
from attestree.recovering.backup import Backup, Origin
from attestree.settings import FILE_NAME, Settings
from attestree.wiring.stores import store_url
from attestree.wiring.system import SystemClock, SystemEntropy

PASSWORD_LEFT_OUT = b"***"
"""Stands in the copy of the settings where a password of the database stood."""


def wire_backup(
    settings: Settings, place: BackupFolder, *, settings_file: Path, with_keys: bool, with_store: bool
) -> Backup:
    """
    Return what makes backups of an installation.

    Args:
        settings: Say where everything is.
        place: Where the backup is kept.
        settings_file: The file that the settings were read from.
        with_keys: Whether key files and roster keys are copied too.
        with_store: Whether the database is copied; without it, somebody else copies it.
    """
    url = store_url(settings)
    files = {"trust.toml": settings.path(settings.trust)} if settings.path(settings.trust).is_file() else {}
    if with_keys:
        files |= {f"keys/{name}": path for name, path in key_files(settings)}
    origin = Origin(
        store=backend_of(url) if with_store else "none",
        copy_store=partial(copy_store, url),
        files=files,
        texts={FILE_NAME: hide_password(settings_file.read_bytes(), url)},
        with_keys=with_keys,
        batches=settings.path(settings.batches),
        version=__version__,
    )
    return Backup(origin=origin, place=place, clock=SystemClock(), entropy=SystemEntropy())


def key_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield each key file of the settings that is here, with a name that no other has."""
    named: list[object] = [
        key
        for registry in settings.registry
        for key in (registry.admin_key, registry.accreditor_key, registry.payer_key)
    ]
    for issuer in settings.issuer:
        named += [issuer.operator_key, issuer.issuer_key, issuer.signing_key, issuer.roster_key]
    taken: set[str] = set()
    for key in dict.fromkeys(key for key in named if isinstance(key, Path)):
        path = settings.path(key)
        if not path.is_file():
            continue
        name = path.name if path.name not in taken else f"{len(taken)}-{path.name}"
        taken.add(name)
        yield name, path


def hide_password(octets: bytes, url: str) -> bytes:
    """Return the settings file without the password of the database."""
    password = make_url(url).password
    return octets.replace(str(password).encode(), PASSWORD_LEFT_OUT) if password else octets
