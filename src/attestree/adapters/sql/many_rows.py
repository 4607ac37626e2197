"""
Many rows at once: how a million of them are added, and looked for, in seconds.

Decides that the driver gets numbers, texts and bytes as they are, and when SQLite makes its indexes after the
rows instead of with each. Rows come with their sums. Nothing here outlives its transaction: whoever is killed
has neither rows nor other indexes. Source: sqlite.org/queryplanner.html; DESIGN section 11.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

from sqlalchemy import Column, Connection, Table

ROWS_PER_STATEMENT = 5_000
"""Rows inserted, and keys asked for, in one statement."""

OLD_ROWS_PER_NEW = 4
"""While there are no more old rows than so many for each new one, sorting all of them is cheaper."""

_Item = TypeVar("_Item")


def insert_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """
    Insert rows, each with its sum among its columns.

    Args:
        connection: In a transaction.
        table: Where to.
        names: The columns, as the rows have them.
        rows: Values in the driver's own types.
    """
    columns = ", ".join(f'"{name}"' for name in names)
    start = f'INSERT INTO "{table.name}" ({columns}) '
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    statement = f"{start}VALUES ({', '.join([mark] * len(names))})"
    for chunk in cut(rows):
        connection.exec_driver_sql(statement, chunk)


def find_values(connection: Connection, column: Column[bytes], values: Iterable[bytes]) -> Iterator[bytes]:
    """Yield those of the values that stand in a column, each once a statement."""
    start = f'SELECT DISTINCT "{column.name}" FROM "{column.table.name}" WHERE "{column.name}" '  # noqa: S608 - our own names
    for chunk in cut(values):
        if connection.dialect.name == "sqlite":
            # Always as many, so that the statement is read once
            given = (*chunk, *[chunk[0]] * (ROWS_PER_STATEMENT - len(chunk)))
            found = connection.exec_driver_sql(f"{start}IN ({_MARKS})", given)
        else:
            found = connection.exec_driver_sql(f"{start}= ANY(%s)", (chunk,))
        yield from map(bytes, found.scalars())


_MARKS = ", ".join("?" * ROWS_PER_STATEMENT)


@contextmanager
def indexes_last(connection: Connection, table: Table, *, new_rows: int) -> Iterator[None]:
    """
    Let a large number of rows be added before SQLite indexes them.

    Keys in random order touch a page each; sorted once at the end, they are written one after another. The
    indexes are made again by the very statements that made them, so the layout stays what it was.
    """
    if connection.dialect.name != "sqlite" or not _is_large(connection, table, new_rows):
        yield
        return
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
    made = connection.exec_driver_sql(query, (table.name,)).all()
    for name, _ in made:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    yield
    for _, statement in made:
        connection.exec_driver_sql(statement)


def _is_large(connection: Connection, table: Table, new_rows: int) -> bool:
    """Say whether rows are so many that sorting all is cheaper than finding the place of each."""
    if new_rows < ROWS_PER_STATEMENT:
        return False
    newest = connection.exec_driver_sql(f'SELECT max(rowid) FROM "{table.name}"').scalar_one()  # noqa: S608 - our own names
    return (newest or 0) <= new_rows * OLD_ROWS_PER_NEW


def cut(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Yield lists of at most ROWS_PER_STATEMENT items."""
    rest = iter(items)
    while chunk := list(islice(rest, ROWS_PER_STATEMENT)):
        yield chunk
