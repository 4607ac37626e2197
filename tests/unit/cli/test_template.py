"""Templates: what is written is what the issuing code reads."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from attestree.adapters.files.achievements import read_achievement
from attestree.cli.main import run
from attestree.cli.template import TEMPLATES, read_template
from attestree.credentials.achievement import PLACEHOLDERS, build_achievement
from attestree.errors import AchievementError
from attestree.issuing.roster import parse_roster


def test_the_roster_has_one_good_row_and_no_column_that_is_not_read() -> None:
    roster = parse_roster(read_template("roster"), file_name="roster.csv")
    assert [row.number for row in roster.rows] == [2]
    assert list(roster.findings) == []


def test_the_achievement_is_read_in_both_ways(tmp_path: Path) -> None:
    path = tmp_path / "achievement.toml"
    text = read_template("achievement").decode("utf-8")
    for placeholder in PLACEHOLDERS.values():
        text = text.replace(placeholder, "Data Literacy")
    path.write_text(text, encoding="utf-8")
    short = tomllib.loads(path.read_text(encoding="utf-8"))
    assert read_achievement(path) == build_achievement(short)


@pytest.mark.parametrize("field", ["title", "description"])
def test_what_the_template_left_to_be_filled_in_is_never_issued(field: str) -> None:
    template = tomllib.loads(read_template("achievement").decode("utf-8"))
    filled = template | {name: "Data Literacy" for name in ("title", "description") if name != field}
    assert filled[field] == PLACEHOLDERS[field]
    with pytest.raises(AchievementError) as caught:
        build_achievement(filled)
    assert (caught.value.code, caught.value.values) == ("achievement.placeholder", {"field": field})


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
