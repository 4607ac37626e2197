"""
The roster: bytes in, checked rows and findings out.

Decides the format by name and first bytes, and judges every row: a row is good, or it is bad for
reasons that are named with row and column. Nothing is issued here and nothing is repaired but white
space around a cell. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from attestree.errors import RosterError
from attestree.issuing.beside import Beside
from attestree.issuing.columns import map_columns
from attestree.issuing.finding import Finding, Severity
from attestree.issuing.packed_rows import PackedRows
from attestree.issuing.plain_rows import PlainRows
from attestree.issuing.roster_csv import parse_csv
from attestree.issuing.roster_jsonl import parse_jsonl
from attestree.issuing.roster_xlsx import parse_xlsx
from attestree.issuing.row_checks import read_row
from attestree.issuing.table import Table

PARSERS: Mapping[str, Callable[[bytes], Table]] = {
    ".csv": parse_csv,
    ".txt": parse_csv,
    ".xlsx": parse_xlsx,
    ".jsonl": parse_jsonl,
    ".ndjson": parse_jsonl,
}
"""End of the file name -> reader."""

ZIP_MAGIC = b"PK\x03\x04"
"""First bytes of an XLSX file, whatever it is called."""

OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"
"""First bytes of an .xls file, and of an XLSX file with a password."""


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster after reading: what can be issued, and what was found."""

    rows: PackedRows
    """Good rows, by row number."""
    findings: tuple[Finding, ...]
    """All findings, by row number."""
    total: int
    """Number of rows that are not blank, header aside."""

    @property
    def bad(self) -> int:
        """Number of rows that cannot be issued."""
        return self.total - len(self.rows)

    @property
    def warnings(self) -> int:
        """Number of warnings."""
        return sum(finding.severity is Severity.WARNING for finding in self.findings)


def parse_roster(octets: bytes, *, file_name: str, with_names: bool = True) -> Roster:
    """
    Read a roster and judge every row.

    Args:
        octets: The whole file.
        file_name: Its end tells the format; an XLSX file is known whatever it is called.
        with_names: Whether names go into the credentials, so that each row needs one.

    Raises:
        RosterError: `roster.*`, where no row can be judged: wrong format or encoding, no header, a
            column twice, no column that names the learner, too many rows.
    """
    table = parse_table(octets, file_name=file_name)
    columns = map_columns(table, with_names=with_names)
    plain = PlainRows(columns, with_names=with_names)
    rows, total, beside = PackedRows(), 0, Beside(table.expected)
    findings = list(columns.findings)
    for table_row in table.rows:
        total += 1
        row = plain.read(table_row)
        if row is None:
            row, found = read_row(table_row, columns, with_names=with_names)
            findings += found
        if row is not None:
            rows.append(row)
            beside.see(row)
    among = beside.find(rows, columns)
    findings += among
    bad = {finding.row for finding in among if finding.severity is Severity.BAD}
    good = PackedRows(row for row in rows if row.number not in bad) if bad else rows
    findings.sort(key=lambda finding: (finding.row, finding.severity is Severity.WARNING))
    return Roster(good, tuple(findings), total)


def parse_table(octets: bytes, *, file_name: str) -> Table:
    """
    Read a roster of any format as a table.

    Raises:
        RosterError: `roster.old_excel`, `roster.format`, or any code of the format's reader.
    """
    if not octets.strip():
        raise RosterError("roster.empty")
    if octets.startswith(OLD_EXCEL_MAGIC):
        raise RosterError("roster.old_excel")
    if octets.startswith(ZIP_MAGIC):
        return parse_xlsx(octets)
    _, dot, ending = file_name.lower().rpartition(".")
    parser = PARSERS.get(dot + ending)
    if parser is None:
        raise RosterError("roster.format", known=" ".join(PARSERS))
    return parser(octets)
