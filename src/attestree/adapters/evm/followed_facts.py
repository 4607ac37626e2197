"""
Facts from a view in memory that follows the chain; for servers.

Decides when there is a view to answer from. Each poll folds new events into a ledger at the final block and
one at the newest block of each node, compares every head with the contract's storage at those very blocks,
and only then swaps the view, as a whole. Answering does no I/O. A view that cannot be renewed is used up to
its age limit; one that was contradicted is dropped at once. Source: DESIGN sections 3, 5 and 7.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from attestree.adapters.evm.source import Source
from attestree.adapters.evm.sources import AgreedTip, Sources, require_same
from attestree.errors import (
    AttestreeError,
    ChainIdentityError,
    ChainUnavailableError,
    EvidenceError,
    HeadMismatchError,
)
from attestree.ports import Clock, IssuerFacts
from attestree.registry.facts import BlockRef, CredentialFacts, FactsQuery, Log, View
from attestree.registry.finality import DEV_CHAIN_IDS
from attestree.registry.ledger import Ledger
from attestree.registry.reading import read_heads

VIEW_AGE_LIMIT_SECONDS = 600
"""How old a view may be that still answers."""

POLL_SECONDS = 4.0
"""Pause between two polls."""

CATCH_UP_BLOCKS = 100_000
"""Blocks folded at once when there are many."""

STRANGERS_LIMIT = 256
"""Issuers without events that are looked for at each poll; those asked about longest ago are let go."""


@dataclass(frozen=True, slots=True)
class _Following:
    """All that answers need; never changed, only replaced."""

    tip: AgreedTip
    """Where the nodes stood."""
    view: View
    """As of when."""
    final: Ledger
    """At the final block."""
    latest: tuple[Ledger, ...]
    """At the newest block of each node; one for all where that is the same block."""
    strangers: tuple[bytes, ...]
    """Issuers that were asked about, of whom storage proves that they have no events."""


class FollowedFacts:
    """
    `ChainFacts` that answers from memory; `start` keeps it fresh, or whoever calls `poll_once`.

    The heads prove the history of every issuer of which at least one event was seen. That a node left out an
    issuer altogether is found out by a second node, or at the poll after the first question about it: until
    then it reads as an issuer without anchors.
    """

    def __init__(
        self,
        sources: Sources,
        *,
        clock: Clock,
        view_age_limit_seconds: int = VIEW_AGE_LIMIT_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        catch_up_blocks: int = CATCH_UP_BLOCKS,
        on_poll: Callable[[AttestreeError | None], None] | None = None,
    ) -> None:
        """
        Prepare to follow; nothing is asked before the first poll.

        Args:
            sources: The nodes.
            clock: Tells how old the view is.
            view_age_limit_seconds: An older view does not answer.
            poll_seconds: Pause between two polls of `start`.
            catch_up_blocks: Blocks folded at once; what was folded is kept if the next part fails.
            on_poll: Told of each poll in the background: None, or why it failed.
        """
        self._sources = sources
        self._clock = clock
        self._view_age_limit_seconds = view_age_limit_seconds
        self._poll_seconds = poll_seconds
        self._catch_up_blocks = catch_up_blocks
        self._on_poll = on_poll or (lambda _error: None)
        self._following: _Following | None = None
        self._failure: AttestreeError | None = None
        self._base = self._empty_ledger()
        self._base_block: BlockRef | None = None
        self._proven: tuple[BlockRef, tuple[bytes, ...]] | None = None
        self._strangers: dict[bytes, None] = {}
        self._noting = threading.Lock()
        self._polling = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    # answering

    def fetch_facts(self, query: FactsQuery) -> CredentialFacts:
        """
        Return the facts at the final and the latest block of the view.

        Raises:
            ChainUnavailableError: `chain.no_view`, `chain.stale_view`, `chain.sources_disagree`, or why
                the view was dropped.
            ChainIdentityError, HeadMismatchError: Why the view was dropped.
        """
        following = self._fresh()
        self._note(query.issuer, following)
        return CredentialFacts(
            view=following.view,
            final=following.final.state_at(query),
            latest=require_same([ledger.state_at(query) for ledger in following.latest]),
        )

    def fetch_issuer(self, issuer: bytes) -> IssuerFacts:
        """
        Return what is known of one issuer.

        Spans, operators and heads are those of the final block; ends, removals and disavowals of them are
        taken from the latest. Raises as `fetch_facts` does.
        """
        following = self._fresh()
        final = following.final.issuer(issuer)
        spans, operators = require_same(
            [(ledger.issuer(issuer).spans, ledger.issuer(issuer).operators) for ledger in following.latest]
        )
        return IssuerFacts(
            view=following.view,
            address=issuer,
            spans=tuple(spans[: len(final.spans)]),
            operators=tuple(operators[: len(final.operators)]),
            anchor_head=final.anchor_head,
            act_head=final.act_head,
        )

    def fetch_view(self) -> View:
        """Return as of when answers speak now; raises as `fetch_facts` does."""
        return self._fresh().view

    def fetch_issuers(self) -> tuple[bytes, ...]:
        """Return the address of every issuer to whom something happened; raises as `fetch_facts` does."""
        return tuple(self._fresh().final.issuers)

    def fetch_ledger(self) -> Ledger:
        """Return the ledger at the final block, only to be read; raises as `fetch_facts` does."""
        return self._fresh().final

    def _note(self, issuer: bytes, following: _Following) -> None:
        """Have an issuer looked for at the next poll if no event of it was seen."""
        if any(issuer in ledger.issuers for ledger in (following.final, *following.latest)):
            return
        with self._noting:
            self._strangers.pop(issuer, None)
            self._strangers[issuer] = None
            if len(self._strangers) > STRANGERS_LIMIT:
                del self._strangers[next(iter(self._strangers))]

    # following

    def start(self) -> None:
        """Poll in the background until `stop`; the first poll begins at once."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="attestree-follow", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop polling and wait until a poll under way has ended."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def poll_once(self) -> View:
        """
        Fold what is new and swap the view.

        Raises:
            ChainUnavailableError: `chain.*` or `event.*`; the view in use stays until it is too old, unless
                nodes disagree.
            ChainIdentityError, HeadMismatchError: The view in use is dropped.
        """
        with self._polling:
            try:
                following = self._follow_or_begin_again()
            except AttestreeError as error:
                if _contradicts(error):
                    self._following, self._failure = None, error
                    self._begin_again()
                raise
            self._following, self._failure = following, None
            return following.view

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.poll_once()
            except AttestreeError as error:
                self._on_poll(error)
            else:
                self._on_poll(None)
            self._stopping.wait(self._poll_seconds)

    def _fresh(self) -> _Following:
        following = self._following
        if following is None:
            failure = self._failure or ChainUnavailableError("chain.no_view")
            # the same error for every question: what one raise leaves in it must not pile up
            raise failure.with_traceback(None)
        # a clock that was set back says nothing about the age either
        age_seconds = abs(self._clock.now() - following.view.polled_at)
        if age_seconds > self._view_age_limit_seconds:
            raise ChainUnavailableError("chain.stale_view", age_seconds=age_seconds)
        return following

    def _follow_or_begin_again(self) -> _Following:
        try:
            return self._follow()
        except HeadMismatchError:
            # a service with several nodes behind one URL may have left out events of the newest blocks
            self._begin_again()
            return self._follow()

    def _follow(self) -> _Following:
        now = self._clock.now()
        tip = self._sources.fetch_tip(now=now)
        known = self._following
        with self._noting:
            strangers = tuple(sorted(self._strangers))
        if known is not None and (known.tip, known.strangers) == (tip, strangers):
            return replace(known, view=replace(known.view, polled_at=now))
        final = self._advance(tip)
        self._verify_base(final, strangers)
        ledgers = self._fold_latest(tip, final, strangers)
        view = self._sources.view(replace(tip, final=final), now=now)
        return _Following(tip, view, self._base, ledgers, strangers)

    def _verify_base(self, final: BlockRef, strangers: tuple[bytes, ...]) -> None:
        if self._proven == (final, strangers):
            return
        for source in self._sources.all:
            _verify_heads(source, self._base, final, strangers)
        self._proven = final, strangers

    def _fold_latest(
        self, tip: AgreedTip, final: BlockRef, strangers: tuple[bytes, ...]
    ) -> tuple[Ledger, ...]:
        by_hash: dict[bytes, Ledger] = {final.hash: self._base}
        for source, latest in zip(self._sources.all, tip.latest, strict=True):
            if latest.hash not in by_hash:
                logs = source.fetch_logs(first=final.number + 1, last=latest)
                by_hash[latest.hash] = _extend(self._base, logs)
            if latest != final:
                _verify_heads(source, by_hash[latest.hash], latest, strangers)
        return tuple(by_hash[latest.hash] for latest in tip.latest)

    def _advance(self, tip: AgreedTip) -> BlockRef:
        """Fold up to the final block; a ledger that was in a view is replaced, never changed."""
        self._rewind(tip)
        reached = self._base_block
        while reached is None or reached.number < tip.final.number:
            first = self._sources.identity.deploy_block if reached is None else reached.number + 1
            last = self._end_of_part(first, tip.final)
            self._base = _extend(self._base, self._fetch_logs(first, last))
            reached = self._base_block = last
        return reached

    def _end_of_part(self, first: int, final: BlockRef) -> BlockRef:
        number = first + self._catch_up_blocks - 1
        if number >= final.number:
            return final
        return self._sources.ask_all(lambda source: source.fetch_block(number))

    def _fetch_logs(self, first: int, last: BlockRef) -> list[Log]:
        return self._sources.ask_all(lambda source: source.fetch_logs(first=first, last=last))

    def _rewind(self, tip: AgreedTip) -> None:
        """Begin again where the block that was reached is no longer in the chain."""
        reached = self._base_block
        if reached is None or reached == tip.final:
            return
        if all(source.has_block(reached) for source in self._sources.all):
            return
        behind = any(latest.number < reached.number for latest in tip.latest)
        if behind and self._sources.identity.chain_id not in DEV_CHAIN_IDS:
            # a node that lags is no reason to read the whole chain again
            raise ChainUnavailableError("chain.went_back", block=reached.number)
        self._begin_again()

    def _begin_again(self) -> None:
        self._base, self._base_block, self._proven = self._empty_ledger(), None, None

    def _empty_ledger(self) -> Ledger:
        pinned = self._sources.identity
        return Ledger(chain_id=pinned.chain_id, registry=pinned.registry)


def _extend(ledger: Ledger, logs: Sequence[Log]) -> Ledger:
    if not logs:
        return ledger
    branch = ledger.branch()
    branch.apply(logs)
    return branch


def _verify_heads(source: Source, ledger: Ledger, block: BlockRef, strangers: tuple[bytes, ...]) -> None:
    wanted = [*ledger.issuers, *(issuer for issuer in strangers if issuer not in ledger.issuers)]
    reading = read_heads(wanted, chain_id=ledger.chain_id, registry=ledger.registry)
    registry_head, issuers = source.read(reading, block)
    ledger.verify_heads(registry_head=registry_head, issuers=issuers)


def _contradicts(error: AttestreeError) -> bool:
    disagree = isinstance(error, ChainUnavailableError) and error.code == "chain.sources_disagree"
    return disagree or isinstance(error, ChainIdentityError | EvidenceError)
