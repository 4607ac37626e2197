"""
The sum that every row carries: SHA-256 over its columns, so that no bit of it changes unseen.

Decides what goes into a sum, that whoever reads a row verifies it, and that a row which is changed was
intact before: a damaged one is never summed anew. Statements are written as if there were no sums; a query
becomes a verified one by `read_rows`. The sum is plain, not keyed: it finds a failing disk or a
slip of the hand, not somebody who edits rows on purpose; those are found by the chain and by the leaves. A
column without a value adds nothing, so that a new one may come and old sums stay. Leases carry none: they
run out within minutes, and a wrong one can only keep a writer waiting. Source: DESIGN section 11.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    LargeBinary,
    Row,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    event,
    select,
    update,
)

from attestree.errors import CorruptionError

COLUMN = "row_sum"
"""Name of the column, in every table whose rows carry one."""

SUM_BYTES = 16
"""Length of a sum: the start of the SHA-256."""

_CHANGING = "attestree.changing"
_SUMMED = {"sums": True}
_ROWS_AT_ONCE = 5_000


def build_row_sum_column() -> Column[bytes]:
    """Return the column, for one table."""
    # It may be absent, because SQLite adds no column to old rows that may not; that is a fault to readers.
    return Column(COLUMN, LargeBinary)


def fold_row(table: str, values: Mapping[str, object]) -> bytes:
    """Return the sum of a row: table and columns with their names, in the order of the names."""
    parts = [table.encode()]
    for name, label in _labels(tuple(values)):
        value = values[name]
        if isinstance(value, bytes):
            parts += (b"%bb %d " % (label, len(value)), value)
        elif value is not None:
            kind, octets = _octets(value)
            parts += (b"%b%b %d " % (label, kind, len(octets)), octets)
    return sha256(b"\n".join(parts)).digest()[:SUM_BYTES]


@lru_cache(maxsize=256)
def _labels(names: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
    """Return the names that a sum covers, in their order, and how each is written."""
    return tuple((name, name.encode() + b" ") for name in sorted(names) if name != COLUMN)


def read_rows(connection: Connection, table: Table, query: Select[Any]) -> Iterator[Row[Any]]:
    """
    Yield the rows of a query whose first columns are all those of the table, each with its sum verified.

    A connection with the option `verifies=False` hands them out as they are.

    Raises:
        CorruptionError: `store.row_changed`.
    """
    verifies = connection.get_execution_options().get("verifies", True)
    try:
        for row in connection.execute(query):
            if verifies:
                verify_row(table, row)
            yield row
    except (TypeError, ValueError) as exc:
        # What stands there is not even of the column's type.
        raise CorruptionError("store.row_changed", table=table.name, row="?") from exc


def verify_row(table: Table, row: Sequence[Any]) -> None:
    """Return if a row, its table's columns first, is what was written; CorruptionError otherwise."""
    values = _values_of(table, row)
    if values[COLUMN] != fold_row(table.name, values):
        raise CorruptionError("store.row_changed", table=table.name, row=name_row(table, values))


def keep_sums(engine: Engine, tables: Collection[Table]) -> None:
    """Let every INSERT into these tables sum what it adds, and every UPDATE what it changes, if intact."""

    @event.listens_for(engine, "before_execute")
    def _look(connection: Connection, statement: Any, _many: object, values: Any, options: Any) -> None:
        if isinstance(statement, Update) and statement.table in tables and "sums" not in options:
            connection.info[_CHANGING] = _lock_intact(connection, statement, values)

    @event.listens_for(engine, "after_execute")
    def _sum(
        connection: Connection, statement: Any, many: object, _values: object, options: Any, result: Any
    ) -> None:
        if not isinstance(statement, Insert | Update) or statement.table not in tables or "sums" in options:
            return
        if isinstance(statement, Update):
            for key in connection.info.pop(_CHANGING):
                _sum_one(connection, statement.table, key)
        elif many or statement.select is not None:
            sum_missing(connection, statement.table)
        else:
            _sum_one(connection, statement.table, _key(statement.table, result.inserted_primary_key))


def sum_missing(connection: Connection, table: Any) -> None:
    """Give the rows of a table a sum that have none, after its columns were brought up to date."""
    query = select(table).where(table.c[COLUMN].is_(None)).limit(_ROWS_AT_ONCE)
    names = {column.name: f"key_{column.name}" for column in table.primary_key}
    same = and_(*(table.c[name] == bindparam(parameter) for name, parameter in names.items()))
    statement = update(table).where(same).values({COLUMN: bindparam("new_sum")})
    while found := connection.execute(query).all():
        rows = [_values_of(table, row) for row in found]
        connection.execute(
            statement,
            [
                {"new_sum": fold_row(table.name, row)} | {names[name]: row[name] for name in names}
                for row in rows
            ],
            execution_options=_SUMMED,
        )


def _lock_intact(
    connection: Connection, statement: Update, values: Mapping[str, Any]
) -> Sequence[ColumnElement[bool]]:
    """Return where the rows stand that a statement is about to change; CorruptionError if one is damaged."""
    table: Any = statement.table
    query = select(table).with_for_update()
    if statement.whereclause is not None:
        query = query.where(statement.whereclause)
    found = connection.execute(query, values or {}).all()
    for row in found:
        verify_row(table, row)
    return [_key(table, [row._mapping[column] for column in table.primary_key]) for row in found]


def _sum_one(connection: Connection, table: Any, key: ColumnElement[bool]) -> None:
    """Give one row the sum of what stands there now."""
    row = connection.execute(select(table).where(key)).one()
    new = fold_row(table.name, _values_of(table, row))
    connection.execute(update(table).where(key).values({COLUMN: new}), execution_options=_SUMMED)


def name_row(table: Table, values: Mapping[str, object]) -> str:
    """Return how people find a row: its primary key, and its name where it has one."""
    names = [column.name for column in table.primary_key]
    names += ["id"] if "id" in values else []
    shown = (str(values[name]).encode("ascii", "backslashreplace").decode() for name in names)
    return " ".join(part[:80] for part in shown)


@cache
def _names(table: Table) -> tuple[str, ...]:
    """Return the names of a table's columns, in their order."""
    return tuple(column.name for column in table.c)


def _values_of(table: Table, row: Sequence[Any]) -> dict[str, Any]:
    """Return the columns of a row by name, without what the query adds behind them."""
    names = _names(table)
    return dict(zip(names, row[: len(names)], strict=True))


def _key(table: Any, values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that only the row with this primary key meets."""
    return and_(*(column == value for column, value in zip(table.primary_key, values, strict=True)))


def _octets(value: object) -> tuple[bytes, bytes]:
    """Return the kind of a value that is not bytes, and its bytes."""
    if isinstance(value, str):
        return b"s", value.encode("utf-8", "surrogateescape")
    if isinstance(value, int):
        return b"i", b"%d" % value
    return b"?", repr(value).encode()
