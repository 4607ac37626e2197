"""
`roster.errors.csv`: the findings as a table that a spreadsheet opens.

Decides its columns; how a table is written so that no cell of it is a formula is decided in
`text.spreadsheet`. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attestree.issuing.finding import Finding
from attestree.text.spreadsheet import format_csv

HEADER = ("row", "severity", "column", "cell", "what", "why", "how to mend")
"""Columns of the file."""

Explain = Callable[[Finding], tuple[str, str, str]]
"""Gives sentence, cause and next step of a finding."""


def format_errors_csv(findings: Sequence[Finding], explain: Explain) -> bytes:
    """Write the findings as CSV, one row each."""
    return format_csv(
        HEADER,
        (
            (finding.row, finding.severity.value, finding.column, finding.cell, *explain(finding))
            for finding in findings
        ),
    )
