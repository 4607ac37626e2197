"""`attestree issue` and what follows, on a real anvil: roster, record, files, verdict, revocation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.keys.files import create_key_file
from attestree.adapters.keys.private_file import write_private
from attestree.adapters.sql.store import SqlStore
from attestree.cli.main import run, shared_flags_first
from attestree.outbox.states import State
from attestree.registry import gas
from attestree.verifying.trust import format_trust
from tests.integration.deployed import Deployed, deploy_registry
from tests.integration.furnishing import (
    ACHIEVEMENT,
    DID,
    ROSTER,
    TITLE,
    issuer_table,
    keep_key,
    registry_table,
    trust_in,
)


@dataclass
class Office:
    """An issuer's folder: settings, keys, roster and achievement."""

    registry: Deployed
    folder: Path
    issuer: bytes
    url: str = ""
    """Of the store; empty = the SQLite file in the folder."""

    def run(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
        """Run one command with `--json`; return its exit code and what it printed."""
        capsys.readouterr()
        code = run(shared_flags_first([*arguments, "--json"]))
        printed = capsys.readouterr().out
        return code, json.loads(printed) if printed.strip() else None

    def issue(self, capsys: pytest.CaptureFixture[str], *flags: str) -> tuple[int, Any]:
        return self.run(capsys, "issue", "roster.csv", "--achievement", "achievement.toml", *flags)

    def store(self) -> SqlStore:
        return SqlStore(self.url or f"sqlite:///{self.folder / 'attestree.db'}")

    def files(self) -> dict[str, bytes]:
        base = self.folder / "batches"
        return {str(p.relative_to(base)): p.read_bytes() for p in base.rglob("*") if p.is_file()}


@pytest.fixture
def office(chain: DevChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.chdir(tmp_path)
    return open_office(chain, tmp_path)


def open_office(chain: DevChain, tmp_path: Path) -> Office:
    """Found an issuer on a chain, with its folder at `tmp_path`."""
    registry = deploy_registry(chain)
    issuer = registry.new_actor("university")
    registry.accredit(issuer, did=DID, name=TITLE)
    operator = registry.add_operator(issuer)
    keys = {
        "operator_key": keep_key(tmp_path, "operator", operator),
        "issuer_key": keep_key(tmp_path, "issuer", issuer),
    }
    write_private(tmp_path / "keys/roster.key", b"ab" * 32)
    settings = 'public_url = "http://127.0.0.1:8000"\n' + registry_table(registry)
    (tmp_path / "attestree.toml").write_text(settings + issuer_table(issuer.address, keys=keys), "utf-8")
    (tmp_path / "trust.toml").write_text(format_trust(trust_in(registry)), "utf-8")
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    (tmp_path / "achievement.toml").write_text(ACHIEVEMENT, "utf-8")
    return Office(registry, tmp_path, issuer.address)


def verify(office: Office, capsys: pytest.CaptureFixture[str], path: str) -> str:
    _, report = office.run(capsys, "verify", path, "--trust", "trust.toml")
    found = report if isinstance(report, dict) else report[0]
    return str(found["verdict"])


def test_a_roster_becomes_files_that_anybody_can_check(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    code, plan = office.issue(capsys)
    assert (code, plan["issued"], plan["size"], plan["stopped"]) == (0, False, 3, False)
    assert 0 < plan["feeWei"] < 10**15
    assert office.files() == {}
    code, made = office.issue(capsys, "--yes")
    assert (code, made["state"], made["size"], made["new"]) == (0, "final", 3, True)
    singles = sorted(Path(made["folder"]).glob("private/credentials/*.json"))
    assert len(singles) == 3
    for single in singles:
        assert verify(office, capsys, str(single)) == "valid"
    with office.store() as store:
        batch = store.fetch_batch(made["batch"])
        assert batch is not None
        assert (batch.state, batch.delivered, batch.seed) == (State.FINAL, True, None)

    files = office.files()
    code, again = office.issue(capsys, "--yes")
    assert (code, again["new"], again["batch"]) == (0, False, made["batch"])
    assert office.files() == files
    with office.store() as store:
        assert len(store.fetch_intents()) == 1


def test_a_person_reads_what_would_happen_and_what_happened(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = ROSTER + "0020;zofia@;Zofia Bad;2026-05-01;A;2.5\n"
    (office.folder / "roster.csv").write_text(bad, "utf-8")
    command = ["issue", "roster.csv", "--achievement", "achievement.toml"]
    assert run(command) == 1
    printed = capsys.readouterr().out
    assert "4 rows: 3 good, 1 bad, 0 warnings" in printed
    assert "details: roster.errors.csv" in printed
    assert ' row 5   bad      email "zofia@" has no domain' in printed
    assert "on local test chain (31337); fee at most 0.000" in printed
    assert "NOTHING WAS ISSUED. 1 bad row stops the batch" in printed
    assert (office.folder / "roster.errors.csv").stat().st_mode & 0o777 == 0o600
    assert run([*command, "--yes"]) == 2
    assert "zofia@" not in capsys.readouterr().err.rsplit("error", 1)[-1]
    assert run([*command, "--yes", "--skip-bad"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Recorded              batch ")
    assert "3 credentials" in printed
    assert "attestree revoke --batch" in printed


def test_credentials_are_revoked_suspended_reinstated_and_replaced(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    _, made = office.issue(capsys, "--yes")
    first, second, third = sorted(Path(made["folder"]).glob("private/credentials/*.json"))
    code, _ = office.run(capsys, "revoke", str(first), "--reason", "issued-in-error")
    assert code == 0
    assert verify(office, capsys, str(first)) == "valid"
    code, changed = office.run(capsys, "revoke", str(first), "--reason", "issued-in-error", "--yes")
    assert (code, [write["state"] for write in changed["writes"]]) == (0, ["final"])
    assert verify(office, capsys, str(first)) == "revoked"
    for dry in ([], ["--yes"]):
        code, refused = office.run(capsys, "reinstate", str(first), *dry)
        assert (code, refused["error"]["code"]) == (1, "status.is_revoked")
    for command, verdict in (("suspend", "suspended"), ("reinstate", "valid"), ("suspend", "suspended")):
        assert office.run(capsys, command, str(second), "--yes")[0] == 0
        assert verify(office, capsys, str(second)) == verdict
    assert office.issue(capsys, "--yes", "--on-duplicate", "replace")[1]["new"] is True
    assert verify(office, capsys, str(third)) in ("superseded", "revoked")
    code, _ = office.run(capsys, "revoke", "--batch", made["batch"], "--yes")
    assert code == 0
    assert office.run(capsys, "revoke", "f" * 32, "--yes")[0] == 2


def test_the_dry_run_of_a_whole_batch_counts_it_or_says_that_it_is_not_recorded(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    _, made = office.issue(capsys, "--yes", "--no-wait")
    assert office.run(capsys, "revoke", "--batch", made["batch"])[0] == 1
    assert office.run(capsys, "anchor")[0] == 0
    code, planned = office.run(capsys, "revoke", "--batch", made["batch"])
    assert (code, planned["batches"]) == (0, [{"batch": made["batch"], "credentials": 3}])
    assert office.run(capsys, "revoke", "--batch", "nowhere")[0] == 2


def test_a_run_that_is_killed_before_it_records_goes_on_with_the_same_bytes(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    script = (
        "import os, sys\n"
        "from attestree.adapters.files.folders import BatchFolders\n"
        "hold = BatchFolders.hold\n"
        "def die(self, batch_id, files):\n"
        "    hold(self, batch_id, files)\n"
        "    os.kill(os.getpid(), 9)\n"
        "BatchFolders.hold = die\n"
        "from attestree.cli.main import run\n"
        "run(['issue', 'roster.csv', '-a', 'achievement.toml', '--yes'])\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script], cwd=office.folder, env=dict(os.environ), check=False
    )
    assert killed.returncode == -9
    with office.store() as store:
        assert [batch.state for batch in store.fetch_batches()] == [State.OPEN]
    before = {name.replace(".held/", "/"): octets for name, octets in office.files().items()}
    assert before
    code, made = office.issue(capsys, "--yes")
    assert (code, made["new"], made["state"]) == (0, True, "final")
    assert office.files() == before


def test_a_queued_batch_is_held_until_it_is_recorded(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    code, made = office.issue(capsys, "--yes", "--no-wait")
    assert (code, made["state"], made["folder"]) == (0, "sealed", "")
    assert all(".held/" in name for name in office.files())
    code, _ = office.run(capsys, "anchor")
    assert code == 0
    assert all(".held/" not in name for name in office.files())
    code, made = office.issue(capsys, "--yes")
    assert (code, made["new"], made["state"]) == (0, False, "final")
    assert office.run(capsys, "deliver") == (0, {"batches": []})


def test_a_queued_batch_is_taken_back_by_the_command_that_is_printed(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["issue", "roster.csv", "--achievement", "achievement.toml", "--yes", "--no-wait"]
    assert run(words) == 0
    undo = capsys.readouterr().out.splitlines()[-1].split("Undo")[1].split()
    assert undo[:3] == ["attestree", "anchor", "--drop"]
    assert run(undo[1:]) == 0
    assert office.run(capsys, "anchor") == (0, {"writes": []})


def test_a_key_that_may_not_record_is_named_before_anything_is_written(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = office.registry.new_actor("stranger")
    path = office.folder / "keys/stranger.json"
    create_key_file(path, password="pw", private_key=bytes(stranger.account.key), scrypt_work=2**8)
    settings = office.folder / "attestree.toml"
    settings.write_text(settings.read_text().replace("operator.json", "stranger.json"))
    code, error = office.issue(capsys, "--yes")
    assert code == 1
    assert error["error"]["code"].startswith("contract.")
    assert office.files() == {}


def test_a_quote_is_one_transaction_whatever_the_size(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    few, many = (office.run(capsys, "quote", size)[1] for size in ("1", "1000000"))
    assert abs(few["gas"] - many["gas"]) < 200
    assert few["feeWei"] > 0


def test_a_year_is_quoted_with_the_gas_that_the_chain_estimates(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.issue(capsys, "--yes")[0] == 0
    flags = ("--per-year", "--roots", "12", "--every", "week", "--gas-price", "2")
    code, found = office.run(capsys, "quote", "250000", *flags)
    assert (code, found["gasFrom"], found["problem"]) == (0, "chain", None)
    apart, together = (one["gas"]["recording"] / 52 for one in found["rhythms"])
    assert apart == pytest.approx(12 * gas.ANCHOR, rel=0.02)
    assert together == pytest.approx(gas.anchor_many_gas(12), rel=0.02)


def test_a_year_is_quoted_from_the_recorded_figures_while_no_chain_answers(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = office.folder / "attestree.toml"
    settings.write_text(settings.read_text().replace(office.registry.chain.url, "http://127.0.0.1:9"))
    code, found = office.run(capsys, "quote", "250000", "--per-year")
    assert (code, found["gasFrom"]) == (0, "recorded")
    assert found["problem"].startswith("chain.")
