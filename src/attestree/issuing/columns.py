"""
Columns of a roster: their names, the other names people give them, and what a roster must have.

Decides which column means what, by name and never by position. Unknown columns are named and left
alone: nothing of them is issued. Source: DESIGN section 9.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from attestree.errors import RosterError
from attestree.issuing.finding import Finding, Severity
from attestree.issuing.table import Table

ALIASES: Mapping[str, tuple[str, ...]] = {
    "email": ("e mail", "mail", "email address", "e mail address", "recipient email", "learner email"),
    "learner_id": (
        "learner", "learner number", "student id", "student number", "student no", "studentid", "person id",
        "employee number", "employee id", "staff number", "personnel number",
        "matriculation number", "registration number",
    ),
    "did": ("holder did", "learner did", "decentralized identifier"),
    "name": ("full name", "learner name", "student name", "recipient name", "recipient", "display name"),
    "given_name": ("given names", "first name", "firstname", "forename", "forenames"),
    "family_name": ("last name", "lastname", "surname", "family names"),
    "awarded_on": ("awarded", "award date", "date awarded", "awarded date", "completion date"),
    "expires_on": ("expires", "expiry", "expiry date", "expiration date", "valid until", "expires at"),
    "result": ("grade", "mark", "score"),
    "credits": ("credit", "ects", "credits earned", "ects credits", "credit points"),
    "narrative": ("description of work", "comment", "comments"),
    "evidence_url": ("evidence", "evidence link", "portfolio url"),
    "licence_number": ("license number", "licencenumber", "licensenumber", "license no", "certificate no"),
    "language": ("lang", "locale"),
    "ref": ("reference", "row ref", "issuer ref", "record id"),
}  # fmt: skip
"""Column -> what else it may be called; case, hyphens, underscores and dots do not matter."""

LEARNER_COLUMNS = ("learner_id", "email", "did")
"""Columns that say who the learner is; a roster needs one of them."""

_MEANINGS = {name.replace("_", " "): name for name in ALIASES} | {
    alias: name for name, aliases in ALIASES.items() for alias in aliases
}


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column stands where."""

    positions: Mapping[str, int]
    """Our name -> position in the row, from 0."""
    spelled: Mapping[str, str]
    """Our name -> the roster's spelling, for findings."""
    width: int
    """Number of columns of the header."""
    findings: tuple[Finding, ...]
    """A warning for each unknown column."""


def meaning_of(name: str) -> str | None:
    """Return which of our columns a header names, or None."""
    words = re.sub(r"[\s_.\-\u00a0]+", " ", name).strip().lower()
    return _MEANINGS.get(words)


def known_names(names: Iterable[str]) -> int:
    """Return how many of the names are known columns."""
    return sum(meaning_of(name) is not None for name in names)


def map_columns(table: Table, *, with_names: bool) -> ColumnMap:
    """
    Find the columns of a table.

    Args:
        table: As read.
        with_names: Whether learners' names go into the credentials, so that a name is needed.

    Raises:
        RosterError: `roster.no_header`, `roster.duplicate_column`, `roster.no_learner_column` or
            `roster.no_name_column`.
    """
    if not known_names(table.header):
        raise RosterError("roster.no_header", row=table.header_row)
    positions: dict[str, int] = {}
    findings: list[Finding] = []
    if table.other_sheets:
        facts: dict[str, object] = {"sheets": table.other_sheets}
        findings.append(Finding(table.header_row, Severity.WARNING, "", "roster.more_sheets", facts))
    for position, spelled in enumerate(table.header):
        name = meaning_of(spelled)
        if name is None:
            findings.append(_unknown(table, position))
        elif name in positions:
            raise RosterError("roster.duplicate_column", column=name)
        else:
            positions[name] = position
    _require(positions, with_names=with_names)
    spelled_as = {name: table.header[position].strip() for name, position in positions.items()}
    return ColumnMap(positions, spelled_as, len(table.header), tuple(findings))


def _unknown(table: Table, position: int) -> Finding:
    """Return the warning for a column that means nothing to us."""
    spelled = table.header[position].strip()
    code = "roster.unknown_column" if spelled else "roster.unnamed_column"
    return Finding(
        table.header_row,
        Severity.WARNING,
        f"column {position + 1}",
        code,
        {"position": position + 1},
        spelled,
    )


def _require(positions: Mapping[str, int], *, with_names: bool) -> None:
    """Refuse a roster that cannot say who the learners are."""
    if not any(name in positions for name in LEARNER_COLUMNS):
        raise RosterError("roster.no_learner_column")
    named = "name" in positions or {"given_name", "family_name"} <= set(positions)
    if with_names and not named:
        raise RosterError("roster.no_name_column")
