"""
Yesterday's backup over today's chain: the store notices before anything is signed, and is brought up to date.

Random histories on a real chain and real files. What is lost is, in turn, today's database, or today's
database and today's folders. Afterwards everything is found: same verdicts, no credential twice, no nonce
twice. Without the gate the same rosters would be issued again: the control shows that.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.files.achievements import read_achievement
from attestree.adapters.sql import SqlStore
from attestree.anchoring import Worker
from attestree.anchoring.lane_healing import accept_foreign_use
from attestree.cli.issuing import build_terms
from attestree.errors import NotAllowedError
from attestree.issuing.plan import IssueRequest
from attestree.ports import TransactionSender
from attestree.settings import RegistrySettings, Settings, load_settings
from attestree.wiring.chains import wire_sender
from attestree.wiring.issuers import wire_issuing
from attestree.wiring.recovery import wire_gated_sender
from attestree.wiring.stores import wire_store
from attestree.wiring.system import SystemClock
from attestree.wiring.workers import DEV_PACE, wire_signers
from tests.conftest import Depth, Figures
from tests.crash.histories import HEADER, History, dump_store, postgres_programs
from tests.integration.postgres import Postgres, run_postgres
from tests.integration.test_issue import open_office

pytestmark = pytest.mark.slow

NewHistory = Callable[[], History]

DYING = Path(__file__).with_name("dying_recovery.py")
"""A program that recovers until it is killed."""


@pytest.fixture
def new_history(
    chain: DevChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> NewHistory:
    made = 0

    def new() -> History:
        nonlocal made
        made += 1
        folder = tmp_path / f"h{made}" / "office"
        folder.mkdir(parents=True)
        monkeypatch.chdir(folder)
        seed = random.SystemRandom().randrange(2**32)
        # Shown where a test fails
        sys.stderr.write(f"history {made}: seed {seed}\n")
        return History(open_office(chain, folder), capsys, random.Random(seed))

    return new


def back_up(history: History) -> Path:
    """Make a backup outside the office, and check it."""
    place = history.office.folder.with_name("backup")
    history.run("backup", str(place))
    assert history.run("backup", str(place), "--check")["clean"] is True
    return place


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.database)])
def postgres(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postgres | None]:
    """A database server, or None for SQLite files."""
    if request.param == "sqlite":
        yield None
        return
    with run_postgres() as server:
        monkeypatch.setenv("PATH", postgres_programs(), prepend=os.pathsep)
        yield server


def test_yesterdays_database_is_brought_up_to_todays_chain(
    new_history: NewHistory, postgres: Postgres | None, depth: Depth, figures: Figures
) -> None:
    runs = depth.pick(quick=1, ci=3, deep=10)
    entered = 0
    first = random.SystemRandom().randrange(2)
    for number in range(first, first + runs):
        history = new_history()
        if postgres is not None:
            history.use_postgres(postgres)
        history.issue()
        history.live(history.chance.randint(0, 3))
        backup = back_up(history)
        history.live(history.chance.randint(1, 4))
        history.issue()
        before = history.look(history.files())
        history.restore_store(backup)
        if number % 2:
            history.restore_batches(backup)
        history.verify_refused()
        store = dump_store(history)
        history.run("recover", code=1)
        assert dump_store(history) == store, "a dry run changed something"
        if number % 2:
            left = history.run("recover", "--yes", code=1)["missing"]
            assert left
            history.verify_refused()
            history.fetch_batches()
        done = history.run("recover", "--yes")
        entered += done["batches"]
        assert done["batches"] + done["changes"] > 0
        history.verify_recovered(before)
        shutil.rmtree(history.office.folder.parent)
    figures.note(f"{runs} restored: {entered} batches found again, 0 lost, 0 twice, 0 nonces reused")


def test_without_the_gate_the_same_roster_would_be_issued_again(new_history: NewHistory) -> None:
    history = new_history()
    history.issue()
    backup = back_up(history)
    roster = HEADER + "5001;;Twice;2026-05-01\n"
    history.issue_roster(roster)
    before = history.count_anchors()
    history.restore_store(backup)
    (history.office.folder / "roster.csv").write_text(roster, "utf-8")
    with pytest.raises(NotAllowedError) as refused:
        issue_by_parts(history.office.folder, wire_gated_sender)
    assert (refused.value.code, history.count_anchors()) == ("recover.behind", before)
    issue_by_parts(history.office.folder, lambda _settings, registry, _store: wire_sender(registry))
    assert history.count_anchors() == before + 1, "the control is not caught: nothing was issued twice"


def issue_by_parts(
    folder: Path, wire: Callable[[Settings, RegistrySettings, SqlStore], TransactionSender]
) -> None:
    """Issue the roster by the product's own parts, with a sender behind the gate or one without it."""
    settings = load_settings(folder / "attestree.toml")
    registry, issuer = settings.registry[0], settings.issuer[0]
    terms = build_terms(settings, issuer, read_achievement(folder / "achievement.toml"))
    request = IssueRequest(octets=(folder / "roster.csv").read_bytes(), file_name="roster.csv", terms=terms)
    with wire_store(settings) as store:
        sender = wire(settings, registry, store)
        issuing = wire_issuing(settings, issuer, store)
        intent_id = issuing.issue(issuing.plan(request)).intent_id
        assert intent_id is not None
        # A person may say of any use of a key that it is known; only the gate knows better
        accept_foreign_use(store, sender, address=issuing.operator, registry=registry.name)
        with Worker(
            registry=registry.name,
            store=store,
            sender=sender,
            signers=wire_signers(settings, registry),
            clock=SystemClock(),
            pace=DEV_PACE,
        ) as worker:
            worker.drive_until_final([intent_id])


def test_a_backup_made_while_work_goes_on_knows_no_batch_without_its_files(
    new_history: NewHistory, depth: Depth, figures: Figures
) -> None:
    history = new_history()
    office, place = history.office, history.office.folder.with_name("backup")
    history.issue_roster(HEADER + "9000;;First;2026-05-01\n")
    rosters = depth.pick(quick=2, ci=6, deep=25)
    for number in range(rosters):
        (office.folder / f"r{number}.csv").write_text(
            f"{HEADER}{number:04};;N {number};2026-05-01\n", "utf-8"
        )
    work = (
        "from attestree.cli.main import run\n"
        f"for number in range({rosters}):\n"
        "    assert run(['issue', f'r{number}.csv', '-a', 'achievement.toml', '--yes']) == 0\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", work], cwd=office.folder, stdout=subprocess.DEVNULL)
    backups = 0
    try:
        while worker.poll() is None:
            history.run("backup", str(place))
            backups += 1
            assert history.run("backup", str(place), "--check")["clean"] is True
            verify_whole(place)
    finally:
        worker.kill()
        worker.wait()
    assert (worker.returncode, history.count_anchors()) == (0, rosters + 1)
    assert backups > 1
    figures.note(f"{backups} backups while {rosters} batches were issued: all whole")


def verify_whole(place: Path) -> None:
    """Every batch that the copy of the database has fixed has its folder in the backup."""
    (copy,) = place.glob("state-*/attestree.db")
    with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as database:
        fixed = [name for (name,) in database.execute("SELECT id FROM batches WHERE root IS NOT NULL")]
    folders = {folder.name.removesuffix(".held") for folder in place.glob("batches/*/*")}
    assert set(fixed) <= folders


@pytest.mark.slow
def test_recovering_that_is_killed_is_gone_on_with(
    new_history: NewHistory, depth: Depth, figures: Figures
) -> None:
    kills = 0
    for _ in range(depth.pick(quick=1, ci=2, deep=8)):
        history = new_history()
        history.issue()
        backup = back_up(history)
        history.issue()
        history.replace()
        history.revoke()
        history.suspend()
        before = history.look(history.files())
        history.restore_store(backup)
        point, ended = 0, False
        while not ended:
            # Each run dies a little later than the one before; what it entered is there already
            point += history.chance.randint(1, 2)
            ran = subprocess.run(
                [sys.executable, str(DYING), str(point)],
                cwd=history.office.folder,
                env=dict(os.environ),
                capture_output=True,
                check=False,
            )
            assert ran.returncode in (0, -signal.SIGKILL), ran.stderr
            ended = ran.returncode == 0
            kills += not ended
            free_the_keys(history)
        # What the command does beyond entering: files that were held are handed out
        history.run("recover", "--yes")
        history.verify_recovered(before)
    assert kills > 0
    figures.note(f"{kills} kills while recovering: 0 lost, 0 twice")


def free_the_keys(history: History) -> None:
    """Let the lease of a killed process run out."""
    with closing(sqlite3.connect(history.office.folder / "attestree.db")) as database:
        database.execute("UPDATE leases SET expires = 0")
        database.commit()


def test_batches_recorded_together_since_the_backup_are_each_found_again(new_history: NewHistory) -> None:
    history = new_history()
    history.issue()
    for _ in range(3):
        history.issue("--no-wait")
    backup = back_up(history)
    history.run("anchor")
    before = history.look(history.files())
    assert len(history.signed()) == 2
    sent = history.count_sent()
    history.restore_store(backup)
    history.verify_refused()
    history.run("recover", "--yes")
    assert history.count_sent() == sent
    history.verify_recovered(before)
