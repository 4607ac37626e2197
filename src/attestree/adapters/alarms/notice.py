"""
What is told about an alarm: raised, still standing, or over.

Decides the fields that a log line, a program and a person read; the words come from the catalogue.
Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from attestree.text.catalogue import explain


class Stage(StrEnum):
    """Where an alarm stands."""

    RAISED = "raised"
    """It is new."""
    STANDING = "standing"
    """It was told before, and it still stands."""
    CLEARED = "cleared"
    """It no longer stands."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell about one alarm."""

    code: str
    """What; a code of the catalogue."""
    subject: str
    """Whom or what it is about; with the code it names the alarm."""
    stage: Stage
    """Where it stands."""
    since: int
    """When it was first raised, Unix seconds."""
    at: int
    """When this is told, Unix seconds."""
    values: Mapping[str, object] = field(default_factory=dict)
    """Facts that its sentence names."""

    def fields(self) -> dict[str, object]:
        """Return all of it for programs: plain JSON values, and the words for a person."""
        said = explain(self.code, self.values)
        return {
            "code": self.code,
            "subject": self.subject,
            "stage": self.stage.value,
            "since": self.since,
            "at": self.at,
            "values": {name: _plain(value) for name, value in self.values.items()},
            "sentence": said.sentence,
            "cause": said.cause,
            "next": said.next,
        }


def _plain(value: object) -> object:
    """Return a value as JSON has it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
