"""
Duplicates: what to do about an award that was issued before.

Decides, per row, whether it is issued; it looks up nothing itself. Source: DESIGN section 6.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from attestree.issuing.finding import Finding, Severity
from attestree.issuing.keyed_rows import KeyedRows
from attestree.issuing.rows import Row
from attestree.ports import CredentialRow


class OnDuplicate(StrEnum):
    """What to do with a row whose award was issued before."""

    SKIP = "skip"
    """Leave it out, with a warning."""
    DENY = "deny"
    """Call the row bad."""
    REPLACE = "replace"
    """Issue a new one; when that is FINAL, the old one is marked superseded."""


@dataclass(frozen=True, slots=True, repr=False)
class Selection:
    """What is left to issue."""

    keyed_rows: KeyedRows
    """Row keys and rows, sorted by row key."""
    replaces: Mapping[bytes, str]
    """Row key -> token of the credential it takes the place of."""
    findings: tuple[Finding, ...]
    """One for each row that was issued before."""
    skipped: int
    """Rows left out without being bad."""
    denied: int
    """Rows that are bad because they were issued before, or make no credential."""


def select_rows(
    keyed_rows: Sequence[tuple[bytes, Row]],
    issued: Mapping[bytes, Sequence[CredentialRow]],
    policy: OnDuplicate,
) -> Selection:
    """Decide which rows are issued, given what was issued before under each row key, oldest first."""
    rows = KeyedRows.of(keyed_rows)
    kept = array("I")
    replaces: dict[bytes, str] = {}
    findings: list[Finding] = []
    for position, key in enumerate(rows.keys()):
        earlier = issued.get(key, ())
        if not earlier:
            kept.append(position)
            continue
        findings.append(_finding(rows[position][1], policy))
        if policy is OnDuplicate.REPLACE:
            kept.append(position)
            replaces[key] = earlier[-1].token
    left_out = len(rows) - len(kept)
    denied = left_out if policy is OnDuplicate.DENY else 0
    findings.sort(key=lambda finding: finding.row)
    selected = rows.select(kept) if left_out else rows
    return Selection(selected, replaces, tuple(findings), left_out - denied, denied)


def without_rows(selection: Selection, findings: Sequence[Finding]) -> Selection:
    """Return a selection with more findings, and without the rows that they call bad."""
    if not findings:
        return selection
    bad = {finding.row for finding in findings if finding.severity is Severity.BAD}
    rows = selection.keyed_rows
    numbered = enumerate(rows.rows()) if bad else ()
    kept = array("I", (position for position, row in numbered if row.number not in bad))
    return replace(
        selection,
        keyed_rows=rows.select(kept) if bad else rows,
        findings=tuple(sorted((*selection.findings, *findings), key=lambda finding: finding.row)),
        denied=selection.denied + len(bad),
    )


def _finding(row: Row, policy: OnDuplicate) -> Finding:
    """Return what is said of one row that was issued before."""
    kind, value = row.identity
    if policy is OnDuplicate.REPLACE:
        return Finding(row.number, Severity.WARNING, kind, "roster.replaces", {}, value)
    if policy is OnDuplicate.DENY:
        return Finding(row.number, Severity.BAD, kind, "roster.issued_before", {}, value)
    return Finding(row.number, Severity.WARNING, kind, "roster.skipped", {}, value)
