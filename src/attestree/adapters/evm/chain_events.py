"""
Events and storage words of a registry, for those who replay it.

Decides that everything handed out belongs to one chain on which all nodes agree. That events are complete
is decided by who folds them: the words handed out here hold the heads. Source: DESIGN sections 7 and 8.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.adapters.evm.sources import Sources
from attestree.ports import Clock
from attestree.registry.facts import BlockRef, ChainIdentity, Log


class EvmEvents:
    """`ChainEvents` over JSON-RPC."""

    def __init__(self, sources: Sources, *, clock: Clock) -> None:
        """Read through these nodes; the clock tells how old their newest blocks are."""
        self._sources = sources
        self._clock = clock

    def fetch_logs(self, *, first_block: int, last_block: int) -> Sequence[Log]:
        """
        Return every event of the registry in the range, in chain order; the same from every node.

        Raises:
            ChainUnavailableError: `chain.sources_disagree`, `chain.reorganised`, or any other `chain.*`.
        """
        last = self._sources.ask_all(lambda source: source.fetch_block(last_block))
        return self._sources.ask_all(lambda source: source.fetch_logs(first=first_block, last=last))

    def fetch_block(self, tag: int | str) -> BlockRef:
        """
        Return a block by number or by `latest` or `final`; `latest` is the lowest of several nodes.

        Raises:
            ChainIdentityError: `identity.*`, for the two tags.
            ChainUnavailableError: `chain.sources_disagree`, or any other `chain.*`.
            ValueError: Another tag.
        """
        if isinstance(tag, int):
            return self._sources.ask_all(lambda source: source.fetch_block(tag))
        if tag not in ("latest", "final"):
            raise ValueError(f"no such tag: {tag}")
        if tag == "final":
            return self._sources.fetch_tip(now=self._clock.now()).final
        return self._sources.fetch_common_tip(now=self._clock.now()).latest

    def fetch_words(self, slots: Sequence[bytes], *, block: BlockRef) -> tuple[bytes, ...]:
        """
        Return the registry's storage words at that very block, 32 bytes each; the same from every node.

        Raises:
            ChainUnavailableError: `chain.sources_disagree`, `chain.reorganised`, or any other `chain.*`.
        """
        return self._sources.ask_all(lambda source: source.fetch_words([(slot, block) for slot in slots]))

    def fetch_identity(self) -> ChainIdentity:
        """
        Return what the chain says it is, read now; the number of the deploy block is the pinned one.

        Raises:
            ChainIdentityError: `identity.chain_id` or `identity.genesis`, some nodes serve another chain.
            ChainUnavailableError: `chain.no_code`, `chain.sources_disagree`, or any other `chain.*`.
        """
        return self._sources.fetch_identity()
