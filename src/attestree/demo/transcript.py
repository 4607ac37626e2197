"""
What the demonstration prints: one line a step, then a table of verdicts.

Decides the layout. Times are left out, so that the copy in the README stays true.
Source: DESIGN section 9 (results on stdout).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from attestree.cli.console import Console
from attestree.demo.judging import Judged
from attestree.demo.scenes import Batches

STEPS = ("local chain", "issuers", "issue", "change", "forge", "verify", "audit")
"""The steps, in order."""

UNSIGNED = 'not signed, so wallets cannot check them: pip install "attestree[signatures]"'
"""What is said where nothing can be signed."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """Tells the story as it happens."""

    console: Console
    """Where it is told."""

    def step(self, name: str, text: str) -> None:
        """Print what a step did; further lines stand below the first."""
        place = STEPS.index(name) + 1
        first, *more = text.splitlines()
        lines = [f" {place}/{len(STEPS)} {name:<13} {first}", *[f"{'':19}{line}" for line in more]]
        self.console.result("\n".join(lines))


def format_batches(batches: Batches) -> str:
    """Return what was issued, and what was left out."""
    total = sum(batch.size for batch in batches.all)
    bad = [batch for batch in batches.all if batch.bad]
    counts = " + ".join(str(batch.bad) for batch in bad)
    named = " and ".join(f"rosters/{batch.findings}" for batch in bad)
    kind = "Chainpoint" if batches.kind.name == "CHAINPOINT" else "usual kind: merkletools is not installed"
    lines = [
        f"3 batches, {total} credentials; {counts} bad rows left out, see",
        named,
        f"third batch: {kind}",
    ]
    return "\n".join(lines if batches.signed else [*lines, UNSIGNED])


def format_verdicts(judged: Sequence[Judged]) -> str:
    """Return the table of all verdicts."""
    return "\n".join(_lines(judged))


def _lines(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield the lines of the table."""
    width = max(len(_question(item)) for item in judged)
    yield f" {'file':<{width}}  verdict"
    for item in judged:
        wrong = "" if item.right else f"   EXPECTED {item.case.expected}"
        yield f" {_question(item):<{width}}  {item.got}{wrong}"


def _question(item: Judged) -> str:
    """Return a file and what else was asked."""
    case = item.case
    more = f" held by {case.name}" if case.name else f" on {case.at[:10]}" if case.at else ""
    return case.file + more
