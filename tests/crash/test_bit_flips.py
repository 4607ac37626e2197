"""
Single bits that change at rest, one at a time: `fsck` finds each, nothing false is ever signed or told valid.

Flipped are: every column of every row, raw bytes of the SQLite file, every file of `private/` and `public/`,
archives as an auditor has them, and a backup.

What counts: a flip of the raw file that leaves every row, every index and the layout of all tables as they
were changes nothing that is read (free pages, unused bytes, SQLite's own counters); such a one need not be
found, and is counted apart. Leases are left out: they run out by themselves. The trust file and the settings
are the person's own words, not ours to check; `trust add --sha256` compares the first.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.adapters.evm.faults.faults import Fault, FaultPlan
from attestree.adapters.evm.faults.proxy import FaultProxy
from attestree.adapters.files.archive import find_archives
from attestree.adapters.sql import SqlStore
from attestree.adapters.sql.tables import ATTEMPTS, SUMMED
from attestree.auditing.archives import ArchiveState, check_archive
from attestree.auditing.replay import fetch_replay
from attestree.cli.main import run, shared_flags_first
from attestree.errors import CorruptionError
from attestree.registry.ledger import Ledger
from attestree.settings import load_settings
from attestree.wiring.audits import wire_consistency
from attestree.wiring.system import SystemClock
from tests.conftest import Depth, Figures
from tests.integration.furnishing import ROSTER
from tests.integration.test_issue import Office, open_office

pytestmark = [pytest.mark.chain, pytest.mark.slow]

TRIES = 200
"""How often a bit is drawn again because the database would not take the row with it."""


@dataclass
class Ground:
    """An installation with everything in it, whose bits are flipped and put back."""

    office: Office
    chance: random.Random = field(default_factory=random.Random)
    unseen: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def database(self) -> Path:
        return self.office.folder / "attestree.db"

    def run(self, *arguments: str) -> tuple[int, Any]:
        """Run a command; return its exit code and what it printed."""
        printed = io.StringIO()
        with redirect_stdout(printed):
            code = run(shared_flags_first([*arguments, "--json"]))
        return code, json.loads(printed.getvalue())

    def issue(self, *flags: str) -> Any:
        """Issue the roster."""
        code, made = self.run("issue", "roster.csv", "--achievement", "achievement.toml", "--yes", *flags)
        assert code == 0, made
        return made

    def command(self, *arguments: str) -> tuple[int, list[tuple[str, dict[str, object]]]]:
        """Run a command that checks; return its exit code, and code and values of all that is wrong."""
        code, told = self.run(*arguments)
        if "error" in told:
            return code, [(told["error"]["code"], {})]
        found = [*told["faults"], *told.get("notChecked", ())]
        return code, [(fault["code"], fault.get("values", {})) for fault in found]

    def fsck(self) -> tuple[int, list[tuple[str, dict[str, object]]]]:
        """Run fsck; whatever is wrong, it must be a fault that it names."""
        code, found = self.command("fsck")
        assert (code == 0) is (not found)
        assert not any(name.startswith("program.") for name, _ in found), found
        return code, found

    def verdict(self, credential: Path) -> str:
        """Return the verdict on a file, or the code of why there is none."""
        _, told = self.run("verify", str(credential), "--trust", "trust.toml")
        report = told[0] if isinstance(told, list) else told
        return str(report["verdict"] if "verdict" in report else report["error"]["code"])

    @contextmanager
    def swallowing(self) -> Iterator[FaultProxy]:
        """Put a node before the chain that counts what is sent, and passes none of it on."""
        settings, chain = self.office.folder / "attestree.toml", self.office.registry.chain
        before = settings.read_text("utf-8")
        plan = FaultPlan(rate=1, kinds=(Fault.SWALLOWED,))
        with FaultProxy(chain.url, plan) as proxy:
            assert chain.url in before
            settings.write_text(before.replace(chain.url, proxy.url), "utf-8")
            try:
                yield proxy
            finally:
                settings.write_text(before, "utf-8")

    @contextmanager
    def flipped(self, path: Path) -> Iterator[str]:
        """Flip one random bit of a file while the block runs; say which."""
        before = path.read_bytes()
        at, bit = self.chance.randrange(len(before)), self.chance.randrange(8)
        changed = bytearray(before)
        changed[at] ^= 1 << bit
        path.write_bytes(changed)
        try:
            yield f"{path.name} byte {at} bit {bit}"
        finally:
            put_back(path, before)


def settle(database: Path) -> None:
    """Bring all that a log beside a database holds into the file itself, so that its bytes are the whole."""
    with closing(sqlite3.connect(database)) as connection:
        blocked, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not blocked


def put_back(path: Path, before: bytes) -> None:
    """Write a file as it was; a log beside a database would bring the flip back."""
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    path.write_bytes(before)


@pytest.fixture(scope="module")
def laid(anvil: AnvilChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A batch that is out, one that replaces part of it, a revocation, and one that waits to be recorded."""
    before = anvil.snapshot()
    folder = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        made = Ground(open_office(anvil, folder))
        first, *_ = sorted(Path(made.issue()["folder"]).glob("private/credentials/*.json"))
        assert made.run("revoke", str(first), "--yes")[0] == 0
        roster = folder / "roster.csv"
        roster.write_text(ROSTER.replace(";B;", ";C;"), "utf-8")
        made.issue("--on-duplicate", "replace")
        roster.write_text(ROSTER.replace("001", "101"), "utf-8")
        made.issue("--no-wait")
        yield made
    anvil.revert(before)


@pytest.fixture
def ground(laid: Ground, seed: int) -> Ground:
    """The same for every test: each puts back what it flipped."""
    fresh = Ground(laid.office, random.Random(seed))
    assert fresh.fsck() == (0, [])
    settle(fresh.database)
    return fresh


# -- columns -------------------------------------------------------------------------------------------


def cells(database: Path) -> list[tuple[str, str, int]]:
    """Return every cell that has a value: table, column, rowid."""
    with closing(sqlite3.connect(database)) as connection:
        return [
            (table.name, column.name, at)
            for table in SUMMED
            for column in table.c
            for (at,) in connection.execute(
                f'SELECT rowid FROM "{table.name}" WHERE "{column.name}" IS NOT NULL'
            )
        ]


def flip_value(value: object, chance: random.Random) -> object:
    """Return a value with one bit flipped, of the same type."""
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(62))
    octets = bytearray(value.encode() if isinstance(value, str) else bytes(value))  # type: ignore[call-overload]
    octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
    return octets.decode("utf-8", "surrogateescape") if isinstance(value, str) else bytes(octets)


def flip_cell(database: Path, table: str, column: str, at: int, chance: random.Random) -> bool:
    """Flip one bit of a cell; False where the database keeps another row from being twice."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        query = f'SELECT "{column}" FROM "{table}" WHERE rowid = ?'
        (value,) = connection.execute(query, (at,)).fetchone()
        if value in ("", b""):
            return False
        new = flip_value(value, chance)
        try:
            # Text goes in as bytes and is called text again: what was flipped need not be UTF-8.
            given = new.encode("utf-8", "surrogateescape") if isinstance(new, str) else new
            cast = "CAST(? AS TEXT)" if isinstance(new, str) else "?"
            connection.execute(f'UPDATE "{table}" SET "{column}" = {cast} WHERE rowid = ?', (given, at))
        except sqlite3.IntegrityError:
            return False
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return True


def test_a_bit_of_any_column_of_any_row(ground: Ground, depth: Depth, figures: Figures) -> None:
    wanted = depth.pick(quick=6, ci=30, deep=450)
    before = ground.database.read_bytes()
    places = cells(ground.database)
    ground.chance.shuffle(places)
    flips = 0
    for table, column, at in (places * (1 + wanted // len(places)))[: wanted + TRIES]:
        if flips == wanted:
            break
        if not flip_cell(ground.database, table, column, at, ground.chance):
            continue
        flips += 1
        ground.kinds[table] += 1
        try:
            code, found = ground.fsck()
        finally:
            ground.database.write_bytes(before)
        named = [values for name, values in found if name == "fsck.row_changed"]
        if code != 1 or table not in {values.get("table") for values in named}:
            ground.unseen.append(f"{table}.{column} of row {at}: {found}")
    figures.note(
        f"{flips} flips in {len(places)} columns of rows ({_say(ground.kinds)}): all found and named"
    )
    assert (flips, ground.unseen) == (wanted, [])


class SumlessStore(SqlStore):
    """A store that compares no row with its sum."""

    def check_at_rest(self) -> Iterator[CorruptionError]:
        return iter(())


def test_without_sums_flips_of_columns_stay_unseen(ground: Ground, figures: Figures) -> None:
    """The control: what an fsck without sums in the rows overlooks."""
    before = ground.database.read_bytes()
    overlooked = []
    for table, column in (("intents", "title"), ("attempts", "gas"), ("attempts", "created")):
        assert flip_cell(ground.database, table, column, 1, ground.chance)
        settings = load_settings(ground.office.folder / "attestree.toml")
        with SumlessStore(f"sqlite:///{ground.database}", verifies=False) as store:
            if wire_consistency(settings, store, clock=SystemClock()).run().clean:
                overlooked.append(f"{table}.{column}")
        ground.database.write_bytes(before)
    figures.note(f"an fsck without sums overlooks {', '.join(overlooked)}: caught")
    assert overlooked


def test_nothing_leaves_that_is_not_what_was_signed(ground: Ground, figures: Figures) -> None:
    """A transaction that was stored, and changes before it is sent: no byte of it leaves."""
    before = ground.database.read_bytes()
    assert ground.run("anchor", "--once")[0] == 0
    with closing(sqlite3.connect(ground.database)) as connection:
        (at,) = connection.execute("SELECT max(rowid) FROM attempts").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    signed = ground.database.read_bytes()
    columns = [column.name for column in ATTEMPTS.c if column.name != "sent_at"]
    with ground.swallowing() as node:
        for column in columns:
            assert flip_cell(ground.database, "attempts", column, at, ground.chance)
            code, told = ground.run("anchor")
            assert (code, told["error"]["code"]) in {(1, "store.row_changed"), (1, "store.damaged")}, column
            put_back(ground.database, signed)
        sent = node.questions["eth_sendRawTransaction"]
        assert ground.run("anchor", "--once")[0] == 0
        assert node.questions["eth_sendRawTransaction"] == sent + 1, "not even what was signed leaves"
    put_back(ground.database, before)
    figures.note(f"{len(columns)} columns of a signed transaction flipped before it is sent: {sent} sent")
    assert sent == 0


# -- the raw file --------------------------------------------------------------------------------------


def meaning(database: Path) -> object:
    """Return all that is read of a database, by row and by index, or None where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"file:{database}?immutable=1", uri=True)) as connection:
            connection.text_factory = bytes
            layout = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
            names = [row[1].decode() for row in layout if row[0] == b"table"]
            if connection.execute("PRAGMA integrity_check").fetchall() != [(b"ok",)]:
                return None
            return layout, {
                name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}" NOT INDEXED')))
                for name in names
                if name != "leases"
            }
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def test_a_bit_of_the_raw_database_file(ground: Ground, depth: Depth, figures: Figures) -> None:
    wanted = depth.pick(quick=4, ci=20, deep=250)
    with closing(sqlite3.connect(ground.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = meaning(ground.database)
    assert before is not None
    counted, idle = 0, 0
    while counted < wanted and idle < 100 * wanted:
        with ground.flipped(ground.database) as where:
            if meaning(ground.database) == before:
                idle += 1
                continue
            code, found = ground.fsck()
            counted += 1
            ground.kinds[found[0][0] if found else "unseen"] += 1
            if code == 0:
                ground.unseen.append(where)
    figures.note(
        f"{counted} flips in the raw SQLite file ({_say(ground.kinds)}): all found; "
        f"{idle} more changed nothing that is read"
    )
    assert (counted, ground.unseen) == (wanted, [])


# -- files ---------------------------------------------------------------------------------------------


def test_a_bit_of_any_file_of_a_batch(ground: Ground, depth: Depth, figures: Figures) -> None:
    wanted = depth.pick(quick=4, ci=20, deep=200)
    base = ground.office.folder / "batches"
    files = [path for path in sorted(base.rglob("*")) if path.is_file() and path.stat().st_size]
    told: Counter[str] = Counter()
    for number in range(wanted):
        path = files[number % len(files)] if number % 2 else ground.chance.choice(files)
        with ground.flipped(path) as where:
            code, found = ground.fsck()
            ground.kinds[path.name if path.parent.name != "credentials" else "credential"] += 1
            if code != 1 or not any({"file", "index", "token", "batch"} & set(values) for _, values in found):
                ground.unseen.append(f"{path.relative_to(base)}: {where}: {found}")
            if path.parent.name == "credentials":
                told[ground.verdict(path)] += 1
    figures.note(
        f"{wanted} flips in {len(files)} files of batches: all found; {told.total()} of them in single "
        f"credentials: {told['valid']} valid"
    )
    assert ground.unseen == []
    assert told["valid"] == 0


def test_a_bit_of_an_archive_as_an_auditor_has_it(
    ground: Ground, depth: Depth, figures: Figures, tmp_path: Path
) -> None:
    wanted = depth.pick(quick=10, ci=50, deep=200)
    sources = [
        path for path in (ground.office.folder / "batches").rglob("public") if ".held" not in str(path)
    ]
    for number, source in enumerate(sources):
        shutil.copytree(source, tmp_path / "archives" / f"a{number}")
    archives = find_archives(tmp_path / "archives")
    ledger = _replay(ground.office)
    assert {check_archive(archive, ledger).state for archive in archives} == {ArchiveState.RECOMPUTED}
    files = [path for path in sorted((tmp_path / "archives").rglob("*")) if path.is_file()]
    for number in range(wanted):
        path = files[number % len(files)]
        with ground.flipped(path) as where:
            results = [check_archive(archive, ledger) for archive in find_archives(tmp_path / "archives")]
            states = {result.state for result in results}
            if states == {ArchiveState.RECOMPUTED}:
                ground.unseen.append(where)
    figures.note(f"{wanted} flips in archives for an auditor: all found")
    assert ground.unseen == []


def test_a_bit_of_a_backup(ground: Ground, depth: Depth, figures: Figures, tmp_path: Path) -> None:
    wanted = depth.pick(quick=10, ci=50, deep=200)
    place = tmp_path / "backup"
    assert run(shared_flags_first(["backup", str(place), "--json"])) == 0
    assert ground.command("backup", str(place), "--check") == (0, [])
    files = [path for path in sorted(place.rglob("*")) if path.is_file() and path.stat().st_size]
    for number in range(wanted):
        path = files[number % len(files)]
        with ground.flipped(path) as where:
            code, found = ground.command("backup", str(place), "--check")
            if code == 0 or any(name.startswith("program.") for name, _ in found):
                ground.unseen.append(f"{where}: {found}")
    figures.note(f"{wanted} flips in {len(files)} files of a backup: all found")
    assert ground.unseen == []


def _replay(office: Office) -> Ledger:
    settings = load_settings(office.folder / "attestree.toml")
    with office.store() as store:
        watched = wire_consistency(settings, store, clock=SystemClock()).registries["local"]
    block = watched.events.fetch_block("final")
    return fetch_replay(watched.events, identity=watched.identity, last=block).ledger


def _say(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counted.items()))
