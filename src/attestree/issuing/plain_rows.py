"""
Plain rows: those in which nothing could be wrong are read in one look.

    every cell is empty, or of a form that each of its checks accepts and that no warning is about

Decides nothing new: a row that is read here is what `row_checks.read_row` makes of it, without a finding;
about any other row it says nothing, and `read_row` judges it. Most rows of most rosters are plain.
Source: DESIGN section 9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from attestree.issuing.cells import CHECKS, parse_credits
from attestree.issuing.columns import ColumnMap
from attestree.issuing.row_checks import is_placeholder
from attestree.issuing.rows import COLUMNS, Row
from attestree.issuing.table import TableRow

SEPARATOR = "\x1f"
"""Stands between the cells of a row while it is looked at; no plain cell holds it."""

MAX_KNOWN_CELLS = 4_096
"""Cells of columns with few values that are remembered as good."""

_LETTER = "A-Za-zÀ-ÖØ-öø-ſ"
_NAME = rf"[{_LETTER}](?:[{_LETTER}0-9 .'’-]{{0,198}}[{_LETTER}0-9.])?"
# not what a spreadsheet makes of a long number, such as 1.2E+05
_ID = r"(?![0-9](?:\.[0-9]+)?[Ee][0-9]+(?:\x1f|\Z))[A-Za-z0-9](?:[A-Za-z0-9/_.-]{0,250}[A-Za-z0-9])?"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

PLAIN: Mapping[str, str] = {
    "email": rf"(?=[^@\x1f]{{1,64}}@[^\x1f]{{1,190}}(?:\x1f|\Z))"
    rf"[A-Za-z0-9_-]+(?:[.+][A-Za-z0-9_-]+)*@(?:{_LABEL}\.)+{_LABEL}",
    "learner_id": _ID,
    "did": r"did:[a-z0-9]{1,40}:[A-Za-z0-9._:%-]{0,200}[A-Za-z0-9._-]",
    "name": _NAME,
    "given_name": _NAME,
    "family_name": _NAME,
    "awarded_on": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "expires_on": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "result": r"[A-Za-z0-9](?:[A-Za-z0-9 .,+/%()-]{0,98}[A-Za-z0-9.+%)])?",
    "credits": r"[0-9]{1,5}(?:\.[0-9]{1,3})?",
    "narrative": r"[A-Za-z](?:[ -~]{0,4900}[!-~])?",
    "evidence_url": r"https://[A-Za-z0-9.-]{1,200}(?:/[A-Za-z0-9._~/%?&=+-]{0,1000})?",
    "licence_number": _ID,
    "language": r"[A-Za-z-]{2,10}",
    "ref": _ID,
}
"""Column -> form of the cells that are plain."""

FEW_VALUES = ("awarded_on", "expires_on", "language", "credits")
"""Columns whose cells repeat, and are looked at more closely the first time."""


class PlainRows:
    """Reads the plain rows of one table."""

    def __init__(self, columns: ColumnMap, *, with_names: bool) -> None:
        """Read rows of these columns; arguments as of `read_row`."""
        self._columns, self._with_names = columns, with_names
        names = {position: name for name, position in columns.positions.items()}
        forms = [
            f"(?:{PLAIN[names[position]]})?" if position in names else f"[^{SEPARATOR}]*"
            for position in range(columns.width)
        ]
        self._match: Callable[[str], object] = re.compile(SEPARATOR.join(forms)).fullmatch
        self._order = tuple(columns.positions.get(name, -1) for name in COLUMNS)
        self._known: dict[str, set[str]] = {name: {""} for name in FEW_VALUES}

    def read(self, row: TableRow) -> Row | None:
        """Return a row that is plain, or None."""
        if row.marks or len(row.cells) != self._columns.width or not self._match(SEPARATOR.join(row.cells)):
            return None
        cells: list[Any] = [row.cells[position] if position >= 0 else "" for position in self._order]
        credits_cell = cells[_CREDITS]
        cells[_CREDITS] = parse_credits(credits_cell)
        plain = Row(row.number, *cells)
        return plain if self._is_plain(plain, credits_cell) else None

    def _is_plain(self, row: Row, credits_cell: str) -> bool:
        """Say whether nothing is wrong with cells that have to be looked at together, or more closely."""
        if not (row.learner_id or row.email or row.did):
            return False
        if self._with_names and (not row.full_name or is_placeholder(row.full_name)):
            return False
        if row.awarded_on and row.expires_on and row.expires_on <= row.awarded_on:
            return False
        cells = zip(FEW_VALUES, (row.awarded_on, row.expires_on, row.language, credits_cell), strict=True)
        return all(cell in self._known[name] or self._learn(name, cell) for name, cell in cells)

    def _learn(self, name: str, cell: str) -> bool:
        """Say whether a cell is good, and remember it."""
        good = CHECKS[name](cell) is None
        if good and len(self._known[name]) < MAX_KNOWN_CELLS:
            self._known[name].add(cell)
        return good


_CREDITS = COLUMNS.index("credits")
