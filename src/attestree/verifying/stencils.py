"""
Stencils: answers with gaps, for reports that differ in what is each learner's own only.

    stencil = the answer for made-up texts (`MARKS`), with gaps where they stand

Decides nothing: a stencil counts only if it gives the very answer that it was made beside, byte for byte. One
is made for each day of award, and all are forgotten with the second and with what the registry says.
Source: DESIGN section 10.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import itemgetter
from typing import Any

MAX_STENCILS = 64
"""Days of award that are remembered."""

Fields = tuple[bytes, bytes, bytes, bytes]
"""Id, holder, digest in hex and index, as they stand in the answer; empty for what is no gap."""

MARKS: Fields = (
    b"urn:attestree:mark:id",
    b"attestree mark of the holder",
    b"a77e57" + b"0123456789" * 5 + b"abcdef01",
    b"4294967290",
)
"""What stands for them while a stencil is made; nothing that anybody would write by chance."""

_GAP = re.compile(b"(" + b"|".join(MARKS) + b")")


class Stencil:
    """One answer with gaps."""

    __slots__ = ("_choose", "_template")

    def __init__(self, parts: list[bytes], numbers: list[int]) -> None:
        """Put two gaps or more between parts; `numbers` says which field stands in each."""
        self._template = b"%b".join([part.replace(b"%", b"%%") for part in parts])
        self._choose: Callable[[Fields], Any] = itemgetter(*numbers)

    def fill(self, fields: Fields) -> bytes:
        """Return the answer."""
        answer: bytes = self._template % self._choose(fields)
        return answer


class Stencils:
    """The stencils of one kin."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: tuple[object, dict[int | None, Stencil]] = (None, {})

    def find(self, key: tuple[object, ...]) -> dict[int | None, Stencil]:
        """
        Return the stencils by day of award, Unix seconds; more of them go through `add`.

        Args:
            key: What every answer rests on; another key forgets all stencils.
        """
        known, stencils = self._known
        if known != key:
            stencils = {}
            self._known = (key, stencils)
        return stencils


def add_stencil(stencils: dict[int | None, Stencil], awarded: int | None, stencil: Stencil) -> None:
    """Remember a stencil; where there are too many, all others are forgotten."""
    if len(stencils) >= MAX_STENCILS:
        stencils.clear()
    stencils[awarded] = stencil


def build_stencil(marked: bytes, fields: Fields, answer: bytes) -> Stencil | None:
    """
    Make a stencil of an answer for `MARKS`, or None where it does not give another answer back.

    Args:
        marked: The answer for `MARKS`.
        fields: Those of another answer.
        answer: That answer.
    """
    pieces = _GAP.split(marked)
    numbers = [MARKS.index(mark) for mark in pieces[1::2]]
    stencil = Stencil(pieces[::2], numbers) if len(numbers) > 1 else None
    return stencil if stencil is not None and stencil.fill(fields) == answer else None
