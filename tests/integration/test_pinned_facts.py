"""Facts of one moment: how often a node is asked, and when the moment ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from attestree.adapters.evm import pinned_facts
from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.pinned_facts import REST_SECONDS, PinnedFacts
from attestree.errors import ChainUnavailableError
from attestree.registry.facts import FactsQuery, Reason
from tests.fakes.counting_node import CountingNode, run_counting_node
from tests.fakes.lying_node import run_lying_node
from tests.integration.deployed import AnchoredBatch, Deployed, deploy_registry
from tests.integration.readers import SetClock, build_sources


@dataclass
class Desk:
    """Two batches of one issuer, and a node that counts."""

    registry: Deployed
    node: CountingNode
    clock: SetClock
    facts: PinnedFacts
    batches: list[AnchoredBatch]

    def query(self, batch: int, index: int) -> FactsQuery:
        chosen = self.batches[batch]
        return FactsQuery(chosen.issuer.address, chosen.root, chosen.list_id, index)

    def asked(self) -> int:
        """Return how many requests came since this was asked last."""
        count = len(self.node.requests)
        self.node.requests.clear()
        return count


@pytest.fixture
def desk(chain: DevChain) -> Iterator[Desk]:
    registry = deploy_registry(chain)
    issuer = registry.new_issuer()
    operator = registry.add_operator(issuer)
    batches = [registry.anchor(issuer, by=operator, size=1000) for _ in range(2)]
    with run_counting_node(chain.url) as node:
        clock = SetClock()
        facts = PinnedFacts(build_sources([node.url], registry.identity), clock=clock)
        yield Desk(registry, node, clock, facts, batches)


def test_many_credentials_are_read_in_as_many_requests_as_one(desk: Desk) -> None:
    queries = [desk.query(batch, index) for index in range(1000) for batch in (0, 1)]
    desk.facts.prefetch(queries)
    # where the chain stands, then words of anchors and status, then spans and keys, then what keys may
    assert desk.asked() == 4
    assert all(desk.facts.fetch_facts(query).latest.anchor is not None for query in queries)
    assert desk.asked() == 0


def test_what_was_not_read_ahead_is_asked_once(desk: Desk) -> None:
    desk.facts.fetch_facts(desk.query(0, 0))
    assert desk.asked() == 4
    desk.facts.fetch_facts(desk.query(0, 255))
    assert desk.asked() == 0
    desk.facts.fetch_facts(desk.query(0, 256))
    assert desk.asked() == 1


def test_all_answers_are_of_one_moment_until_it_is_renewed(desk: Desk) -> None:
    before = desk.facts.fetch_facts(desk.query(0, 3))
    desk.registry.revoke(desk.batches[0], [3, 4])
    assert desk.facts.fetch_facts(desk.query(0, 4)).latest.status == before.latest.status
    assert desk.facts.fetch_view() == before.view
    desk.clock.moment += 300
    after = desk.facts.fetch_facts(desk.query(0, 4))
    assert after.latest.status.revoked
    assert after.view.polled_at == desk.clock.moment


def test_the_acts_of_an_issuer_are_read_once_for_all_that_it_revoked(desk: Desk) -> None:
    desk.registry.revoke(desk.batches[0], [1, 2, 3], reason=Reason.SUPERSEDED)
    queries = [desk.query(0, index) for index in (1, 2, 3)]
    desk.facts.prefetch(queries)
    desk.asked()
    reasons = [desk.facts.fetch_facts(query).latest.status.reason for query in queries]
    assert reasons == [Reason.SUPERSEDED] * 3
    assert sum("eth_getLogs" in asked for asked in desk.node.requests) == 1


def test_a_moment_that_the_node_no_longer_has_is_renewed(desk: Desk, chain: DevChain) -> None:
    desk.facts.fetch_facts(desk.query(0, 0))
    kept = chain.snapshot()
    desk.registry.mine()
    desk.facts.renew()
    before = desk.facts.fetch_view()
    chain.revert(kept)
    desk.registry.increase_time(60)
    desk.registry.mine()
    after = desk.facts.fetch_facts(desk.query(1, 600)).view
    assert after.latest.hash != before.latest.hash


def test_a_node_that_fails_is_not_asked_again_for_each_credential(desk: Desk) -> None:
    with run_lying_node(lambda _method, _params: None) as dead:
        facts = PinnedFacts(build_sources([dead.url], desk.registry.identity), clock=desk.clock)
        for _ in range(5):
            facts.prefetch([desk.query(0, 0)])
            with pytest.raises(ChainUnavailableError):
                facts.fetch_facts(desk.query(0, 0))
        asked = len(dead.asked)
        desk.clock.moment += REST_SECONDS
        facts.prefetch([desk.query(0, 0)])
        assert 0 < asked < len(dead.asked) <= 2 * asked


def test_a_node_that_comes_back_is_asked_again(desk: Desk) -> None:
    honest, desk.node.behind = desk.node.behind, "http://127.0.0.1:9"
    with pytest.raises(ChainUnavailableError):
        desk.facts.fetch_view()
    desk.node.behind = honest
    with pytest.raises(ChainUnavailableError):
        desk.facts.fetch_view()
    desk.clock.moment += REST_SECONDS
    assert desk.facts.fetch_view().polled_at == desk.clock.moment


def test_little_memory_changes_no_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = [desk.query(batch, index) for index in (0, 300, 600) for batch in (0, 1)]
    desk.registry.revoke(desk.batches[1], [300])
    expected = [desk.facts.fetch_facts(query) for query in queries]
    monkeypatch.setattr(pinned_facts, "WORD_LIMIT", 3)
    monkeypatch.setattr(pinned_facts, "ISSUER_LIMIT", 0)
    desk.facts.renew()
    told = [desk.facts.fetch_facts(query) for query in queries]
    assert [replace(one, view=expected[0].view) for one in told] == expected
