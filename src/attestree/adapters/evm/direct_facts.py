"""
Facts read from the nodes at the moment of the question; for commands.

Decides which blocks and words answer a question. Every node must give the same answer, at the final block
that they share and at the newest block of each. A few requests a node and question; nothing is kept
between questions. Source: DESIGN section 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attestree.adapters.evm.proven_events import fetch_reasons, fetch_texts
from attestree.adapters.evm.source import Source
from attestree.adapters.evm.sources import AgreedTip, Sources, require_same
from attestree.ports import Clock, IssuerFacts
from attestree.registry.facts import BlockRef, CredentialFacts, FactsQuery, Reason, SharedFacts, StateAt, View
from attestree.registry.reading import IssuerState, read_issuer, read_state


class DirectFacts:
    """`ChainFacts` that asks the nodes each time."""

    def __init__(self, sources: Sources, *, clock: Clock) -> None:
        """Read through these nodes; the clock says when."""
        self._sources = sources
        self._clock = clock

    def fetch_facts(self, query: FactsQuery) -> CredentialFacts:
        """
        Return the facts at the final and the latest block, read now.

        The reason of a revocation is there only if the issuer's acts could be replayed onto its act head.

        Raises:
            ChainUnavailableError: `chain.*`, above all `chain.sources_disagree`.
            ChainIdentityError: `identity.*`.
        """
        now = self._clock.now()
        tip = self._sources.fetch_tip(now=now)
        final, latest = require_same(
            [
                _read_both(source, query, tip.final, newest)
                for source, newest in zip(self._sources.all, tip.latest, strict=True)
            ]
        )
        latest_reason, final_reason = (
            self._fetch_reasons(query, tip) if latest.status.revoked else (None, None)
        )
        return CredentialFacts(
            view=self._sources.view(tip, now=now),
            final=with_reason(final, final_reason),
            latest=with_reason(latest, latest_reason),
        )

    def fetch_shared(self, query: FactsQuery, indexes: Sequence[int]) -> SharedFacts:  # noqa: ARG002 # as the port says
        """Return the facts about the one credential of `query`; raises as `fetch_facts` does."""
        return SharedFacts(self.fetch_facts(query), frozenset([query.index]))

    def fetch_issuer(self, issuer: bytes) -> IssuerFacts:
        """
        Return what is known of one issuer.

        Spans, operators and heads are those of the final block; ends, removals and disavowals of them are
        taken from the latest. Texts are there where events gave them and they hash to what storage holds.
        Raises as `fetch_facts` does.
        """
        now = self._clock.now()
        tip = self._sources.fetch_tip(now=now)
        final, latest = require_same(
            [
                _read_issuer_at(source, issuer, tip.final, newest)
                for source, newest in zip(self._sources.all, tip.latest, strict=True)
            ]
        )
        return IssuerFacts(
            view=self._sources.view(tip, now=now),
            address=issuer,
            spans=fetch_texts(
                self._sources.all[0], issuer, latest.spans[: len(final.spans)], block=tip.final
            ),
            operators=latest.operators[: len(final.operators)],
            anchor_head=final.heads.anchor,
            act_head=final.heads.act,
        )

    def fetch_view(self) -> View:
        """Return as of when an answer would speak now; raises as `fetch_facts` does."""
        now = self._clock.now()
        return self._sources.view(self._sources.fetch_tip(now=now), now=now)

    def _fetch_reasons(self, query: FactsQuery, tip: AgreedTip) -> tuple[Reason | None, Reason | None]:
        told = {
            fetch_reasons(source, query, block=newest, earlier=tip.final)
            for source, newest in zip(self._sources.all, tip.latest, strict=True)
        }
        # nodes that prove different reasons prove none
        return told.pop() if len(told) == 1 else (None, None)


def _read_both(
    source: Source, query: FactsQuery, final: BlockRef, latest: BlockRef
) -> tuple[StateAt, StateAt]:
    if final == latest:
        state = source.read(read_state(query), final)
        return state, state
    first, second = source.read_many([(read_state(query), final), (read_state(query), latest)])
    return first, second


def _read_issuer_at(
    source: Source, issuer: bytes, final: BlockRef, latest: BlockRef
) -> tuple[IssuerState, IssuerState]:
    pinned = source.identity
    first, second = source.read_many(
        [
            (read_issuer(issuer, chain_id=pinned.chain_id, registry=pinned.registry), block)
            for block in (final, latest)
        ]
    )
    return first, second


def with_reason(state: StateAt, reason: Reason | None) -> StateAt:
    """Return a state with the reason of its revocation, if there is one."""
    if not state.status.revoked:
        return state
    return replace(state, status=replace(state.status, reason=reason))
