"""
Connections and transactions of the store.

Decides how a database is opened so that a commit is on disk when it returns, and how its failures
become ours. It knows no table. Source: DESIGN sections 3 and 11.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Insert, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from attestree.errors import CorruptionError, MissingExtraError, SettingsError, StoreUnavailableError

BUSY_SECONDS = 30
"""How long a writer waits for another before the store counts as not answering."""

CONNECT_SECONDS = 10
"""How long a connection to PostgreSQL may take."""

FULL_BYTES = 1_000_000
"""With less than this, a disk that fails is a full one."""

FILE_MODE = 0o600
"""Only the owner reads the store: it holds batch seeds until they are erased."""


def open_engine(url: str) -> Engine:
    """
    Return an engine for a `sqlite:///file` or `postgresql://` URL.

    Raises:
        SettingsError: `config.store_url`, no URL of a database that is supported.
        MissingExtraError: `extra.postgres`.
        StoreUnavailableError: The file cannot be created.
    """
    target = _parse_url(url)
    if target.get_backend_name() == "sqlite":
        return _open_sqlite(target)
    try:
        return _open_postgres(target)
    except ModuleNotFoundError as exc:
        raise MissingExtraError("extra.postgres", extra="postgres") from exc


def _parse_url(url: str) -> URL:
    """Return the URL in parts, if it names one of the two databases."""
    try:
        target = make_url(url)
        backend = target.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as exc:
        raise SettingsError("config.store_url") from exc
    # A database in memory is gone with its connection: nothing in it would be durable.
    if backend not in ("sqlite", "postgresql") or target.database in (None, "", ":memory:"):
        raise SettingsError("config.store_url")
    return target


def _open_sqlite(target: URL) -> Engine:
    """Return an engine over a private file in which every commit is flushed to disk."""
    _make_private(Path(str(target.database)))
    engine = create_engine(target, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        # The driver's own transactions begin too late; ours are begun below.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes the lock at once: one that read first could not be let in later.
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _open_postgres(target: URL) -> Engine:
    """Return an engine whose every commit is flushed to disk, whatever the server's own setting says."""
    engine = create_engine(
        target.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("SET synchronous_commit = on")
        cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
        # Who dies inside a transaction must not keep others out for ever.
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{2 * BUSY_SECONDS}s'")
        connection.commit()

    return engine


def _make_private(path: Path) -> None:
    """
    Create the file for its owner alone, or take others' rights away.

    A file that is there is never opened here: closing it again would drop the locks that SQLite holds on it
    for other connections of this process, and another process could then delete the log they write to.
    """
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE))
        path.chmod(FILE_MODE)
    except OSError as exc:
        raise StoreUnavailableError("store.cannot_open") from exc


@contextmanager
def our_errors() -> Iterator[None]:
    """Turn every error of the database into one of ours."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as exc:
        code = _code(exc)
        raise (CorruptionError if code == "store.damaged" else StoreUnavailableError)(code) from exc
    except UnicodeDecodeError as exc:
        # SQLite tells of a broken layout in the broken layout's own words, which the driver cannot read.
        raise CorruptionError("store.damaged") from exc


CODES = {
    "store.full": ("SQLITE_FULL", "53100"),
    "store.busy": ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03"),
    "store.disk_failed": ("SQLITE_IOERR", "58030"),
    "store.damaged": ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT", "XX001", "XX002"),
    "store.read_only": ("SQLITE_READONLY", "SQLITE_CANTOPEN", "25006"),
}
"""Our codes, and how the names of SQLite's errors and PostgreSQL's SQLSTATEs begin that mean them."""


def _code(exc: Exception) -> str:
    """Name the failure for people: full, busy, damaged, or just no answer."""
    origin = exc.orig if isinstance(exc, DBAPIError) else exc
    name = getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None) or ""
    for code, starts in CODES.items():
        if name.startswith(starts):
            return code
    return "store.damaged" if _is_unreadable(origin) else "store.no_answer"


def _is_unreadable(origin: object) -> bool:
    """Say whether SQLite found text that is none, which it does not give a name of its own."""
    return isinstance(origin, sqlite3.OperationalError) and "decode to UTF-8" in str(origin)


def insert_unless_there(connection: Connection, new_row: Insert) -> bool:
    """
    Insert a row and say True; False where another process inserted the same at this moment.

    In SQLite a writer is alone from its first statement; in PostgreSQL two may look before either inserts.
    """
    if connection.dialect.name == "sqlite":
        connection.execute(new_row)
        return True
    try:
        with connection.begin_nested():
            connection.execute(new_row)
    except IntegrityError:
        return False
    return True


def _is_full(engine: Engine) -> bool:
    """Say whether a failure of the disk is only that it is full: SQLite does not always call it so."""
    try:
        return shutil.disk_usage(Path(str(engine.url.database)).parent).free < FULL_BYTES
    except OSError:
        return False


class Transactions:
    """What every part of the store builds on: one engine, one transaction per method."""

    def __init__(self, engine: Engine) -> None:
        """Use an engine of `open_engine`."""
        self._engine = engine
        self._broken = False

    @contextmanager
    def _our_errors(self) -> Iterator[None]:
        """Turn errors into ours; after one of the disk, this process is told nothing but that any more."""
        if self._broken:
            raise StoreUnavailableError("store.disk_failed")
        try:
            with our_errors():
                yield
        except StoreUnavailableError as error:
            if error.code != "store.disk_failed" or self._engine.dialect.name != "sqlite":
                raise
            if _is_full(self._engine):
                raise StoreUnavailableError("store.full") from error
            # What an fsync that failed has left on the disk nobody knows; a new process reads it anew.
            self._broken = True
            raise

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Begin a transaction; it is on disk when the block ends, or it never was."""
        with self._our_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Begin a transaction that sees one state and changes nothing."""
        options: dict[str, Any] = {"writes": False}
        with self._our_errors(), self._engine.connect().execution_options(**options) as connection:
            yield connection
