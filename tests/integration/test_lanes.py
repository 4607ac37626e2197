"""Lanes in real databases: SQLite and PostgreSQL refuse every nonce but the next one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from attestree.adapters.sql import SqlStore
from attestree.adapters.sql.migrate import MIGRATIONS
from attestree.errors import TransitionError
from attestree.outbox.states import State
from attestree.ports import Lane
from tests.integration.store_records import KEY, LEASE, attempt, identity, intent


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """A store with two registries on one chain and one on another."""
    with SqlStore.create(store_url) as opened:
        opened.write_pin("local", identity())
        opened.write_pin("twin", identity(registry=b"\x09" * 20))
        opened.write_pin("far", identity(genesis_hash=b"\x0f" * 32))
        yield opened


def sign(
    store: SqlStore, name: str, nonce: int, *, pinned: int | None = None, registry: str = "local"
) -> None:
    fence = store.add_intent(intent(name, nonce=pinned, registry=registry)).fence
    lease = store.take_lease(key=LEASE, owner="me", now=0, seconds=60)
    signed = attempt(nonce=nonce, intent_id=name)
    store.add_attempt(signed, lease_key=LEASE, lease_fence=lease, intent_fence=fence)


def lane(store: SqlStore, registry: str = "local") -> Lane | None:
    return store.fetch_lane(sender=KEY, registry=registry)


def refusal(store: SqlStore, name: str, nonce: int, *, pinned: int | None = None) -> str:
    with pytest.raises(TransitionError) as caught:
        sign(store, name, nonce, pinned=pinned)
    assert store.fetch_attempts(name) == []
    left = store.fetch_intent(name)
    assert left is not None
    assert left.state is State.SEALED
    return caught.value.code


def test_a_lane_begins_once_and_moves_with_each_signature(store: SqlStore) -> None:
    assert lane(store) is None
    assert store.open_lane(sender=KEY, registry="local", first=5) == Lane(5, 5)
    assert store.open_lane(sender=KEY, registry="local", first=9) == Lane(5, 5)
    for nonce in (5, 6, 7):
        sign(store, f"w{nonce}", nonce)
    assert lane(store) == Lane(5, 8)
    assert set(store.fetch_held_nonces(sender=KEY, registry="local", least=6)) == {6, 7}


@pytest.mark.parametrize("nonce", [0, 4, 6, 7, 200])
def test_the_database_refuses_every_nonce_but_the_next(store: SqlStore, nonce: int) -> None:
    store.open_lane(sender=KEY, registry="local", first=5)
    assert refusal(store, "a", nonce) == "lane.wrong_nonce"
    assert lane(store) == Lane(5, 5)


def test_nothing_is_signed_in_a_lane_that_never_began(store: SqlStore) -> None:
    assert refusal(store, "a", 0) == "lane.wrong_nonce"


def test_registries_on_one_chain_share_a_lane_and_another_chain_has_its_own(store: SqlStore) -> None:
    store.open_lane(sender=KEY, registry="local", first=0)
    sign(store, "a", 0)
    assert lane(store, "twin") == Lane(0, 1)
    sign(store, "b", 1, registry="twin")
    assert lane(store) == Lane(0, 2)
    assert lane(store, "far") is None
    assert set(store.fetch_held_nonces(sender=KEY, registry="twin", least=0)) == {0, 1}
    assert set(store.fetch_held_nonces(sender=KEY, registry="far", least=0)) == set()


def test_a_gap_is_filled_only_where_nobody_has_the_number(store: SqlStore) -> None:
    store.open_lane(sender=KEY, registry="local", first=0)
    sign(store, "a", 0)
    store.move_lane(sender=KEY, registry="local", before=Lane(0, 1), after=Lane(0, 3))
    assert refusal(store, "taken", 0, pinned=0) == "lane.nonce_taken"
    assert refusal(store, "beyond", 4, pinned=4) == "lane.wrong_nonce"
    assert refusal(store, "other", 2, pinned=1) == "lane.wrong_nonce"
    sign(store, "fill", 1, pinned=1)
    assert lane(store) == Lane(0, 3)


def test_a_person_moves_a_lane_only_from_where_they_saw_it(store: SqlStore) -> None:
    store.open_lane(sender=KEY, registry="local", first=0)
    sign(store, "a", 0)
    with pytest.raises(TransitionError) as caught:
        store.move_lane(sender=KEY, registry="local", before=Lane(0, 0), after=Lane(0, 9))
    assert caught.value.code == "outbox.lost_race"
    assert lane(store) == Lane(0, 1)


def test_a_lane_that_many_begin_at_once_begins_once(store: SqlStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        firsts = [3, 4, 5, 6]
        opened = list(
            pool.map(lambda first: store.open_lane(sender=KEY, registry="local", first=first), firsts)
        )
    assert len(set(opened)) == 1
    assert lane(store) == opened[0]


def test_a_registry_that_is_pinned_to_no_chain_has_no_lane(store: SqlStore) -> None:
    assert lane(store, "nowhere") is None
    with pytest.raises(TransitionError) as caught:
        store.open_lane(sender=KEY, registry="nowhere", first=0)
    assert caught.value.code == "lane.no_pin"


def test_a_wiped_chain_has_a_lane_of_its_own(store: SqlStore) -> None:
    store.open_lane(sender=KEY, registry="local", first=0)
    sign(store, "a", 0)
    store.start_over("local", identity=identity(genesis_hash=b"\x77" * 32))
    assert lane(store) is None
    store.open_lane(sender=KEY, registry="local", first=0)
    fence = store.fetch_intent("a")
    assert fence is not None
    lease = store.take_lease(key=LEASE, owner="me", now=0, seconds=60)
    again = attempt(nonce=0, intent_id="a")
    store.add_attempt(again, lease_key=LEASE, lease_fence=lease, intent_fence=fence.fence)
    assert lane(store) == Lane(0, 1)


def test_a_store_of_an_older_version_goes_on_behind_what_it_signed(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with SqlStore.create(f"sqlite:///{path}") as store:
        store.write_pin("local", identity())
        store.open_lane(sender=KEY, registry="local", first=4)
        for nonce in (4, 5, 6):
            sign(store, f"w{nonce}", nonce)
    with sqlite3.connect(path) as raw:
        raw.execute("DROP TABLE lanes")
        raw.execute("ALTER TABLE intents DROP COLUMN nonce")
        raw.execute("UPDATE alembic_version SET version_num = '0002'")
    raw.close()
    migrate(path, "0003")
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT first, next FROM lanes").fetchall() == [(4, 7)]
    raw.close()


def migrate(path: Path, revision: str) -> None:
    """Run the migrations up to one."""
    from attestree.adapters.sql.connections import open_engine

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
