"""
Judges the rows of a roster, each by itself.

Decides which rows are good. All of them beside each other are judged in `beside`; what one cell may hold is
decided in `cells`; what text may be issued, in `credentials.issue_text`. Source: DESIGN section 9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attestree.issuing.cells import CHECKS, PRINTED, Problem, check_printed, find_habit, parse_credits
from attestree.issuing.columns import LEARNER_COLUMNS, ColumnMap
from attestree.issuing.finding import Finding, Severity
from attestree.issuing.rows import Row
from attestree.issuing.table import TableRow

HARMLESS_MARKS = frozenset({"roster.formula_value"})
"""Odd cells that can be issued all the same; somebody should look first."""

SPARE_CODES = {
    "roster.email_no_at": "roster.email_no_at_spare",
    "roster.email_no_domain": "roster.email_no_domain_spare",
    "roster.email_form": "roster.email_form_spare",
}
"""What is said instead where another column names the learner as well."""

PLACEHOLDER = r"(?:undefined|null|none|nan|n/a|test|xxx+|-+)(?: (?:undefined|null|none|nan))*"
"""What programs and people leave where a name should be, in any case of letters."""

_MOJIBAKE = re.compile("Ã[\u0080-\u00bf]|â€|Â[\u0080-\u00bf]|Å[\u0080-\u00bf]")
_PLACEHOLDER = re.compile(PLACEHOLDER, re.IGNORECASE)


def read_row(row: TableRow, columns: ColumnMap, *, with_names: bool) -> tuple[Row | None, list[Finding]]:
    """Judge one row; the row is None where it is bad."""
    cells = {name: _cell(row, position) for name, position in columns.positions.items()}
    findings = [*_check_cells(row, columns, cells), *_check_row(row, columns, cells, with_names=with_names)]
    if any(finding.severity is Severity.BAD for finding in findings):
        return None, findings
    texts = {name: cell for name, cell in cells.items() if name != "credits"}
    return Row(number=row.number, credits=parse_credits(cells.get("credits", "")), **texts), findings


def _cell(row: TableRow, position: int) -> str:
    """Return a cell without the white space around it; empty where the row is short."""
    return row.cells[position].strip() if position < len(row.cells) else ""


def _check_cells(row: TableRow, columns: ColumnMap, cells: dict[str, str]) -> Iterator[Finding]:
    """Judge each cell by itself, one finding each."""
    for name, position in columns.positions.items():
        spelled, cell = columns.spelled[name], cells[name]
        mark = row.marks.get(position)
        if mark is not None and _counts(mark, name):
            severity = Severity.WARNING if mark in HARMLESS_MARKS else Severity.BAD
            yield Finding(row.number, severity, spelled, mark, {}, cell)
            if severity is Severity.BAD:
                continue
        if not cell:
            continue
        problem = find_problem(name, cell)
        if problem is not None:
            code, values = _with_way_out(name, problem, cells)
            yield Finding(row.number, Severity.BAD, spelled, code, values, cell)
        elif position < len(row.cells) and row.cells[position] != cell:
            yield Finding(row.number, Severity.WARNING, spelled, "roster.outer_space", {}, cell)
        if problem is None and name in PRINTED and _MOJIBAKE.search(cell):
            yield Finding(row.number, Severity.WARNING, spelled, "roster.mojibake", {}, cell)


def find_problem(name: str, cell: str) -> Problem | None:
    """Return what keeps a cell of one column from being issued, or None."""
    problem = find_habit(cell)
    if problem is None and name in CHECKS:
        problem = CHECKS[name](cell)
    if problem is None and name in PRINTED:
        problem = check_printed(cell, multiline=name == "narrative")
    return problem


def _counts(mark: str, name: str) -> bool:
    """Say whether a mark matters for a column: a time of day does not spoil a text."""
    return mark != "roster.date_with_time" or name in ("awarded_on", "expires_on")


def _with_way_out(name: str, problem: Problem, cells: dict[str, str]) -> Problem:
    """Point to another column that names the learner too, so that a bad address may be left empty."""
    code, values = problem
    others = [other for other in LEARNER_COLUMNS if other != name and cells.get(other)]
    if others and code in SPARE_CODES:
        return SPARE_CODES[code], {**values, "other": others[0]}
    return code, values


def _check_row(
    row: TableRow, columns: ColumnMap, cells: dict[str, str], *, with_names: bool
) -> Iterator[Finding]:
    """Judge what cells say together."""
    if any(cell.strip() for cell in row.cells[columns.width :]):
        yield Finding(row.number, Severity.BAD, "", "roster.extra_cells", {"columns": columns.width})
    if not any(cells.get(name) for name in LEARNER_COLUMNS):
        yield Finding(row.number, Severity.BAD, "", "roster.no_learner")
    full_name = cells.get("name") or f"{cells.get('given_name', '')} {cells.get('family_name', '')}".strip()
    if with_names and not full_name:
        yield Finding(row.number, Severity.BAD, "", "roster.no_name")
    elif with_names and is_placeholder(full_name):
        yield Finding(row.number, Severity.WARNING, "", "roster.placeholder_name", {}, full_name)
    awarded, expires = cells.get("awarded_on", ""), cells.get("expires_on", "")
    # ISO dates sort as text; a cell that is no date has its own finding already
    if awarded and expires and len(awarded) == len(expires) == 10 and expires <= awarded:
        yield Finding(
            row.number, Severity.BAD, columns.spelled["expires_on"], "roster.expires_first", {}, expires
        )


def is_placeholder(full_name: str) -> bool:
    """Say whether somebody left a word in the place of a name."""
    return _PLACEHOLDER.fullmatch(full_name) is not None
