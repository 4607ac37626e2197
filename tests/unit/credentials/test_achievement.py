"""Achievements: the short form becomes Open Badges terms, and every slip is named."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from attestree.credentials.achievement import KEYS, PLACEHOLDERS, build_achievement
from attestree.credentials.open_badge import check_achievement, check_open_badge
from attestree.credentials.period import Period
from attestree.errors import AchievementError
from tests.unit.credentials.examples import build_badge

SHORT = """
title = "Data Literacy"
description = "Reads, judges and presents data."
learning_outcomes = ["Reads tables and charts", "Judges sources"]
assessment = "A project."
supervision = "Supervised on site, identity card shown."
participation = "Blended"
quality_assurance = "Internal, by the university senate."
prerequisites = "None"
stackability = "Counts towards the Data Diploma."
workload = "About 65 hours."
credits = 2.5
level = 6
level_note = "First cycle."
skills = [
  { name = "big data", url = "http://data.europa.eu/esco/skill/9d2e926f-53d9-41f5-98f3-19dfaa687f3f" },
  { name = "statistics", url = "https://example.edu/skills/stat", framework = "Example", code = "S1" },
]
tags = ["data", "statistics"]
language = "en-GB"
country = "PL"
criteria_url = "https://example.edu/data-literacy"
image = "https://example.edu/data-literacy.png"
valid_for = "P2Y"
"""


def short(**changes: Any) -> dict[str, Any]:
    """Return the short form with keys changed; None removes one."""
    source = tomllib.loads(SHORT) | changes
    return {key: value for key, value in source.items() if value is not None}


def refusal(source: dict[str, Any]) -> AchievementError:
    """Return the error with which an achievement is refused."""
    with pytest.raises(AchievementError) as caught:
        build_achievement(source)
    return caught.value


def test_the_short_form_becomes_an_achievement_that_may_be_issued() -> None:
    achievement = build_achievement(short())
    assert check_achievement(achievement.document) == ()
    badge = build_badge()
    badge["credentialSubject"]["achievement"] = achievement.document
    assert check_open_badge(badge) == ()


def test_every_element_of_annex_i_has_its_place() -> None:
    achievement = build_achievement(short())
    document: Any = achievement.document
    assert document["name"] == achievement.title == "Data Literacy"
    assert document["achievementType"] == "MicroCredential"
    assert document["creditsAvailable"] == 2.5
    assert document["inLanguage"] == "en-GB"
    assert document["tag"] == ["data", "statistics"]
    assert document["image"] == {"id": "https://example.edu/data-literacy.png", "type": "Image"}
    assert document["criteria"]["id"] == "https://example.edu/data-literacy"
    assert (achievement.country, achievement.valid_for) == ("PL", Period(months=24))
    assert document["criteria"]["narrative"] == (
        "## Learning outcomes\n\n- Reads tables and charts\n- Judges sources\n\n"
        "## Workload\n\n2.5 ECTS credits\n\nAbout 65 hours.\n\n"
        "## Level\n\nFirst cycle.\n\n"
        "## Assessment\n\nA project.\n\n"
        "## Supervision and identity check\n\nSupervised on site, identity card shown.\n\n"
        "## Participation\n\nBlended\n\n"
        "## Quality assurance\n\nInternal, by the university senate.\n\n"
        "## Prerequisites\n\nNone\n\n"
        "## Stackability\n\nCounts towards the Data Diploma."
    )


def test_level_and_skills_are_alignments() -> None:
    document: Any = build_achievement(short()).document
    level, esco, other = document["alignment"]
    assert (level["targetCode"], level["targetUrl"]) == ("6", "http://data.europa.eu/snb/eqf/6")
    assert (esco["targetFramework"], esco["targetType"]) == ("ESCO", "ext:ESCOSkill")
    assert other == {
        "type": ["Alignment"],
        "targetName": "statistics",
        "targetUrl": "https://example.edu/skills/stat",
        "targetCode": "S1",
        "targetFramework": "Example",
    }


def test_the_least_that_is_needed_is_title_description_and_one_section() -> None:
    achievement = build_achievement({"title": "T", "description": "D", "credits": 1})
    document: Any = achievement.document
    assert document["criteria"] == {"narrative": "## Workload\n\n1 ECTS credits"}
    assert set(document) == {
        "id",
        "type",
        "achievementType",
        "name",
        "description",
        "criteria",
        "creditsAvailable",
    }
    assert (achievement.valid_for, achievement.country) == (None, None)


def test_the_same_content_has_the_same_id_and_other_content_another() -> None:
    first = build_achievement(short())
    assert first.id == build_achievement(short()).id
    assert first.id != build_achievement(short(title="Data literacy")).id
    assert first.id.startswith("urn:uuid:")
    assert first.id[23] == "8"
    assert first.id[28] in "89ab"
    assert build_achievement(short(id="https://example.edu/a")).id == "https://example.edu/a"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"title": None}, "achievement.missing", "title"),
        ({"type": "Workshop"}, "achievement.form", "type"),
        ({"description": None}, "achievement.missing", "description"),
        ({"title": 7}, "achievement.type", "title"),
        ({"title": ""}, "issue.empty_text", "title"),
        ({"title": " "}, "issue.empty_text", "title"),
        ({"title": "x" * 5000}, "issue.too_long", "title"),
        ({"title": "a\u202eb"}, "issue.bad_text", "title"),
        ({"title": "e\u0301"}, "issue.not_nfc", "title"),
        ({"title": "two\nlines"}, "issue.bad_text", "title"),
        ({"assessment": ["a"]}, "achievement.type", "assessment"),
        ({"learning_outcomes": "one"}, "achievement.type", "learning_outcomes"),
        ({"learning_outcomes": [1]}, "achievement.type", "learning_outcomes"),
        ({"learning_outcomes": ["a"] * 101}, "achievement.range", "learning_outcomes"),
        ({"credits": "2.5"}, "achievement.type", "credits"),
        ({"credits": True}, "achievement.type", "credits"),
        ({"credits": -1}, "achievement.range", "credits"),
        ({"credits": float("nan")}, "achievement.range", "credits"),
        ({"level": 9}, "achievement.range", "level"),
        ({"level": 6.5}, "achievement.type", "level"),
        ({"skills": ["a"]}, "achievement.type", "skills[0]"),
        ({"skills": [{"name": "a"}]}, "achievement.missing", "skills[0].url"),
        ({"skills": [{"name": "a", "url": "javascript:alert(1)"}]}, "achievement.url", "skills[0].url"),
        ({"skills": [{"name": "a", "uri": "b"}]}, "achievement.unknown_key", "skills[0]"),
        ({"image": "file:///etc/passwd"}, "achievement.url", "image"),
        ({"id": "no address"}, "achievement.url", "id"),
        ({"language": "English!"}, "achievement.form", "language"),
        ({"country": "Poland"}, "achievement.form", "country"),
        ({"type": "Micro Credential"}, "achievement.form", "type"),
        ({"valid_for": "2 years"}, "achievement.form", "valid_for"),
    ],
)
def test_a_slip_is_named_with_its_field(changes: dict[str, Any], code: str, field: str) -> None:
    error = refusal(short(**changes))
    assert (error.code, error.values["field"]) == (code, field)


@pytest.mark.parametrize(
    ("key", "nearest"),
    [("titel", "title"), ("learning_outcome", "learning_outcomes"), ("ects_credits", "credits")],
)
def test_an_unknown_key_is_refused_with_the_nearest_that_is_known(key: str, nearest: str) -> None:
    error = refusal(short(**{key: "x"}))
    assert (error.code, error.values["nearest"]) == ("achievement.unknown_key", nearest)
    assert key not in str(error).replace(nearest, "")


def test_an_achievement_without_any_criteria_is_refused() -> None:
    assert refusal({"title": "T", "description": "D"}).code == "achievement.missing"


def test_an_open_badges_achievement_is_kept_as_it_stands() -> None:
    document = build_badge()["credentialSubject"]["achievement"]
    achievement = build_achievement(document)
    assert achievement.document == document
    assert (achievement.valid_for, achievement.country) == (None, None)


def test_an_open_badges_achievement_out_of_form_is_refused() -> None:
    document = build_badge()["credentialSubject"]["achievement"]
    assert refusal({**document, "type": "Achievement"}).code == "format.type"
    assert refusal({**document, "learning_outcomes": []}).code == "format.unknown_member"
    assert refusal({**document, "creditsAvailable": 2**53}).code == "json.int_range"


def test_every_key_says_what_it_is_for() -> None:
    assert set(tomllib.loads(SHORT)) | {"id", "type"} == set(KEYS)
    assert all(KEYS.values())


@pytest.mark.parametrize("field", PLACEHOLDERS)
def test_a_template_that_nobody_filled_in_is_no_achievement(field: str) -> None:
    with pytest.raises(AchievementError) as caught:
        build_achievement({**tomllib.loads(SHORT), field: PLACEHOLDERS[field]})
    assert (caught.value.code, caught.value.values) == ("achievement.placeholder", {"field": field})
