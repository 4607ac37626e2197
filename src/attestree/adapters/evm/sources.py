"""
Several nodes, asked about one registry, and what they must agree on.

Decides when answers may be used: the hash at the lowest final height is the same everywhere, every node is
up to date, and every node gives the same answer. One honest node among them is then enough: a liar can
only bring about that there is no answer. Source: DESIGN sections 1 and 7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from attestree.adapters.evm.source import Source, Tip
from attestree.errors import ChainIdentityError, ChainUnavailableError
from attestree.registry.facts import BlockRef, ChainIdentity, View
from attestree.registry.finality import DEV_CHAIN_IDS, FinalityRule

BLOCK_AGE_LIMIT_SECONDS = 600
"""How old the newest block may be where the chain's consensus makes blocks without a pause."""

LAG_BLOCKS = 10
"""How far a node's newest block may be behind the others' before its time is looked at."""

LAG_SECONDS = 120
"""How much older it may be then: a node that stands still is named, one that is a moment late is not."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class AgreedTip:
    """Where the nodes stand."""

    final: BlockRef
    """Newest block that is final for every node, and the same."""
    latest: tuple[BlockRef, ...]
    """Newest block of each node, in their order; nodes may lag a little."""

    @property
    def newest(self) -> BlockRef:
        """The highest of the newest blocks: time only ever ends a standing."""
        return max(self.latest, key=lambda block: (block.number, block.time))

    @property
    def lowest(self) -> BlockRef:
        """The lowest of the newest blocks: what every node should have."""
        return min(self.latest, key=lambda block: block.number)


class Sources:
    """One registry through all of its nodes."""

    def __init__(
        self, sources: Sequence[Source], *, block_age_limit_seconds: int = BLOCK_AGE_LIMIT_SECONDS
    ) -> None:
        """
        Take at least one node; all must be given the same pins.

        Args:
            sources: The nodes.
            block_age_limit_seconds: Applied under the rule `finalized`, off the development chains:
                elsewhere a chain may well make no block for hours.
        """
        if not sources or any(source.identity != sources[0].identity for source in sources):
            raise ValueError("at least one source, and one identity for all")
        self.all = tuple(sources)
        """The nodes."""
        self._block_age_limit_seconds = block_age_limit_seconds

    @property
    def identity(self) -> ChainIdentity:
        """What was pinned."""
        return self.all[0].identity

    def fetch_tip(self, *, now: int) -> AgreedTip:
        """
        Return where all nodes stand, after each was compared with the pins.

        Raises:
            ChainIdentityError: `identity.*`.
            ChainUnavailableError: `chain.sources_disagree`, `chain.stale_node`, `chain.node_behind`, or any
                other `chain.*`.
        """
        tips = [source.fetch_tip() for source in self.all]
        for tip in tips:
            self._verify_age(tip.latest, now)
        self._verify_pace([tip.latest for tip in tips])
        final = min((tip.final for tip in tips), key=lambda block: block.number)
        for source, tip in zip(self.all, tips, strict=True):
            if _hash_at(source, tip, final.number) != final.hash:
                raise ChainUnavailableError("chain.sources_disagree", block=final.number)
        return AgreedTip(final, tuple(tip.latest for tip in tips))

    def fetch_common_tip(self, *, now: int) -> Tip:
        """
        Return the newest block that every node holds, and the newest that is final for every node.

        Raises as `fetch_tip` does.
        """
        tip = self.fetch_tip(now=now)
        lowest = tip.lowest
        if any(
            newest != lowest and not source.has_block(lowest)
            for source, newest in zip(self.all, tip.latest, strict=True)
        ):
            raise ChainUnavailableError("chain.sources_disagree", block=lowest.number)
        return Tip(lowest, tip.final)

    def ask_all(self, ask: Callable[[Source], Answer]) -> Answer:
        """
        Ask every node the same and return the answer that all give.

        Raises:
            ChainUnavailableError: `chain.sources_disagree`, or whatever one of them raises.
        """
        return require_same([ask(source) for source in self.all])

    def fetch_identity(self) -> ChainIdentity:
        """
        Return what all nodes say their chain is.

        Raises:
            ChainIdentityError: `identity.chain_id` or `identity.genesis`, where only some of the nodes serve
                another chain than the pinned one.
            ChainUnavailableError: `chain.sources_disagree`, or whatever one of them raises.
        """
        found = [source.fetch_identity() for source in self.all]
        if all(one == found[0] for one in found):
            return found[0]
        for source, one in zip(self.all, found, strict=True):
            if one.chain_id != self.identity.chain_id:
                raise ChainIdentityError("identity.chain_id", host=source.rpc.host)
            if one.genesis_hash != self.identity.genesis_hash:
                raise ChainIdentityError("identity.genesis", host=source.rpc.host)
        raise ChainUnavailableError("chain.sources_disagree")

    def view(self, tip: AgreedTip, *, now: int) -> View:
        """Return as of when facts speak that were read at this tip."""
        return View(
            chain_id=self.identity.chain_id,
            registry=self.identity.registry,
            latest=tip.newest,
            final=tip.final,
            polled_at=now,
            # two addresses of one host are one provider, and so is one address given twice
            sources=len({source.rpc.host for source in self.all}),
        )

    def _verify_age(self, latest: BlockRef, now: int) -> None:
        steady = self.all[0].finality.rule is FinalityRule.FINALIZED
        if not steady or self.identity.chain_id in DEV_CHAIN_IDS:
            return
        if now - latest.time > self._block_age_limit_seconds:
            raise ChainUnavailableError("chain.stale_node", age_seconds=now - latest.time)

    def _verify_pace(self, latest: Sequence[BlockRef]) -> None:
        """Return unless a node stands still while another goes on."""
        newest = max(latest, key=lambda block: block.number)
        for source, block in zip(self.all, latest, strict=True):
            blocks, seconds = newest.number - block.number, newest.time - block.time
            if blocks > LAG_BLOCKS and seconds > LAG_SECONDS:
                raise ChainUnavailableError("chain.node_behind", host=source.rpc.host, blocks=blocks)


def require_same(answers: Sequence[Answer]) -> Answer:
    """Return the one answer; ChainUnavailableError `chain.sources_disagree` if there are several."""
    if any(answer != answers[0] for answer in answers[1:]):
        raise ChainUnavailableError("chain.sources_disagree")
    return answers[0]


def _hash_at(source: Source, tip: Tip, number: int) -> bytes:
    for known in (tip.final, tip.latest):
        if known.number == number:
            return known.hash
    return source.fetch_block(number).hash
