"""Templates: what is written is what the issuing code reads."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from attestree.adapters.files.achievements import read_achievement
from attestree.cli.main import run
from attestree.cli.template import TEMPLATES, read_template
from attestree.credentials.achievement import build_achievement
from attestree.issuing.roster import parse_roster


def test_the_roster_has_one_good_row_and_no_column_that_is_not_read() -> None:
    roster = parse_roster(read_template("roster"), file_name="roster.csv")
    assert [row.number for row in roster.rows] == [2]
    assert list(roster.findings) == []


def test_the_achievement_is_read_in_both_ways(tmp_path: Path) -> None:
    path = tmp_path / "achievement.toml"
    path.write_bytes(read_template("achievement"))
    short = tomllib.loads(path.read_text(encoding="utf-8"))
    assert read_achievement(path) == build_achievement(short)


@pytest.mark.parametrize(("name", "file"), TEMPLATES.items())
def test_a_template_is_written_once_and_never_over_what_was_edited(
    name: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["template", name]) == 0
    assert (tmp_path / file).read_bytes() == read_template(name)
    assert run(["template", name]) == 0
    (tmp_path / file).write_text("mine")
    assert run(["template", name]) == 2
    assert (tmp_path / file).read_text() == "mine"


def test_a_folder_takes_the_template_under_its_own_name(tmp_path: Path) -> None:
    assert run(["template", "roster", "--out", str(tmp_path)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["roster.csv"]
