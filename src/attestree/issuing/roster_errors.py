"""
`roster.errors.csv`: the findings as a table that a spreadsheet opens.

Decides its columns, and that no cell of it is ever a formula: cells that begin like one get a single
quote first. Source: OWASP ASVS 1.2.10; RFC 4180; DESIGN section 9.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from attestree.issuing.finding import Finding

HEADER = ("row", "severity", "column", "cell", "what", "why", "how to mend")
"""Columns of the file."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""First characters that make some spreadsheet compute a cell."""

Explain = Callable[[Finding], tuple[str, str, str]]
"""Gives sentence, cause and next step of a finding."""


def format_errors_csv(findings: Sequence[Finding], explain: Explain) -> bytes:
    """Write the findings as CSV in UTF-8 with byte order mark, so that spreadsheets read names rightly."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(HEADER)
    for finding in findings:
        texts = (finding.severity.value, finding.column, finding.cell, *explain(finding))
        writer.writerow((finding.row, *(defuse(text) for text in texts)))
    return b"\xef\xbb\xbf" + target.getvalue().encode("utf-8", "replace")


def defuse(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell
