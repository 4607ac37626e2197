"""
What was found in a roster: one cell or one row, and what to do about it.

Decides the shape of a finding; the sentences stand in `text`. The cell itself is kept apart from the
values, so that a finding can be printed on the issuer's own terminal and yet never carries the cell
into an error, a log or an answer. Source: DESIGN section 9.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MAX_SHOWN_CHARACTERS = 40
"""Longest cell that is shown beside its finding; a longer one is not shown at all."""


class Severity(StrEnum):
    """Whether a row can be issued."""

    BAD = "bad"
    """The row cannot be issued as it stands."""
    WARNING = "warning"
    """The row can be issued; somebody should look first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about one row."""

    row: int
    """Row number as a spreadsheet shows it; for JSON Lines, the line."""
    severity: Severity
    """Whether it stops the row."""
    column: str
    """Name of the column as the roster spells it; empty where the whole row is meant."""
    code: str
    """`roster.<reason>`, the key into `text`."""
    values: dict[str, object] = field(default_factory=dict)
    """Facts that the sentence names; never text from the roster."""
    cell: str = field(default="", repr=False)
    """What the cell holds; for the issuer's own eyes only."""

    @property
    def shown(self) -> str:
        """The cell in quotes after a space, or nothing where it is empty, long or not printable."""
        if not self.cell or len(self.cell) > MAX_SHOWN_CHARACTERS or not self.cell.isprintable():
            return ""
        return f' "{self.cell}"'

    def facts(self, *, with_cell: bool) -> dict[str, object]:
        """Return what the sentence may name; the cell only where the reader is the issuer."""
        shown = self.shown if with_cell else ""
        return {**self.values, "row": self.row, "column": self.column or "the row", "shown": shown}
