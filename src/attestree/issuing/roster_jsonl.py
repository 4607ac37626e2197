"""
JSON Lines: one object per line, its members are columns.

Decides how members become cells. Numbers are taken as they are written; anything nested is refused.
Source: jsonlines.org; RFC 8259 read strictly by `credentials.strict_json`; DESIGN section 9.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain

from attestree.credentials.strict_json import JsonValue, parse_json
from attestree.errors import MalformedJsonError, RosterError
from attestree.issuing.roster_csv import verify_text
from attestree.issuing.table import MAX_ROWS, Table, TableRow, build_table

MAX_LINE_BYTES = 65_536
"""Longest line."""


def parse_jsonl(octets: bytes) -> Table:
    """
    Read JSON Lines; the header is every member name in order of appearance.

    Raises:
        RosterError: `roster.json_line` with the line, `roster.utf16`, `roster.encoding`, or any code
            of `build_table`.
    """
    verify_text(octets)
    lines = octets.count(b"\n")
    if lines >= MAX_ROWS:
        raise RosterError("roster.too_many_rows", limit=MAX_ROWS)
    names: dict[str, int] = {}
    for _, members in _read_objects(octets):
        for name in members:
            names.setdefault(name, len(names))
    # read twice: no more than one line is held, whatever the size of the file
    rows = (_row(number, members, names) for number, members in _read_objects(octets))
    header = [TableRow(0, tuple(names))] if names else []
    return build_table(chain(header, (row for row in rows if any(row.cells))), expected=lines)


def _read_objects(octets: bytes) -> Iterator[tuple[int, dict[str, JsonValue]]]:
    """Yield the number of each line that is not blank, and the object on it."""
    text = io.TextIOWrapper(io.BytesIO(octets), encoding="utf-8-sig", newline="\n")
    for number, line in enumerate(text, 1):
        if line.strip():
            yield number, _object(line, number)


def _object(line: str, number: int) -> dict[str, JsonValue]:
    """Return the object on one line."""
    try:
        value = parse_json(line.encode("utf-8"), limit_bytes=MAX_LINE_BYTES)
    except MalformedJsonError as exc:
        raise RosterError("roster.json_line", row=number, problem=exc.code) from exc
    if not isinstance(value, dict):
        raise RosterError("roster.json_line", row=number, problem="format.not_object")
    return value


def _row(number: int, members: dict[str, JsonValue], names: dict[str, int]) -> TableRow:
    """Return one row with a cell for every column."""
    cells = [""] * len(names)
    marks: dict[int, str] = {}
    for name, value in members.items():
        if isinstance(value, str):
            cells[names[name]] = value
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            cells[names[name]] = repr(value)
        elif value is not None:
            cells[names[name]], marks[names[name]] = "?", "roster.not_text"
    return TableRow(number, cells, marks)
