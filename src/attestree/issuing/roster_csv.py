"""
CSV: UTF-8 with or without byte order mark, comma or semicolon.

Decides encoding, separator and row numbers. Blank lines are skipped yet counted, and a line break
inside quotes does not start a row, so that numbers are those a spreadsheet shows.
Source: RFC 4180; DESIGN section 9.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from attestree.errors import RosterError
from attestree.issuing.columns import known_names
from attestree.issuing.table import MAX_ROWS, Table, TableRow, build_table, is_blank

SEPARATORS = (",", ";")
"""Separators that are understood, the default first."""


MAX_HEADER_CHARACTERS = 100_000
"""Characters in which the header is looked for."""

NOT_TEXT = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"<html", b"<!doctype html", b"<!DOCTYPE html")
"""How documents, pictures and web pages begin, whatever the file is called."""


def parse_csv(octets: bytes) -> Table:
    """
    Read a CSV file.

    Raises:
        RosterError: `roster.quotes`, any code of `decode_text` or of `build_table`.
    """
    separator = find_separator(decode_text(octets))
    return build_table(_read_rows(octets, separator))


def _read_rows(octets: bytes, separator: str) -> Iterator[TableRow]:
    """Yield the rows of bytes that are known to be UTF-8; the text as a whole is never held."""
    text = io.TextIOWrapper(io.BytesIO(octets), encoding="utf-8-sig", newline="")
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=separator, strict=True), start=1):
            if number > MAX_ROWS:
                raise RosterError("roster.too_many_rows", limit=MAX_ROWS)
            if not is_blank(cells):
                yield TableRow(number, cells)
    except csv.Error as exc:
        raise RosterError("roster.quotes", row=number + 1) from exc


def decode_text(octets: bytes) -> str:
    """
    Decode UTF-8, dropping a byte order mark.

    Raises:
        RosterError: `roster.not_table`, `roster.utf16`, or `roster.encoding` with the row of the first byte
            that is wrong.
    """
    if octets.startswith(NOT_TEXT):
        raise RosterError("roster.not_table")
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in octets[:1000]:
        raise RosterError("roster.utf16")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise RosterError("roster.encoding", row=octets.count(b"\n", 0, exc.start) + 1) from exc


def find_separator(text: str) -> str:
    """Return the separator under which the first line holds the most known column names."""
    lines = text[:MAX_HEADER_CHARACTERS].splitlines()
    first_line = next((line for line in lines if line.strip(" ,;\t")), "")
    return max(SEPARATORS, key=lambda separator: _known(first_line, separator))


def _known(line: str, separator: str) -> tuple[int, int]:
    """Return how many known names, and how many names at all, one separator finds in a line."""
    try:
        names = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return 0, 0
    return known_names(names), len(names)
