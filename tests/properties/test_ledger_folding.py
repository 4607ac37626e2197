from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.adapters.evm.snapshot import Snapshot, format_snapshot, pack_logs, parse_snapshot
from attestree.errors import HeadMismatchError
from attestree.merkle.keccak import keccak256
from attestree.registry.facts import (
    WHOLE_LIST_WORD,
    BlockRef,
    ChainIdentity,
    FactsQuery,
    Log,
    Purpose,
    StatusBits,
)
from attestree.registry.ledger import IssuerHeads, Ledger
from tests.unit.registry.contract_logs import ACCREDITOR, CHAIN_ID, ISSUER, LIST, OTHER, REGISTRY, History

ISSUERS = (ISSUER, OTHER)


@st.composite
def histories(draw: st.DrawFn) -> list[Log]:
    """Logs as the contract could have written them, of two issuers and the registry."""
    history = History()
    anchored: dict[bytes, list[bytes]] = {issuer: [] for issuer in ISSUERS}
    spans = dict.fromkeys(ISSUERS, 0)
    for step in range(draw(st.integers(0, 25))):
        issuer = draw(st.sampled_from(ISSUERS))
        act = draw(st.sampled_from(["anchor", "status", "accredit", "admit", "confirm"]))
        if act == "anchor":
            root = keccak256(b"%d" % step)
            history.anchor(issuer=issuer, root=root, sequence=len(anchored[issuer]) + 1, span=spans[issuer])
            anchored[issuer].append(root)
        elif act == "status" and anchored[issuer]:
            purpose = draw(st.integers(0, 1))
            word, mask = draw(st.integers(0, 1)), draw(st.integers(1, 2**256 - 1))
            sets = purpose == 0 or draw(st.booleans())
            root = draw(st.sampled_from(anchored[issuer]))
            history.change_status((word, mask), purpose=purpose, sets=sets, issuer=issuer, root=root)
        elif act == "accredit":
            spans[issuer] += 1
            history.accredit(spans[issuer], issuer=issuer)
        elif act == "admit":
            history.add("AccreditorAdded", ACCREDITOR, step, issuer=None)
    return history.logs


def told(ledger: Ledger, logs: list[Log]) -> object:
    roots = {log.topics[2] for log in logs if len(log.topics) == 3}
    queries = [
        FactsQuery(issuer, root, LIST, index)
        for issuer in ISSUERS
        for root in sorted(roots)
        for index in (0, 255, 256)
    ]
    heads = [ledger.heads_of(issuer) for issuer in ISSUERS]
    return ledger.registry_head, heads, [ledger.state_at(query) for query in queries]


@given(histories(), st.booleans(), st.lists(st.integers(0, 600), max_size=40))
def test_untouched_are_those_of_which_each_by_itself_is_told_nothing(
    logs: list[Log], whole: bool, indexes: list[int]
) -> None:
    ledger = Ledger(chain_id=CHAIN_ID, registry=REGISTRY)
    ledger.apply(logs)
    issuer = ledger.issuer(ISSUER)
    if whole:
        issuer.status[LIST, Purpose.SUSPENSION, WHOLE_LIST_WORD] = 1
    clear = StatusBits(revoked=False, suspended=False, whole_list=False)
    expected = {index for index in indexes if issuer.status_of(LIST, index) == clear}
    assert issuer.find_untouched(LIST, indexes) == expected
    assert issuer.find_untouched(b"another list ", indexes) == set(indexes)


@given(histories(), st.data())
def test_a_ledger_is_the_same_however_its_logs_are_split_and_branched(
    logs: list[Log], data: st.DataObject
) -> None:
    whole = Ledger(chain_id=CHAIN_ID, registry=REGISTRY)
    whole.apply(logs)

    cuts = sorted(data.draw(st.lists(st.integers(0, len(logs)), max_size=5)))
    parted = Ledger(chain_id=CHAIN_ID, registry=REGISTRY)
    seen = []
    for first, last in zip([0, *cuts], [*cuts, len(logs)], strict=True):
        if data.draw(st.booleans()):
            seen.append((parted, first, told(parted, logs)))
            parted = parted.branch()
        parted.apply(logs[first:last])

    assert told(parted, logs) == told(whole, logs)
    for earlier, count, before in seen:
        assert told(earlier, logs) == before
        fresh = Ledger(chain_id=CHAIN_ID, registry=REGISTRY)
        fresh.apply(logs[:count])
        assert told(fresh, logs) == before


@given(histories().filter(bool), st.data())
def test_a_ledger_from_which_one_log_is_missing_is_found_out(logs: list[Log], data: st.DataObject) -> None:
    whole = Ledger(chain_id=CHAIN_ID, registry=REGISTRY)
    whole.apply(logs)
    hidden = data.draw(st.integers(0, len(logs) - 1))
    lied_to = Ledger(chain_id=CHAIN_ID, registry=REGISTRY)
    heads = {issuer: whole.heads_of(issuer) for issuer in ISSUERS}
    # either the event that follows cannot have happened, or the heads differ
    with pytest.raises(HeadMismatchError):
        _fold_and_compare(lied_to, logs[:hidden] + logs[hidden + 1 :], whole, heads)


def _fold_and_compare(
    ledger: Ledger, logs: list[Log], truth: Ledger, heads: dict[bytes, IssuerHeads]
) -> None:
    ledger.apply(logs)
    ledger.verify_heads(registry_head=truth.registry_head, issuers=heads)


@given(histories(), st.data())
def test_a_ledger_folded_from_a_snapshot_is_the_one_folded_from_zero(
    logs: list[Log], data: st.DataObject
) -> None:
    """However often a server was started anew in between, and wherever the parts were cut."""
    pins = ChainIdentity(CHAIN_ID, bytes(32), REGISTRY, 1, bytes(32), bytes(32))
    whole = Ledger(chain_id=CHAIN_ID, registry=REGISTRY)
    whole.apply(logs)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(logs)), max_size=4)))
    restarted, parts = Ledger(chain_id=CHAIN_ID, registry=REGISTRY), ()
    for first, last in zip([0, *cuts], [*cuts, len(logs)], strict=True):
        restarted.apply(logs[first:last])
        parts = (*parts, pack_logs(logs[first:last]))
        kept = format_snapshot(Snapshot(pins, BlockRef(last, bytes(32), 0), parts))
        read = parse_snapshot(kept, identity=pins)
        restarted, parts = Ledger(chain_id=CHAIN_ID, registry=REGISTRY), read.parts
        restarted.apply(read.logs())
    assert told(restarted, logs) == told(whole, logs)
