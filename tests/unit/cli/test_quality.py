"""`lint` and `issue` name what a micro-credential lacks, and refuse where that was asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.keys.private_file import write_private
from attestree.adapters.sql.store import SqlStore
from attestree.cli.main import run
from tests.unit.cli.filled import fill_achievement

SETTINGS = f"""
[[registry]]
name = "local"
address = "0x{"5f" * 20}"
rpc = ["http://127.0.0.1:9"]
finality = "instant"
chain_id = 31337
genesis_hash = "0x{"01" * 32}"
deploy_block = 1
deploy_block_hash = "0x{"02" * 32}"
code_hash = "0x{"03" * 32}"
[[issuer]]
name = "example-university"
title = "Example University"
address = "0x{"11" * 20}"
did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
"""
NO_LEVEL = '"Not referenced to the EQF."'
ASKED = ("roster.csv", "-a", "achievement.toml")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "attestree.toml").write_text(SETTINGS)
    write_private(tmp_path / "keys/roster.key", b"ab" * 32)
    SqlStore.create("sqlite:///attestree.db").close()
    (tmp_path / "roster.csv").write_text("learner_id,name\n1,Anna\n2,Ewa\n")
    (tmp_path / "achievement.toml").write_bytes(fill_achievement())
    return tmp_path


def leave_out(folder: Path, *keys: str) -> None:
    lines = fill_achievement().decode().splitlines()
    kept = [line for line in lines if not line.startswith(keys)]
    assert len(kept) == len(lines) - len(keys)
    (folder / "achievement.toml").write_text("\n".join(kept))


def lint(capsys: pytest.CaptureFixture[str], *flags: str, ends: int) -> dict[str, Any]:
    assert run(["--json", "lint", *ASKED, *flags]) == ends
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_the_template_lacks_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", *ASKED, "--quality", "strict"]) == 0
    assert "Micro-credential      11 of 11 mandatory elements" in capsys.readouterr().out


def test_each_missing_element_has_its_term_and_the_line_that_mends_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave_out(folder, "participation", "level ")
    assert run(["lint", *ASKED]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Micro-credential      9 of 11 mandatory elements (EU 2022/C 243/02, Annex I)",
        " warning  The level is missing, or a word on why there is none.  (2 rows)",
        "          term  credentialSubject.achievement.alignment, targetType ext:EQFLevel",
        f"          mend  Write in the achievement: level = 6   or   level_note = {NO_LEVEL}",
        " warning  The form of participation is missing.  (2 rows)",
        '          term  credentialSubject.achievement.criteria.narrative, "Participation"',
        '          mend  Write in the achievement: participation = "Online."',
    ]


def test_strict_makes_it_an_error_with_its_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leave_out(folder, "assessment", "country")
    said = lint(capsys, ends=0)["quality"]
    assert (said["mode"], said["elements"]) == ("warn", 11)
    said = lint(capsys, "--quality", "strict", ends=1)["quality"]
    assert said["mode"] == "strict"
    assert [one["code"] for one in said["missing"]] == ["quality.country", "quality.assessment"]
    assert said["missing"][0] == {
        "code": "quality.country",
        "element": "country or region of the issuer",
        "term": "issuer.address.addressCountryCode",
        "rows": 2,
        "text": "The country of the awarding body is missing.",
        "next": 'Write in the achievement: country = "PL"',
    }
    assert run(["lint", *ASKED, "--quality", "strict"]) == 1
    assert " error    The country of the awarding body is missing." in capsys.readouterr().out


def test_issue_refuses_only_where_it_is_strict(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leave_out(folder, "assessment")
    assert run(["--json", "issue", *ASKED]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["issued"] is False
    assert "How learners are assessed is missing." in printed.err
    for flags in ([], ["--yes"]):
        assert run(["--json", "issue", *ASKED, "--quality", "strict", *flags]) == 1
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "quality.incomplete"
    with SqlStore.create("sqlite:///attestree.db") as store:
        assert store.fetch_batches() == []


def test_nothing_is_said_of_a_whole_one_when_it_is_issued(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["issue", *ASKED, "--quality", "strict"]) == 0
    assert "mandatory" not in "".join(capsys.readouterr())


def test_another_word_is_no_quality(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", *ASKED, "--quality", "best"]) == 2
    assert "'warn', 'strict'" in capsys.readouterr().err
