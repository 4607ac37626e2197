"""
What `lint` and `issue` say about the mandatory elements of a micro-credential.

Decides layout, and that `--quality strict` turns warnings into an error; what is missing is found in
`issuing.quality`, what is said stands in `text`. Source: DESIGN section 4; EU 2022/C 243/02, Annex I.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated

import typer

from attestree.cli.console import Console
from attestree.cli.plan_lines import label, many
from attestree.credentials.quality import ELEMENTS
from attestree.errors import NotAllowedError
from attestree.issuing.plan import Plan
from attestree.issuing.quality import Gap, find_gaps
from attestree.text.catalogue import Explanation, explain


class Quality(StrEnum):
    """What a missing element is."""

    WARN = "warn"
    STRICT = "strict"


QualityOption = Annotated[
    Quality, typer.Option("--quality", help="What a missing element of Annex I (EU 2022/C 243/02) is.")
]
"""The flag of `lint` and `issue`."""


def format_quality(gaps: Sequence[Gap], quality: Quality) -> Iterator[str]:
    """Yield how many elements there are, and for each missing one its term and the line that mends it."""
    there = len(ELEMENTS) - len(gaps)
    yield (
        label("Micro-credential")
        + f"{there} of {len(ELEMENTS)} mandatory elements (EU 2022/C 243/02, Annex I)"
    )
    severity = "error" if quality is Quality.STRICT else "warning"
    for gap in gaps:
        said = _explain(gap)
        rows = f"  ({many(gap.rows, 'row')})" if gap.rows else ""
        yield f" {severity:<9}{said.sentence}{rows}"
        yield f"          term  {gap.element.term}"
        yield f"          mend  {said.next}"


def describe_quality(gaps: Sequence[Gap], quality: Quality) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "mode": str(quality),
        "elements": len(ELEMENTS),
        "missing": [
            {
                "code": gap.element.code,
                "element": gap.element.title,
                "term": gap.element.term,
                "rows": gap.rows,
                "text": _explain(gap).sentence,
                "next": _explain(gap).next,
            }
            for gap in gaps
        ],
    }


def require_quality(plan: Plan, quality: Quality, console: Console) -> None:
    """Say on stderr what is missing; with `--quality strict` refuse: NotAllowedError `quality.incomplete`."""
    gaps = find_gaps(plan)
    if not gaps:
        return
    for line in format_quality(gaps, quality):
        console.progress(line)
    if quality is Quality.STRICT:
        raise NotAllowedError("quality.incomplete", count=len(gaps))


def _explain(gap: Gap) -> Explanation:
    return explain(gap.element.code, {"term": gap.element.term, "line": gap.element.line})
