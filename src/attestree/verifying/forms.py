"""
Answers with gaps: the bytes of reports that differ in what is each learner's own only.

    form = the answer for made-up texts (`MARKS`), cut where they stand

Decides nothing: a form counts only if it gives the very answer that it was made beside, byte for byte. One is
made for each day of award, and all are forgotten with the second and with what the registry says.
Source: DESIGN section 10.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_FORMS = 64
"""Days of award that are remembered."""

Fields = tuple[bytes, bytes, bytes, bytes]
"""Id, holder, digest in hex and index, as they stand in the answer; empty for what is no gap."""

MARKS: Fields = (
    b"urn:attestree:mark:id",
    b"attestree mark of the holder",
    b"a77e57" + b"0123456789" * 5 + b"abcdef01",
    b"4294967290",
)
"""What stands for them while a form is made; nothing that anybody would write by chance."""

_GAP = re.compile(b"(" + b"|".join(MARKS) + b")")


@dataclass(frozen=True, slots=True)
class Form:
    """One answer with gaps."""

    parts: tuple[bytes, ...]
    """One more than there are gaps."""
    fields: tuple[int, ...]
    """Which field stands in each gap."""

    def fill(self, fields: Fields) -> bytes:
        """Return the answer."""
        pieces = [self.parts[0]]
        for number, part in zip(self.fields, self.parts[1:], strict=True):
            pieces.append(fields[number])
            pieces.append(part)
        return b"".join(pieces)


class Forms:
    """The forms of one kin."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: tuple[object, dict[int | None, Form]] = (None, {})

    def find(self, key: tuple[object, ...], awarded: int | None) -> Form | None:
        """
        Return the form of a day of award, or None.

        Args:
            key: What every answer rests on; another key forgets all forms.
            awarded: Unix seconds.
        """
        known, forms = self._known
        return forms.get(awarded) if known == key else None

    def add(self, key: tuple[object, ...], awarded: int | None, form: Form) -> None:
        """Remember a form."""
        known, forms = self._known
        kept = forms if known == key and len(forms) < MAX_FORMS else {}
        self._known = (key, {**kept, awarded: form})


def build_form(marked: bytes, fields: Fields, answer: bytes) -> Form | None:
    """
    Make a form of an answer for `MARKS`, or None where it does not give another answer back.

    Args:
        marked: The answer for `MARKS`.
        fields: Those of another answer.
        answer: That answer.
    """
    pieces = _GAP.split(marked)
    form = Form(tuple(pieces[::2]), tuple(MARKS.index(mark) for mark in pieces[1::2]))
    return form if form.fill(fields) == answer else None
