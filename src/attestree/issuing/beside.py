"""
Judges the rows of a roster beside each other: a learner twice, an address shared, zeros lost.

Decides which rows have to be compared at all: a million of them leave one bit each, or two, in a table of
bits, and only those that meet a bit which is set already are held and compared in full.
Source: DESIGN section 9.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attestree.issuing.columns import ColumnMap
from attestree.issuing.finding import Finding, Severity
from attestree.issuing.rows import Row

BYTES_PER_ROW = 8
"""Size of the table of bits: with two bits of 64 set, about one row in fifty is compared in vain."""

_MAIL, _REF = 0x5DEECE66D, 0x2545F4914F6CDD1D


class Beside:
    """Sees each good row once, and says in the end what is wrong among them."""

    def __init__(self, expected: int) -> None:
        """Begin; the more rows there are beyond the expected number, the more are compared in full."""
        self._bits = bytearray(1 << (max(expected, 1) * BYTES_PER_ROW - 1).bit_length())
        self._again: set[int] = set()
        self._lengths: Counter[int] = Counter()

    def see(self, row: Row) -> None:
        """Take a row into account."""
        bits, mask = self._bits, len(self._bits) - 1
        for number in _hash_names(row):
            place, bit = number >> 3 & mask, 1 << (number & 7)
            if bits[place] & bit:
                self._again.add(number)
            else:
                bits[place] |= bit
        if is_number(row.learner_id):
            self._lengths[len(row.learner_id)] += 1

    def find(self, rows: Iterable[Row], columns: ColumnMap) -> list[Finding]:
        """Return what is wrong among the rows that were seen, given once more."""
        again = self._again
        alike = [row for row in rows if not again.isdisjoint(_hash_names(row))] if again else []
        return [*self._find_lost_zeros(rows, columns), *find_same_learners(alike, columns)]

    def _find_lost_zeros(self, rows: Iterable[Row], columns: ColumnMap) -> list[Finding]:
        """Warn of learner ids that are shorter than nearly all others: a spreadsheet drops leading zeros."""
        if len(self._lengths) < 2:
            return []
        usual, count = self._lengths.most_common(1)[0]
        if usual < 4 or count * 2 < self._lengths.total():
            return []
        return [
            Finding(
                row.number,
                Severity.WARNING,
                columns.spelled["learner_id"],
                "roster.lost_zeros",
                {"size": len(row.learner_id), "usual": usual},
                row.learner_id,
            )
            for row in rows
            if is_number(row.learner_id) and len(row.learner_id) < usual
        ]


def is_number(text: str) -> bool:
    """Say whether a learner id is digits alone."""
    return text.isdigit() and text.isascii()


def _hash_names(row: Row) -> tuple[int, ...]:
    """Return numbers that are the same for the same learner, or the same address."""
    mail, name = row.email and hash(row.email.lower()) ^ _MAIL, row.learner_id
    if row.ref:
        name_hash = hash(row.ref) ^ _REF
    elif name or not mail:
        name_hash = hash(name or row.did)
    else:
        return (mail,)
    return (name_hash, mail) if mail else (name_hash,)


def find_same_learners(rows: Iterable[Row], columns: ColumnMap) -> list[Finding]:
    """Refuse the second row for one learner, and warn where two learners share an address."""
    first_rows: dict[tuple[str, str], int] = {}
    first_mails: dict[str, int] = {}
    findings: list[Finding] = []
    for row in rows:
        first = first_rows.setdefault(row.identity, row.number)
        if first != row.number:
            column = columns.spelled[row.identity[0]]
            shown = row.identity[1]
            findings.append(
                Finding(row.number, Severity.BAD, column, "roster.same_learner", {"first": first}, shown)
            )
            continue
        mail = first_mails.setdefault(row.email.lower() or f"row {row.number}", row.number)
        if mail != row.number and row.identity[0] == "learner_id":
            findings.append(
                Finding(
                    row.number,
                    Severity.WARNING,
                    columns.spelled["email"],
                    "roster.same_email",
                    {"first": mail},
                )
            )
    return findings
