"""The way up from an earlier version: what was signed stays as it is, also where the way is cut short."""

from __future__ import annotations

from dataclasses import replace

import pytest
from alembic import command
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from attestree.adapters.sql import SqlStore
from attestree.adapters.sql.connections import open_engine
from attestree.adapters.sql.intent_rows import attempt_columns
from attestree.adapters.sql.tables import ATTEMPTS
from attestree.outbox.states import State
from tests.integration.older_store import make_older_store
from tests.integration.store_records import KEY, LEASE, attempt, intent


@pytest.fixture
def older_url(store_url: str) -> str:
    """A store of the version before transactions were shared, with a write on its way."""
    make_older_store(store_url, revision="0007")
    with SqlStore(store_url) as older:
        older.add_intent(intent())
        fence = older.take_lease(key=LEASE, owner="me", now=0, seconds=60)
        older.add_attempt(attempt(), lease_key=LEASE, lease_fence=fence, intent_fence=1)
        older.mark_sent(attempt(), now=300, intent_fence=2)
    return store_url


def test_what_was_signed_is_as_it_was_and_goes_on(older_url: str) -> None:
    with SqlStore.create(older_url) as store:
        (found,) = store.fetch_intents()
        assert (found.wanted, found.state, found.fence) == (intent(), State.SENT, 3)
        assert store.fetch_attempts("anchor:b1") == [replace(attempt(), sent_at=300)]
        assert list(store.check_at_rest()) == []
        fence = store.take_lease(key=LEASE, owner="me", now=0, seconds=60)
        store.add_attempt(attempt(2), lease_key=LEASE, lease_fence=fence, intent_fence=3)
        assert len(store.fetch_attempts("anchor:b1")) == 2


def test_a_hash_may_stand_with_several_writes_afterwards(older_url: str) -> None:
    with SqlStore.create(older_url) as store:
        for name in "ab":
            store.add_intent(intent(name))
        fence = store.take_lease(key=LEASE, owner="me", now=0, seconds=60)
        signed = attempt(intent_id="a", nonce=6)
        store.add_attempt(signed, lease_key=LEASE, lease_fence=fence, intent_fence=1, beside={"b": 1})
        assert store.fetch_attempts("b") == [replace(signed, intent_id="b")]


def test_a_way_that_is_cut_short_leaves_the_tables_as_they_were(
    older_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CutShortError(BaseException):
        pass

    run = command.upgrade

    def cut(*given: object) -> None:
        run(*given)  # type: ignore[arg-type]
        raise CutShortError

    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", cut)
        with pytest.raises(CutShortError):
            SqlStore.create(older_url)
    engine = open_engine(older_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one() == "0007"
    twice = insert(ATTEMPTS).values(issuer=KEY, **attempt_columns(replace(attempt(), number=2)))
    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(twice)
    engine.dispose()
    with SqlStore.create(older_url) as store:
        assert store.fetch_attempts("anchor:b1") == [replace(attempt(), sent_at=300)]
