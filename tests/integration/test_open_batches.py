"""Open batches and keys of programs on real databases: a SQLite file, and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from attestree.adapters.sql import SqlStore
from attestree.errors import TransitionError
from attestree.outbox.by_api import Answered, ApiKey, JoinedCredential, Joining
from attestree.outbox.states import State
from tests.integration.store_records import ISSUER, ROOT, batch, intent, row

KEY = ApiKey("ab" * 8, ISSUER, b"\x01" * 32, ("issue",), "a program", 100)
ANSWER = Answered(KEY.id, b"\x02" * 32, b"\x03" * 32, b"\x04" * 32, "t0", 1000)


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """A store of each kind with one open batch for three."""
    with SqlStore.create(store_url) as opened:
        opened.begin_open_batch(batch(), capacity=3)
        yield opened


def join(
    store: SqlStore, number: int, *, token: str = "", answered: Answered | None = None, at: int = 1000
) -> Joining:
    joined = JoinedCredential(token or f"t{number}", "b1", number, bytes([number]) * 32, at)
    return store.join_batch(joined, answered=answered, forget_before=at - 50)


def test_members_take_one_number_after_the_other_and_no_other(store: SqlStore) -> None:
    assert join(store, 1) is Joining.LOOK_AGAIN
    assert join(store, 0, at=1000) is Joining.DONE
    assert join(store, 0, token="other") is Joining.LOOK_AGAIN
    assert join(store, 1, at=1005) is Joining.DONE
    found = store.fetch_open_batch(ISSUER)
    assert found is not None
    assert (found.size, found.first_joined, found.last_joined, found.closed) == (2, 1000, 1005, None)
    assert [member.index for member in store.fetch_members("b1")] == [0, 1]
    assert store.fetch_joined("t1") == JoinedCredential("t1", "b1", 1, b"\x01" * 32, 1005)
    assert store.fetch_joined("other") is None
    assert list(store.check_at_rest()) == []


def test_the_member_that_fills_a_batch_closes_it_and_dates_it(store: SqlStore) -> None:
    assert [join(store, number, at=1000 + number) for number in range(3)] == [Joining.DONE] * 3
    assert store.fetch_open_batch(ISSUER) is None
    assert join(store, 3) is Joining.LOOK_AGAIN
    (closed,) = store.fetch_open_batches()
    assert (closed.closed, closed.size) == (1002, 3)
    found = store.fetch_batch("b1")
    assert found is not None
    assert (found.state, found.created) == (State.OPEN, 1002)


def test_closing_twice_keeps_the_first_time_and_lets_the_next_one_be_opened(store: SqlStore) -> None:
    join(store, 0)
    store.close_open_batch("b1", now=2000)
    store.close_open_batch("b1", now=3000)
    assert [one.closed for one in store.fetch_open_batches()] == [2000]
    second = batch(id="b2", fingerprint=b"\x09" * 32)
    assert store.begin_open_batch(second, capacity=3).batch_id == "b2"
    assert store.begin_open_batch(batch(id="b3", fingerprint=b"\x0a" * 32), capacity=3).batch_id == "b2"
    assert store.fetch_batch("b3") is None


def test_an_answer_is_kept_for_its_key_and_no_second_member_made(store: SqlStore) -> None:
    assert join(store, 0, answered=ANSWER) is Joining.DONE
    assert join(store, 1, answered=replace(ANSWER, token="t1")) is Joining.ANSWERED
    assert store.fetch_answered(api_key_id=KEY.id, key_hash=ANSWER.key_hash) == ANSWER
    assert store.fetch_answered(api_key_id="cd" * 8, key_hash=ANSWER.key_hash) is None
    assert len(store.fetch_members("b1")) == 1


def test_an_answer_that_is_too_old_is_forgotten_and_its_key_may_be_used_again(store: SqlStore) -> None:
    assert join(store, 0, answered=ANSWER) is Joining.DONE
    again = replace(ANSWER, token="t1", created=1051)
    assert join(store, 1, answered=again, at=1051) is Joining.DONE
    assert store.fetch_answered(api_key_id=KEY.id, key_hash=ANSWER.key_hash) == again
    store.forget_answers(before=1052)
    assert store.fetch_answered(api_key_id=KEY.id, key_hash=ANSWER.key_hash) is None


def test_of_many_at_once_with_one_answer_one_joins(store: SqlStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda at: join(store, 0, token=f"t-{at}", answered=ANSWER), range(8)))
    assert found.count(Joining.DONE) == 1
    assert len(store.fetch_members("b1")) == 1


def test_of_many_that_begin_one_begins(store_url: str) -> None:
    with SqlStore.create(store_url) as store, ThreadPoolExecutor(8) as pool:
        made = [batch(id=f"b{at}", fingerprint=bytes([at]) * 32) for at in range(8)]
        found = list(pool.map(lambda one: store.begin_open_batch(one, capacity=3), made))
        assert len({one.batch_id for one in found}) == 1
        assert len(store.fetch_batches()) == 1


def test_what_was_handed_out_signed_is_never_dropped(store: SqlStore) -> None:
    join(store, 0)
    store.close_open_batch("b1", now=2000)
    store.seal_batch("b1", root=ROOT, size=1, rows=[row(0)], intent=intent(batch_id="b1"))
    with pytest.raises(TransitionError) as caught:
        store.drop_intent("anchor:b1", fence=1)
    assert caught.value.code == "outbox.handed_out"
    assert store.fetch_batch("b1") is not None
    assert len(store.fetch_rows("b1")) == 1


def test_forgetting_that_a_batch_was_open_leaves_the_batch(store: SqlStore) -> None:
    join(store, 0)
    store.close_open_batch("b1", now=2000)
    store.forget_open_batch("b1")
    assert store.fetch_open_batches() == []
    assert store.fetch_members("b1") == []
    assert store.fetch_batch("b1") is not None


def test_a_revoked_key_stays_revoked(store: SqlStore) -> None:
    store.add_api_key(KEY)
    store.add_api_key(replace(KEY, id="cd" * 8, issuer=b"\x02" * 20))
    with pytest.raises(TransitionError):
        store.add_api_key(KEY)
    assert store.fetch_api_key(KEY.id) == KEY
    assert store.revoke_api_key(KEY.id, now=500)
    assert not store.revoke_api_key(KEY.id, now=600)
    assert not store.revoke_api_key("00" * 8, now=600)
    store.mark_api_key_used(KEY.id, now=700)
    assert store.fetch_api_keys(issuer=ISSUER) == [replace(KEY, revoked=500, last_used=700)]
    assert len(store.fetch_api_keys()) == 2
    assert list(store.check_at_rest()) == []
