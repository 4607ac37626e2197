from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from attestree.errors import ChainUnavailableError, HeadMismatchError
from attestree.merkle.keccak import keccak256
from attestree.registry.event_types import StatusChanged
from attestree.registry.facts import (
    WHOLE_LIST_WORD,
    EndCause,
    FactsQuery,
    Head,
    Reason,
    StateAt,
    StatusBits,
)
from attestree.registry.ledger import Administration, IssuerHeads, Ledger
from tests.unit.registry.contract_logs import (
    ACCREDITOR,
    ADMIN,
    CHAIN_ID,
    ISSUER,
    LIST,
    OPERATOR,
    OTHER,
    REGISTRY,
    ROOT,
    History,
)

QUERY = FactsQuery(ISSUER, ROOT, LIST, 5)
CLEAR = StatusBits(revoked=False, suspended=False, whole_list=False)


def new_ledger() -> Ledger:
    return Ledger(chain_id=CHAIN_ID, registry=REGISTRY)


def fold(history: History) -> Ledger:
    ledger = new_ledger()
    ledger.apply(history.logs)
    return ledger


def full_history() -> History:
    history = History()
    history.add("AdminChanged", bytes(20), ADMIN, 1, issuer=None)
    history.add("AccreditorAdded", ACCREDITOR, 2, issuer=None)
    history.accredit()
    history.add_operator()
    history.anchor(operator=1, span=1)
    history.change_status((0, 1 << 5), reason=2)
    history.anchor(issuer=OTHER)
    return history


def test_of_nothing_nothing_is_said() -> None:
    ledger = new_ledger()
    assert ledger.state_at(QUERY) == StateAt(None, None, None, None, CLEAR)
    assert dict(ledger.issuers) == {}
    assert ledger.administration == Administration()


def test_what_was_logged_is_said() -> None:
    state = fold(full_history()).state_at(QUERY)
    assert state.anchor is not None
    assert state.span is not None
    assert state.operator is not None
    assert (state.anchor.operator, state.operator.address) == (1, OPERATOR)
    assert (state.span.did, state.span.name, state.span.framework) == ("did:x", "X", "F")
    assert state.span.did_hash == keccak256(b"did:x")
    assert state.current_span is state.span
    assert state.status == StatusBits(True, False, False, Reason.SUPERSEDED)


class Unread(tuple[StatusChanged, ...]):
    """Changes of status that nobody may go through."""

    __slots__ = ()

    def __iter__(self) -> Iterator[StatusChanged]:
        raise AssertionError("went through all changes of the list")


def test_the_history_of_a_list_is_gone_through_only_for_what_is_revoked() -> None:
    ledger = fold(full_history())
    issuer = ledger.issuer(ISSUER)
    issuer.revocations[LIST] = Unread(issuer.revocations[LIST])
    assert ledger.state_at(replace(QUERY, index=6)).status == CLEAR
    with pytest.raises(AssertionError, match="went through"):
        ledger.state_at(QUERY)


def test_one_issuers_history_says_nothing_of_another() -> None:
    ledger = fold(full_history())
    assert ledger.state_at(replace(QUERY, issuer=OTHER)).status == CLEAR
    assert ledger.state_at(replace(QUERY, issuer=ADMIN)).anchor is None
    assert list(ledger.issuers) == [ISSUER, OTHER]


def test_status_is_set_and_cleared_word_by_word() -> None:
    history = History()
    history.anchor()
    history.change_status((0, 0b111 << 5), (1, 1), purpose=1)
    assert fold(history).state_at(QUERY).status.suspended
    history.change_status((0, 1 << 5), purpose=1, sets=False)
    ledger = fold(history)
    assert ledger.state_at(QUERY).status == CLEAR
    assert ledger.state_at(replace(QUERY, index=6)).status.suspended
    assert ledger.state_at(replace(QUERY, index=256)).status.suspended


def test_untouched_is_what_has_no_bit_in_either_purpose_and_none_where_the_whole_list_has() -> None:
    history = History()
    history.anchor()
    issuer = fold(history).issuer(ISSUER)
    assert issuer.find_untouched(LIST, [5, 6, 300]) == {5, 6, 300}
    history.change_status((0, 1 << 5), reason=2)
    history.change_status((1, 1 << 44), purpose=1)
    issuer = fold(history).issuer(ISSUER)
    assert issuer.find_untouched(LIST, [5, 6, 300, 301]) == {6, 301}
    assert issuer.find_untouched(LIST, []) == frozenset()
    history.change_status((WHOLE_LIST_WORD, 1), purpose=1)
    assert fold(history).issuer(ISSUER).find_untouched(LIST, [5, 6, 300]) == frozenset()


def test_an_operator_is_removed_and_disavowed() -> None:
    history = History()
    history.add_operator()
    history.add("OperatorRemoved", 1, 50, 50)
    history.add("OperatorDisavowed", 1, 40, 60)
    history.add("OperatorDisavowed", 1, 30, 70)
    (operator,) = fold(history).issuer(ISSUER).operators
    assert (operator.ends, operator.disavowed_from, operator.disavowed_at) == (50, 30, 60)


def test_a_span_is_cut_short_and_followed_by_another() -> None:
    history = History()
    history.accredit()
    history.add("AccreditationEnded", 1, ADMIN, 10, 1, 20)
    history.accredit(2, time=30)
    first, second = fold(history).issuer(ISSUER).spans
    assert (first.ends, first.cause, second.number) == (10, EndCause.SUSPENDED, 2)
    assert fold(history).state_at(QUERY).current_span == second


def test_spans_between_the_anchors_and_the_newest_are_said() -> None:
    history = History()
    history.accredit()
    history.anchor(span=1)
    for number in (2, 3, 4):
        history.accredit(number, time=10 * number)
    assert [span.number for span in fold(history).state_at(QUERY).spans_between] == [2, 3]


def test_a_text_that_is_not_utf_8_is_left_out_but_its_hash_is_kept() -> None:
    history = History()
    history.add("Accredited", 1, ACCREDITOR, 10, 9999, 10, b"\xff", b"X", b"\xed\xa0\x80")
    (span,) = fold(history).issuer(ISSUER).spans
    assert (span.did, span.name, span.framework) == (None, "X", None)
    assert span.did_hash == keccak256(b"\xff")


def test_a_root_is_confirmed_or_cancelled() -> None:
    history = History()
    history.anchor()
    history.add("AnchorConfirmed", ROOT, 5)
    history.add("AnchorCancelled", bytes(32), 6)
    ledger = fold(history)
    anchor = ledger.state_at(QUERY).anchor
    assert anchor is not None
    assert anchor.confirmed
    assert ledger.state_at(replace(QUERY, root=bytes(32))).anchor is None


def test_administration_is_followed() -> None:
    history = History()
    steps: list[tuple[str, tuple[object, ...], Administration]] = [
        ("AdminChanged", (bytes(20), ADMIN, 1), Administration(admin=ADMIN)),
        ("AccreditorAdded", (ACCREDITOR, 2), Administration(ADMIN, accreditors=frozenset([ACCREDITOR]))),
        ("AccreditorRemoved", (ACCREDITOR, 3), Administration(ADMIN)),
        ("AdminProposed", (OTHER, 9, 4), Administration(ADMIN, OTHER, 9)),
        ("AdminProposalCancelled", (5,), Administration(ADMIN)),
        ("AdminProposed", (OTHER, 9, 6), Administration(ADMIN, OTHER, 9)),
        ("AdminChanged", (ADMIN, OTHER, 10), Administration(OTHER)),
        ("Paused", (99, 11), Administration(OTHER, paused_until=99)),
        ("Unpaused", (12,), Administration(OTHER)),
    ]
    for name, fields, after in steps:
        history.add(name, *fields, issuer=None)
        assert fold(history).administration == after
    assert fold(history).registry_head.count == len(steps)


def impossible(*steps: Callable[[History], None]) -> History:
    history = History()
    for step in steps:
        step(history)
    return history


@pytest.mark.parametrize(
    "history",
    [
        impossible(lambda h: h.anchor(), lambda h: h.anchor(sequence=2)),
        impossible(lambda h: h.anchor(sequence=2)),
        impossible(lambda h: h.anchor(operator=1)),
        impossible(lambda h: h.anchor(span=1)),
        impossible(lambda h: h.add("AnchorCancelled", ROOT, 5), lambda h: h.anchor()),
        impossible(lambda h: h.anchor(), lambda h: h.add("AnchorCancelled", ROOT, 5)),
        impossible(lambda h: h.add("AnchorConfirmed", ROOT, 5)),
        impossible(lambda h: h.add("AnchorCancelled", ROOT, 5), lambda h: h.add("AnchorConfirmed", ROOT, 5)),
        impossible(
            lambda h: h.anchor(),
            lambda h: h.add("AnchorConfirmed", ROOT, 5),
            lambda h: h.add("AnchorConfirmed", ROOT, 6),
        ),
        impossible(lambda h: h.accredit(2)),
        impossible(lambda h: h.accredit(), lambda h: h.accredit()),
        impossible(lambda h: h.add("AccreditationEnded", 1, ADMIN, 3, 2, 5)),
        impossible(lambda h: h.accredit(), lambda h: h.add("AccreditationEnded", 0, ADMIN, 10, 2, 5)),
        impossible(lambda h: h.accredit(), lambda h: h.add("AccreditationEnded", 1, ADMIN, 9, 2, 5)),
        impossible(lambda h: h.accredit(), lambda h: h.add("AccreditationEnded", 1, ADMIN, 10000, 2, 5)),
        impossible(lambda h: h.add_operator(2)),
        impossible(lambda h: h.add("OperatorRemoved", 1, 5, 5)),
        impossible(lambda h: h.add_operator(), lambda h: h.add("OperatorRemoved", 1, 9999, 9999)),
        impossible(lambda h: h.add("OperatorDisavowed", 1, 5, 5)),
        impossible(
            lambda h: h.add_operator(),
            lambda h: h.add("OperatorDisavowed", 1, 5, 6),
            lambda h: h.add("OperatorDisavowed", 1, 5, 7),
        ),
        impossible(lambda h: h.change_status((0, 1))),
        impossible(lambda h: h.anchor(), lambda h: h.change_status((0, 1), list_id=bytes(13))),
        impossible(lambda h: h.anchor(), lambda h: h.change_status((0, 1), sets=False)),
        impossible(lambda h: h.add("AnchorCancelled", ROOT, 5), lambda h: h.change_status((0, 1))),
    ],
)
def test_an_event_that_cannot_have_happened_there_is_refused(history: History) -> None:
    ledger = new_ledger()
    ledger.apply(history.logs[:-1])
    with pytest.raises(HeadMismatchError, match=r"head\.impossible_event"):
        ledger.apply(history.logs[-1:])


def test_a_log_of_another_contract_is_refused() -> None:
    log = replace(full_history().logs[0], address=OTHER)
    with pytest.raises(ChainUnavailableError, match=r"event\.foreign"):
        new_ledger().apply([log])


def test_a_branch_grows_apart_from_what_it_left() -> None:
    history = full_history()
    trunk = fold(history)
    before = (trunk.state_at(QUERY), trunk.heads_of(ISSUER), trunk.registry_head, trunk.administration)
    branch = trunk.branch()
    more = History(logs=list(history.logs))
    more.anchor(root=keccak256(b"new"), sequence=2)
    more.add("AnchorConfirmed", ROOT, 5)
    more.change_status((0, 1 << 5), purpose=1)
    more.accredit(2)
    more.add("OperatorDisavowed", 1, 5, 6)
    more.add("Paused", 9, 5, issuer=None)
    branch.apply(more.logs[len(history.logs) :])
    assert (
        trunk.state_at(QUERY),
        trunk.heads_of(ISSUER),
        trunk.registry_head,
        trunk.administration,
    ) == before
    assert branch.state_at(QUERY) == fold(more).state_at(QUERY)
    assert branch.heads_of(ISSUER) == fold(more).heads_of(ISSUER)
    assert branch.issuer(OTHER) is trunk.issuer(OTHER)
    # and the other way round: the trunk can go on without the branch noticing
    seen = branch.state_at(QUERY)
    trunk.apply(more.logs[len(history.logs) : -3])
    assert branch.state_at(QUERY) == seen


def stored(ledger: Ledger) -> dict[bytes, IssuerHeads]:
    return {issuer: ledger.heads_of(issuer) for issuer in ledger.issuers}


def test_heads_that_are_the_contracts_are_accepted() -> None:
    ledger = fold(full_history())
    ledger.verify_heads(registry_head=ledger.registry_head, issuers=stored(ledger))
    strangers = {ADMIN: new_ledger().heads_of(ADMIN)}
    ledger.verify_heads(registry_head=ledger.registry_head, issuers=stored(ledger) | strangers)


@pytest.mark.parametrize(
    "change", [lambda h: Head(h.value ^ 1, h.count), lambda h: Head(h.value, h.count + 1)]
)
def test_each_head_that_differs_is_found(change: Callable[[Head], Head]) -> None:
    ledger = fold(full_history())
    heads = stored(ledger)
    of_other = heads[OTHER]
    cases = [
        ("head.registry", change(ledger.registry_head), heads),
        (
            "head.anchors",
            ledger.registry_head,
            heads | {OTHER: replace(of_other, anchor=change(of_other.anchor))},
        ),
        ("head.acts", ledger.registry_head, heads | {OTHER: replace(of_other, act=change(of_other.act))}),
    ]
    for code, registry_head, issuers in cases:
        with pytest.raises(HeadMismatchError) as caught:
            ledger.verify_heads(registry_head=registry_head, issuers=issuers)
        assert caught.value.code == code


def test_an_issuer_whose_heads_were_not_read_is_not_taken_for_proven() -> None:
    ledger = fold(full_history())
    with pytest.raises(HeadMismatchError, match=r"head\.not_read"):
        ledger.verify_heads(registry_head=ledger.registry_head, issuers={ISSUER: ledger.heads_of(ISSUER)})


def test_an_issuer_of_which_nothing_was_read_but_storage_knows_is_found() -> None:
    ledger = fold(full_history())
    hidden = {ADMIN: fold(full_history()).heads_of(ISSUER)}
    with pytest.raises(HeadMismatchError, match=r"head\.anchors"):
        ledger.verify_heads(registry_head=ledger.registry_head, issuers=stored(ledger) | hidden)
