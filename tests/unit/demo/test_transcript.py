"""What the demonstration says of the batches it issued."""

from __future__ import annotations

from dataclasses import replace

from attestree.demo.scenes import Batches
from attestree.demo.stage import Recorded
from attestree.demo.transcript import UNSIGNED, format_batches
from attestree.merkle.kind import TreeKind


def batch(size: int, bad: int) -> Recorded:
    return Recorded(b"", {str(number): {} for number in range(size)}, bad, "roster.csv.findings.csv")


def test_it_is_said_where_nothing_could_be_signed_and_how_to_mend_that() -> None:
    batches = Batches(batch(3, 1), batch(2, 0), batch(1, 0), TreeKind.CHAINPOINT, True)
    said = format_batches(batches)
    assert said.startswith("3 batches, 6 credentials; 1 bad rows left out")
    assert format_batches(replace(batches, signed=False)) == f"{said}\n{UNSIGNED}"
    assert "attestree[signatures]" in UNSIGNED
