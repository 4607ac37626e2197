from __future__ import annotations

import csv
import io

import pytest

from attestree.issuing.finding import Finding, Severity
from attestree.issuing.roster_errors import HEADER, format_errors_csv
from attestree.text.catalogue import explain
from attestree.text.spreadsheet import defuse


def explain_finding(finding: Finding) -> tuple[str, str, str]:
    said = explain(finding.code, finding.facts(with_cell=True))
    return said.sentence, said.cause, said.next


def test_the_error_table_opens_in_a_spreadsheet_and_names_cell_and_cure() -> None:
    finding = Finding(
        17, Severity.BAD, "email", "roster.email_no_domain_spare", {"other": "learner_id"}, "zofia@"
    )
    octets = format_errors_csv([finding], explain_finding)
    assert octets.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline=""))
    assert tuple(header) == HEADER
    assert row == [
        *("17", "bad", "email", "zofia@", 'email "zofia@" has no domain', ""),
        "mend it, or leave it empty: learner_id is enough",
    ]


@pytest.mark.parametrize(
    "cell", ['=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "|calc"]
)
def test_no_cell_of_the_error_table_is_a_formula(cell: str) -> None:
    finding = Finding(2, Severity.BAD, cell, "roster.formula", {}, cell)
    table = format_errors_csv([finding], explain_finding).decode("utf-8-sig")
    _, row = csv.reader(io.StringIO(table, newline=""))
    assert row[3] == "'" + cell
    assert all(defuse(field) == field for field in row[1:])


def test_a_long_or_unprintable_cell_is_not_shown() -> None:
    assert Finding(2, Severity.BAD, "name", "roster.formula", {}, "x" * 41).shown == ""
    assert Finding(2, Severity.BAD, "name", "roster.formula", {}, "a\x1b[31m").shown == ""
    assert Finding(2, Severity.BAD, "name", "roster.formula", {}, "x" * 40).shown
