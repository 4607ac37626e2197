"""
Facts from a view in memory that follows the chain; for servers.

Decides when there is a view to answer from, and of whom: only of issuers all of whose history the contract's
heads prove, were it no history at all. Answering does no I/O. A view that cannot be renewed is used up to
its age limit; one that was contradicted is dropped at once. How a view comes about is decided in
`following`. Source: DESIGN sections 3, 5 and 7.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from attestree.adapters.evm.following import CATCH_UP_BLOCKS, Follower, Following
from attestree.adapters.evm.snapshot import Snapshot, SnapshotFile
from attestree.adapters.evm.sources import Sources, require_same
from attestree.errors import AttestreeError, ChainIdentityError, ChainUnavailableError, EvidenceError
from attestree.ports import Clock, IssuerFacts
from attestree.registry.facts import CredentialFacts, FactsQuery, SharedFacts, View
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.registry.ledger import Ledger

VIEW_AGE_LIMIT_SECONDS = 600
"""How old a view may be that still answers."""

POLL_SECONDS = 4.0
"""Pause between two polls."""

GATHER_SECONDS = 0.05
"""Pause before a poll that a question calls for: questions come in crowds."""

SAVE_SECONDS = 60
"""Least time between two snapshots."""

SAVE_BLOCKS = 10_000
"""Blocks without events after which a snapshot is worth its while: as many as are asked for at once."""

STRANGERS_LIMIT = 256
"""Issuers without events that are looked for at each poll; those asked about longest ago are let go."""


class FollowedFacts:
    """
    `ChainFacts` that answers from memory; `start` keeps it fresh, or whoever calls `poll_once`.

    Of an issuer of whom no event was seen nothing is said before its heads were read at the blocks of the
    view: a node may have left it out. The first question about it calls for that, and is answered by
    `chain.unproven_issuer`; the next poll, which comes at once, finds out.
    """

    def __init__(
        self,
        sources: Sources,
        *,
        clock: Clock,
        view_age_limit_seconds: int = VIEW_AGE_LIMIT_SECONDS,
        poll_seconds: float = POLL_SECONDS,
        catch_up_blocks: int = CATCH_UP_BLOCKS,
        on_poll: Callable[[AttestreeError | None], None] = lambda _error: None,
        snapshot: SnapshotFile | None = None,
        on_snapshot: Callable[[AttestreeError], None] = lambda _error: None,
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
            snapshot: Where what was read is kept from one start to the next; None = nowhere.
            on_snapshot: Told why a snapshot was thrown away or could not be kept.
        """
        self._sources = sources
        self._clock = clock
        self._view_age_limit_seconds = view_age_limit_seconds
        self._poll_seconds = poll_seconds
        self._on_poll = on_poll
        self._snapshot = snapshot
        self._on_snapshot = on_snapshot
        self._follower = Follower(
            sources,
            catch_up_blocks=catch_up_blocks,
            keep_history=snapshot is not None,
            on_discard=on_snapshot,
        )
        self._restoring = snapshot is not None
        self._saved: Snapshot | None = None
        self._saved_at = 0
        self._following: Following | None = None
        self._failure: AttestreeError | None = None
        self._strangers: dict[bytes, None] = {}
        self._noting = threading.Lock()
        self._polling = threading.Lock()
        self._stopping = threading.Event()
        self._called = threading.Event()
        self._thread: threading.Thread | None = None

    # answering

    def fetch_facts(self, query: FactsQuery) -> CredentialFacts:
        """
        Return the facts at the final and the latest block of the view.

        Raises:
            ChainUnavailableError: `chain.no_view`, `chain.stale_view`, `chain.unproven_issuer`,
                `chain.sources_disagree`, or why the view was dropped.
            ChainIdentityError, HeadMismatchError: Why the view was dropped.
        """
        return _facts_at(self._fresh_of(query.issuer), query)

    def fetch_shared(self, query: FactsQuery, indexes: Sequence[int]) -> SharedFacts:
        """Return the facts about those of which no status was ever set; raises as `fetch_facts` does."""
        following = self._fresh_of(query.issuer)
        untouched = frozenset(indexes)
        for ledger in (following.final, *following.latest):
            untouched = ledger.issuer(query.issuer).find_untouched(query.list_id, untouched)
        about = (
            query if query.index in untouched else replace(query, index=min(untouched, default=query.index))
        )
        return SharedFacts(_facts_at(following, about), untouched)

    def fetch_issuer(self, issuer: bytes) -> IssuerFacts:
        """
        Return what is known of one issuer.

        Spans, operators and heads are those of the final block; ends, removals and disavowals of them are
        taken from the latest. Raises as `fetch_facts` does.
        """
        following = self._fresh_of(issuer)
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
        """Return the address of every issuer of whom an event was seen; raises as `fetch_facts` does."""
        return tuple(self._fresh().final.issuers)

    def fetch_ledger(self) -> Ledger:
        """Return the ledger at the final block, only to be read; raises as `fetch_facts` does."""
        return self._fresh().final

    def fetch_ledgers(self, issuer: bytes) -> tuple[View, tuple[IssuerLedger, ...]]:
        """
        Return one issuer's state at the final block and at the newest of each node, only to be read.

        Raises as `fetch_facts` does.
        """
        following = self._fresh_of(issuer)
        ledgers = [following.final, *following.latest]
        return following.view, tuple(ledger.issuer(issuer) for ledger in ledgers)

    def _fresh(self) -> Following:
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

    def _fresh_of(self, issuer: bytes) -> Following:
        """Return the view if it proves all there is of an issuer; else call for the proof."""
        following = self._fresh()
        if following.seen(issuer):
            return following
        with self._noting:
            self._strangers.pop(issuer, None)
            self._strangers[issuer] = None
            if len(self._strangers) > STRANGERS_LIMIT:
                del self._strangers[next(iter(self._strangers))]
        if issuer not in following.strangers:
            self._called.set()
            raise ChainUnavailableError("chain.unproven_issuer")
        return following

    # following

    def start(self) -> None:
        """Poll in the background until `stop`; the first poll begins at once."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="attestree-follow", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop polling, wait until a poll under way has ended, and keep a snapshot."""
        self._stopping.set()
        self._called.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            self.save_snapshot()

    def poll_once(self) -> View:
        """
        Fold what is new and swap the view.

        Raises:
            ChainUnavailableError: `chain.*` or `event.*`; the view in use stays until it is too old, unless
                nodes disagree.
            ChainIdentityError, HeadMismatchError: The view in use is dropped.
        """
        with self._polling:
            self._restore()
            with self._noting:
                strangers = frozenset(self._strangers)
            now = self._clock.now()
            try:
                following = self._follower.follow(self._following, now=now, strangers=strangers)
            except AttestreeError as error:
                if _contradicts(error):
                    self._following, self._failure = None, error
                    if not isinstance(error, ChainUnavailableError):
                        # what was folded came from all nodes: that they disagree now does not undo it
                        self._follower.begin_again()
                raise
            self._following, self._failure = following, None
            self._forget_seen(following)
            return following.view

    def save_snapshot(self) -> None:
        """Keep what was read and proven, if it is more than was kept before; failures go to `on_snapshot`."""
        with self._polling:
            found = self._follower.build_snapshot()
            if self._snapshot is None or found is None or found == self._saved:
                return
            try:
                self._snapshot.write(found)
            except AttestreeError as error:
                self._on_snapshot(error)
            else:
                self._saved = found

    def _save_if_due(self) -> None:
        """Keep what was read now and then, if there are new events, or many blocks without."""
        now = self._clock.now()
        if self._snapshot is None or abs(now - self._saved_at) < SAVE_SECONDS:
            return
        self._saved_at = now
        found, saved = self._follower.build_snapshot(), self._saved
        if found is None:
            return
        if (
            saved is None
            or len(found.parts) != len(saved.parts)
            or found.block.number - saved.block.number >= SAVE_BLOCKS
        ):
            self.save_snapshot()

    def _restore(self) -> None:
        """Begin with the snapshot, once; one that is no use is said and left."""
        if self._snapshot is None or not self._restoring:
            return
        self._restoring = False
        try:
            found = self._snapshot.read(identity=self._sources.identity)
            if found is not None:
                self._follower.restore(found)
                self._saved = found
        except AttestreeError as error:
            self._on_snapshot(error)

    def _forget_seen(self, following: Following) -> None:
        """Let issuers go of whom events have been seen meanwhile."""
        with self._noting:
            for issuer in [issuer for issuer in self._strangers if following.seen(issuer)]:
                del self._strangers[issuer]

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.poll_once()
            except AttestreeError as error:
                self._on_poll(error)
            else:
                self._on_poll(None)
                self._save_if_due()
            if self._called.wait(self._poll_seconds):
                self._called.clear()
                self._stopping.wait(min(GATHER_SECONDS, self._poll_seconds))


def _facts_at(following: Following, query: FactsQuery) -> CredentialFacts:
    return CredentialFacts(
        view=following.view,
        final=following.final.state_at(query),
        latest=require_same([ledger.state_at(query) for ledger in following.latest]),
    )


def _contradicts(error: AttestreeError) -> bool:
    disagree = isinstance(error, ChainUnavailableError) and error.code == "chain.sources_disagree"
    return disagree or isinstance(error, ChainIdentityError | EvidenceError)
