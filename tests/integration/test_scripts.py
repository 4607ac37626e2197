"""Every script that programmers learn from, as they would run it, on a real anvil."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.keys.files import create_key_file
from attestree.adapters.keys.private_file import write_private
from attestree.cli.start_steps import IssuerPlan, set_up_test_network

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
EXAMPLES = sorted(set(SCRIPTS.glob("*.py")) - {SCRIPTS / "complete_npm_lock.py"})
LONGEST = 40
ROSTER = "learner_id,name,awarded_on\n0017,Zofia Kowalska,2026-05-01\n0018,张伟,2026-05-01\n"
ACHIEVEMENT = 'title = "Data Literacy"\ndescription = "Reads data."\nlearning_outcomes = ["Reads a chart"]\n'


def script(folder: Path, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPTS / f"{name}.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def office(chain: DevChain, tmp_path: Path) -> Path:
    """A folder that is set up to issue."""
    plan = IssuerPlan("example-university", "Example University")
    set_up_test_network(tmp_path, rpc=chain.url, public_url=None, issuers=[plan], say=lambda _step: None)
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    (tmp_path / "achievement.toml").write_text(ACHIEVEMENT, "utf-8")
    return tmp_path


def test_a_batch_is_issued_verified_revoked_and_audited(chain: DevChain, office: Path) -> None:
    dry = script(office, "anchor_batch", "roster.csv", "achievement.toml")
    assert (dry.returncode, dry.stdout) == (0, "2 good rows, 0 bad, 0 warnings; 2 credentials\n"), dry.stderr
    made = script(office, "anchor_batch", "roster.csv", "achievement.toml", "--yes")
    assert "is final; files in" in made.stdout, made.stderr
    again = script(office, "anchor_batch", "roster.csv", "achievement.toml", "--yes")
    assert again.stdout.splitlines()[-1] == made.stdout.splitlines()[-1]

    first, second = sorted(office.glob("batches/*/*/private/credentials/*.json"))
    asked = ["--trust", "trust.toml", "--rpc", chain.url]
    verified = script(office, "verify", first, second, *asked)
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout.count(": valid - ") == 2
    revoked = script(office, "revoke", first, "--reason", "issued_in_error")
    assert ": final in block " in revoked.stdout, revoked.stderr
    verified = script(office, "verify", first, second, "roster.csv", *asked)
    assert verified.returncode == 1
    assert ": revoked - " in verified.stdout
    assert "not a credential (json." in verified.stdout

    audited = script(office, "audit", *asked, "--archives", "batches")
    assert "heads agree with storage" in audited.stdout, audited.stderr
    counts = dict(line.rsplit(maxsplit=1) for line in audited.stdout.splitlines() if line[:1].islower())
    assert (counts["batches"], counts["batchesRecomputed"], counts["revoked"]) == ("1", "1", "1")


def test_a_roster_with_bad_rows_is_stopped(office: Path) -> None:
    (office / "roster.csv").write_text(ROSTER + "0019,,2026-05-01\n", "utf-8")
    stopped = script(office, "anchor_batch", "roster.csv", "achievement.toml", "--yes")
    assert stopped.returncode == 1
    assert stopped.stdout.startswith("2 good rows, 1 bad")
    assert not list(office.glob("batches/*"))


def test_a_registry_is_deployed_once(chain: DevChain, tmp_path: Path) -> None:
    key = tmp_path / "admin.json"
    write_private(tmp_path / "admin.json.password", b"pw")
    address = create_key_file(key, password="pw", scrypt_work=2**8)
    chain.fund(f"0x{address.hex()}", 10**18)
    deployed = script(tmp_path, "deploy_registry", "--rpc", chain.url, "--key", key, "--finality", "instant")
    assert deployed.returncode == 0, deployed.stderr
    registry = deployed.stdout.split()[1]
    assert len(chain.call("eth_getCode", registry, "latest")) > 10_000
    again = script(tmp_path, "deploy_registry", "--rpc", chain.url, "--key", key, "--finality", "instant")
    assert again.stdout == deployed.stdout, again.stderr


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_a_script_is_short_and_explains_itself(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST
    monkeypatch.setattr(sys, "argv", [path.name, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(path), run_name="__main__")
    assert ended.value.code == 0
    assert "usage:" in capsys.readouterr().out
