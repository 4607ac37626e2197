"""
Tables that a spreadsheet opens: names are read rightly, and no cell is ever a formula.

Decides encoding, line ends and quoting, and that a text which begins like a formula gets a single quote
first. Which columns a table has is decided where it is made. Source: OWASP ASVS 1.2.10; RFC 4180.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""First bytes; without them a spreadsheet takes UTF-8 for an older encoding."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""First characters that make some spreadsheet compute a cell."""


ROWS_AT_ONCE = 1_000
"""Rows that are written together."""


def format_csv(header: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Write a table as CSV in UTF-8 with byte order mark; texts are defused, numbers stay numbers."""
    return b"".join(stream_csv(header, rows))


def stream_csv(header: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """Yield what `format_csv` returns, in pieces."""
    rest = iter(rows)
    yield BYTE_ORDER_MARK + _format_lines([header])
    while some := list(islice(rest, ROWS_AT_ONCE)):
        yield _format_lines([defuse(cell) if isinstance(cell, str) else cell for cell in row] for row in some)


def _format_lines(rows: Iterable[Iterable[object]]) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator="\r\n").writerows(rows)
    return target.getvalue().encode("utf-8", "replace")


def defuse(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    if cell[:1].isalnum():
        return cell
    return "'" + cell if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell


def undefuse(cell: str) -> str:
    """Return a cell as it was before `defuse`."""
    bare = cell.removeprefix("'")
    return bare if bare.lstrip(" ").startswith(FORMULA_STARTS) else cell
