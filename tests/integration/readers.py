"""
All ways of reading facts, behind one face, so that one suite asks the same of each.

A `Reader` polls where the way of reading needs it and asks. `forwarding` gives a node that tells the truth
of another, until a test changes single answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from attestree.adapters.evm.direct_facts import DirectFacts
from attestree.adapters.evm.followed_facts import FollowedFacts
from attestree.adapters.evm.pinned_facts import PinnedFacts
from attestree.adapters.evm.rpc import JsonRpc, RpcError
from attestree.adapters.evm.source import Source
from attestree.adapters.evm.sources import Sources
from attestree.errors import ChainUnavailableError
from attestree.ports import IssuerFacts
from attestree.registry.facts import ChainIdentity, CredentialFacts, FactsQuery, StateAt
from attestree.registry.finality import parse_finality
from tests.fakes.lying_node import LyingNode, Refusal, run_lying_node
from tests.integration.deployed import Actor, AnchoredBatch, Deployed

KINDS = ("direct", "followed", "pinned")

Told = TypeVar("Told")


@dataclass
class SetClock:
    """Stands where a test puts it."""

    moment: int = 1_800_000_000

    def now(self) -> int:
        return self.moment


@dataclass
class Reader:
    """Asks one of them."""

    facts: DirectFacts | FollowedFacts | PinnedFacts
    clock: SetClock

    def ask(
        self,
        batch: AnchoredBatch,
        index: int = 0,
        *,
        issuer: Actor | None = None,
        list_id: bytes | None = None,
    ) -> CredentialFacts:
        query = FactsQuery((issuer or batch.issuer).address, batch.root, list_id or batch.list_id, index)
        return self.settled(lambda: self.facts.fetch_facts(query))

    def hold_shared(self, batch: AnchoredBatch, indexes: Sequence[int]) -> frozenset[int]:
        """Hold one answer about several against what each is told by itself; return whom it is about."""
        query = FactsQuery(batch.issuer.address, batch.root, batch.list_id, indexes[0])
        shared = self.settled(lambda: self.facts.fetch_shared(query, indexes))
        assert shared.indexes <= set(indexes)
        for index in shared.indexes:
            assert self.facts.fetch_facts(replace(query, index=index)) == shared.facts
        return shared.indexes

    def ask_issuer(self, issuer: Actor) -> IssuerFacts:
        return self.settled(lambda: self.facts.fetch_issuer(issuer.address))

    def settled(self, ask: Callable[[], Told]) -> Told:
        """Poll and ask; an issuer that nobody asked about before is known after the next poll."""
        self.poll()
        try:
            return ask()
        except ChainUnavailableError as error:
            if error.code != "chain.unproven_issuer":
                raise
        self.poll()
        return ask()

    def poll(self) -> None:
        if isinstance(self.facts, FollowedFacts):
            self.facts.poll_once()
        elif isinstance(self.facts, PinnedFacts):
            self.facts.renew()


def build_sources(
    urls: Sequence[str], identity: ChainIdentity, *, finality: str = "instant", timeout_seconds: float = 10
) -> Sources:
    rule = parse_finality(finality)
    nodes = [JsonRpc(url, timeout_seconds=timeout_seconds) for url in urls]
    return Sources([Source(node, identity=identity, finality=rule) for node in nodes])


def build_reader(
    kind: str,
    registry: Deployed,
    *,
    finality: str = "instant",
    urls: Sequence[str] = (),
    identity: ChainIdentity | None = None,
    timeout_seconds: float = 10,
) -> Reader:
    clock = SetClock()
    sources = build_sources(
        urls or [registry.chain.url],
        identity or registry.identity,
        finality=finality,
        timeout_seconds=timeout_seconds,
    )
    ways = {"direct": DirectFacts, "followed": FollowedFacts, "pinned": PinnedFacts}
    return Reader(ways[kind](sources, clock=clock), clock)


Change = Callable[[str, list[Any], object], object]
"""Method, parameters, true result; returns what the node says instead."""


@contextmanager
def forwarding(url: str, change: Change = lambda _method, _params, result: result) -> Iterator[LyingNode]:
    """Serve what another node says, changed as the test wants."""
    honest = JsonRpc(url)

    def respond(method: str, params: list[Any]) -> object:
        try:
            result = honest.call(method, params)
        except RpcError as error:
            raise Refusal(error.rpc_code, error.rpc_message) from error
        return change(method, params, result)

    with run_lying_node(respond) as node:
        yield node
    honest.close()


def without_texts(state: StateAt) -> StateAt:
    """Leave out what only events carry."""

    def strip(span: Any) -> Any:
        return None if span is None else replace(span, did=None, name=None, framework=None)

    return replace(
        state,
        span=strip(state.span),
        current_span=strip(state.current_span),
        spans_between=tuple(strip(span) for span in state.spans_between),
    )
