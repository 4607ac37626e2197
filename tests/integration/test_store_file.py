"""The store as a SQLite file: rights, durability, damage, and the way up to the newest tables."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from attestree.adapters.sql import SqlStore
from attestree.adapters.sql.connections import open_engine
from attestree.adapters.sql.migrate import MIGRATIONS, NEWEST
from attestree.adapters.sql.tables import METADATA
from attestree.errors import CorruptionError, SettingsError, StoreUnavailableError
from tests.integration.store_records import intent

PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/attestree.db"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    with SqlStore.create(url) as opened:
        yield opened


def test_a_store_opened_twice_in_one_process_is_still_locked_against_others(
    store: SqlStore, url: str, tmp_path: Path
) -> None:
    """Closing any descriptor of the file would drop the locks, and another process delete the log in use."""
    store.add_intent(intent("first"))
    with SqlStore.create(url):
        pass
    count = (
        "import sqlite3, sys\n"
        "print(*sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM intents').fetchone())"
    )
    command = [sys.executable, "-c", count, str(tmp_path / "attestree.db")]
    for expected in (1, 2):
        seen = subprocess.run(command, capture_output=True, text=True, check=True)
        assert int(seen.stdout) == expected
        store.add_intent(intent("second"))


def test_stores_are_created_by_several_threads_at_once(tmp_path: Path) -> None:
    # In a process of its own: two threads in one migration ended the process, not the test alone.
    script = (
        "import sys\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from attestree.adapters.sql import SqlStore\n"
        "def create(number):\n"
        "    with SqlStore.create(f'sqlite:///{sys.argv[1]}/{number}.db') as store:\n"
        "        return len(store.fetch_intents())\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    print(sum(pool.map(create, range(8))))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "0\n"), ran.stderr


def test_the_file_and_what_grows_beside_it_are_for_the_owner_alone(store: SqlStore, tmp_path: Path) -> None:
    store.add_intent(intent())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes) >= {"attestree.db", "attestree.db-wal"}
    assert set(modes.values()) == {0o600}


def test_a_file_that_others_could_read_is_closed_to_them(url: str, tmp_path: Path) -> None:
    path = tmp_path / "attestree.db"
    path.touch(mode=0o644)
    SqlStore.create(url).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_commit_is_flushed_and_foreign_keys_hold(url: str) -> None:
    engine = open_engine(url)
    with engine.connect() as connection:
        answers = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in PRAGMAS]
    engine.dispose()
    assert answers == list(PRAGMAS.values())


def test_the_newest_migration_is_known_by_name() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


def test_the_migrations_lead_to_the_tables_as_they_are_written(url: str) -> None:
    SqlStore.create(url).close()
    engine = open_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_creating_twice_keeps_what_is_there(url: str) -> None:
    with SqlStore.create(url) as first:
        first.add_intent(intent())
    with SqlStore.create(url) as second:
        assert second.fetch_intent("anchor:b1") is not None


@pytest.mark.parametrize(
    "wrong", ["", "attestree.db", "mysql://host/name", "sqlite://", "sqlite:///:memory:"]
)
def test_only_a_durable_database_we_know_is_opened(wrong: str) -> None:
    with pytest.raises(SettingsError) as caught:
        SqlStore(wrong)
    assert caught.value.code == "config.store_url"


def test_a_folder_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError) as caught:
        SqlStore(f"sqlite:///{tmp_path}/absent/attestree.db")
    assert caught.value.code == "store.cannot_open"


def test_a_store_without_tables_does_not_answer(url: str) -> None:
    with SqlStore(url) as empty, pytest.raises(StoreUnavailableError) as caught:
        empty.fetch_intents()
    assert caught.value.code == "store.no_answer"


def test_a_file_that_is_no_database_does_not_answer(url: str, tmp_path: Path) -> None:
    (tmp_path / "attestree.db").write_bytes(b"not a database, " * 64)
    with pytest.raises(CorruptionError) as caught:
        SqlStore.create(url)
    assert caught.value.code == "store.damaged"


def test_a_full_disk_is_named(store: SqlStore, url: str) -> None:
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        connection.rollback()
    with pytest.raises(StoreUnavailableError) as caught:
        store.add_intent(intent(payload=bytes(1_000_000)))
    assert caught.value.code == "store.full"
    assert store.fetch_intents() == []


def test_a_state_that_does_not_exist_is_refused_by_the_database(store: SqlStore, tmp_path: Path) -> None:
    store.add_intent(intent())
    connection = sqlite3.connect(tmp_path / "attestree.db")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("UPDATE intents SET state = 'paid'")
    connection.close()


def test_probes_that_were_cut_short_are_noticed(store: SqlStore, tmp_path: Path) -> None:
    store.add_intent(intent())
    connection = sqlite3.connect(tmp_path / "attestree.db", isolation_level=None)
    connection.execute("UPDATE intents SET probes = x'0102'")
    connection.close()
    with pytest.raises(CorruptionError):
        store.fetch_intent("anchor:b1")


def test_after_a_failing_disk_this_process_is_answered_nothing_more(store: SqlStore, url: str) -> None:
    failed = sqlite3.OperationalError("disk I/O error")
    failed.sqlite_errorname = "SQLITE_IOERR_FSYNC"
    with pytest.raises(StoreUnavailableError, match=r"store\.disk_failed"), store._our_errors():
        raise failed
    with pytest.raises(StoreUnavailableError, match=r"store\.disk_failed"):
        store.fetch_intents()
    with SqlStore.create(url) as again:
        assert again.fetch_intents() == []


def test_a_layout_that_cannot_even_be_read_aloud_is_damage(url: str, tmp_path: Path) -> None:
    with SqlStore.create(url):
        pass
    file = tmp_path / "attestree.db"
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    octets = file.read_bytes()
    changed = octets.replace(b"CREATE TABLE pins", b"CREATE T\xa0BLE pins")
    assert changed != octets
    file.write_bytes(changed)
    with SqlStore(url) as store, pytest.raises(CorruptionError) as caught:
        store.fetch_pins()
    assert caught.value.code == "store.damaged"
