"""Edits rows of a store's SQLite file from outside: with a sum that fits, as somebody does on purpose."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from attestree.adapters.sql.row_sums import COLUMN, fold_row
from attestree.adapters.sql.tables import SUMMED


def sum_anew(path: Path) -> None:
    """Give every row the sum of what stands there now."""
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        for table in SUMMED:
            for row in database.execute(f'SELECT rowid AS at, * FROM "{table.name}"').fetchall():
                values = {name: row[name] for name in row.keys() if name not in ("at", COLUMN)}  # noqa: SIM118
                new = fold_row(table.name, values)
                database.execute(f'UPDATE "{table.name}" SET {COLUMN} = ? WHERE rowid = ?', (new, row["at"]))
        database.commit()
