"""The same road on a Hardhat node: set a test network up, issue a roster, verify the files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attestree.cli.main import run, shared_flags_first
from attestree.cli.start_steps import IssuerPlan, set_up_test_network

ROSTER = """\
learner_id,name,awarded_on
0017,Zofia Kowalska,2026-05-01
0018,张伟,2026-05-01
0019,Aoife Ní Bhriain,2026-05-01
"""
ACHIEVEMENT = 'title = "Data Literacy"\ndescription = "Reads data."\nlearning_outcomes = ["Reads a chart"]\n'


def test_a_roster_is_issued_and_verified_on_a_hardhat_node(
    hardhat_node: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = IssuerPlan("example-university", "Example University")
    set_up_test_network(tmp_path, rpc=hardhat_node, public_url=None, issuers=[plan], say=lambda _step: None)
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    (tmp_path / "achievement.toml").write_text(ACHIEVEMENT, "utf-8")
    issue = ["issue", "roster.csv", "--achievement", "achievement.toml", "--yes", "--json"]
    assert run(shared_flags_first(issue)) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["size"], made["state"]) == (3, "final")
    files = sorted(str(path) for path in Path(made["folder"]).glob("private/credentials/*.json"))
    assert run(shared_flags_first(["verify", *files, "--json"])) == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"valid": 3}
