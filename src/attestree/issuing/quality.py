"""
Quality of a plan: which mandatory elements of a micro-credential its credentials would lack.

Decides that rows are judged by what they would become, one for each way in which rows differ that matters
here: who is named, and whether credits are earned. What the elements are is decided in
`credentials.quality`. Source: EU Council Recommendation 2022/C 243/02, Annex I; DESIGN section 4.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from attestree.credentials.anchor_proof import LIST_ID_SIZE
from attestree.credentials.quality import ELEMENTS, Element, find_missing
from attestree.errors import MalformedCredentialError
from attestree.issuing.claims import Place
from attestree.issuing.compose import Composer
from attestree.issuing.derive import SEED_SIZE
from attestree.issuing.plan import Plan
from attestree.issuing.rows import Row

_ANYBODY = Row(0, learner_id="0")


@dataclass(frozen=True, slots=True)
class Gap:
    """One mandatory element that is missing."""

    element: Element
    """Which."""
    rows: int
    """Good rows whose credential lacks it; 0 where there is no good row to judge by."""


def find_gaps(plan: Plan) -> tuple[Gap, ...]:
    """Return what the credentials of a plan would lack, in the order of Annex I."""
    composer = Composer(plan.request.terms, bytes(SEED_SIZE), plan.now)
    rows: dict[tuple[bool, ...], int] = defaultdict(int)
    missing: dict[tuple[bool, ...], tuple[Element, ...]] = {}
    for row in plan.roster.rows:
        shape = _shape(row, with_names=plan.request.terms.with_names)
        rows[shape] += 1
        if shape not in missing and (found := _find_missing(composer, row)) is not None:
            missing[shape] = found
    if not rows:
        missing[()] = _find_missing(composer, _ANYBODY) or ()
    counts: dict[str, int] = defaultdict(int)
    for shape, elements in missing.items():
        for element in elements:
            counts[element.code] += rows.get(shape, 0)
    return tuple(Gap(element, counts[element.code]) for element in ELEMENTS if element.code in counts)


def _shape(row: Row, *, with_names: bool) -> tuple[bool, ...]:
    """Return what of a row decides about elements; the rest is the same for all."""
    named = bool(row.email or row.learner_id or (with_names and row.full_name))
    return bool(row.did), named, bool(row.credits)


def _find_missing(composer: Composer, row: Row) -> tuple[Element, ...] | None:
    """Return what a row lacks; None for one that makes no credential, and is reported as bad."""
    try:
        return find_missing(composer.compose(row, Place(0, 0, bytes(LIST_ID_SIZE))))
    except MalformedCredentialError:
        return None
