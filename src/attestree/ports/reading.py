"""
Reading a chain: what the registry says of credentials and issuers, and the events it stands on.

Decides which ignorance is an error: an absence is only ever reported from a fresh view. Source:
DESIGN section 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from attestree.registry.facts import (
    BlockRef,
    ChainIdentity,
    CredentialFacts,
    FactsQuery,
    Head,
    Log,
    Operator,
    SharedFacts,
    Span,
    View,
)


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """What the registry says about one issuer."""

    view: View
    """As of when."""
    address: bytes
    """20 bytes."""
    spans: tuple[Span, ...]
    """All spans, oldest first."""
    operators: tuple[Operator, ...]
    """All operators by number."""
    anchor_head: Head
    """Fold over its anchors."""
    act_head: Head
    """Fold over its acts."""


class ChainFacts(Protocol):
    """Answers what the registry says about a credential; every answer is as of stated blocks."""

    def fetch_facts(self, query: FactsQuery) -> CredentialFacts:
        """
        Return the facts at the final and the latest block.

        Raises:
            ChainUnavailableError: No answer, a stale one, or sources that disagree. An absent
                anchor is only ever reported from a fresh view; ignorance is never an absence.
            ChainIdentityError: The chain that answers is not the pinned one.
            HeadMismatchError: The events served do not land on the contract's heads.
        """

    def fetch_shared(self, query: FactsQuery, indexes: Sequence[int]) -> SharedFacts:
        """
        Return one answer about as many credentials of one batch as it fits, at the same two blocks.

        Raises as `fetch_facts` does.

        Args:
            query: About one of them.
            indexes: Leaf indexes, that of `query` among them.
        """

    def fetch_issuer(self, issuer: bytes) -> IssuerFacts:
        """Return what is known of one issuer; raises as `fetch_facts` does."""

    def fetch_view(self) -> View:
        """Return as of when answers speak now; raises as `fetch_facts` does."""


class ChainEvents(Protocol):
    """Reads the registry's events and heads, for those who replay them."""

    def fetch_logs(self, *, first_block: int, last_block: int) -> Sequence[Log]:
        """Return every event of the registry in the range, in chain order."""

    def fetch_block(self, tag: int | str) -> BlockRef:
        """Return a block by number or by `latest` or `final` (the registry's finality rule)."""

    def fetch_words(self, slots: Sequence[bytes], *, block: BlockRef) -> tuple[bytes, ...]:
        """Return the registry's storage words at that very block, 32 bytes each."""

    def fetch_identity(self) -> ChainIdentity:
        """Return what the chain says it is, read now."""
