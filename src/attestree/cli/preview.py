"""
What `attestree preview` prints: one credential in words.

Decides lines only; the document is composed by `issuing`. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Iterator

from attestree.cli.plan_lines import format_finding, label
from attestree.credentials.strict_json import JsonObject
from attestree.errors import RequestError
from attestree.issuing.claims import Place
from attestree.issuing.compose import Composer
from attestree.issuing.plan import Plan
from attestree.issuing.rows import Row


def format_preview(plan: Plan, *, row: int) -> tuple[str, JsonObject]:
    """
    Return one row's credential in words, and as the document it would be.

    Raises:
        RequestError: `roster.no_such_row`, or the row is bad.
    """
    found = next((item for item in plan.roster.rows if item.number == row), None)
    if found is None:
        raise RequestError("roster.no_such_row", row=row)
    composer = Composer(plan.request.terms, bytes(32), plan.now)
    document = composer.compose(found, Place(0, 0, bytes(13)))
    lines = [*_lines(plan, found, document)]
    lines += [format_finding(finding) for finding in plan.findings if finding.row == row]
    return "\n".join(lines), document


def _lines(plan: Plan, row: Row, document: JsonObject) -> Iterator[str]:
    """Yield what a reader of the credential would see."""
    terms = plan.request.terms
    yield label("Credential") + terms.title
    yield label("Issued by") + f"{terms.profile.name}  {terms.profile.did}"
    yield label("Issued to") + (
        row.full_name if terms.with_names and row.full_name else "(no name in the file)"
    )
    hashed = [name for name, value in (("e-mail", row.email), ("learner id", row.learner_id)) if value]
    if hashed:
        yield label("Only as fingerprints") + ", ".join(hashed)
    for name, title in (
        ("awardedDate", "Awarded"),
        ("validFrom", "Valid from"),
        ("validUntil", "Valid until"),
    ):
        if name in document:
            yield label(title) + str(document[name])
    for title, value in (
        ("Result", row.result),
        ("Narrative", row.narrative),
        ("Evidence", row.evidence_url),
    ):
        if value:
            yield label(title) + value
    if row.credits is not None:
        yield label("Credits") + f"{row.credits:g}"
    yield label("Id (a sample)") + str(document["id"])
