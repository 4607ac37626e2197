"""
CSV: UTF-8 with or without byte order mark, comma or semicolon.

Decides encoding, separator and row numbers. Blank lines are skipped yet counted, and a line break
inside quotes does not start a row, so that numbers are those a spreadsheet shows.
Source: RFC 4180; DESIGN section 9.
"""

from __future__ import annotations

import csv
import io
from codecs import getincrementaldecoder
from collections.abc import Iterator

from attestree.errors import RosterError
from attestree.issuing.columns import known_names
from attestree.issuing.table import MAX_ROWS, Table, TableRow, build_table, is_blank

SEPARATORS = (",", ";")
"""Separators that are understood, the default first."""


MAX_HEADER_CHARACTERS = 100_000
"""Characters in which the header is looked for."""

DECODED_AT_ONCE = 1_048_576
"""Bytes that are looked at together."""

NOT_TEXT = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"<html", b"<!doctype html", b"<!DOCTYPE html")
"""How documents, pictures and web pages begin, whatever the file is called."""


def parse_csv(octets: bytes) -> Table:
    """
    Read a CSV file.

    Raises:
        RosterError: `roster.quotes`, `roster.too_many_rows`, any code of `verify_text` or of `build_table`.
    """
    verify_text(octets)
    lines = octets.count(b"\n")
    if lines > MAX_ROWS and b'"' not in octets:
        # Where nothing is quoted, each line is a row: nobody has to wait for the last
        raise RosterError("roster.too_many_rows", limit=MAX_ROWS)
    separator = find_separator(octets[: 4 * MAX_HEADER_CHARACTERS].decode("utf-8-sig", "ignore"))
    return build_table(_read_rows(octets, separator), expected=lines)


def _read_rows(octets: bytes, separator: str) -> Iterator[TableRow]:
    """Yield the rows of bytes that are known to be UTF-8; the text as a whole is never held."""
    text = io.TextIOWrapper(io.BytesIO(octets), encoding="utf-8-sig", newline="")
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=separator, strict=True), start=1):
            if number > MAX_ROWS:
                raise RosterError("roster.too_many_rows", limit=MAX_ROWS)
            if (cells and cells[0].isalnum()) or not is_blank(cells):
                yield TableRow(number, cells)
    except csv.Error as exc:
        raise RosterError("roster.quotes", row=number + 1) from exc


def verify_text(octets: bytes) -> None:
    """
    Return if a file is UTF-8, with or without a byte order mark; the text as a whole is never held.

    Raises:
        RosterError: `roster.not_table`, `roster.utf16`, or `roster.encoding` with the row of the first byte
            that is wrong.
    """
    _verify_start(octets)
    decoder = getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(octets), DECODED_AT_ONCE):
            decoder.decode(octets[start : start + DECODED_AT_ONCE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        # Only the whole tells in which row it is
        decode_text(octets)


def decode_text(octets: bytes) -> str:
    """Decode UTF-8, dropping a byte order mark; raises as `verify_text`."""
    _verify_start(octets)
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise RosterError("roster.encoding", row=octets.count(b"\n", 0, exc.start) + 1) from exc


def _verify_start(octets: bytes) -> None:
    """Return if a file does not begin as something else."""
    if octets.startswith(NOT_TEXT):
        raise RosterError("roster.not_table")
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in octets[:1000]:
        raise RosterError("roster.utf16")


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
