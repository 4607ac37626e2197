"""
A roster as a table of text: what all formats are turned into before a cell is judged.

Decides limits and the text of cells that are not text. It does not know what a column means.
Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from attestree.errors import RosterError

MAX_ROWS = 1_048_576
"""Most rows of one roster, header included: as many as a spreadsheet has."""

MAX_COLUMNS = 200
"""Most columns that are looked at."""

MAX_CELL_CHARACTERS = 5_000
"""Longest cell."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row that is not blank."""

    number: int
    """Row number as a spreadsheet shows it."""
    cells: Sequence[str]
    """Its cells, as many as the row has."""
    marks: Mapping[int, str] = field(default_factory=dict)
    """Column position -> code of what is odd about a cell beyond its text, such as a formula."""


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows."""

    header_row: int
    """Row number of the header."""
    header: tuple[str, ...]
    """Column names as the roster spells them."""
    rows: tuple[TableRow, ...]
    """All rows below it that are not blank."""
    other_sheets: int = 0
    """How many further sheets of a workbook hold something; none of them is read."""


def build_table(numbered: Sequence[TableRow]) -> Table:
    """
    Take the first row as header and the others as rows.

    Raises:
        RosterError: `roster.empty`, `roster.no_rows`, `roster.too_many_rows` or
            `roster.too_many_columns`.
    """
    if not numbered:
        raise RosterError("roster.empty")
    header, *rows = numbered
    if not rows:
        raise RosterError("roster.no_rows")
    if len(numbered) > MAX_ROWS:
        raise RosterError("roster.too_many_rows", limit=MAX_ROWS)
    names = list(header.cells)
    while names and not names[-1].strip():
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise RosterError("roster.too_many_columns", limit=MAX_COLUMNS)
    return Table(header.number, tuple(names), tuple(rows))


def is_blank(cells: Sequence[str]) -> bool:
    """Say whether a row holds nothing but white space."""
    return not any(cell and not cell.isspace() for cell in cells)
