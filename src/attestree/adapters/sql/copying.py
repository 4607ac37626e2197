"""
A consistent copy of a store, made while others write to it.

Decides how each database is copied: SQLite by `VACUUM INTO`, which is one reading transaction and checks
every page on its way; PostgreSQL by its own `pg_dump`. Source: DESIGN section 11.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from attestree.adapters.sql.connections import BUSY_SECONDS, our_errors
from attestree.errors import CorruptionError, NotAllowedError, SettingsError, StoreUnavailableError

DUMP_PROGRAM = "pg_dump"
"""PostgreSQL's own program for copies."""


def backend_of(url: str) -> str:
    """Return `sqlite` or `postgresql`; SettingsError `config.store_url` for another address."""
    try:
        name = make_url(url).get_backend_name()
    except ArgumentError as exc:
        raise SettingsError("config.store_url") from exc
    if name not in ("sqlite", "postgresql"):
        raise SettingsError("config.store_url")
    return name


def copy_store(url: str, target: Path) -> None:
    """
    Write a copy of a store to `target`, which is empty or not there.

    Raises:
        StoreUnavailableError: `store.*`; `backup.no_room`, `backup.dump_failed`.
        CorruptionError: `backup.store_damaged`, the database does not pass its own examination.
        NotAllowedError: `backup.no_pg_dump`.
    """
    if backend_of(url) == "sqlite":
        _copy_sqlite(Path(str(make_url(url).database)), target)
    else:
        _dump(make_url(url), target)


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite file and examine the copy."""
    if not source.is_file():
        raise StoreUnavailableError("store.cannot_open")
    try:
        with closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as database:
            database.execute("VACUUM INTO ?", (str(target),))
        with closing(sqlite3.connect(target)) as copy:
            (answer,) = copy.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as exc:
        if "SQLITE_CORRUPT" in (name := exc.sqlite_errorname or "") or "NOTADB" in name:
            raise CorruptionError("backup.store_damaged") from exc
        if name == "SQLITE_FULL":
            # The source is only read: what is full is where the copy goes
            raise StoreUnavailableError("backup.no_room") from exc
        with our_errors():
            raise
    if answer != "ok":
        raise CorruptionError("backup.store_damaged")


def _dump(url: URL, target: Path) -> None:
    """Let `pg_dump` write an archive for `pg_restore`."""
    program = shutil.which(DUMP_PROGRAM)
    if program is None:
        raise NotAllowedError("backup.no_pg_dump")
    # The password goes by the environment: everybody sees a command line
    environment = dict(os.environ)
    if url.password is not None:
        environment["PGPASSWORD"] = url.password
    bare = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    ran = subprocess.run(
        [program, "--format=custom", "--no-owner", "--no-password", f"--file={target}", bare],
        env=environment,
        capture_output=True,
        check=False,
    )
    if ran.returncode != 0:
        raise StoreUnavailableError("backup.dump_failed", status=ran.returncode)
