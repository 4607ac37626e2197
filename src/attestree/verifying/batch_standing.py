"""
What a registry said of a batch, and what that came to for every credential of it whose status is clear.

Decides when that still holds: while the registry says the very same, in the very same view. What a single
credential adds (its status, its dates, its place) is decided in `kin`. Source: DESIGN section 7.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.credentials.strict_json import JsonObject
from attestree.registry.facts import CredentialFacts, StateAt
from attestree.verifying.checks.anchor import find_anchor
from attestree.verifying.judgement import Judgement
from attestree.verifying.report import Report


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """What a registry said of a batch, and what that came to for every credential of it that is clear."""

    facts: CredentialFacts
    """As the registry said it, of whichever credential was asked about."""
    report: Report
    """Of the first one."""
    claims: JsonObject
    """Those of the first one."""
    anchored: int
    """Block time of the anchor, Unix seconds."""

    def holds_for(self, facts: CredentialFacts) -> bool:
        """Say whether the registry still says the same of the batch, in the very same view."""
        return (
            facts.view is self.facts.view
            and _is_same(facts.final, self.facts.final)
            and _is_same(facts.latest, self.facts.latest)
        )


def build_standing(judgement: Judgement, report: Report) -> Standing | None:
    """Return what is known of the batch from a credential that is valid."""
    anchor = None if judgement.facts is None else find_anchor(judgement.facts)
    if judgement.facts is None or anchor is None or report.claims is None:
        return None
    return Standing(judgement.facts, report, report.claims, anchor.time)


def _is_same(one: StateAt, other: StateAt) -> bool:
    """Say whether two states are of the very same facts, whatever the status of a single credential is."""
    return (
        one.anchor is other.anchor
        and one.span is other.span
        and one.current_span is other.current_span
        and one.operator is other.operator
        and one.spans_between == other.spans_between
    )


def is_clear(state: StateAt) -> bool:
    """Say whether nothing speaks against a credential."""
    return not state.status.revoked and not state.status.suspended
