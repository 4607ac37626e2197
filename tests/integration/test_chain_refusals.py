"""What both readers of facts must refuse to say: nodes that are down, broken, lying, lagging or others."""

from __future__ import annotations

import json
import socket
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from attestree.adapters.evm.chain_events import EvmEvents
from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.followed_facts import STRANGERS_LIMIT, FollowedFacts
from attestree.adapters.evm.hexes import format_bytes, parse_quantity
from attestree.adapters.evm.sources import Sources
from attestree.errors import (
    AttestreeError,
    ChainIdentityError,
    ChainUnavailableError,
    HeadMismatchError,
    NotAllowedError,
)
from attestree.registry.events import SHAPES_BY_NAME
from attestree.registry.facts import FactsQuery, Purpose, Reason
from attestree.registry.ledger import Ledger
from attestree.registry.slots import slot_of_anchor, slot_of_status
from tests.fakes.lying_node import Answer, Refusal
from tests.integration.deployed import AnchoredBatch, Deployed, deploy_registry
from tests.integration.readers import KINDS, Change, SetClock, build_reader, build_sources, forwarding

EMPTY_WORD = "0x" + "00" * 32
STATUS_TOPIC = format_bytes(SHAPES_BY_NAME["StatusChanged"].topic)

pytestmark = pytest.mark.chain


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def registry(chain: Any) -> Deployed:
    return deploy_registry(chain)


@pytest.fixture
def batch(registry: Deployed) -> AnchoredBatch:
    return registry.anchor(registry.new_issuer())


def code_of(ask: Callable[[], object], family: type[AttestreeError] = ChainUnavailableError) -> str:
    with pytest.raises(family) as caught:
        ask()
    return caught.value.code


def status_slots(batch: AnchoredBatch, index: int) -> set[str]:
    return {
        format_bytes(
            slot_of_status(
                issuer=batch.issuer.address, list_id=batch.list_id, purpose=int(purpose), index=index
            )
        )
        for purpose in Purpose
    }


# -- nodes that do not answer


def test_a_node_that_is_down_gives_no_fact(kind: str, registry: Deployed, batch: AnchoredBatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    reader = build_reader(kind, registry, urls=[url])
    assert code_of(lambda: reader.ask(batch)) == "chain.unreachable"


def test_one_node_of_two_that_is_down_gives_no_fact(
    kind: str, registry: Deployed, batch: AnchoredBatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    reader = build_reader(kind, registry, urls=[registry.chain.url, url])
    assert code_of(lambda: reader.ask(batch)) == "chain.unreachable"


def test_a_node_that_is_slow_gives_no_fact(kind: str, registry: Deployed, batch: AnchoredBatch) -> None:
    released = threading.Event()
    with forwarding(registry.chain.url) as node:
        node.whole = lambda _body: Answer(b"{}", wait=released)
        reader = build_reader(kind, registry, urls=[node.url], timeout_seconds=0.2)
        assert code_of(lambda: reader.ask(batch)) == "chain.timeout"
        released.set()


@pytest.mark.parametrize("body", [b"", b"<html>502 Bad Gateway</html>", b"null", b"{}", b"[]"])
def test_garbage_gives_no_fact(kind: str, registry: Deployed, batch: AnchoredBatch, body: bytes) -> None:
    with forwarding(registry.chain.url) as node:
        node.whole = lambda _body: Answer(body)
        reader = build_reader(kind, registry, urls=[node.url])
        assert code_of(lambda: reader.ask(batch)) == "chain.bad_answer"


def test_answers_to_other_questions_give_no_fact(kind: str, registry: Deployed, batch: AnchoredBatch) -> None:
    with forwarding(registry.chain.url) as node:

        def shift(body: Any) -> Answer:
            answers = [node.answer(one) for one in (body if isinstance(body, list) else [body])]
            for answer in answers:
                answer["id"] += 1
            return Answer(json.dumps(answers).encode())

        node.whole = shift
        reader = build_reader(kind, registry, urls=[node.url])
        assert code_of(lambda: reader.ask(batch)) == "chain.bad_answer"


@pytest.mark.parametrize("method", ["eth_getStorageAt", "eth_getBlockByNumber", "eth_chainId", "eth_getCode"])
def test_an_empty_or_odd_answer_never_becomes_a_fact(
    kind: str, registry: Deployed, batch: AnchoredBatch, method: str
) -> None:
    def tell(lie: object) -> Change:
        return lambda asked, _params, told: lie if asked == method else told

    for lie in (None, "0x", "0x0", "0x00", "", 0, False, [], {}, EMPTY_WORD + "00"):
        with forwarding(registry.chain.url, tell(lie)) as node:
            reader = build_reader(kind, registry, urls=[node.url])
            with pytest.raises((ChainUnavailableError, ChainIdentityError)):
                reader.ask(batch)


def test_odd_logs_never_become_a_view(registry: Deployed, batch: AnchoredBatch) -> None:
    def tell(lie: object) -> Change:
        return lambda asked, _params, told: lie if asked == "eth_getLogs" else told

    for lie in (None, "0x", {}, [None], [{}], [{"topics": None}], [{"topics": []}]):
        with forwarding(registry.chain.url, tell(lie)) as node:
            reader = build_reader("followed", registry, urls=[node.url])
            assert code_of(lambda asked=reader: asked.ask(batch)) == "chain.bad_answer"
            assert code_of(reader.facts.fetch_view) == "chain.no_view"


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("direct", "eth_getStorageAt"),
        ("direct", "eth_getBlockByNumber"),
        ("followed", "eth_getStorageAt"),
        ("followed", "eth_getBlockByNumber"),
        ("followed", "eth_getLogs"),
    ],
)
def test_a_nodes_error_gives_no_fact(
    kind: str, registry: Deployed, batch: AnchoredBatch, method: str
) -> None:
    def refuse(asked: str, _params: list[Any], told: object) -> object:
        if asked == method:
            raise Refusal(-32000, "missing trie node")
        return told

    with forwarding(registry.chain.url, refuse) as node:
        reader = build_reader(kind, registry, urls=[node.url])
        assert code_of(lambda: reader.ask(batch)) == "chain.error"


# -- other chains, other contracts


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ("genesis_hash", "identity.genesis"),
        ("deploy_block_hash", "identity.deploy_block"),
        ("code_hash", "identity.code"),
    ],
)
def test_another_chain_than_the_pinned_one_gives_no_fact(
    kind: str, registry: Deployed, batch: AnchoredBatch, pin: str, code: str
) -> None:
    other = replace(registry.identity, **{pin: bytes(31) + b"\1"})
    reader = build_reader(kind, registry, identity=other)
    assert code_of(lambda: reader.ask(batch), ChainIdentityError) == code


def test_another_chain_id_than_the_pinned_one_gives_no_fact(
    kind: str, registry: Deployed, batch: AnchoredBatch
) -> None:
    other = replace(registry.identity, chain_id=1)
    reader = build_reader(kind, registry, identity=other, finality="depth:1")
    assert code_of(lambda: reader.ask(batch), ChainIdentityError) == "identity.chain_id"


def test_a_chain_that_is_too_short_for_the_pinned_deployment_gives_no_fact(
    kind: str, registry: Deployed, batch: AnchoredBatch
) -> None:
    other = replace(registry.identity, deploy_block=10**6)
    reader = build_reader(kind, registry, identity=other)
    assert code_of(lambda: reader.ask(batch), ChainIdentityError) == "identity.deploy_block"


def test_an_address_without_code_gives_no_fact(kind: str, registry: Deployed, batch: AnchoredBatch) -> None:
    other = replace(registry.identity, registry=bytes(19) + b"\x77")
    reader = build_reader(kind, registry, identity=other)
    assert code_of(lambda: reader.ask(batch)) == "chain.no_code"


def test_instant_finality_is_refused_off_the_development_chains(registry: Deployed) -> None:
    other = replace(registry.identity, chain_id=11155111)
    with pytest.raises(NotAllowedError, match=r"refused\.instant_finality"):
        build_sources([registry.chain.url], other)


# -- one liar among two


def test_a_revocation_that_one_of_two_nodes_hides_gives_no_fact(
    kind: str, registry: Deployed, batch: AnchoredBatch
) -> None:
    registry.revoke(batch, [5])
    slots = status_slots(batch, 5)

    def hide(method: str, params: list[Any], told: Any) -> object:
        if method == "eth_getStorageAt" and params[1] in slots:
            return EMPTY_WORD
        if method == "eth_getLogs":
            return [log for log in told if log["topics"][0] != STATUS_TOPIC]
        return told

    with forwarding(registry.chain.url, hide) as liar:
        for urls in ([registry.chain.url, liar.url], [liar.url, registry.chain.url]):
            reader = build_reader(kind, registry, urls=urls)
            assert code_of(lambda asked=reader: asked.ask(batch, 5)) == "chain.sources_disagree"


def test_an_anchor_that_one_of_two_nodes_invents_gives_no_fact(
    kind: str, registry: Deployed, batch: AnchoredBatch
) -> None:
    invented = replace(batch, root=b"\x11" * 32)
    genuine = format_bytes(slot_of_anchor(issuer=batch.issuer.address, root=batch.root))
    asked_for = format_bytes(slot_of_anchor(issuer=batch.issuer.address, root=invented.root))
    word = registry.rpc.call("eth_getStorageAt", [format_bytes(registry.address), genuine, "latest"])

    def invent(method: str, params: list[Any], told: Any) -> object:
        if method == "eth_getStorageAt" and params[1] == asked_for:
            return word
        if method == "eth_getLogs":
            return [*told, *({**log, "logIndex": "0x63"} for log in told[-1:])]
        return told

    with forwarding(registry.chain.url, invent) as liar:
        reader = build_reader(kind, registry, urls=[registry.chain.url, liar.url])
        assert code_of(lambda: reader.ask(invented)) == "chain.sources_disagree"


def test_two_nodes_on_different_chains_give_no_fact(
    kind: str, registry: Deployed, batch: AnchoredBatch
) -> None:
    def fork(method: str, params: list[Any], told: Any) -> object:
        if method == "eth_getBlockByNumber" and params[0] not in ("0x0", hex(registry.identity.deploy_block)):
            return {**told, "hash": "0x" + "ab" * 32}
        return told

    with forwarding(registry.chain.url, fork) as other:
        reader = build_reader(kind, registry, urls=[registry.chain.url, other.url])
        assert code_of(lambda: reader.ask(batch)) == "chain.sources_disagree"


def test_a_node_that_lags_behind_a_revocation_cannot_hide_it(
    kind: str, registry: Deployed, batch: AnchoredBatch
) -> None:
    registry.mine(3)
    frozen = registry.block()
    registry.revoke(batch, [5])

    def lag(method: str, params: list[Any], told: Any) -> object:
        if method == "eth_getBlockByNumber" and params[0] == "latest":
            return registry.rpc.call("eth_getBlockByNumber", [hex(frozen.number), False])
        return told

    with forwarding(registry.chain.url, lag) as slow:
        for urls in ([registry.chain.url, slow.url], [slow.url, registry.chain.url]):
            reader = build_reader(kind, registry, urls=urls, finality="depth:3")
            assert code_of(lambda asked=reader: asked.ask(batch, 5)) == "chain.sources_disagree"
            # what did not change meanwhile is the same on both, and is told
            facts = reader.ask(replace(batch, list_id=bytes(13)), 5)
            assert facts.latest.anchor is not None
            assert facts.view.latest.number == frozen.number + 1
            assert facts.view.sources == 2


def test_two_nodes_that_agree_are_two_sources(kind: str, registry: Deployed, batch: AnchoredBatch) -> None:
    registry.revoke(batch, [5], reason=Reason.SUPERSEDED)
    with forwarding(registry.chain.url) as other:
        reader = build_reader(kind, registry, urls=[registry.chain.url, other.url])
        facts = reader.ask(batch, 5)
    assert facts.view.sources == 2
    assert facts.latest.status.reason is Reason.SUPERSEDED


def test_one_host_given_twice_is_one_source(kind: str, registry: Deployed, batch: AnchoredBatch) -> None:
    url = registry.chain.url
    assert build_reader(kind, registry, urls=[url, url]).ask(batch).view.sources == 1


# -- one node alone, contradicting itself


def test_a_hidden_event_is_found_by_the_heads(registry: Deployed, batch: AnchoredBatch) -> None:
    reader = build_reader("followed", registry)
    reader.ask(batch)
    registry.revoke(batch, [5])

    def hide(method: str, _params: list[Any], told: Any) -> object:
        return [] if method == "eth_getLogs" and STATUS_TOPIC in json.dumps(told) else told

    with forwarding(registry.chain.url, hide) as liar:
        lied_to = build_reader("followed", registry, urls=[liar.url])
        assert code_of(lambda: lied_to.ask(batch, 5), HeadMismatchError) == "head.registry"


@pytest.mark.parametrize(
    ("name", "code"),
    [("StatusChanged", "head.acts"), ("Anchored", "head.anchors"), ("AccreditorAdded", "head.registry")],
)
def test_each_head_finds_its_hidden_event(
    registry: Deployed, batch: AnchoredBatch, name: str, code: str
) -> None:
    registry.anchor(batch.issuer)
    registry.revoke(batch, [5])
    topic = format_bytes(SHAPES_BY_NAME[name].topic)

    def hide_last(method: str, _params: list[Any], told: Any) -> object:
        if method != "eth_getLogs":
            return told
        places = [at for at, log in enumerate(told) if log["topics"][0] == topic]
        return [log for at, log in enumerate(told) if at not in places[-1:]]

    with forwarding(registry.chain.url, hide_last) as liar:
        reader = build_reader("followed", registry, urls=[liar.url])
        assert code_of(lambda: reader.ask(batch), HeadMismatchError) == code
        # what contradicts the chain is not answered from, not even later
        assert code_of(reader.facts.fetch_view, HeadMismatchError) == code


def test_a_view_that_is_contradicted_is_dropped_at_once(registry: Deployed, batch: AnchoredBatch) -> None:
    hiding = False

    def hide(method: str, _params: list[Any], told: Any) -> object:
        return [] if hiding and method == "eth_getLogs" else told

    with forwarding(registry.chain.url, hide) as node:
        reader = build_reader("followed", registry, urls=[node.url])
        reader.ask(batch)
        hiding = True
        registry.revoke(batch, [5])
        assert code_of(reader.poll, HeadMismatchError).startswith("head.")
        assert code_of(reader.facts.fetch_view, HeadMismatchError).startswith("head.")
        hiding = False
        assert reader.ask(batch, 5).latest.status.revoked


def test_an_issuer_that_a_node_leaves_out_altogether_is_never_said_to_be_absent(
    registry: Deployed, batch: AnchoredBatch
) -> None:
    hiding = True
    newcomer = registry.anchor(registry.new_issuer("newcomer"))
    query = FactsQuery(newcomer.issuer.address, newcomer.root, newcomer.list_id, 0)

    def hide(method: str, _params: list[Any], told: Any) -> object:
        if method != "eth_getLogs" or not hiding:
            return told
        return [log for log in told if newcomer.issuer.address.hex() not in json.dumps(log)]

    with forwarding(registry.chain.url, hide) as node:
        reader = build_reader("followed", registry, urls=[node.url])
        assert reader.ask(batch).latest.anchor is not None
        for ask in (lambda: reader.facts.fetch_facts(query), lambda: reader.facts.fetch_issuer(query.issuer)):
            assert code_of(ask) == "chain.unproven_issuer"
        assert code_of(reader.poll, HeadMismatchError) in ("head.acts", "head.anchors")
        assert code_of(lambda: reader.ask(newcomer), HeadMismatchError) in ("head.acts", "head.anchors")
        hiding = False
        assert reader.ask(newcomer).latest.anchor is not None


def test_an_issuer_of_whom_nothing_is_on_record_is_absent_once_that_is_proven_and_harms_nobody(
    registry: Deployed, batch: AnchoredBatch
) -> None:
    reader = build_reader("followed", registry)
    reader.poll()
    queries = [
        FactsQuery(number.to_bytes(20, "big"), batch.root, batch.list_id, 0)
        for number in range(STRANGERS_LIMIT + 1)
    ]
    for query in queries:
        assert code_of(lambda: reader.facts.fetch_facts(query)) == "chain.unproven_issuer"  # noqa: B023
    reader.poll()
    # the one that was asked about longest ago was let go, and so nothing is said of it
    assert code_of(lambda: reader.facts.fetch_facts(queries[0])) == "chain.unproven_issuer"
    for query in queries[1:]:
        assert reader.facts.fetch_facts(query).latest.anchor is None
    registry.revoke(batch, [5])
    assert reader.ask(batch, 5).latest.status.revoked
    assert reader.facts.fetch_facts(queries[-1]).latest.anchor is None


def test_a_question_about_a_stranger_calls_for_the_proof_at_once(
    registry: Deployed, batch: AnchoredBatch
) -> None:
    polled = threading.Semaphore(0)
    facts = FollowedFacts(
        build_sources([registry.chain.url], registry.identity),
        clock=SetClock(),
        poll_seconds=3_600,
        on_poll=lambda _error: polled.release(),
    )
    query = FactsQuery(b"\x77" * 20, batch.root, batch.list_id, 0)
    facts.start()
    try:
        assert polled.acquire(timeout=30)
        assert code_of(lambda: facts.fetch_facts(query)) == "chain.unproven_issuer"
        assert polled.acquire(timeout=30)
        assert facts.fetch_facts(query).latest.anchor is None
    finally:
        facts.stop()


def test_a_dropped_view_keeps_nothing_of_the_questions_it_refused(
    registry: Deployed, batch: AnchoredBatch
) -> None:
    def hide(method: str, _params: list[Any], told: Any) -> object:
        return [] if method == "eth_getLogs" else told

    with forwarding(registry.chain.url, hide) as liar:
        reader = build_reader("followed", registry, urls=[liar.url])
        code_of(reader.poll, HeadMismatchError)
    lengths = []
    for _ in range(5):
        with pytest.raises(HeadMismatchError) as caught:
            reader.facts.fetch_view()
        lengths.append(len(list(traceback.walk_tb(caught.value.__traceback__))))
    assert len(set(lengths)) == 1


def test_a_reason_that_is_not_proven_is_not_told(registry: Deployed, batch: AnchoredBatch) -> None:
    registry.suspend(batch, [9])
    registry.revoke(batch, [5], reason=Reason.SUPERSEDED)

    def hide_first(method: str, _params: list[Any], told: Any) -> object:
        return told[1:] if method == "eth_getLogs" else told

    with forwarding(registry.chain.url, hide_first) as liar:
        facts = build_reader("direct", registry, urls=[liar.url]).ask(batch, 5)
    assert facts.latest.status.revoked
    assert facts.latest.status.reason is None


def test_a_revocation_is_told_where_no_logs_are_to_be_had(registry: Deployed, batch: AnchoredBatch) -> None:
    registry.revoke(batch, [5], reason=Reason.SUPERSEDED)

    def refuse(method: str, _params: list[Any], told: object) -> object:
        if method == "eth_getLogs":
            raise Refusal(-32601, "not here")
        return told

    with forwarding(registry.chain.url, refuse) as node:
        reader = build_reader("direct", registry, urls=[node.url])
        facts = reader.ask(batch, 5)
        spans = reader.ask_issuer(batch.issuer).spans
    assert facts.latest.status.revoked
    assert facts.latest.status.reason is None
    assert [span.did for span in spans] == [None]


def test_a_text_that_storage_does_not_bear_out_is_not_told(registry: Deployed, batch: AnchoredBatch) -> None:
    def forge(method: str, _params: list[Any], told: Any) -> object:
        if method != "eth_getLogs":
            return told
        old, new = b"University".hex(), b"Unliversit".hex()
        return [{**log, "data": log["data"].replace(old, new)} for log in told]

    with forwarding(registry.chain.url, forge) as liar:
        (span,) = build_reader("direct", registry, urls=[liar.url]).ask_issuer(batch.issuer).spans
    assert (span.did, span.name) == ("did:web:university.example", None)


# -- nodes with habits


def test_a_node_that_only_knows_numbers_is_read_by_number(
    kind: str, registry: Deployed, batch: AnchoredBatch
) -> None:
    registry.revoke(batch, [5])

    def refuse(method: str, params: list[Any], told: object) -> object:
        if method == "eth_getStorageAt" and isinstance(params[2], dict):
            raise Refusal(-32602, "invalid argument 2: hex string expected")
        return told

    with forwarding(registry.chain.url, refuse) as node:
        facts = build_reader(kind, registry, urls=[node.url]).ask(batch, 5)
    assert facts.latest.status.revoked
    assert facts.latest.anchor is not None


def test_a_block_that_changes_while_it_is_read_by_number_gives_no_fact(
    kind: str, registry: Deployed, batch: AnchoredBatch
) -> None:
    read = False

    def change(method: str, params: list[Any], told: Any) -> object:
        nonlocal read
        if method == "eth_getStorageAt":
            if isinstance(params[2], dict):
                raise Refusal(-32602, "invalid argument 2: hex string expected")
            read = True
        if method == "eth_getBlockByNumber" and read:
            return {**told, "hash": "0x" + "cd" * 32}
        return told

    with forwarding(registry.chain.url, change) as node:
        reader = build_reader(kind, registry, urls=[node.url])
        assert code_of(lambda: reader.ask(batch)) == "chain.reorganised"


def test_logs_are_asked_for_in_smaller_ranges_where_a_node_wants_it(
    registry: Deployed, batch: AnchoredBatch
) -> None:
    registry.mine(20)
    registry.revoke(batch, [5])

    def limit(method: str, params: list[Any], told: object) -> object:
        if method == "eth_getLogs":
            wish = params[0]
            if parse_quantity(wish["toBlock"]) - parse_quantity(wish["fromBlock"]) > 2:
                raise Refusal(-32005, "query returned more than 10000 results")
        return told

    with forwarding(registry.chain.url, limit) as node:
        assert build_reader("followed", registry, urls=[node.url]).ask(batch, 5).latest.status.revoked


@pytest.mark.parametrize(
    "change",
    [
        {"removed": True},
        {"blockHash": "0x" + "ab" * 32},
        {"blockNumber": "0xffffff"},
        {"address": "0x" + "ab" * 20},
        {"topics": ["0x" + "ab" * 32]},
        {"data": "0x"},
    ],
)
def test_a_changed_log_never_becomes_a_view(
    registry: Deployed, batch: AnchoredBatch, change: dict[str, object]
) -> None:
    def forge(method: str, _params: list[Any], told: Any) -> object:
        return [*told[:-1], {**told[-1], **change}] if method == "eth_getLogs" else told

    with forwarding(registry.chain.url, forge) as liar:
        reader = build_reader("followed", registry, urls=[liar.url])
        with pytest.raises((ChainUnavailableError, HeadMismatchError)):
            reader.ask(batch)


# -- age


def test_a_view_older_than_its_limit_does_not_answer(registry: Deployed, batch: AnchoredBatch) -> None:
    reader = build_reader("followed", registry)
    query = FactsQuery(batch.issuer.address, batch.root, batch.list_id, 0)
    reader.poll()
    reader.clock.moment += 600
    assert reader.facts.fetch_facts(query).latest.anchor is not None
    reader.clock.moment += 1
    assert code_of(lambda: reader.facts.fetch_facts(query)) == "chain.stale_view"
    assert code_of(lambda: reader.facts.fetch_issuer(batch.issuer.address)) == "chain.stale_view"
    reader.clock.moment -= 1202
    assert code_of(reader.facts.fetch_view) == "chain.stale_view"
    reader.poll()
    assert reader.facts.fetch_facts(query).view.polled_at == reader.clock.moment


def test_a_view_answers_through_a_short_outage(registry: Deployed, batch: AnchoredBatch) -> None:
    with forwarding(registry.chain.url) as node:
        reader = build_reader("followed", registry, urls=[node.url])
        before = reader.ask(batch)
        node.whole = lambda _body: Answer(status=503)
        assert code_of(reader.poll) == "chain.bad_answer"
        query = FactsQuery(batch.issuer.address, batch.root, batch.list_id, 0)
        assert reader.facts.fetch_facts(query) == before


def test_before_the_first_poll_nothing_is_said(registry: Deployed) -> None:
    facts = FollowedFacts(build_sources([registry.chain.url], registry.identity), clock=SetClock())
    assert code_of(facts.fetch_view) == "chain.no_view"
    facts.stop()
    assert code_of(facts.fetch_view) == "chain.no_view"


def test_a_node_whose_newest_block_is_old_gives_no_fact(registry: Deployed, batch: AnchoredBatch) -> None:
    def rename(method: str, _params: list[Any], told: object) -> object:
        return "0x5" if method == "eth_chainId" else told

    with forwarding(registry.chain.url, rename) as node:
        reader = build_reader(
            "direct",
            registry,
            urls=[node.url],
            identity=replace(registry.identity, chain_id=5),
            finality="finalized",
        )
        reader.clock.moment = registry.now() + 600
        assert reader.ask(batch).latest.anchor is not None
        reader.clock.moment += 1
        assert code_of(lambda: reader.ask(batch)) == "chain.stale_node"


# -- following in the background


def test_following_in_the_background_keeps_the_view_fresh_until_it_is_stopped(
    registry: Deployed, batch: AnchoredBatch
) -> None:
    polled = threading.Semaphore(0)
    facts = FollowedFacts(
        build_sources([registry.chain.url], registry.identity),
        clock=SetClock(),
        poll_seconds=0.01,
        on_poll=lambda error: polled.release() if error is None else None,
    )
    facts.start()
    try:
        assert polled.acquire(timeout=30)
        assert facts.fetch_issuers() == (batch.issuer.address,)
        registry.revoke(batch, [5])
        for _ in range(3):
            assert polled.acquire(timeout=30)
        query = FactsQuery(batch.issuer.address, batch.root, batch.list_id, 5)
        while not facts.fetch_facts(query).latest.status.revoked:
            assert polled.acquire(timeout=30)
    finally:
        facts.stop()
    assert isinstance(facts.fetch_ledger(), Ledger)
    assert "attestree-follow" not in {thread.name for thread in threading.enumerate()}


def test_following_in_the_background_outlives_an_outage(registry: Deployed) -> None:
    seen: list[AttestreeError | None] = []
    with forwarding(registry.chain.url) as node:
        node.whole = lambda _body: Answer(b"garbage")
        facts = FollowedFacts(
            build_sources([node.url], registry.identity),
            clock=SetClock(),
            poll_seconds=0.01,
            on_poll=seen.append,
        )
        facts.start()
        try:
            while not seen:
                time.sleep(0.01)
            assert code_of(facts.fetch_view) == "chain.no_view"
            node.whole = lambda _body: None
            while seen[-1] is not None:
                time.sleep(0.01)
            assert facts.fetch_view().sources == 1
        finally:
            facts.stop()


# -- events


def test_events_and_words_are_handed_out_for_a_replay(registry: Deployed, batch: AnchoredBatch) -> None:
    events = EvmEvents(build_sources([registry.chain.url], registry.identity), clock=SetClock())
    latest = events.fetch_block("latest")
    assert latest == events.fetch_block("final") == events.fetch_block(latest.number) == registry.block()
    logs = events.fetch_logs(first_block=registry.identity.deploy_block, last_block=latest.number)
    ledger = Ledger(chain_id=registry.identity.chain_id, registry=registry.address)
    ledger.apply(logs)
    assert ledger.administration.admin == registry.admin.address
    assert ledger.administration.accreditors == {registry.accreditor.address}
    slot = slot_of_anchor(issuer=batch.issuer.address, root=batch.root)
    assert events.fetch_words([slot, bytes(32)], block=latest)[0] != bytes(32)
    assert events.fetch_identity() == registry.identity


def test_no_events_are_handed_out_for_blocks_that_are_not_there(registry: Deployed) -> None:
    events = EvmEvents(build_sources([registry.chain.url], registry.identity), clock=SetClock())
    assert code_of(lambda: events.fetch_block(10**9)) == "chain.no_block"
    assert code_of(lambda: events.fetch_logs(first_block=0, last_block=10**9)) == "chain.no_block"
    with pytest.raises(ValueError, match="safe"):
        events.fetch_block("safe")


def test_newest_blocks_of_two_nodes_on_different_chains_are_not_handed_out(registry: Deployed) -> None:
    registry.mine(2)
    newest = registry.block().number

    def fork(method: str, params: list[Any], told: Any) -> object:
        if method == "eth_getBlockByNumber" and told and parse_quantity(told["number"]) == newest:
            return {**told, "hash": "0x" + "ab" * 32}
        return told

    with forwarding(registry.chain.url, fork) as other:
        sources = build_sources([registry.chain.url, other.url], registry.identity, finality="depth:1")
        events = EvmEvents(sources, clock=SetClock())
        assert events.fetch_block("final").number == newest - 1
        assert code_of(lambda: events.fetch_block("latest")) == "chain.sources_disagree"


def test_an_event_that_is_moved_to_an_earlier_block_does_not_become_final(
    registry: Deployed, batch: AnchoredBatch
) -> None:
    registry.mine(2)
    final = registry.block().number
    late = registry.anchor(batch.issuer)
    registry.mine(1)

    def hasten(method: str, params: list[Any], told: Any) -> object:
        if method != "eth_getLogs":
            return told
        first, last = parse_quantity(params[0]["fromBlock"]), parse_quantity(params[0]["toBlock"])
        if last != final:
            return [] if first > final else told
        newest = registry.rpc.call("eth_getLogs", [{**params[0], "toBlock": "latest"}])
        assert isinstance(newest, list)
        moved = {
            **newest[-1],
            "blockNumber": hex(final),
            "blockHash": format_bytes(registry.block(final).hash),
        }
        return [*newest[:-1], moved]

    with forwarding(registry.chain.url, hasten) as liar:
        reader = build_reader("followed", registry, urls=[liar.url], finality="depth:2")
        for _ in range(2):
            assert code_of(lambda: reader.ask(late), HeadMismatchError) == "head.anchors"


def test_a_poll_after_which_nothing_has_changed_only_renews_the_age(
    registry: Deployed, batch: AnchoredBatch
) -> None:
    with forwarding(registry.chain.url) as node:
        reader = build_reader("followed", registry, urls=[node.url])
        before = reader.ask(batch)
        node.asked.clear()
        reader.clock.moment += 50
        after = reader.ask(batch)
    assert {method for method, _ in node.asked}.isdisjoint({"eth_getLogs", "eth_getStorageAt"})
    assert after == replace(before, view=replace(before.view, polled_at=reader.clock.moment))


# -- catching up, going back


def test_a_long_history_is_folded_in_parts_and_what_was_folded_is_kept(
    registry: Deployed, batch: AnchoredBatch
) -> None:
    registry.mine(10)
    registry.revoke(batch, [5])
    asked: list[int] = []

    def count(method: str, params: list[Any], told: object) -> object:
        if method == "eth_getLogs":
            asked.append(parse_quantity(params[0]["fromBlock"]))
            if len(asked) == 3:
                raise Refusal(-32000, "not now")
        return told

    with forwarding(registry.chain.url, count) as node:
        facts = FollowedFacts(
            build_sources([node.url], registry.identity), clock=SetClock(), catch_up_blocks=1
        )
        assert code_of(facts.poll_once) == "chain.error"
        facts.poll_once()
    assert asked == sorted(asked)
    assert asked.count(asked[2]) == 2
    query = FactsQuery(batch.issuer.address, batch.root, batch.list_id, 5)
    assert facts.fetch_facts(query).latest.status.revoked


class OtherChain:
    """Anvil under another chain id, where its own accounts cannot sign and so cannot pay."""

    def __init__(self, chain: DevChain) -> None:
        self._chain = chain
        chain.call("anvil_setChainId", 5)

    def fund(self, address: str, wei: int) -> None:
        self._chain.call("anvil_setBalance", address, hex(wei))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)


def test_off_the_development_chains_a_node_that_goes_back_is_waited_for(chain: DevChain) -> None:
    try:
        registry = deploy_registry(OtherChain(chain))  # type: ignore[arg-type]
        batch = registry.anchor(registry.new_issuer())
        before = chain.snapshot()
        registry.mine(5)
        reader = build_reader("followed", registry, finality="depth:1")
        told = reader.ask(batch)
        chain.revert(before)
        assert code_of(reader.poll) == "chain.went_back"
        query = FactsQuery(batch.issuer.address, batch.root, batch.list_id, 0)
        assert reader.facts.fetch_facts(query) == told
        registry.mine(9)
        assert reader.ask(batch).view.final.number > told.view.final.number
    finally:
        chain.call("anvil_setChainId", 31337)


@pytest.mark.parametrize("finality", ["instant", "depth:2"])
def test_another_block_than_the_one_asked_for_gives_no_fact(
    kind: str, registry: Deployed, batch: AnchoredBatch, finality: str
) -> None:
    registry.revoke(batch, [1])
    kept = (0, registry.identity.deploy_block)

    def shift(method: str, params: list[Any], told: Any) -> object:
        if method != "eth_getBlockByNumber" or params[0] == "latest" or parse_quantity(params[0]) in kept:
            return told
        return registry.rpc.call(method, [hex(parse_quantity(params[0]) - 1), False])

    with forwarding(registry.chain.url, shift) as liar:
        reader = build_reader(kind, registry, urls=[liar.url], finality=finality)
        if kind != "followed" and finality == "instant":
            # the logs cannot be tied to a block: the revocation stands, its reason does not
            assert reader.ask(batch, 1).latest.status.reason is None
        else:
            assert code_of(lambda: reader.ask(batch)) == "chain.bad_answer"


def test_a_text_whose_event_is_missing_is_not_told(registry: Deployed, batch: AnchoredBatch) -> None:
    with forwarding(
        registry.chain.url, lambda method, _params, told: [] if method == "eth_getLogs" else told
    ) as node:
        (span,) = build_reader("direct", registry, urls=[node.url]).ask_issuer(batch.issuer).spans
    assert (span.did, span.name, span.framework) == (None, None, None)


def test_nodes_are_only_compared_about_one_registry(registry: Deployed) -> None:
    first = build_sources([registry.chain.url], registry.identity)
    second = build_sources([registry.chain.url], replace(registry.identity, deploy_block=0))
    with pytest.raises(ValueError, match="identity"):
        Sources([*first.all, *second.all])
    with pytest.raises(ValueError, match="source"):
        Sources([])
