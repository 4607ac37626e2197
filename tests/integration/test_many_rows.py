"""Large batches in the store: other ways of adding and finding rows, and the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect

from attestree.adapters.sql import SqlStore
from attestree.adapters.sql.batch_rows import CREDENTIAL_COLUMNS, CredentialWriter
from attestree.adapters.sql.connections import open_engine
from attestree.adapters.sql.many_rows import OLD_ROWS_PER_NEW, ROWS_PER_STATEMENT
from attestree.adapters.sql.migrate import MIGRATIONS
from attestree.adapters.sql.row_sums import COLUMN, fold_row
from attestree.adapters.sql.tables import CREDENTIALS
from attestree.errors import TransitionError
from attestree.ports import CredentialRow
from tests.integration.store_records import ROOT, batch, intent

LARGE = ROWS_PER_STATEMENT + 7


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    with SqlStore.create(store_url) as opened:
        yield opened


def make_rows(count: int, batch_id: str = "b1") -> list[CredentialRow]:
    def draw(what: str, index: int) -> bytes:
        return sha256(f"{what} {batch_id} {index}".encode()).digest()

    return [
        CredentialRow(
            token=draw("token", index)[:16].hex(),
            row_key=draw("key", index),
            batch_id=batch_id,
            index=index,
            leaf_hash=draw("leaf", index),
            replaces=None if index % 1_000 else draw("old", index)[:16].hex(),
        )
        for index in range(count)
    ]


def seal(store: SqlStore, rows: list[CredentialRow]) -> None:
    name = rows[0].batch_id
    store.open_batch(batch(id=name, fingerprint=sha256(name.encode()).digest()))
    root = ROOT if name == "b1" else sha256(name.encode()).digest()
    anchor = intent(f"anchor:{name}", batch_id=name)
    store.seal_batch(name, root=root, size=len(rows), rows=iter(rows), intent=anchor)


def list_indexes(store: SqlStore) -> set[tuple[str | None, tuple[str | None, ...], bool]]:
    found = inspect(store._engine).get_indexes(CREDENTIALS.name)
    return {(one["name"], tuple(one["column_names"]), bool(one["unique"])) for one in found}


def test_a_large_batch_is_stored_row_by_row_found_by_every_index_and_keeps_the_layout(
    store: SqlStore,
) -> None:
    before, rows = list_indexes(store), make_rows(LARGE)
    seal(store, rows)
    assert store.fetch_rows("b1") == rows
    assert store.fetch_row(rows[-1].token) == rows[-1]
    assert store.fetch_replaced("b1") == [row.replaces for row in rows if row.replaces]
    assert store.fetch_replaced("b2") == []
    keys = [row.row_key for row in rows]
    unknown = [sha256(key).digest() for key in keys]
    assert store.fetch_rows_by_key([*unknown, *keys]) == {row.row_key: [row] for row in rows}
    assert len(before) == 3
    assert list_indexes(store) == before
    assert list(store.check_at_rest()) == []


def test_batches_of_any_size_lie_beside_each_other(store: SqlStore) -> None:
    sizes = (LARGE, 3, ROWS_PER_STATEMENT, 1, LARGE * (OLD_ROWS_PER_NEW - 1), LARGE)
    made = [make_rows(size, f"b{number}") for number, size in enumerate(sizes, 1)]
    for rows in made:
        seal(store, rows)
    assert [store.fetch_rows(rows[0].batch_id) == rows for rows in made] == [True] * len(made)
    assert list(store.check_at_rest()) == []


@pytest.mark.parametrize("twin", [0, LARGE - 2])
def test_a_large_batch_with_a_twin_is_refused_whole(store: SqlStore, twin: int) -> None:
    before, rows = list_indexes(store), make_rows(LARGE)
    rows[-1] = replace(rows[-1], token=rows[twin].token)
    with pytest.raises(TransitionError) as caught:
        seal(store, rows)
    assert caught.value.code == "store.row_twice"
    assert store.fetch_rows("b1") == []
    assert list_indexes(store) == before
    assert list(store.check_at_rest()) == []


def test_rows_that_fail_half_way_leave_nothing_behind(store: SqlStore) -> None:
    before, rows = list_indexes(store), make_rows(LARGE)

    def fail() -> Iterator[CredentialRow]:
        yield from rows[:-1]
        raise KeyboardInterrupt

    store.open_batch(batch(fingerprint=sha256(b"b1").digest()))
    with pytest.raises(KeyboardInterrupt):
        store.seal_batch("b1", root=ROOT, size=LARGE, rows=fail(), intent=intent(batch_id="b1"))
    assert list_indexes(store) == before
    assert store.fetch_rows("b1") == store.fetch_intents() == []
    seal(store, rows)
    assert store.fetch_rows("b1") == rows


def test_a_store_with_the_keys_of_before_keeps_its_rows_and_their_sums(store_url: str) -> None:
    migrate(store_url, "0006")
    rows = make_rows(ROWS_PER_STATEMENT - 1)
    with SqlStore(store_url) as older:
        seal(older, rows)
    with SqlStore.create(store_url) as store:
        assert store.fetch_rows("b1") == rows
        assert store.fetch_row(rows[-1].token) == rows[-1]
        assert list(store.check_at_rest()) == []
        made = list_indexes(store)
    with SqlStore(store_url) as again:
        assert inspect(again._engine).get_pk_constraint("credentials")["constrained_columns"] == [
            "batch_id",
            "leaf_index",
        ]
        assert {columns for _, columns, _ in made} == {("token",), ("row_key",), ("replaces",)}


def migrate(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = open_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(
    batch_id=texts,
    issuer=st.binary(max_size=40),
    row=st.builds(
        CredentialRow,
        token=texts,
        row_key=st.binary(max_size=40),
        batch_id=st.just("b1"),
        index=st.integers(0, 2**63 - 1),
        leaf_hash=st.binary(max_size=40),
        replaces=st.none() | texts,
    ),
)
def test_a_row_of_a_batch_has_the_sum_of_any_row(batch_id: str, issuer: bytes, row: CredentialRow) -> None:
    written = CredentialWriter(batch(id=batch_id, issuer=issuer)).write(row)
    columns = dict(zip(CREDENTIAL_COLUMNS, written, strict=True))
    row_sum = columns.pop(COLUMN)
    assert columns == {
        "token": row.token,
        "issuer": issuer,
        "batch_id": batch_id,
        "leaf_index": row.index,
        "row_key": row.row_key,
        "leaf_hash": row.leaf_hash,
        "replaces": row.replaces,
    }
    assert row_sum == fold_row("credentials", columns)
