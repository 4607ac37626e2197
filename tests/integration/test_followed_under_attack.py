"""A followed view and a node that hides, lags or goes silent: caught before any answer, and said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.faults.faults import NO_FAULTS, Fault, FaultPlan, Lies
from attestree.adapters.evm.faults.proxy import FaultProxy
from attestree.adapters.evm.hexes import format_bytes
from attestree.errors import AttestreeError, HeadMismatchError
from attestree.registry.events import SHAPES_BY_NAME, issuer_topic
from attestree.registry.facts import FactsQuery
from attestree.verifying.verdict import Verdict
from tests.integration.deployed import Actor, AnchoredBatch, Deployed, deploy_registry
from tests.integration.readers import Reader, build_reader
from tests.integration.served import Stand, running
from tests.integration.test_verdict_table import DID, NAME, Scene, trust_in


@dataclass
class Case:
    """A credential on record, and a proxy that has told the truth so far."""

    scene: Scene
    proxy: FaultProxy
    credential: dict[str, Any]
    batch: AnchoredBatch
    operator: Actor

    @property
    def registry(self) -> Deployed:
        return self.scene.registry

    @property
    def query(self) -> FactsQuery:
        return FactsQuery(self.batch.issuer.address, self.batch.root, self.batch.list_id, 2)

    def reader(self, *urls: str, finality: str = "instant") -> Reader:
        """Start a server that knows nothing yet."""
        reader = build_reader("followed", self.registry, urls=urls or [self.proxy.url], finality=finality)
        reader.clock.moment = self.registry.now() + 1
        return reader

    def verdict(self, reader: Reader) -> tuple[Verdict, str]:
        """Verify from memory; return also why the public record was not asked."""
        scene = replace(self.scene, reader=reader)
        report = scene.verify_unpolled(self.credential)
        because = [check.evidence.get("because", "") for check in report.checks]
        return report.verdict, next((str(found) for found in because if found), "")


@pytest.fixture
def case(chain: DevChain) -> Iterator[Case]:
    registry = deploy_registry(chain)
    issuer = registry.new_actor("university")
    registry.accredit(issuer, did=DID, name=NAME)
    operator = registry.add_operator(issuer)
    registry.increase_time(100)
    trust = trust_in(registry, registry.accreditor)
    with FaultProxy(chain.url) as proxy:
        scene = Scene(registry, issuer, build_reader("followed", registry, urls=[proxy.url]), trust)
        credential, secured = scene.seal()
        batch = scene.anchor(secured, by=operator)
        registry.increase_time(100)
        yield Case(scene, proxy, credential, batch, operator)


def code_of(ask: Callable[[], object], kind: type[AttestreeError] = AttestreeError) -> str:
    with pytest.raises(kind) as refused:
        ask()
    return refused.value.code


def hide(*found: bytes) -> FaultPlan:
    """Plan to leave out every log that bears one of these topics."""
    return FaultPlan(
        rate=1, kinds=(Fault.HIDDEN_LOGS,), lies=Lies(hidden=frozenset(map(format_bytes, found)))
    )


HARMS = {
    "revocation": (
        "StatusChanged",
        lambda case: case.registry.revoke(case.batch, [2]),
        Verdict.REVOKED,
    ),
    "suspension": (
        "StatusChanged",
        lambda case: case.registry.suspend(case.batch, [2]),
        Verdict.SUSPENDED,
    ),
    "withdrawal": (
        "AccreditationEnded",
        lambda case: case.registry.withdraw_accreditation(case.batch.issuer, span=1, until=case.batch.time),
        Verdict.UNTRUSTED_ISSUER,
    ),
    "disavowal": (
        "OperatorDisavowed",
        lambda case: case.registry.disavow(case.batch.issuer, case.operator, since=case.batch.time),
        Verdict.UNTRUSTED_ISSUER,
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_node_that_hides_a_harm_is_caught_before_any_answer(case: Case, harm: str) -> None:
    event, act, truth = HARMS[harm]
    following, started_later = case.reader(), case.reader()
    following.poll()
    assert case.verdict(following)[0] is Verdict.VALID
    case.proxy.plan = hide(SHAPES_BY_NAME[event].topic)
    act(case)
    for reader in (following, started_later):
        reader.clock.moment = case.registry.now() + 1
        for _ in range(2):
            assert code_of(reader.poll, HeadMismatchError) == "head.acts"
            assert code_of(lambda: reader.facts.fetch_facts(case.query), HeadMismatchError) == "head.acts"  # noqa: B023
            assert case.verdict(reader) == (Verdict.UNKNOWN, "head.acts")
    assert sum(case.proxy.faults.values()) >= 4
    case.proxy.stop_faults()
    for reader in (following, started_later):
        reader.poll()
        assert case.verdict(reader)[0] is truth


@pytest.mark.parametrize("harm", HARMS)
def test_a_node_that_hides_a_harm_beside_an_honest_one_brings_no_answer(case: Case, harm: str) -> None:
    event, act, _ = HARMS[harm]
    case.proxy.plan = hide(SHAPES_BY_NAME[event].topic)
    act(case)
    reader = case.reader(case.registry.chain.url, case.proxy.url)
    code_of(reader.poll)
    assert case.verdict(reader)[0] is Verdict.UNKNOWN


def test_a_node_that_hides_an_issuer_altogether_never_makes_it_absent(case: Case) -> None:
    case.proxy.plan = hide(issuer_topic(case.batch.issuer.address))
    reader = case.reader()
    reader.poll()
    assert reader.facts.fetch_view().latest == case.registry.block()
    assert case.verdict(reader) == (Verdict.UNKNOWN, "chain.unproven_issuer")
    for _ in range(2):
        assert code_of(reader.poll, HeadMismatchError) == "head.anchors"
        assert case.verdict(reader) == (Verdict.UNKNOWN, "head.anchors")
    case.proxy.stop_faults()
    reader.poll()
    assert case.verdict(reader)[0] is Verdict.VALID


def test_a_node_that_hides_what_the_admin_did_is_caught_before_any_answer(case: Case) -> None:
    case.registry.strike_off(case.registry.accreditor)
    case.proxy.plan = hide(SHAPES_BY_NAME["AccreditorRemoved"].topic)
    assert code_of(case.reader().poll, HeadMismatchError) == "head.registry"


def test_a_view_that_nobody_renews_says_so_when_it_is_too_old(case: Case) -> None:
    reader = case.reader()
    reader.poll()
    assert case.verdict(reader)[0] is Verdict.VALID
    case.registry.revoke(case.batch, [2])
    for fault in (Fault.BEFORE, Fault.RATE_LIMITED, Fault.GARBAGE, Fault.TRUNCATED, Fault.WRONG_ID):
        case.proxy.plan = FaultPlan(rate=1, kinds=(fault,))
        assert code_of(reader.poll).startswith("chain.")
        # as of when it was read, which every answer says
        assert case.verdict(reader)[0] is Verdict.VALID
    reader.clock.moment += 601
    assert case.verdict(reader) == (Verdict.UNKNOWN, "chain.stale_view")
    case.proxy.plan = NO_FAULTS
    reader.poll()
    assert case.verdict(reader)[0] is Verdict.REVOKED


def test_a_node_that_stands_still_is_found_out_by_the_age_of_its_newest_block(chain: DevChain) -> None:
    """Off the development chains, where blocks come without a pause."""
    chain.call("anvil_setChainId", 5)
    try:
        registry = deploy_registry(_PaidChain(chain))  # type: ignore[arg-type]
        batch = registry.anchor(registry.new_issuer())
        standing = registry.block().number
        chain.increase_time(700)
        chain.mine(10)
        with FaultProxy(chain.url) as proxy:
            reader = build_reader("followed", registry, urls=[proxy.url], finality="finalized")
            reader.clock.moment = registry.now()
            assert reader.ask(batch).final.anchor is not None
            proxy.plan = FaultPlan(rate=1, kinds=(Fault.STALE,), lies=Lies(stuck_at=standing))
            assert code_of(reader.poll) == "chain.stale_node"
            reader.clock.moment += 601
            assert code_of(reader.facts.fetch_view) == "chain.stale_view"
    finally:
        chain.call("anvil_setChainId", 31337)


class _PaidChain:
    """Anvil under another chain id, where its own accounts cannot sign and so cannot pay."""

    def __init__(self, chain: DevChain) -> None:
        self._chain = chain

    def fund(self, address: str, wei: int) -> None:
        self._chain.call("anvil_setBalance", address, hex(wei))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)


def test_a_stale_node_beside_an_honest_one_brings_no_answer_about_what_changed(case: Case) -> None:
    standing = case.registry.block().number
    case.registry.revoke(case.batch, [2])
    case.proxy.plan = FaultPlan(rate=1, kinds=(Fault.STALE,), lies=Lies(stuck_at=standing))
    for urls in (
        (case.proxy.url, case.registry.chain.url),
        (case.registry.chain.url, case.proxy.url),
    ):
        reader = case.reader(*urls)
        reader.poll()
        assert case.verdict(reader) == (Verdict.UNKNOWN, "chain.sources_disagree")


# -- the service


@pytest.fixture
def stand(case: Case, tmp_path: Path) -> Stand:
    return Stand(case.registry, tmp_path, rpc=case.proxy.url)


def test_the_service_looks_a_stranger_up_before_it_says_that_nothing_is_recorded(
    case: Case, stand: Stand
) -> None:
    stranger = case.registry.new_actor("stranger", funded=False)
    credential, secured = stand.seal(stand.header(issuer=stranger.address))
    batch = f"/v1/batches/0x{stranger.address.hex()}/0x{secured.anchor.root.hex()}"
    with running(stand) as served:
        served.wait_ready()
        assert served.client.get(batch).status_code == 503
        # one question is enough: it waits for the proof
        assert served.verify(credential).json()["verdict"] == "not_anchored"
        assert served.client.get(batch).status_code == 404


@pytest.mark.slow
def test_the_service_is_silent_about_a_node_that_hides_and_remembers_over_a_restart(
    case: Case, stand: Stand
) -> None:
    credential, batch = stand.issue()
    snapshots = str(stand.folder / "kept")
    with running(stand, "--snapshots", snapshots) as served:
        served.wait_ready()
        served.wait_block(case.registry.block().number)
        assert served.verify(credential).json()["verdict"] == "valid"
    (kept,) = (stand.folder / "kept").iterdir()
    case.registry.revoke(batch, [2])
    case.proxy.plan = hide(SHAPES_BY_NAME["StatusChanged"].topic)
    with running(stand, "--snapshots", snapshots) as served:
        served.wait_ready(503)
        assert served.verify(credential).json()["verdict"] == "unknown"
        case.proxy.stop_faults()
        served.wait_ready()
        assert served.verify(credential).json()["verdict"] == "revoked"
    kept.write_bytes(kept.read_bytes()[:-1])
    with running(stand, "--snapshots", snapshots) as served:
        served.wait_ready()
        assert served.verify(credential).json()["verdict"] == "revoked"
        assert "snapshot.damaged" in served.log.read_text("utf-8")
