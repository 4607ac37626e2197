"""
XLSX: the first sheet of a workbook.

Decides how typed cells become text, and marks what a spreadsheet hides: formulas, cells with an
error, numbers too long for it. `python-calamine` reads the values; the sheet's own XML is searched for
formulas, which it does not report. Source: ECMA-376 part 1, 18.3.1.4; DESIGN section 9.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import python_calamine

from attestree.errors import RosterError
from attestree.issuing.table import MAX_COLUMNS, Table, TableRow, build_table, is_blank

MAX_ROWS = 1_048_576
"""Most rows of one sheet, header included: as many as the format has."""

MAX_UNPACKED_BYTES = 536_870_912
"""Most bytes a workbook may unpack to."""

MAX_EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number; beyond it the last digits are lost."""

_FORMULA = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f\b')
_ERROR = re.compile(rb'<c (?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_FIRST_SHEET = re.compile(rb'<(?:\w+:)?sheet\s[^>]*?\br?:?id="([^"]+)"', re.IGNORECASE)
_RELATIONSHIP = re.compile(rb"<Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')

Marks = dict[tuple[int, int], str]
"""(row number, column position) -> code of what is odd about the cell."""


def parse_xlsx(octets: bytes) -> Table:
    """
    Read the first sheet of a workbook.

    Raises:
        RosterError: `roster.xlsx_unreadable`, `roster.xlsx_locked`, `roster.too_large`, or any code
            of `build_table`.
    """
    marks = _find_marks(octets)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(octets))
        sheet = workbook.get_sheet_by_index(0)
        values = sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS + 1)
        others = _count_other_sheets(workbook)
    except python_calamine.PasswordError as exc:
        raise RosterError("roster.xlsx_locked") from exc
    except (python_calamine.CalamineError, OSError, ValueError, IndexError) as exc:
        raise RosterError("roster.xlsx_unreadable") from exc
    if len(values) > MAX_ROWS:
        raise RosterError("roster.too_many_rows", limit=MAX_ROWS)
    rows = [row for row in _rows(values, marks) if not is_blank(row.cells) or row.marks]
    return build_table(rows, expected=len(rows), other_sheets=others)


def _count_other_sheets(workbook: python_calamine.CalamineWorkbook) -> int:
    """Return how many sheets after the first have more than one row; charts are no sheets of rows."""
    places = [
        place
        for place, sheet in enumerate(workbook.sheets_metadata)
        if place and sheet.typ is python_calamine.SheetTypeEnum.WorkSheet
    ]
    return sum(workbook.get_sheet_by_index(place).height > 1 for place in places)


def _rows(values: Sequence[Sequence[object]], marks: Marks) -> Iterator[TableRow]:
    """Turn typed cells into text, keeping the marks of each row."""
    marked: dict[int, dict[int, str]] = {}
    for (row, column), code in marks.items():
        marked.setdefault(row, {})[column] = code
    for number, cells in enumerate(values, start=1):
        texts: list[str] = []
        odd = marked.get(number, {})
        for column, value in enumerate(cells[: MAX_COLUMNS + 1]):
            text, code = cell_text(value)
            texts.append(text)
            if odd.get(column) == "roster.formula" and text:
                odd[column] = "roster.formula_value"
            if code:
                odd[column] = code
        yield TableRow(number, texts, odd)


def cell_text(value: object) -> tuple[str, str]:
    """Return the text of one typed cell, and a code if the cell is odd."""
    if isinstance(value, str):
        return value, ""
    if isinstance(value, bool):
        return str(value).upper(), "roster.boolean"
    if isinstance(value, (int, float)):
        return _number_text(value)
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat(), "" if midnight else "roster.date_with_time"
    if isinstance(value, date):
        return value.isoformat(), ""
    if isinstance(value, (time, timedelta)):
        return str(value), "roster.date_with_time"
    return "?", "roster.not_text"


def _number_text(value: float) -> tuple[str, str]:
    """Return a number as a spreadsheet shows it: without a fraction where there is none."""
    if abs(value) >= MAX_EXACT:
        return f"{value:.0f}", "roster.long_number"
    return (str(int(value)) if value == int(value) else repr(value)), ""


def _find_marks(octets: bytes) -> Marks:
    """Find formulas and errors in the first sheet, once the workbook is known to be no zip bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise RosterError("roster.too_large", limit=MAX_UNPACKED_BYTES)
            sheet = archive.read(_first_sheet_path(archive))
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError) as exc:
        raise RosterError("roster.xlsx_unreadable") from exc
    marks: Marks = {}
    for pattern, code in ((_FORMULA, "roster.formula"), (_ERROR, "roster.cell_error")):
        for letters, digits in pattern.findall(sheet):
            marks[int(digits), _column_position(letters)] = code
    return marks


def _first_sheet_path(archive: zipfile.ZipFile) -> str:
    """Return where the first sheet of the workbook lies in the archive; KeyError if nowhere."""
    first = _FIRST_SHEET.search(archive.read("xl/workbook.xml"))
    if first is None:
        raise KeyError("sheet")
    for element in _RELATIONSHIP.findall(archive.read("xl/_rels/workbook.xml.rels")):
        attributes = dict(_ATTRIBUTE.findall(element))
        if attributes.get(b"Id") == first[1]:
            target = attributes[b"Target"].decode("utf-8", "replace")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError("relationship")


def _column_position(letters: bytes) -> int:
    """Return the position, from 0, of a column such as `AB`."""
    position = 0
    for letter in letters:
        position = position * 26 + letter - 64
    return position - 1
