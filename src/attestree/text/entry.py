"""
One entry of the catalogue: what a code says to a person.

Decides the shape only; the sentences stand in `english`, the look-up in `catalogue`.
Source: DESIGN sections 1.6 and 3.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """
    What happened, why, and what to do next; `{name}` stands for a value of the error or check.

    `{name:moment}` says Unix seconds in words, `{name:batch|batches}` a count with its noun.
    """

    sentence: str
    """What happened, in one sentence for the person who reads it."""

    cause: str = ""
    """Why it usually happens; empty where the sentence says it all."""

    next: str = ""
    """What the reader can do now; empty where there is nothing to do."""
