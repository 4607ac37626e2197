"""
Facts of one moment, for many credentials in one run.

Decides that all answers are read at the same blocks, that no storage word is asked for twice, and that what
many questions want to see travels together. Every node must give the same answer, as in `direct_facts`. The
moment is renewed where a run takes long, and where a node no longer has its blocks. A node that does not
answer is not asked again for each credential. Source: DESIGN section 7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from attestree.adapters.evm.direct_facts import DirectFacts, with_reason
from attestree.adapters.evm.proven_events import fetch_changes, find_reasons
from attestree.adapters.evm.source import Source, drive_readings
from attestree.adapters.evm.sources import AgreedTip, Sources, require_same
from attestree.errors import AttestreeError, ChainIdentityError, ChainUnavailableError
from attestree.ports import Clock
from attestree.registry.event_types import StatusChanged
from attestree.registry.facts import BlockRef, CredentialFacts, FactsQuery, Reason, StateAt, View
from attestree.registry.reading import read_state

RENEW_SECONDS = 300
"""After so long the moment is renewed, unless the caller says otherwise; nodes forget old states."""

REST_SECONDS = 10
"""For so long a node that failed is not asked again: its failure answers."""

WORD_LIMIT = 200_000
"""Storage words kept of each node; more, and all are let go."""

ISSUER_LIMIT = 100
"""Issuers whose changes of status are kept; more, and all are let go."""

Answer = TypeVar("Answer")

Told = list[tuple[StateAt, StateAt]]
"""What each node says about one credential at the final block, and at its newest."""


class _Words:
    """Storage words of one node, each asked for once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._known: dict[tuple[bytes, bytes], bytes] = {}

    def fetch(self, places: Sequence[tuple[bytes, BlockRef]]) -> list[bytes]:
        """Return the words at slots and blocks, asking in one request for those that are not known."""
        missing = {(slot, block.hash): (slot, block) for slot, block in places}
        for known in missing.keys() & self._known.keys():
            del missing[known]
        if missing:
            found = self.source.fetch_words(list(missing.values()))
            if len(self._known) > WORD_LIMIT:
                # those that are wanted now may be among them
                self._known.clear()
                return self.fetch(places)
            self._known.update(zip(missing, found, strict=True))
        return [self._known[slot, block.hash] for slot, block in places]


class PinnedFacts(DirectFacts):
    """`ChainFacts` of one moment; for one thread."""

    def __init__(self, sources: Sources, *, clock: Clock, renew_seconds: int = RENEW_SECONDS) -> None:
        """
        Read through these nodes; nothing is asked before the first question.

        Args:
            sources: The nodes.
            clock: Says when.
            renew_seconds: How long answers speak as of one moment.
        """
        super().__init__(sources, clock=clock)
        self._renew_seconds = renew_seconds
        self._view: View | None = None
        self._failure: AttestreeError | None = None
        self._failed_at = 0

    def fetch_facts(self, query: FactsQuery) -> CredentialFacts:
        """
        Return the facts at the final and the latest block of the moment; raises as `DirectFacts` does.

        A node that failed just now is not asked again: what it raised is raised once more.
        """
        return self._ask(lambda: self._read(query))

    def fetch_view(self) -> View:
        """Return as of when answers speak; raises as `fetch_facts` does."""
        return self._ask(lambda: self._pin()[0])

    def renew(self) -> None:
        """Let the moment go: the next question is answered as of a new one."""
        self._view, self._failure = None, None

    def prefetch(self, queries: Sequence[FactsQuery]) -> None:
        """Read in a few requests what `fetch_facts` will want to see; what fails here, fails there."""
        try:
            self._ask(lambda: self._read_ahead(queries))
        except AttestreeError:
            return

    def _ask(self, ask: Callable[[], Answer]) -> Answer:
        """Ask, once more at another moment if that one is gone; keep why it failed."""
        if self._failure is not None:
            if abs(self._clock.now() - self._failed_at) < REST_SECONDS:
                # the same error for every question: what one raise leaves in it must not pile up
                raise self._failure.with_traceback(None)
            self._failure = None
        pinned = self._view
        try:
            try:
                return ask()
            except ChainUnavailableError as error:
                if error.code == "chain.bad_record" or pinned is None:
                    raise
                self._view = None
                return ask()
        except (ChainUnavailableError, ChainIdentityError) as error:
            if error.code != "chain.bad_record":
                self._view, self._failure, self._failed_at = None, error, self._clock.now()
            raise

    def _pin(self) -> tuple[View, AgreedTip]:
        """Return the moment; another one where that was long ago."""
        now = self._clock.now()
        if self._view is None or abs(now - self._view.polled_at) >= self._renew_seconds:
            self._tip = self._sources.fetch_tip(now=now)
            self._view = self._sources.view(self._tip, now=now)
            self._words = [_Words(source) for source in self._sources.all]
            self._changes: dict[tuple[int, bytes], list[tuple[int, StatusChanged]]] = {}
            self._ahead: dict[FactsQuery, Told] = {}
        return self._view, self._tip

    def _read(self, query: FactsQuery) -> CredentialFacts:
        view, tip = self._pin()
        told = self._ahead.get(query) or self._read_each([query], tip)[0]
        final, latest = require_same(told)
        before, now = self._find_reasons(query, tip) if latest.status.revoked else (None, None)
        return CredentialFacts(view=view, final=with_reason(final, before), latest=with_reason(latest, now))

    def _read_ahead(self, queries: Sequence[FactsQuery]) -> None:
        _, tip = self._pin()
        self._ahead = {}
        asked = list(dict.fromkeys(queries))
        self._ahead = dict(zip(asked, self._read_each(asked, tip), strict=True))

    def _read_each(self, queries: Sequence[FactsQuery], tip: AgreedTip) -> list[Told]:
        """Return what the nodes say to each query, in order."""
        told: list[Told] = [[] for _ in queries]
        for words, newest in zip(self._words, tip.latest, strict=True):
            blocks = list(dict.fromkeys((tip.final, newest)))
            readings = [(read_state(query), block) for query in queries for block in blocks]
            states = drive_readings(readings, words.fetch)
            for found, final, latest in zip(
                told, states[:: len(blocks)], states[len(blocks) - 1 :: len(blocks)], strict=True
            ):
                found.append((final, latest))
        return told

    def _find_reasons(self, query: FactsQuery, tip: AgreedTip) -> tuple[Reason | None, Reason | None]:
        """Return the reason of a revocation at the final and at the latest block."""
        told = set()
        for number, (words, newest) in enumerate(zip(self._words, tip.latest, strict=True)):
            key = (number, query.issuer)
            if key not in self._changes:
                if len(self._changes) > ISSUER_LIMIT:
                    self._changes.clear()
                self._changes[key] = fetch_changes(words.source, query.issuer, block=newest)
            told.add(find_reasons(self._changes[key], query, earlier=tip.final))
        # nodes that prove different reasons prove none
        latest, final = told.pop() if len(told) == 1 else (None, None)
        return final, latest
