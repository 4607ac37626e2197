"""The sum in every row: a changed column is seen by whoever reads it, and never summed anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from attestree.adapters.sql import SqlStore
from attestree.adapters.sql.row_sums import COLUMN, fold_row
from attestree.adapters.sql.tables import BATCHES, INTENTS, LEASES, METADATA, PINS, SUMMED
from attestree.errors import CorruptionError
from attestree.outbox.states import State
from tests.integration.older_store import make_older_store
from tests.integration.store_records import BLOCK, KEY, LEASE, ROOT, attempt, batch, identity, intent, row


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "attestree.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlStore]:
    """A store with a row in the tables that matter most."""
    with SqlStore.create(f"sqlite:///{path}") as opened:
        opened.write_pin("local", identity())
        opened.open_lane(sender=KEY, registry="local", first=5)
        opened.open_batch(batch())
        opened.seal_batch("b1", root=ROOT, size=1, rows=[row(0)], intent=intent(batch_id="b1"))
        fence = opened.take_lease(key=LEASE, owner="me", now=0, seconds=60)
        opened.add_attempt(attempt(), lease_key=LEASE, lease_fence=fence, intent_fence=1)
        opened.mark_sent(attempt(), now=7, intent_fence=2)
        opened.write_final_mark("local", BLOCK)
        yield opened


def edit(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        assert database.execute(statement, values).rowcount == 1


def fill(store: SqlStore) -> None:
    """Put a made-up row into every table that has none."""
    made_up = {bytes: b"x", str: "x", int: 1}
    with store._writing() as connection:
        for table in SUMMED:
            if connection.execute(select(table)).first() is None:
                names = {
                    c.name: made_up[c.type.python_type] for c in table.c if c.name not in ("position", COLUMN)
                }
                connection.execute(insert(table).values(names))


def test_rows_as_they_are_written_fit_their_sums(store: SqlStore) -> None:
    store.mark_delivered("b1")
    store.move_intent("anchor:b1", before=State.SENT, after=State.MINED, fence=3, block=BLOCK)
    assert list(store.check_at_rest()) == []
    store.verify_outbox()


def test_every_table_but_the_leases_carries_sums() -> None:
    assert set(METADATA.tables.values()) - set(SUMMED) == {LEASES}
    assert all(COLUMN in table.c for table in SUMMED)


@pytest.mark.parametrize(
    ("table", "column"), [(table.name, column.name) for table in SUMMED for column in table.c]
)
def test_a_change_of_any_column_is_found(store: SqlStore, path: Path, table: str, column: str) -> None:
    fill(store)
    new = f"\"{column}\" || x'01'" if column != "position" else "position + 1"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute(f'UPDATE {table} SET "{column}" = coalesce({new}, 1)')
    found = {(fault.code, fault.values.get("table")) for fault in store.check_at_rest()}
    assert ("fsck.row_changed", table) in found


def test_a_damaged_row_is_not_read(store: SqlStore, path: Path) -> None:
    edit(path, "UPDATE attempts SET gas = gas + 1")
    for ask in (store.verify_outbox, lambda: store.fetch_attempts("anchor:b1")):
        with pytest.raises(CorruptionError) as caught:
            ask()
        assert (caught.value.code, caught.value.values["table"]) == ("store.row_changed", "attempts")


def test_a_damaged_row_is_not_changed_and_so_never_summed_anew(store: SqlStore, path: Path) -> None:
    edit(path, "UPDATE intents SET payload = x'98'")
    with pytest.raises(CorruptionError):
        store.move_intent("anchor:b1", before=State.SENT, after=State.HALTED, fence=3)
    assert [fault.values["row"] for fault in store.check_at_rest()] == ["1 anchor:b1"]


def test_a_state_that_is_none_any_more_stops_the_outbox(store: SqlStore, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute("UPDATE intents SET state = 'sdnt'")
    with pytest.raises(CorruptionError):
        store.verify_outbox()


def test_a_table_that_was_made_otherwise_is_found(store: SqlStore, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("DROP INDEX ix_intents_state")
    assert [fault.values["part"] for fault in store.check_at_rest()] == ["layout"]


def test_who_examines_gets_damaged_rows_as_they_are(store: SqlStore, path: Path) -> None:
    edit(path, "UPDATE batches SET title = 'Baking'")
    with SqlStore(f"sqlite:///{path}", verifies=False) as examined:
        assert [found.title for found in examined.fetch_batches()] == ["Baking"]


def test_a_statement_that_changes_many_rows_sums_each(store: SqlStore) -> None:
    with store._writing() as connection:
        values = {column.name: getattr(batch(), column.name, None) for column in BATCHES.c}
        del values["position"], values[COLUMN]
        connection.execute(insert(BATCHES).values({**values, "id": "b2", "fingerprint": b"2"}))
        connection.execute(update(BATCHES).values(created=BATCHES.c.created + 1))
        connection.execute(update(INTENTS).where(INTENTS.c.id == "anchor:b1").values(fence=9))
    assert list(store.check_at_rest()) == []


def test_a_column_without_a_value_adds_nothing() -> None:
    assert fold_row("t", {"a": 1, "b": None}) == fold_row("t", {"a": 1})
    folded = {
        fold_row(*given)
        for given in (
            ("t", {"a": 1, "b": "1"}),
            ("u", {"a": 1, "b": "1"}),
            ("t", {"a": "1", "b": "1"}),
            ("t", {"a": 1, "b": b"1"}),
            ("t", {"b": 1, "a": "1"}),
            ("t", {"a": 1}),
        )
    }
    assert len(folded) == 6


def test_rows_of_an_older_store_are_summed_once(path: Path) -> None:
    make_older_store(f"sqlite:///{path}", revision="0004")
    pinned = {**asdict(identity()), "name": "local"}
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(
            "INSERT INTO pins (registry, chain_id, genesis_hash, address, deploy_block,"
            " deploy_block_hash, code_hash)"
            " VALUES (:name, :chain_id, :genesis_hash, :registry, :deploy_block,"
            " :deploy_block_hash, :code_hash)",
            pinned,
        )
    with SqlStore.create(f"sqlite:///{path}") as store:
        assert store.fetch_pins() == {"local": identity()}
        assert list(store.check_at_rest()) == []
    assert PINS in SUMMED


def test_a_version_that_is_not_known_is_told(path: Path) -> None:
    SqlStore.create(f"sqlite:///{path}").close()
    edit(path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Exception, match=r"store\.unknown_version"):
        SqlStore.create(f"sqlite:///{path}")
