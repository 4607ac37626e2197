"""
Whether what the database holds is what was written: every row, the layout of its tables, and its file.

Decides nothing about what rows mean (`auditing` does), and repairs nothing. Every fault is named, none is
raised, so that one damaged row hides no other. What carries no meaning is not looked at: free pages and
unused bytes of a SQLite file, and counters that SQLite keeps for itself. Source: DESIGN section 11.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from attestree.adapters.sql.connections import Transactions, our_errors
from attestree.adapters.sql.row_sums import COLUMN, fold_row, name_row
from attestree.adapters.sql.tables import LAYOUT, SUMMED
from attestree.errors import CorruptionError, StoreUnavailableError

SHOWN_FAULTS = 20
"""Faults of the file itself that are named; more say nothing new."""

ROWS_AT_ONCE = 10_000
"""Rows that are held in memory while they are summed."""


class AtRest(Transactions):
    """The part of the store that examines itself."""

    def check_at_rest(self) -> Iterator[CorruptionError]:
        """
        Yield a fault for every row, and every part of the file, that is not what was written.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        with self._reading() as connection:
            is_file = connection.dialect.name == "sqlite"
            if is_file:
                # Text that is none any more is read all the same: its sum tells.
                driver: Any = connection.connection.driver_connection
                before, driver.text_factory = driver.text_factory, _read_text
            try:
                if is_file:
                    yield from _guard("file", _check_file(connection))
                for table in SUMMED:
                    yield from _guard(table.name, _check_rows(connection, table))
            finally:
                if is_file:
                    driver.text_factory = before


def write_layout(connection: Connection) -> None:
    """Remember how the tables are laid out, after they were brought up to date."""
    if connection.dialect.name == "sqlite":
        connection.execute(delete(LAYOUT))
        connection.execute(insert(LAYOUT).values(name="tables", sum=_fold_layout(connection)))


def _guard(part: str, faults: Iterator[CorruptionError]) -> Iterator[CorruptionError]:
    """Pass faults on; a part that cannot be read at all is one."""
    try:
        with our_errors():
            yield from faults
    except CorruptionError as fault:
        yield CorruptionError("fsck.database", part=part, found=fault.code)
    except StoreUnavailableError as error:
        if error.code != "store.no_answer":
            raise
        # SQLite calls a table that it can make nothing of any more plainly an error.
        yield CorruptionError("fsck.database", part=part, found=error.code)


def _check_file(connection: Connection) -> Iterator[CorruptionError]:
    """Yield what SQLite itself finds wrong, and whether the tables are laid out as they were made."""
    found = connection.exec_driver_sql(f"PRAGMA integrity_check({SHOWN_FAULTS})").scalars().all()
    for line in found:
        if line != "ok":
            yield CorruptionError("fsck.database", part="file", found=_plain(line))
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(SHOWN_FAULTS):
        yield CorruptionError("fsck.row_orphaned", table=row[0], row=_plain(row[1]))
    stored = connection.execute(select(LAYOUT.c.sum)).scalars().all()
    if stored != [_fold_layout(connection)]:
        yield CorruptionError("fsck.database", part="layout", found="changed")


def _check_rows(connection: Connection, table: Table) -> Iterator[CorruptionError]:
    """Yield each row whose sum is not that of its columns as they stand in the file."""
    names = [column.name for column in table.c]
    quoted = ", ".join(f'"{name}"' for name in names)
    # Not by the table's types: they would read a 3 as true.
    rows = connection.exec_driver_sql(f'SELECT {quoted} FROM "{table.name}"')  # noqa: S608 - our own names
    for part in rows.partitions(ROWS_AT_ONCE):
        for row in part:
            values = dict(zip(names, row, strict=True))
            if values[COLUMN] != fold_row(table.name, values):
                yield CorruptionError("fsck.row_changed", table=table.name, row=name_row(table, values))


def _fold_layout(connection: Connection) -> bytes:
    """Return a sum over the statements that made the tables and their indexes."""
    query = (
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name"
    )
    rows = connection.exec_driver_sql(query).all()
    return sha256("\n".join(repr(tuple(row)) for row in rows).encode()).digest()


def _read_text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


def _plain(value: object) -> str:
    return str(value).encode("ascii", "backslashreplace").decode()[:200]
