"""
A roster of many shards, made by processes of which one is killed, or all: no byte of the batch changes.

The program is killed at random moments of a run, together with or without its workers; then the same
command is run again. There is one batch then, of all rows, and each of its files has the bytes that one
process alone makes.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psutil
import pytest

from attestree.adapters.engines.local import FEW_SHARDS
from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.adapters.files.achievements import read_achievement
from attestree.adapters.files.mapped import SMALL_BYTES
from attestree.adapters.keys.roster_key import read_roster_key
from attestree.cli.issuing import build_terms
from attestree.cli.start_steps import IssuerPlan, set_up_test_network
from attestree.issuing.folder import build_folder, format_record
from attestree.issuing.roster import parse_roster
from attestree.issuing.row_key import key_rows
from attestree.issuing.seal import seal
from attestree.issuing.shard import SHARD_ROWS
from attestree.settings import Settings
from attestree.wiring.signing import wire_document_signer
from attestree.wiring.stores import wire_store
from tests.conftest import Depth, Figures

pytestmark = pytest.mark.chain

FEW_ROWS = SHARD_ROWS * (FEW_SHARDS + 2) + 3
MANY_ROWS = max(FEW_ROWS, SMALL_BYTES // 64 + 3)
"""So many that the nodes of their tree lie in a mapped file: two a leaf, of 32 bytes."""
PROGRAM = (sys.executable, "-c", "from attestree.cli.main import main; main()")
LONGEST_SECONDS = 600
"""A run takes seconds, on any machine less than this."""

ACHIEVEMENT = Path(__file__).resolve().parents[2] / "src/attestree/demo/examples/data-literacy.toml"


@dataclass
class Institution:
    """A folder with settings, and what is done there."""

    folder: Path
    settings: Settings

    def write_roster(self, number: int) -> Path:
        rows = (f"{number}-{row:05d},s{row}@example.org,Zofia K{row}" for row in range(count_rows(number)))
        path = self.folder / f"roster{number}.csv"
        path.write_text("\n".join(["learner_id,email,name", *rows]) + "\n")
        return path

    def begin(self, roster: Path) -> subprocess.Popen[str]:
        command = ["issue", str(roster), "-a", str(ACHIEVEMENT), "--yes", "--no-wait", "--engine", "local"]
        return subprocess.Popen(
            [*PROGRAM, *command], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def finish(self, roster: Path) -> None:
        with self.begin(roster) as run:
            said = read(run)
        assert run.returncode == 0, said

    def judge(self, roster: Path, *, batches: int) -> list[str]:
        """Return what is wrong with the batch of a roster, the last of so many."""
        size = count_rows(batches - 1)
        issuer = self.settings.issuer[0]
        with wire_store(self.settings) as store:
            found = store.fetch_batches(issuer=issuer.account)
            rows = store.fetch_rows(found[-1].id)
        if len(found) != batches or len(rows) != size:
            return [f"{len(found)} batches instead of {batches}, the last of {len(rows)} credentials"]
        batch = found[-1]
        terms = build_terms(self.settings, issuer, read_achievement(ACHIEVEMENT))
        keyed = key_rows(
            read_roster_key(self.settings.path(issuer.roster_key)),
            parse_roster(roster.read_bytes(), file_name=roster.name).rows,
            issuer=terms.profile.address,
            achievement_id=terms.achievement_id,
        )
        sign = wire_document_signer(self.settings, issuer)
        sealed = seal(keyed, terms, seed=batch.seed, created=batch.created, sign=sign)
        record = format_record(batch.fingerprint, first_row_key=sealed.row_key(0), replaces={})
        (held,) = (self.folder / "batches" / issuer.name).glob(f"{batch.id}*")
        wrong = [] if batch.root == sealed.root else ["another root"]
        expected = set()
        for file in build_folder(batch.id, sealed, terms, record=record):
            expected.add(file.path)
            if sha256(b"".join(file.chunks)).digest() != sha256((held / file.path).read_bytes()).digest():
                wrong.append(f"{file.path} is another")
        there = {path.relative_to(held).as_posix() for path in held.rglob("*") if path.is_file()}
        return wrong + [f"{path} too many or too few" for path in there ^ expected]


def count_rows(number: int) -> int:
    """Return how many a roster has: each third has many."""
    return FEW_ROWS if number % 3 else MANY_ROWS


@pytest.fixture
def institution(tmp_path: Path) -> Iterator[Institution]:
    with AnvilChain() as chain:
        settings = set_up_test_network(
            tmp_path,
            rpc=chain.url,
            public_url="http://127.0.0.1:8000",
            issuers=[IssuerPlan("example-university", "Example University")],
            say=lambda *_: None,
        )
        yield Institution(tmp_path, settings)


def test_killed_workers_and_killed_runs_change_no_byte(
    institution: Institution, depth: Depth, figures: Figures, seed: int
) -> None:
    chance = random.Random(seed)
    usual = {}
    for number in range(2):
        began, first = time.monotonic(), institution.write_roster(number)
        institution.finish(first)
        usual[count_rows(number)] = time.monotonic() - began
        assert institution.judge(first, batches=number + 1) == []
    killed = {"run": 0, "worker": 0, "all": 0, "late": 0}
    for number in range(2, 2 + depth.pick(quick=2, ci=6, deep=150)):
        roster = institution.write_roster(number)
        with institution.begin(roster) as run:
            time.sleep(chance.uniform(0.3, 1.0) * usual[count_rows(number)])
            what = chance.choice(("run", "worker", "all"))
            killed[what if kill(run.pid, what) else "late"] += 1
            said = read(run)
        # a lost worker is replaced, a lost run is begun anew by whoever began it
        assert what != "worker" or run.returncode == 0, said
        institution.finish(roster)
        assert institution.judge(roster, batches=number + 1) == [], (number, what)
    figures.note(f"{killed}: 0 bytes changed")
    # The control: one bit that is another is noticed.
    newest = max(institution.folder.rglob("credentials.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    with newest.open("r+b") as file:
        octet = file.read(1)[0]
        file.seek(0)
        file.write(bytes([octet ^ 1]))
    assert institution.judge(roster, batches=number + 1) == ["private/credentials.jsonl is another"]


def read(run: subprocess.Popen[str]) -> str:
    """Return all that a run says; one that waits for somebody who died is killed, and that is a failure."""
    assert run.stdout is not None
    watch = threading.Timer(LONGEST_SECONDS, run.kill)
    watch.start()
    try:
        return run.stdout.read()
    finally:
        watch.cancel()


def kill(pid: int, what: str) -> bool:
    """Kill a run, one of its workers, or all of them; say whether there was anything to kill."""
    try:
        run = psutil.Process(pid)
        workers = run.children(recursive=True)
        dying = {"run": [run], "worker": workers[-1:], "all": [run, *workers]}[what]
        for process in dying:
            process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return False
    with suppress(psutil.NoSuchProcess):
        psutil.wait_procs([process for process in dying if process.pid != pid], timeout=5)
    return bool(dying)
