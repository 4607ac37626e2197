"""
The table of docs/scale.md: from a thousand to a billion credentials, measured as far as it goes.

What lies beyond the largest size that was measured is the last rate times the number, and set in italics.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from math import ceil

from attestree.registry import gas
from benchmarks.record import Place
from benchmarks.rows import Row

SIZES = tuple(10**power for power in range(3, 10))
UNSIGNED, SIGNED, STORED = "attestree, unsigned", "attestree, signed", "attestree issue --no-signature"
REVOKED_SHARE = 0.01
HEADS = (
    "credentials",
    "CPU, unsigned",
    "wall, unsigned",
    "CPU, signed",
    "most memory",
    "batch folder",
    "rows in the store",
    "gas to record",
    "and to revoke 1 %",
)


def build_table(place: Place) -> str:
    """Return the table; empty where issuing was never measured."""
    sessions = [
        session
        for name in ("issuing", "command")
        for deep in (False, True)
        if (session := place.read(name, deep=deep))
    ]
    rows = sorted((row for session in sessions for row in session.rows), key=lambda row: row.size)
    unsigned, signed, stored = (
        [row for row in rows if row.name == name] for name in (UNSIGNED, SIGNED, STORED)
    )
    if not unsigned:
        return ""
    told = [f"`{session.command}` ({session.began}, commit {session.commit or '?'})" for session in sessions]
    machines = " and ".join(dict.fromkeys(session.machine for session in sessions))
    said = f"Measured by {' and '.join(told)} on {machines}. What is *in italics* is extrapolated."
    lines = [
        textwrap.fill(said, 130, break_long_words=False, break_on_hyphens=False) + "\n",
        f"| {' | '.join(HEADS)} |",
        "|" + "---:|" * len(HEADS),
    ]
    lines += ["| " + " | ".join(_cells(size, unsigned, signed, stored)) + " |" for size in SIZES]
    if len(unsigned) > 1:
        sizes = f"{unsigned[-2].size:,} and {unsigned[-1].size:,}"
        lines += [
            "",
            f"Between {sizes} credentials memory grows by {_slope(unsigned):,.0f} bytes a credential.",
        ]
    return "\n".join(lines)


def _cells(size: int, unsigned: Sequence[Row], signed: Sequence[Row], stored: Sequence[Row]) -> list[str]:
    """Return one line of the table."""
    last = unsigned[-1]
    words = gas.expected_words(size=size, revoked=size * REVOKED_SHARE)
    most_words = (gas.TRANSACTION_LIMIT - gas.REVOKE) // gas.REVOKE_WORD
    revoking = words * gas.REVOKE_WORD + ceil(words / most_words) * gas.REVOKE
    return [
        f"{size:,}",
        _figure(unsigned, size, lambda row: row.median, format_time),
        _figure(unsigned, size, lambda row: min(row.wall), format_time),
        _figure(signed, size, lambda row: row.median, format_time),
        _memory(unsigned, size, last),
        _figure(unsigned, size, lambda row: row.disk_bytes or 0, format_bytes),
        _figure(stored, size, lambda row: row.disk_bytes or 0, format_bytes),
        f"{gas.ANCHOR:,}",
        f"{revoking:,.0f}",
    ]


def _figure(rows: Sequence[Row], size: int, value, show) -> str:  # type: ignore[no-untyped-def]
    """Return what was measured, else the last rate times the size, in italics."""
    found = next((row for row in rows if row.size == size), None)
    if found is not None:
        return str(show(value(found)))
    below = [row for row in rows if row.size < size]
    if not below:
        return ""
    last = max(below, key=lambda row: row.size)
    return f"*{show(value(last) * size / last.size)}*"


def _memory(rows: Sequence[Row], size: int, last: Row) -> str:
    """Return the most memory; beyond what was measured it grows as it did between the two largest sizes."""
    found = next((row for row in rows if row.size == size), None)
    if found is not None:
        return format_bytes(found.peak_bytes or 0)
    if len(rows) < 2 or size < last.size:
        return ""
    return f"*{format_bytes((last.peak_bytes or 0) + _slope(rows) * (size - last.size))}*"


def _slope(rows: Sequence[Row]) -> float:
    """Return how many bytes of memory a credential adds, between the two largest sizes."""
    before, last = rows[-2], rows[-1]
    return max((last.peak_bytes or 0) - (before.peak_bytes or 0), 0) / (last.size - before.size)


def format_time(seconds: float) -> str:
    """Return a duration in the unit that reads best."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length * 2:
            return (
                f"{seconds / length:,.0f} {unit}"
                if seconds >= length * 10
                else f"{seconds / length:.1f} {unit}"
            )
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def format_bytes(count: float) -> str:
    """Return a size in the unit that reads best, decimal."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:,.0f} {unit}" if count >= 10 * size else f"{count / size:.1f} {unit}"
    return f"{count / 1e3:.0f} kB"
