"""A server that starts from what it kept says the same as from zero, and never answers from a false file."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.faults.reorgs import reorg
from attestree.adapters.evm.followed_facts import FollowedFacts
from attestree.adapters.evm.snapshot import Snapshot, SnapshotFile, format_snapshot, pack_logs
from attestree.errors import AttestreeError
from attestree.registry.facts import CredentialFacts, FactsQuery, Log, Reason
from tests.integration.deployed import AnchoredBatch, Deployed, deploy_registry
from tests.integration.readers import SetClock, build_sources, forwarding


@dataclass
class Server:
    """Follows a registry, and keeps what it read in a file."""

    registry: Deployed
    path: Path
    finality: str = "depth:2"
    url: str = ""
    said: list[str] = field(default_factory=list)

    def start(self) -> FollowedFacts:
        """Start anew, with nothing in memory."""
        self.said.clear()
        return FollowedFacts(
            build_sources(
                [self.url or self.registry.chain.url], self.registry.identity, finality=self.finality
            ),
            clock=SetClock(),
            snapshot=SnapshotFile(self.path),
            on_snapshot=lambda error: self.said.append(error.code),
        )

    def keep(self) -> FollowedFacts:
        """Read everything, keep it, and end."""
        facts = self.start()
        facts.poll_once()
        facts.save_snapshot()
        return facts


@pytest.fixture
def registry(chain: DevChain) -> Deployed:
    return deploy_registry(chain)


@pytest.fixture
def server(registry: Deployed, tmp_path: Path) -> Server:
    return Server(registry, tmp_path / "kept.snapshot")


@pytest.fixture
def batch(registry: Deployed) -> AnchoredBatch:
    batch = registry.anchor(registry.new_issuer())
    registry.revoke(batch, [5], reason=Reason.SUPERSEDED)
    registry.mine(3)
    return batch


def ask(facts: FollowedFacts, batch: AnchoredBatch, index: int = 5) -> CredentialFacts:
    return facts.fetch_facts(FactsQuery(batch.issuer.address, batch.root, batch.list_id, index))


def asked_from(server: Server) -> list[int]:
    """Start through a node that notes from which block on it is asked for logs."""
    first: list[int] = []

    def note(method: str, params: list[dict[str, str]], told: object) -> object:
        if method == "eth_getLogs":
            first.append(int(params[0]["fromBlock"], 16))
        return told

    with forwarding(server.registry.chain.url, note) as node:
        server.url = node.url
        server.start().poll_once()
        server.url = ""
    return first


def test_a_restart_reads_only_what_came_after_and_says_the_same(
    registry: Deployed, server: Server, batch: AnchoredBatch
) -> None:
    before = server.keep()
    deployed = registry.identity.deploy_block
    assert min(asked_from(server)) > before.fetch_view().final.number > deployed
    again = server.start()
    again.poll_once()
    for index in (4, 5):
        assert ask(again, batch, index) == ask(before, batch, index)
    assert again.fetch_issuer(batch.issuer.address) == before.fetch_issuer(batch.issuer.address)
    assert server.said == []
    # the control: without the file all of it is read
    server.path.unlink()
    assert min(asked_from(server)) == deployed


def test_facts_from_a_snapshot_equal_those_of_a_replay_from_zero_whatever_happened_in_between(
    registry: Deployed, server: Server, tmp_path: Path
) -> None:
    chance = random.Random()
    issuers = [registry.new_issuer(name) for name in ("first", "second")]
    batches = [registry.anchor(issuer) for issuer in issuers]
    acts: list[Callable[[], object]] = [
        lambda: batches.append(registry.anchor(chance.choice(issuers))),
        lambda: registry.revoke(chance.choice(batches), [chance.randrange(300)]),
        lambda: registry.suspend(chance.choice(batches), [chance.randrange(300)]),
        lambda: registry.accredit(chance.choice(issuers)),
        lambda: registry.add_operator(chance.choice(issuers)),
        lambda: registry.mine(chance.randrange(1, 4)),
    ]
    for step in range(12):
        chance.choice(acts)()
        restarted = server.start()
        restarted.poll_once()
        restarted.save_snapshot()
        fresh = Server(registry, tmp_path / f"none {step}").start()
        fresh.poll_once()
        assert server.said == []
        for found in batches:
            for index in (0, 17, 299):
                assert ask(restarted, found, index) == ask(fresh, found, index)
        for issuer in issuers:
            assert restarted.fetch_issuer(issuer.address) == fresh.fetch_issuer(issuer.address)


def test_a_snapshot_whose_block_vanished_is_thrown_away_and_all_is_read_anew(
    registry: Deployed, server: Server, batch: AnchoredBatch
) -> None:
    later = registry.anchor(batch.issuer)
    registry.mine(2)
    assert ask(server.keep(), later).final.anchor is not None
    reorg(registry.chain, 3)
    registry.mine(2)
    again = server.start()
    again.poll_once()
    assert server.said == ["snapshot.block_gone"]
    assert ask(again, later).latest.anchor is None
    assert ask(again, batch).latest.status.revoked
    again.save_snapshot()
    server.start().poll_once()
    assert server.said == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda octets: octets[:-1], "snapshot.damaged"),
        (lambda octets: octets[:60] + bytes([octets[60] ^ 1]) + octets[61:], "snapshot.damaged"),
        (lambda octets: b"", "snapshot.damaged"),
    ],
    ids=["cut", "flipped", "empty"],
)
def test_a_damaged_snapshot_is_thrown_away_and_all_is_read_anew(
    server: Server, batch: AnchoredBatch, change: Callable[[bytes], bytes], code: str
) -> None:
    before = server.keep()
    server.path.write_bytes(change(server.path.read_bytes()))
    again = server.start()
    again.poll_once()
    assert server.said == [code]
    assert ask(again, batch) == ask(before, batch)


def test_a_snapshot_of_another_registry_is_thrown_away(
    chain: DevChain, server: Server, batch: AnchoredBatch
) -> None:
    server.keep()
    other = replace(server, registry=deploy_registry(chain), said=[])
    chain.mine(3)
    facts = other.start()
    facts.poll_once()
    assert other.said == ["snapshot.other_registry"]
    assert facts.fetch_issuers() == ()


def forge(server: Server, change: Callable[[list[Log]], list[Log]]) -> None:
    """Write a false snapshot as somebody would who can compute its digest."""
    kept = SnapshotFile(server.path).read(identity=server.registry.identity)
    assert kept is not None
    false = Snapshot(kept.identity, kept.block, (pack_logs(change(list(kept.logs()))),))
    server.path.write_bytes(format_snapshot(false))


@pytest.mark.parametrize(
    "change",
    [
        lambda logs: logs[:-1],
        lambda logs: logs[1:],
        lambda logs: [*logs, logs[-1]],
        lambda logs: [*logs[:-1], replace(logs[-1], payload=logs[-1].payload[:-1] + b"\1")],
        lambda logs: [*logs[:-1], replace(logs[-1], topics=(b"\0" * 32,))],
        lambda logs: [],
    ],
    ids=["revocation hidden", "beginning hidden", "doubled", "altered", "unknown event", "all hidden"],
)
def test_a_snapshot_forged_by_hand_never_gives_an_answer(
    server: Server, batch: AnchoredBatch, change: Callable[[list[Log]], list[Log]]
) -> None:
    before = server.keep()
    forge(server, change)
    again = server.start()
    with pytest.raises(AttestreeError) as unknown:
        ask(again, batch)
    assert unknown.value.code == "chain.no_view"
    again.poll_once()
    assert server.said == ["snapshot.heads"]
    assert ask(again, batch) == ask(before, batch)
    assert ask(again, batch).latest.status.revoked


def test_while_the_node_is_away_a_snapshot_answers_nothing_and_is_kept_for_later(
    registry: Deployed, server: Server, batch: AnchoredBatch
) -> None:
    before = server.keep()
    server.url = "http://127.0.0.1:1"
    away = server.start()
    with pytest.raises(AttestreeError) as failed:
        away.poll_once()
    assert failed.value.code == "chain.unreachable"
    with pytest.raises(AttestreeError) as unknown:
        ask(away, batch)
    assert unknown.value.code == "chain.no_view"
    away.save_snapshot()
    server.url = ""
    assert min(asked_from(server)) > before.fetch_view().final.number


def test_a_snapshot_is_kept_when_following_ends_and_a_folder_that_is_missing_is_made(
    registry: Deployed, server: Server, batch: AnchoredBatch
) -> None:
    server.path = server.path.parent / "made" / "kept.snapshot"
    facts = server.start()
    facts.start()
    while True:
        try:
            ask(facts, batch)
            break
        except AttestreeError:
            continue
    facts.stop()
    assert server.path.exists()
    server.start().poll_once()
    assert server.said == []


def test_a_snapshot_that_cannot_be_kept_stops_nothing(server: Server, batch: AnchoredBatch) -> None:
    server.path.mkdir()
    facts = server.start()
    facts.poll_once()
    facts.save_snapshot()
    assert server.said == ["snapshot.unreadable", "folder.write_failed"]
    assert ask(facts, batch).latest.status.revoked


def test_a_server_that_runs_keeps_new_events_and_does_not_write_for_empty_blocks(
    registry: Deployed, server: Server, batch: AnchoredBatch
) -> None:
    polls = threading.Semaphore(0)
    clock = SetClock()
    facts = FollowedFacts(
        build_sources([registry.chain.url], registry.identity, finality="depth:2"),
        clock=clock,
        poll_seconds=0.01,
        on_poll=lambda _error: polls.release(),
        snapshot=SnapshotFile(server.path),
        on_snapshot=lambda error: server.said.append(error.code),
    )

    def kept_after(*, seconds: int) -> bytes | None:
        """Let some time pass, and some polls; return what is kept then."""
        clock.moment += seconds
        for _ in range(4):
            assert polls.acquire(timeout=30)
        while polls.acquire(blocking=False):
            pass
        return server.path.read_bytes() if server.path.exists() else None

    facts.start()
    try:
        first = kept_after(seconds=0)
        assert first is not None
        registry.mine(3)
        assert kept_after(seconds=61) == first
        registry.revoke(batch, [6])
        registry.mine(3)
        assert kept_after(seconds=0) == first
        assert kept_after(seconds=61) != first
    finally:
        facts.stop()
    assert server.said == []
