"""
A roster as a table of text: what all formats are turned into before a cell is judged.

Decides limits and the text of cells that are not text. It does not know what a column means.
Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from attestree.errors import RosterError

MAX_ROWS = 2**24
"""
Most rows of one roster, header included: 16,777,216. A plan holds some 220 bytes for each, the file aside no
more than 165 (measured with three million). A workbook ends before (`roster_xlsx.MAX_ROWS`).
"""

MAX_COLUMNS = 200
"""Most columns that are looked at."""

MAX_CELL_CHARACTERS = 5_000
"""Longest cell."""


class TableRow(NamedTuple):
    """One row that is not blank."""

    number: int
    """Row number as a spreadsheet shows it."""
    cells: Sequence[str]
    """Its cells, as many as the row has."""
    marks: Mapping[int, str] = MappingProxyType({})
    """Column position -> code of what is odd about a cell beyond its text, such as a formula."""


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows."""

    header_row: int
    """Row number of the header."""
    header: tuple[str, ...]
    """Column names as the roster spells them."""
    rows: Iterable[TableRow]
    """All rows below it that are not blank; read once, one after another."""
    other_sheets: int = 0
    """How many further sheets of a workbook hold something; none of them is read."""
    expected: int = 1_024
    """About how many rows there are; more is no fault."""


def build_table(numbered: Iterable[TableRow], *, expected: int, other_sheets: int = 0) -> Table:
    """
    Take the first row as header and the others as rows; all but the first two are read later.

    Args:
        numbered: All rows that are not blank.
        expected: About how many.
        other_sheets: As the table has it.

    Raises:
        RosterError: `roster.empty`, `roster.no_rows` or `roster.too_many_columns`; `roster.too_many_rows`
            while rows are read.
    """
    following = iter(numbered)
    header = next(following, None)
    if header is None:
        raise RosterError("roster.empty")
    first = next(following, None)
    if first is None:
        raise RosterError("roster.no_rows")
    names = list(header.cells)
    while names and not names[-1].strip():
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise RosterError("roster.too_many_columns", limit=MAX_COLUMNS)
    return Table(header.number, tuple(names), _count(chain([first], following)), other_sheets, expected)


def _count(rows: Iterable[TableRow]) -> Iterator[TableRow]:
    """Pass rows on, header aside no more than may be."""
    for number, row in enumerate(rows, start=2):
        if number > MAX_ROWS:
            raise RosterError("roster.too_many_rows", limit=MAX_ROWS)
        yield row


def is_blank(cells: Sequence[str]) -> bool:
    """Say whether a row holds nothing but white space."""
    return not "".join(cells).strip()
