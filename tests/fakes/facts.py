"""A registry in memory that implements `ChainFacts`: it says yes to what was put in, and to nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from attestree.errors import AttestreeError
from attestree.ports import IssuerFacts
from attestree.registry.facts import (
    CredentialFacts,
    FactsQuery,
    Head,
    SharedFacts,
    StateAt,
    StatusBits,
    View,
)

CLEAR = StatusBits(revoked=False, suspended=False, whole_list=False)
"""Nothing was ever said about the credential."""

NOTHING = StateAt(anchor=None, span=None, current_span=None, operator=None, status=CLEAR)
"""What an empty registry says."""


@dataclass
class FakeFacts:
    """Answers from memory, and remembers what it was asked."""

    view: View
    records: dict[tuple[bytes, bytes], CredentialFacts] = field(default_factory=dict)
    """Answer by issuer and root."""
    failure: AttestreeError | None = None
    """Raised instead of any answer."""
    questions: list[FactsQuery] = field(default_factory=list)

    def fetch_facts(self, query: FactsQuery) -> CredentialFacts:
        self.questions.append(query)
        if self.failure is not None:
            raise self.failure
        known = self.records.get((query.issuer, query.root))
        return known or CredentialFacts(self.view, final=NOTHING, latest=NOTHING)

    def fetch_shared(self, query: FactsQuery, indexes: Sequence[int]) -> SharedFacts:
        """Ask about each, and return one answer that several got."""
        answers = {index: self.fetch_facts(replace(query, index=index)) for index in indexes}
        clear = [facts for facts in answers.values() if facts.final.status == facts.latest.status == CLEAR]
        shared = (clear or list(answers.values()))[0]
        return SharedFacts(shared, frozenset(index for index, facts in answers.items() if facts == shared))

    def fetch_issuer(self, issuer: bytes) -> IssuerFacts:
        return IssuerFacts(self.fetch_view(), issuer, (), (), Head(0, 0), Head(0, 0))

    def fetch_view(self) -> View:
        if self.failure is not None:
            raise self.failure
        return self.view


@dataclass
class FixedClock:
    """A clock that stands still and counts how often it is read."""

    seconds: int
    reads: int = 0

    def now(self) -> int:
        self.reads += 1
        return self.seconds
