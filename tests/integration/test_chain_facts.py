"""What all readers of facts must say of a real contract, act by act."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eth_abi.abi import encode

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.tester_chain import TesterChain
from attestree.merkle.keccak import keccak256
from attestree.registry.calls import SIGNATURES
from attestree.registry.facts import Anchor, EndCause, Operator, Reason, Role, Span, StateAt, StatusBits
from tests.integration.deployed import FAR_AWAY, Deployed, deploy_registry, send_transaction
from tests.integration.readers import KINDS, Reader, build_reader, without_texts

CLEAR = StatusBits(revoked=False, suspended=False, whole_list=False)
NOTHING = StateAt(anchor=None, span=None, current_span=None, operator=None, status=CLEAR)


@pytest.fixture
def registry(chain: DevChain) -> Deployed:
    return deploy_registry(chain)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reader(kind: str, registry: Deployed) -> Reader:
    return build_reader(kind, registry)


# -- anchors


def test_of_an_issuer_that_never_did_anything_nothing_is_said(registry: Deployed, reader: Reader) -> None:
    batch = registry.anchor(registry.new_actor())
    facts = reader.ask(batch, issuer=registry.new_actor(funded=False))
    assert (facts.final, facts.latest) == (NOTHING, NOTHING)


def test_an_anchor_is_told_field_by_field(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_issuer()
    registry.anchor(issuer)
    batch = registry.anchor(issuer, size=2**32 - 1, kind=1, list_id=bytes(12) + b"\1")
    latest = reader.ask(batch).latest
    assert latest.anchor == Anchor(
        root=batch.root,
        time=batch.time,
        size=2**32 - 1,
        sequence=2,
        operator=0,
        span=1,
        kind=1,
        confirmed=False,
        list_id=batch.list_id,
    )
    assert latest.operator is None
    assert latest.status == CLEAR


def test_an_anchor_is_absent_before_and_there_after(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_issuer()
    root = keccak256(b"later")
    other = registry.anchor(issuer)
    assert reader.ask(other).latest.anchor is not None
    absent = reader.ask(type(other)(issuer, root, 1, other.list_id, 0, 0))
    assert (absent.latest.anchor, absent.latest.span, absent.latest.operator) == (None, None, None)
    assert absent.latest.current_span is not None
    batch = registry.anchor(issuer, root=root)
    assert reader.ask(batch).latest.anchor is not None


def test_one_issuers_root_is_no_anchor_of_another(registry: Deployed, reader: Reader) -> None:
    first, second = registry.new_issuer("first"), registry.new_issuer("second")
    batch = registry.anchor(first)
    assert reader.ask(batch, issuer=second).latest.anchor is None
    again = registry.anchor(second, root=batch.root, size=7)
    mine, theirs = reader.ask(batch).latest.anchor, reader.ask(again).latest.anchor
    assert mine is not None
    assert theirs is not None
    assert (mine.size, theirs.size) == (300, 7)


def test_a_cancelled_root_is_not_anchored(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_issuer()
    batch = registry.anchor(issuer)
    root = keccak256(b"cancelled")
    registry.cancel(issuer, root)
    assert reader.ask(type(batch)(issuer, root, 1, batch.list_id, 0, 0)).latest.anchor is None


def test_a_confirmation_is_told(registry: Deployed, reader: Reader) -> None:
    batch = registry.anchor(registry.new_issuer())
    anchor = reader.ask(batch).latest.anchor
    assert anchor is not None
    assert not anchor.confirmed
    registry.confirm(batch.issuer, batch.root)
    anchor = reader.ask(batch).latest.anchor
    assert anchor is not None
    assert anchor.confirmed


# -- accreditation


def test_the_span_in_force_at_the_anchor_is_told(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_actor()
    registry.accredit(issuer, did="did:web:a.example", name="Å", framework="F", until=FAR_AWAY)
    start = registry.now()
    state = without_texts(reader.ask(registry.anchor(issuer)).latest)
    assert state.span == Span(
        number=1,
        accreditor=registry.accreditor.address,
        starts=start,
        ends=FAR_AWAY,
        cause=EndCause.RUNS,
        did_hash=keccak256(b"did:web:a.example"),
        name_hash=keccak256("Å".encode()),
        framework_hash=keccak256(b"F"),
    )
    assert state.current_span == state.span


def test_an_anchor_before_any_accreditation_keeps_no_span(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_actor()
    batch = registry.anchor(issuer)
    assert reader.ask(batch).latest.current_span is None
    registry.accredit(issuer)
    state = reader.ask(batch).latest
    assert state.span is None
    assert state.current_span is not None


def test_a_suspension_and_a_reinstatement_are_told(registry: Deployed, reader: Reader) -> None:
    batch = registry.anchor(registry.new_issuer())
    registry.suspend_accreditation(batch.issuer)
    ended = registry.now()
    state = reader.ask(batch).latest
    assert state.span is not None
    assert (state.span.ends, state.span.cause) == (ended, EndCause.SUSPENDED)
    registry.reinstate_accreditation(batch.issuer, until=ended + 10_000)
    state = reader.ask(batch).latest
    assert state.span is not None
    assert state.current_span is not None
    assert (state.span.number, state.span.cause) == (1, EndCause.SUSPENDED)
    assert (state.current_span.number, state.current_span.ends) == (2, ended + 10_000)


def test_a_back_dated_withdrawal_is_told(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_issuer()
    start = registry.now()
    registry.increase_time(1000)
    batch = registry.anchor(issuer)
    registry.withdraw_accreditation(issuer, span=1, until=start + 1)
    state = reader.ask(batch).latest
    assert state.anchor is not None
    assert state.span is not None
    assert (state.span.ends, state.span.cause) == (start + 1, EndCause.WITHDRAWN)
    assert not state.span.covers(state.anchor.time)


def test_a_replaced_span_is_told(registry: Deployed, reader: Reader) -> None:
    batch = registry.anchor(registry.new_issuer())
    registry.accredit(batch.issuer, did="did:web:new.example")
    state = reader.ask(batch).latest
    assert state.span is not None
    assert state.current_span is not None
    assert (state.span.cause, state.current_span.number) == (EndCause.REPLACED, 2)
    assert state.current_span.did_hash == keccak256(b"did:web:new.example")


def test_a_lapsed_span_is_told_with_its_end(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_actor()
    end = registry.now() + 5000
    registry.accredit(issuer, until=end)
    batch = registry.anchor(issuer)
    registry.increase_time(6000)
    facts = reader.ask(batch)
    assert facts.latest.span is not None
    assert (facts.latest.span.ends, facts.latest.span.cause) == (end, EndCause.RUNS)
    assert facts.view.latest.time >= end


# -- operators


def test_the_operator_that_anchored_is_told(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_issuer()
    registry.add_operator(issuer)
    operator = registry.add_operator(issuer, roles=Role.ANCHOR, to=FAR_AWAY - 1)
    start = registry.now()
    state = reader.ask(registry.anchor(issuer, by=operator)).latest
    assert state.operator == Operator(
        number=2,
        address=operator.address,
        roles=Role.ANCHOR,
        starts=start,
        ends=FAR_AWAY - 1,
        disavowed_from=None,
        disavowed_at=None,
    )


def test_a_removed_operator_is_told(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_issuer()
    operator = registry.add_operator(issuer)
    batch = registry.anchor(issuer, by=operator)
    registry.remove_operator(issuer, operator)
    state = reader.ask(batch).latest
    assert state.operator is not None
    assert state.operator.ends == registry.now()


def test_a_disavowal_is_told_and_only_moves_earlier(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_issuer()
    operator = registry.add_operator(issuer)
    batch = registry.anchor(issuer, by=operator)
    registry.disavow(issuer, operator, since=batch.time)
    written = registry.now()
    state = reader.ask(batch).latest
    assert state.operator is not None
    assert (state.operator.disavowed_from, state.operator.disavowed_at) == (batch.time, written)
    registry.increase_time(100)
    registry.disavow(issuer, operator, since=batch.time - 1)
    state = reader.ask(batch).latest
    assert state.operator is not None
    assert (state.operator.disavowed_from, state.operator.disavowed_at) == (batch.time - 1, written)


# -- status


@pytest.mark.parametrize("index", [0, 255, 256, 299])
def test_a_revocation_reaches_its_index_and_no_other(registry: Deployed, reader: Reader, index: int) -> None:
    batch = registry.anchor(registry.new_issuer())
    registry.revoke(batch, [index], reason=Reason.KEY_COMPROMISE)
    told = reader.ask(batch, index).latest.status
    assert told == StatusBits(revoked=True, suspended=False, whole_list=False, reason=Reason.KEY_COMPROMISE)
    for neighbour in {index - 1, index + 1, index ^ 256} & set(range(300)):
        assert reader.ask(batch, neighbour).latest.status == CLEAR


def test_a_revocation_reaches_its_list_and_no_other(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_issuer()
    batch, other = registry.anchor(issuer), registry.anchor(issuer)
    stranger = registry.anchor(registry.new_issuer("stranger"), list_id=batch.list_id)
    registry.revoke(batch, [3])
    assert reader.ask(other, 3).latest.status == CLEAR
    assert reader.ask(stranger, 3).latest.status == CLEAR
    assert reader.ask(batch, 3, list_id=other.list_id).latest.status == CLEAR


def test_anchoring_again_under_the_same_list_keeps_the_status(registry: Deployed, reader: Reader) -> None:
    batch = registry.anchor(registry.new_issuer())
    registry.revoke(batch, [3])
    again = registry.anchor(batch.issuer, list_id=batch.list_id)
    assert reader.ask(again, 3).latest.status.revoked


@pytest.mark.parametrize(
    ("reasons", "stands"),
    [
        ([Reason.SUPERSEDED], Reason.SUPERSEDED),
        ([Reason.SUPERSEDED, Reason.SUPERSEDED], Reason.SUPERSEDED),
        ([Reason.SUPERSEDED, Reason.ISSUED_IN_ERROR], Reason.ISSUED_IN_ERROR),
        ([Reason.ISSUED_IN_ERROR, Reason.SUPERSEDED], Reason.ISSUED_IN_ERROR),
        ([Reason.UNSPECIFIED, Reason.KEY_COMPROMISE], Reason.UNSPECIFIED),
    ],
)
def test_no_reason_softens_another(
    registry: Deployed, reader: Reader, reasons: list[Reason], stands: Reason
) -> None:
    batch = registry.anchor(registry.new_issuer())
    for reason in reasons:
        registry.revoke(batch, [3], reason=reason)
    assert reader.ask(batch, 3).latest.status.reason is stands


def test_a_suspension_is_told_until_it_is_lifted(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_issuer()
    operator = registry.add_operator(issuer)
    batch = registry.anchor(issuer, by=operator)
    registry.suspend(batch, [3, 4], by=operator)
    assert reader.ask(batch, 3).latest.status == StatusBits(revoked=False, suspended=True, whole_list=False)
    registry.reinstate(batch, [3], by=operator)
    assert reader.ask(batch, 3).latest.status == CLEAR
    assert reader.ask(batch, 4).latest.status.suspended


def test_a_revoked_list_revokes_every_index(registry: Deployed, reader: Reader) -> None:
    batch = registry.anchor(registry.new_issuer())
    registry.revoke(batch, reason=Reason.SUPERSEDED)
    for index in (0, 299):
        assert reader.ask(batch, index).latest.status == StatusBits(
            revoked=True, suspended=False, whole_list=True, reason=Reason.SUPERSEDED
        )


def test_a_suspended_list_suspends_every_index_until_it_is_lifted(registry: Deployed, reader: Reader) -> None:
    batch = registry.anchor(registry.new_issuer())
    registry.suspend(batch)
    assert reader.ask(batch, 9).latest.status == StatusBits(revoked=False, suspended=True, whole_list=True)
    registry.reinstate(batch)
    assert reader.ask(batch, 9).latest.status == CLEAR


# -- final and latest


def test_what_is_new_is_latest_and_not_yet_final(kind: str, registry: Deployed) -> None:
    reader = build_reader(kind, registry, finality="depth:3")
    issuer = registry.new_issuer()
    registry.mine(3)
    batch = registry.anchor(issuer)
    facts = reader.ask(batch, 5)
    assert facts.latest.anchor is not None
    assert facts.final.anchor is None
    assert facts.view.latest.number - facts.view.final.number == 3
    registry.mine(3)
    assert reader.ask(batch, 5).final.anchor == facts.latest.anchor

    registry.revoke(batch, [5], reason=Reason.SUPERSEDED)
    facts = reader.ask(batch, 5)
    assert facts.latest.status.revoked
    assert facts.latest.status.reason is Reason.SUPERSEDED
    assert facts.final.status == CLEAR
    registry.mine(3)
    assert reader.ask(batch, 5).final.status == facts.latest.status


def test_one_answer_about_several_is_about_none_that_either_block_says_anything_of(
    registry: Deployed,
) -> None:
    reader = build_reader("followed", registry, finality="depth:3")
    batch = registry.anchor(registry.new_issuer())
    registry.mine(3)
    assert reader.hold_shared(batch, [3, 4, 5]) == {3, 4, 5}
    registry.suspend(batch, [3, 4])
    assert reader.hold_shared(batch, [3, 4, 5]) == {5}
    assert reader.hold_shared(batch, [3, 4]) == frozenset()
    registry.mine(3)
    registry.reinstate(batch, [3])
    assert reader.ask(batch, 3).latest.status == CLEAR
    assert reader.hold_shared(batch, [3, 4, 5]) == {5}
    registry.mine(3)
    assert reader.hold_shared(batch, [3, 4, 5]) == {3, 5}


def test_the_chains_own_final_block_is_taken(kind: str, registry: Deployed) -> None:
    reader = build_reader(kind, registry, finality="finalized")
    batch = registry.anchor(registry.new_issuer())
    facts = reader.ask(batch)
    assert facts.view.latest.number - facts.view.final.number == 4
    assert facts.latest.anchor is not None
    assert facts.final == NOTHING


def test_before_the_deployment_is_final_nothing_is(kind: str, registry: Deployed) -> None:
    reader = build_reader(kind, registry, finality="depth:999999")
    batch = registry.anchor(registry.new_issuer())
    facts = reader.ask(batch)
    assert facts.view.final.number == 0
    assert facts.final == NOTHING
    assert facts.latest.anchor is not None


def test_a_view_says_as_of_when(registry: Deployed, reader: Reader) -> None:
    facts = reader.ask(registry.anchor(registry.new_issuer()))
    view = facts.view
    assert view == reader.facts.fetch_view()
    assert (view.chain_id, view.registry) == (registry.identity.chain_id, registry.address)
    assert view.latest == view.final == registry.block()
    assert (view.polled_at, view.sources) == (reader.clock.moment, 1)


def test_a_reorganisation_takes_back_what_it_dropped(kind: str, registry: Deployed) -> None:
    reader = build_reader(kind, registry, finality="depth:4")
    issuer = registry.new_issuer()
    kept = registry.anchor(issuer)
    registry.mine(4)
    batch = registry.anchor(issuer)
    registry.revoke(kept, [3])
    assert reader.ask(batch).latest.anchor is not None
    assert reader.ask(kept, 3).latest.status.revoked
    registry.chain.call("anvil_reorg", 2, [])
    assert reader.ask(batch).latest.anchor is None
    assert not reader.ask(kept, 3).latest.status.revoked
    assert reader.ask(kept).final.anchor is not None


def test_a_chain_that_is_wound_back_is_read_anew(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_issuer()
    before = registry.chain.snapshot()
    batch = registry.anchor(issuer)
    registry.mine(2)
    assert reader.ask(batch).latest.anchor is not None
    registry.chain.revert(before)
    assert reader.ask(batch).latest.anchor is None
    registry.mine(10)
    assert reader.ask(batch).final.anchor is None


# -- issuers


def test_an_issuer_is_told_with_the_texts_that_its_events_prove(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_actor()
    registry.accredit(issuer, did="did:web:old.example", name="Old", framework="F1")
    registry.accredit(issuer, did="did:web:new.example", name="Nëw", framework="F2")
    operator = registry.add_operator(issuer)
    registry.anchor(issuer, by=operator)
    facts = reader.ask_issuer(issuer)
    assert [(span.did, span.name, span.framework) for span in facts.spans] == [
        ("did:web:old.example", "Old", "F1"),
        ("did:web:new.example", "Nëw", "F2"),
    ]
    assert [span.cause for span in facts.spans] == [EndCause.REPLACED, EndCause.RUNS]
    assert [found.address for found in facts.operators] == [operator.address]
    assert (facts.address, facts.anchor_head.count, facts.act_head.count) == (issuer.address, 1, 4)


def test_an_issuer_to_whom_nothing_happened_is_told_as_such(registry: Deployed, reader: Reader) -> None:
    facts = reader.ask_issuer(registry.new_actor(funded=False))
    assert (facts.spans, facts.operators) == ((), ())
    assert (facts.anchor_head.count, facts.act_head.count) == (0, 0)


def test_of_an_issuer_harm_counts_at_once_and_help_when_it_is_final(kind: str, registry: Deployed) -> None:
    reader = build_reader(kind, registry, finality="depth:3")
    issuer = registry.new_issuer()
    operator = registry.add_operator(issuer)
    registry.mine(3)
    registry.suspend_accreditation(issuer)
    registry.reinstate_accreditation(issuer)
    registry.disavow(issuer, operator, since=1)
    facts = reader.ask_issuer(issuer)
    assert [(span.number, span.cause) for span in facts.spans] == [(1, EndCause.SUSPENDED)]
    assert [found.disavowed_from for found in facts.operators] == [1]


def test_a_text_that_is_no_text_hides_nothing_else(registry: Deployed, reader: Reader) -> None:
    issuer = registry.new_actor()
    kinds = ["address", "uint40", "bytes", "bytes", "bytes"]
    payload = keccak256(SIGNATURES["accredit"].encode())[:4] + encode(
        kinds, [issuer.address, FAR_AWAY, b"\xff\xfe", b"Name", b"\xed\xa0\x80"]
    )
    send_transaction(registry.rpc, registry.accreditor, to=registry.address, payload=payload)
    batch = registry.anchor(issuer)
    assert reader.ask(batch).latest.span is not None
    (span,) = reader.ask_issuer(issuer).spans
    assert (span.did, span.name, span.framework) == (None, "Name", None)
    assert span.did_hash == keccak256(b"\xff\xfe")


# -- every way, on both chains


@pytest.fixture
def tester() -> Iterator[DevChain]:
    with TesterChain() as running:
        yield running


@pytest.fixture(params=[pytest.param("anvil", marks=pytest.mark.chain), "tester"])
def either_chain(request: pytest.FixtureRequest) -> DevChain:
    name = "chain" if request.param == "anvil" else "tester"
    found: DevChain = request.getfixturevalue(name)
    return found


def test_all_readers_say_the_same_after_every_act(either_chain: DevChain) -> None:
    registry = deploy_registry(either_chain)
    readers = [build_reader(kind, registry) for kind in KINDS]
    issuer = registry.new_issuer()
    operator = registry.add_operator(issuer)
    batch = registry.anchor(issuer, by=operator)
    start = batch.time
    acts = [
        lambda: registry.anchor(issuer),
        lambda: registry.suspend(batch, [1, 2, 3]),
        lambda: registry.revoke(batch, [1, 256], by=operator, reason=Reason.SUPERSEDED),
        lambda: registry.reinstate(batch, [2]),
        lambda: registry.suspend_accreditation(issuer),
        lambda: registry.reinstate_accreditation(issuer),
        lambda: registry.disavow(issuer, operator, since=start),
        lambda: registry.confirm(issuer, batch.root),
        registry.pause,
        lambda: registry.strike_off(registry.accreditor),
        lambda: registry.withdraw_accreditation(issuer, span=2, until=registry.now(), by=registry.admin),
        registry.unpause,
        lambda: registry.admit(registry.accreditor),
        lambda: registry.revoke(batch, reason=Reason.ISSUED_IN_ERROR),
        lambda: registry.cancel(issuer, keccak256(b"never")),
    ]
    for act in acts:
        act()
        for index in (0, 1, 2, 256):
            direct, *others = (reader.ask(batch, index) for reader in readers)
            for told in others:
                assert without_texts(direct.latest) == without_texts(told.latest)
                assert without_texts(direct.final) == without_texts(told.final)
        for reader in readers:
            about = reader.hold_shared(batch, [0, 1, 2, 3, 255, 256, 299])
            told = {index: reader.ask(batch, index) for index in (0, 1, 2, 3, 255, 256, 299)}
            clear = {index for index, facts in told.items() if facts.latest.status == CLEAR}
            assert about == (clear if reader is readers[1] else {0})
        told_of_issuer = [reader.ask_issuer(issuer) for reader in readers]
        assert all(told == told_of_issuer[0] for told in told_of_issuer)
