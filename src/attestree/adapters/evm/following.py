"""
The fold that follows a chain: from one view of the registry to the next.

Decides what is read for a view and what must agree before there is one: new events go into a ledger at the
final block and into one at the newest block of each node, and every head that either has, or that somebody
asked about, is compared with the contract's storage at those very blocks. Who may be answered from a view
is decided in `followed_facts`. Source: DESIGN sections 5 and 7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from attestree.adapters.evm.snapshot import Snapshot, pack_logs
from attestree.adapters.evm.source import Source
from attestree.adapters.evm.sources import AgreedTip, Sources
from attestree.errors import AttestreeError, ChainUnavailableError, CorruptionError, HeadMismatchError
from attestree.registry.facts import BlockRef, Log, View
from attestree.registry.finality import DEV_CHAIN_IDS
from attestree.registry.ledger import Ledger
from attestree.registry.reading import read_heads

CATCH_UP_BLOCKS = 100_000
"""Blocks folded at once when there are many."""


@dataclass(frozen=True, slots=True)
class Following:
    """All that answers need; never changed, only replaced."""

    tip: AgreedTip
    """Where the nodes stood."""
    view: View
    """As of when."""
    final: Ledger
    """At the final block."""
    latest: tuple[Ledger, ...]
    """At the newest block of each node; one for all where that is the same block."""
    strangers: frozenset[bytes]
    """Issuers that were asked about, of whom storage proves that they have no events."""

    def seen(self, issuer: bytes) -> bool:
        """Say whether the view holds an event of an issuer; then all of its events are proven."""
        return issuer in self.final.issuers or any(issuer in ledger.issuers for ledger in self.latest)


class Follower:
    """Folds what is new; for one thread at a time."""

    def __init__(
        self,
        sources: Sources,
        *,
        catch_up_blocks: int = CATCH_UP_BLOCKS,
        keep_history: bool = False,
        on_discard: Callable[[AttestreeError], None] = lambda _error: None,
    ) -> None:
        """
        Prepare to follow from the deploy block on.

        Args:
            sources: The nodes.
            catch_up_blocks: Blocks folded at once; what was folded is kept if the next part fails.
            keep_history: Keep the events as well, for a snapshot.
            on_discard: Told why a snapshot was thrown away.
        """
        self._sources = sources
        self._catch_up_blocks = catch_up_blocks
        self._keep_history = keep_history
        self._on_discard = on_discard
        self._restored = False
        self.begin_again()

    def begin_again(self) -> None:
        """Forget all that was folded."""
        pinned = self._sources.identity
        self._base = Ledger(chain_id=pinned.chain_id, registry=pinned.registry)
        self._base_block: BlockRef | None = None
        self._parts: list[bytes] = []
        self._proven: set[bytes] = set()
        self._proven_at: BlockRef | None = None

    def restore(self, snapshot: Snapshot) -> None:
        """
        Go on from a snapshot; `follow` holds it against the chain before there is a view.

        Raises:
            CorruptionError: `snapshot.damaged`, or `snapshot.heads` where its events cannot be folded;
                nothing of it is kept.
        """
        ledger = self._base.branch()
        try:
            ledger.apply(snapshot.logs())
        except (HeadMismatchError, ChainUnavailableError) as exc:
            raise CorruptionError("snapshot.heads") from exc
        self._base, self._base_block, self._restored = ledger, snapshot.block, True
        self._parts = list(snapshot.parts) if self._keep_history else []

    def build_snapshot(self) -> Snapshot | None:
        """Return what was folded and proven up to the final block, or None where nothing is."""
        if self._base_block is None or self._proven_at != self._base_block or not self._keep_history:
            return None
        return Snapshot(self._sources.identity, self._base_block, tuple(self._parts))

    def follow(self, known: Following | None, *, now: int, strangers: frozenset[bytes]) -> Following:
        """
        Return the next view.

        Args:
            known: The last one, or None.
            now: Wall time, Unix seconds.
            strangers: Issuers that were asked about and have no events in the last view.

        Raises:
            ChainUnavailableError: `chain.*` or `event.*`.
            ChainIdentityError: `identity.*`.
            HeadMismatchError: `head.*`, what a node says does not land on the contract's heads.
        """
        try:
            return self._follow(known, now=now, strangers=strangers)
        except HeadMismatchError as exc:
            # a service with several nodes behind one URL may have left out events of the newest blocks
            self._discard("snapshot.heads", exc)
            self.begin_again()
            return self._follow(None, now=now, strangers=strangers)

    def _follow(self, known: Following | None, *, now: int, strangers: frozenset[bytes]) -> Following:
        tip = self._sources.fetch_tip(now=now)
        if known is not None and known.tip == tip:
            self._verify_absent(known, strangers - known.strangers)
            return replace(known, view=replace(known.view, polled_at=now), strangers=strangers)
        final = self._advance(tip)
        ledgers = self._fold_latest(tip, final)
        wanted = strangers.union(self._base.issuers, *(ledger.issuers for ledger in ledgers))
        self._verify_base(final, wanted)
        for source, ledger, latest in zip(self._sources.all, ledgers, tip.latest, strict=True):
            if latest != final:
                verify_heads(source, ledger, latest, wanted)
        self._restored = False
        view = self._sources.view(replace(tip, final=final), now=now)
        return Following(tip, view, self._base, ledgers, strangers)

    def _verify_absent(self, known: Following, issuers: frozenset[bytes]) -> None:
        """Make sure that there is nothing of some more issuers, at the blocks of a view."""
        if not issuers:
            return
        for source, ledger, latest in zip(self._sources.all, known.latest, known.tip.latest, strict=True):
            verify_heads(source, known.final, known.view.final, issuers)
            if latest != known.view.final:
                verify_heads(source, ledger, latest, issuers)

    def _verify_base(self, final: BlockRef, wanted: frozenset[bytes]) -> None:
        """Hold the final ledger against storage; what was proven at this block is not read again."""
        if self._proven_at != final:
            self._proven, self._proven_at = set(), None
        missing = wanted - self._proven
        if missing or self._proven_at is None:
            for source in self._sources.all:
                verify_heads(source, self._base, final, missing)
        self._proven |= missing
        self._proven_at = final

    def _fold_latest(self, tip: AgreedTip, final: BlockRef) -> tuple[Ledger, ...]:
        by_hash: dict[bytes, Ledger] = {final.hash: self._base}
        for source, latest in zip(self._sources.all, tip.latest, strict=True):
            if latest.hash not in by_hash:
                logs = source.fetch_logs(first=final.number + 1, last=latest)
                by_hash[latest.hash] = _extend(self._base, logs)
        return tuple(by_hash[latest.hash] for latest in tip.latest)

    def _advance(self, tip: AgreedTip) -> BlockRef:
        """Fold up to the final block; a ledger that was in a view is replaced, never changed."""
        self._rewind(tip)
        reached = self._base_block
        while reached is None or reached.number < tip.final.number:
            first = self._sources.identity.deploy_block if reached is None else reached.number + 1
            last = self._end_of_part(first, tip.final)
            logs = self._fetch_logs(first, last)
            self._base = _extend(self._base, logs)
            if self._keep_history and logs:
                self._parts.append(pack_logs(logs))
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
        self._discard("snapshot.block_gone", None)
        self.begin_again()

    def _discard(self, code: str, cause: AttestreeError | None) -> None:
        """Say why a snapshot is thrown away, if there is one that was not proven yet."""
        if self._restored:
            self._restored = False
            error = CorruptionError(code)
            error.__cause__ = cause
            self._on_discard(error)


def verify_heads(source: Source, ledger: Ledger, block: BlockRef, issuers: frozenset[bytes]) -> None:
    """
    Hold the heads of a ledger against the storage of one node at its block.

    Args:
        source: The node.
        ledger: Folded up to `block`.
        block: At which storage is read.
        issuers: Whose heads, beside the registry's own.

    Raises:
        HeadMismatchError: `head.*`.
        ChainUnavailableError: `chain.*`.
    """
    reading = read_heads(sorted(issuers), chain_id=ledger.chain_id, registry=ledger.registry)
    registry_head, stored = source.read(reading, block)
    ledger.verify_registry_head(registry_head)
    ledger.verify_issuer_heads(stored)


def _extend(ledger: Ledger, logs: Sequence[Log]) -> Ledger:
    if not logs:
        return ledger
    branch = ledger.branch()
    branch.apply(logs)
    return branch
