from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from attestree.errors import NotAllowedError, RequestError
from attestree.issuing.status import MAX_WORDS, StatusRequest
from attestree.outbox.states import State
from attestree.ports import CredentialRow
from attestree.registry.calls import build_status
from attestree.registry.facts import WHOLE_LIST_WORD, Purpose, Reason
from tests.unit.issuing import samples
from tests.unit.issuing.desk import OPERATOR, Desk, open_desk

REVOKE = StatusRequest(Purpose.REVOCATION, sets=True, reason=Reason.ISSUED_IN_ERROR)
SUSPEND = StatusRequest(Purpose.SUSPENSION, sets=True)
REINSTATE = StatusRequest(Purpose.SUSPENSION, sets=False)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def rows(desk: Desk) -> list[CredentialRow]:
    return list(desk.store.fetch_rows(desk.batch(desk.issue_final()).id))


def test_credentials_of_one_batch_become_one_write(desk: Desk, rows: list[CredentialRow]) -> None:
    batch = desk.store.fetch_batch(rows[0].batch_id)
    assert batch is not None
    assert batch.root is not None
    ids = [f"https://badges.example.edu/c/{rows[0].token}", rows[2].token, rows[2].token.upper()]
    (intent,) = desk.status.queue_credentials(ids, REVOKE)
    assert intent.wanted.payload == build_status(
        batch.issuer,
        root=batch.root,
        purpose=Purpose.REVOCATION,
        sets=True,
        words={0: 0b101},
        reason=Reason.ISSUED_IN_ERROR,
    )
    assert (intent.wanted.sender, intent.state) == (OPERATOR, State.SEALED)
    assert intent.wanted.title == f"Revoke 2 of batch {batch.id}: Data Literacy"
    (probe,) = intent.wanted.probes
    assert (probe.mask, probe.value) == (0b101, 0b101)


def test_asking_twice_to_revoke_is_asking_once_even_when_it_is_done(
    desk: Desk, rows: list[CredentialRow]
) -> None:
    (first,) = desk.status.queue_credentials([rows[0].token], REVOKE)
    assert desk.status.queue_credentials([rows[0].token], REVOKE) == [first]
    desk.finish(first.wanted.id)
    (again,) = desk.status.queue_credentials([rows[0].token], REVOKE)
    assert again.wanted.id == first.wanted.id


def test_a_suspension_can_be_asked_again_after_it_was_lifted(desk: Desk, rows: list[CredentialRow]) -> None:
    queued = [
        desk.status.queue_credentials([rows[0].token], request)[0].wanted.id
        for request in (SUSPEND, SUSPEND, REINSTATE, SUSPEND, REINSTATE, REINSTATE)
    ]
    assert queued[0] == queued[1]
    assert queued[4] == queued[5]
    assert len(set(queued)) == 4
    assert [intent.wanted.id for intent in desk.store.fetch_intents()][1:] == list(dict.fromkeys(queued))


def test_what_another_key_may_have_turned_round_since_is_asked_again(
    desk: Desk, rows: list[CredentialRow]
) -> None:
    for request in (SUSPEND, REINSTATE):
        (first,) = desk.status.queue_credentials([rows[0].token], request)
        desk.finish(first.wanted.id)
        (again,) = desk.status.queue_credentials([rows[0].token], request)
        assert again.wanted.id != first.wanted.id
        assert (again.state, again.wanted.payload) == (State.SEALED, first.wanted.payload)
        desk.finish(again.wanted.id)


@pytest.mark.parametrize("is_final", [True, False])
def test_what_is_revoked_cannot_be_reinstated_and_nothing_is_queued(
    desk: Desk, rows: list[CredentialRow], *, is_final: bool
) -> None:
    (revoked,) = desk.status.queue_credentials([rows[1].token], REVOKE)
    if is_final:
        desk.finish(revoked.wanted.id)
    before = desk.store.fetch_intents()
    ids = [rows[0].token, rows[1].token]
    for ask in (desk.status.queue_credentials, desk.status.count):
        with pytest.raises(NotAllowedError) as caught:
            ask(ids, REINSTATE)
        assert caught.value.code == "status.is_revoked"
        assert caught.value.values == {"first": 2, "count": 1, "total": 2}
    assert desk.store.fetch_intents() == before
    # What was not revoked can be.
    desk.status.queue_credentials([rows[0].token], REINSTATE)
    desk.status.queue_batch(rows[0].batch_id, REINSTATE)


def test_nothing_of_a_batch_that_was_revoked_as_a_whole_can_be_reinstated(
    desk: Desk, rows: list[CredentialRow]
) -> None:
    desk.status.queue_batch(rows[0].batch_id, REVOKE)
    with pytest.raises(NotAllowedError) as caught:
        desk.status.queue_credentials([row.token for row in rows], REINSTATE)
    assert caught.value.values == {"first": 1, "count": len(rows), "total": len(rows)}
    for ask in (desk.status.queue_batch, desk.status.fetch_recorded):
        with pytest.raises(NotAllowedError) as whole:
            ask(rows[0].batch_id, REINSTATE)
        assert whole.value.code == "status.batch_is_revoked"


def test_a_revocation_that_stopped_or_was_withdrawn_does_not_keep_from_reinstating(
    desk: Desk, rows: list[CredentialRow]
) -> None:
    (revoked,) = desk.status.queue_credentials([rows[1].token], REVOKE)
    name = revoked.wanted.id
    desk.store.move_intent(
        name, before=State.SEALED, after=State.HALTED, fence=1, note="outbox.reverted_again"
    )
    assert desk.status.queue_credentials([rows[1].token], REINSTATE)


def test_one_unknown_id_stops_all(desk: Desk, rows: list[CredentialRow]) -> None:
    before = len(desk.store.fetch_intents())
    with pytest.raises(RequestError) as caught:
        desk.status.queue_credentials([rows[0].token, "f" * 32, rows[1].token, "e" * 32], REVOKE)
    assert caught.value.code == "status.unknown_id"
    assert caught.value.values == {"first": 2, "count": 2, "total": 4}
    assert len(desk.store.fetch_intents()) == before


@pytest.mark.parametrize(
    ("ids", "code"),
    [([], "status.none"), (["0" * 32, "../../x"], "status.not_an_id"), (["0" * 32], "status.unknown_id")],
)
def test_what_names_no_credential_is_refused(desk: Desk, ids: list[str], code: str) -> None:
    with pytest.raises(RequestError) as caught:
        desk.status.queue_credentials(ids, REVOKE)
    assert caught.value.code == code


def test_a_batch_that_is_not_final_cannot_change_status(desk: Desk) -> None:
    batch = desk.batch(desk.issue())
    row = desk.store.fetch_rows(batch.id)[0]
    for ask in (
        lambda: desk.status.queue_credentials([row.token], REVOKE),
        lambda: desk.status.queue_batch(batch.id, REVOKE),
    ):
        with pytest.raises(NotAllowedError) as caught:
            ask()
        assert caught.value.code == "status.not_recorded"


def test_a_whole_batch_is_changed_by_the_issuer_itself(desk: Desk, rows: list[CredentialRow]) -> None:
    intent = desk.status.queue_batch(rows[0].batch_id, REVOKE)
    assert intent.wanted.sender == samples.profile().address
    assert WHOLE_LIST_WORD.to_bytes(32) in intent.wanted.payload
    with pytest.raises(RequestError):
        desk.status.queue_batch("nothere", REVOKE)


def test_another_issuers_credentials_are_unknown(desk: Desk, rows: list[CredentialRow]) -> None:
    stranger = dataclasses.replace(desk.status, issuer=b"\x55" * 20)
    with pytest.raises(RequestError):
        stranger.queue_credentials([rows[0].token], REVOKE)
    with pytest.raises(RequestError):
        stranger.queue_batch(rows[0].batch_id, REVOKE)


@pytest.mark.parametrize(
    ("purpose", "sets", "reason"),
    [
        (Purpose.REVOCATION, False, Reason.UNSPECIFIED),
        (Purpose.SUSPENSION, True, Reason.ISSUED_IN_ERROR),
    ],
)
def test_a_revocation_is_for_good_and_a_suspension_has_no_reason(
    purpose: Purpose, sets: bool, reason: Reason
) -> None:
    with pytest.raises(RequestError):
        StatusRequest(purpose, sets=sets, reason=reason)


def test_many_words_are_spread_over_several_writes(desk: Desk, rows: list[CredentialRow]) -> None:
    batch = desk.store.fetch_batch(rows[0].batch_id)
    assert batch is not None
    words = dict.fromkeys(range(2 * MAX_WORDS + 1), 1)
    intents = list(desk.status._build(batch, words, REVOKE))
    assert [len(intent.probes) for intent in intents] == [MAX_WORDS, MAX_WORDS, 1]
    assert len({intent.id for intent in intents}) == 3
