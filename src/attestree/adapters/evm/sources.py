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
from attestree.errors import ChainUnavailableError
from attestree.registry.facts import BlockRef, ChainIdentity, View
from attestree.registry.finality import DEV_CHAIN_IDS, FinalityRule

BLOCK_AGE_LIMIT_SECONDS = 600
"""How old the newest block may be where the chain's consensus makes blocks without a pause."""

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
            ChainUnavailableError: `chain.sources_disagree`, `chain.stale_node`, or any other `chain.*`.
        """
        tips = [source.fetch_tip() for source in self.all]
        for tip in tips:
            self._verify_age(tip.latest, now)
        final = min((tip.final for tip in tips), key=lambda block: block.number)
        for source, tip in zip(self.all, tips, strict=True):
            if _hash_at(source, tip, final.number) != final.hash:
                raise ChainUnavailableError("chain.sources_disagree", block=final.number)
        return AgreedTip(final, tuple(tip.latest for tip in tips))

    def ask_all(self, ask: Callable[[Source], Answer]) -> Answer:
        """
        Ask every node the same and return the answer that all give.

        Raises:
            ChainUnavailableError: `chain.sources_disagree`, or whatever one of them raises.
        """
        return require_same([ask(source) for source in self.all])

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
