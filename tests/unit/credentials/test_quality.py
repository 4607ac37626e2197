"""Quality: each of the 11 mandatory elements is seen where it stands, and missed where it does not."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.achievement import build_achievement
from attestree.credentials.open_badge import check_open_badge
from attestree.credentials.quality import ELEMENTS, find_missing, find_sections
from attestree.text.catalogue import load_entries
from tests.unit.cli.filled import fill_achievement
from tests.unit.credentials.examples import build_badge

EXAMPLES = sorted(
    path.name
    for path in files("attestree.demo").joinpath("examples").iterdir()
    if path.name.endswith(".toml")
)
Change = Callable[[dict[str, Any], dict[str, Any]], Any]


def build_whole(short: bytes) -> dict[str, Any]:
    """Build the credential of an achievement in short form, as the composer does."""
    achievement = build_achievement(tomllib.loads(short.decode()))
    badge = build_badge()
    badge["credentialSubject"] = {
        "type": ["AchievementSubject"],
        "identifier": [
            {"type": "IdentityObject", "hashed": False, "identityHash": "Anna", "identityType": "name"}
        ],
        "achievement": achievement.document,
    }
    badge["issuer"]["address"] = {"type": ["Address"], "addressCountryCode": achievement.country}
    return badge


def codes(credential: dict[str, Any]) -> list[str]:
    return [element.code for element in find_missing(credential)]


@pytest.fixture
def whole() -> dict[str, Any]:
    return build_whole(fill_achievement())


def without(credential: dict[str, Any], change: Change) -> list[str]:
    changed = copy.deepcopy(credential)
    change(changed, changed["credentialSubject"]["achievement"])
    return codes(changed)


def drop_section(title: str) -> Change:
    def change(_: dict[str, Any], achievement: dict[str, Any]) -> None:
        narrative = achievement["criteria"]["narrative"]
        assert f"## {title}\n" in narrative
        achievement["criteria"]["narrative"] = narrative.replace(f"## {title}\n", "## Something else\n")

    return change


def drop_workload(credential: dict[str, Any], achievement: dict[str, Any]) -> None:
    del achievement["creditsAvailable"]
    drop_section("Workload")(credential, achievement)


ABSENT: dict[str, Change] = {
    "quality.learner": lambda badge, _: badge["credentialSubject"].pop("identifier"),
    "quality.title": lambda _, achievement: achievement.update(name=" - "),
    "quality.country": lambda badge, _: badge["issuer"].pop("address"),
    "quality.awarding_body": lambda badge, _: badge["issuer"].pop("name"),
    "quality.date": lambda badge, _: (badge.pop("validFrom"), badge.pop("awardedDate", None)),
    "quality.learning_outcomes": drop_section("Learning outcomes"),
    "quality.workload": drop_workload,
    "quality.level": lambda _, achievement: achievement.pop("alignment"),
    "quality.assessment": drop_section("Assessment"),
    "quality.participation": drop_section("Participation"),
    "quality.quality_assurance": drop_section("Quality assurance"),
}


def test_there_are_the_eleven_elements_of_annex_i_each_with_its_words() -> None:
    assert [element.code for element in ELEMENTS] == list(ABSENT)
    assert len(ELEMENTS) == 11
    assert {element.code for element in ELEMENTS} <= set(load_entries())


def test_the_template_can_carry_all_of_them(whole: dict[str, Any]) -> None:
    assert codes(whole) == []
    assert check_open_badge(whole) == ()


@pytest.mark.parametrize("name", EXAMPLES)
def test_our_examples_have_all_of_them(name: str) -> None:
    assert codes(build_whole(files("attestree.demo").joinpath("examples", name).read_bytes())) == []


@pytest.mark.parametrize(("code", "change"), ABSENT.items(), ids=ABSENT)
def test_what_is_taken_out_is_missed_and_nothing_else(
    whole: dict[str, Any], code: str, change: Change
) -> None:
    assert without(whole, change) == [code]


@pytest.mark.parametrize(
    "element", [each for each in ELEMENTS if each.place == "achievement"], ids=lambda each: each.code
)
def test_the_mending_line_mends_it(whole: dict[str, Any], element: Any) -> None:
    for line in element.line.split("   or   "):
        short = tomllib.loads(line) | {"description": "d", "prerequisites": "None."}
        badge = build_whole(("title = 'T'\n" if "title" not in short else "").encode() + _spell(short))
        assert element.code not in codes(badge)


def _spell(short: dict[str, Any]) -> bytes:
    import json

    return "\n".join(f"{key} = {json.dumps(value)}" for key, value in short.items()).encode()


OTHER_PLACES: dict[str, tuple[str, Change]] = {
    "a learner by address": (
        "quality.learner",
        lambda b, _: b["credentialSubject"].update(id="did:web:a.example"),
    ),
    "a region": ("quality.country", lambda b, _: b["issuer"].update(address={"addressRegion": "Mazowsze"})),
    "a country of the creator": (
        "quality.country",
        lambda _, a: a.update(creator={"address": {"addressCountry": "Poland"}}),
    ),
    "a name in a language": (
        "quality.awarding_body",
        lambda b, _: b["issuer"].update(name={"@value": "Uczelnia", "@language": "pl"}),
    ),
    "a date of award": ("quality.date", lambda b, _: b.update(awardedDate="2026-05-01T00:00:00Z")),
    "a date of the older model": ("quality.date", lambda b, _: b.update(issuanceDate="2026-05-01T00:00:00Z")),
    "a framework of competencies": (
        "quality.learning_outcomes",
        lambda _, a: a["alignment"].append({"targetType": "ceasn:Competency", "targetName": "Reads charts"}),
    ),
    "credits of the learner": (
        "quality.workload",
        lambda b, _: b["credentialSubject"].update(creditsEarned=3),
    ),
    "a level by its address": (
        "quality.level",
        lambda _, a: a.update(alignment={"targetUrl": "http://data.europa.eu/snb/eqf/5"}),
    ),
    "a word on the level": (
        "quality.level",
        lambda _, a: a["criteria"].update(narrative=a["criteria"]["narrative"] + "\n# Level:\nNone."),
    ),
}


@pytest.mark.parametrize(("code", "change"), OTHER_PLACES.values(), ids=OTHER_PLACES)
def test_an_element_is_seen_in_its_other_places(whole: dict[str, Any], code: str, change: Change) -> None:
    def move(badge: dict[str, Any], achievement: dict[str, Any]) -> None:
        ABSENT[code](badge, achievement)
        achievement.setdefault("alignment", [])
        change(badge, achievement)

    assert without(whole, move) == []


@pytest.mark.parametrize("text", ["", "\n\n", "-\n", "...", "## Another\n\nText of another."])
def test_a_heading_with_nothing_below_it_is_missing(whole: dict[str, Any], text: str) -> None:
    def change(_: dict[str, Any], achievement: dict[str, Any]) -> None:
        narrative = achievement["criteria"]["narrative"].replace("## Assessment\n", "## Was assessment\n")
        achievement["criteria"]["narrative"] = f"{narrative}\n\n## Assessment\n\n{text}"

    assert without(whole, change) == ["quality.assessment"]


@pytest.mark.parametrize("credits", [0, -1, "2.5", True, None])
def test_credits_that_are_no_number_above_zero_are_no_workload(whole: dict[str, Any], credits: Any) -> None:  # noqa: A002 - the word of the standard
    def change(badge: dict[str, Any], achievement: dict[str, Any]) -> None:
        drop_workload(badge, achievement)
        achievement["creditsAvailable"] = credits

    assert without(whole, change) == ["quality.workload"]


def test_a_skill_is_no_learning_outcome_and_no_level(whole: dict[str, Any]) -> None:
    skill = {
        "targetType": "ext:ESCOSkill",
        "targetName": "x",
        "targetUrl": "http://data.europa.eu/esco/skill/1",
    }

    def change(badge: dict[str, Any], achievement: dict[str, Any]) -> None:
        drop_section("Learning outcomes")(badge, achievement)
        achievement["alignment"] = [skill]

    assert without(whole, change) == ["quality.learning_outcomes", "quality.level"]


def test_sections_are_found_as_people_write_headings() -> None:
    found = find_sections("intro\n# One #\na\n##  Two:\nb\n### Deep\nc\n## TWO\nd\n#no heading\n# Three")
    assert found["one"].split() == ["a", "b", "c", "d", "#no", "heading"]
    assert found["two"].split() == ["b", "c", "d", "#no", "heading"]
    assert found["deep"].split() == ["c"]
    assert found["three"] == ""


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["credentialSubject", "achievement", "issuer", "address", "criteria", "narrative", "alignment"]
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["credentialSubject", "issuer", "validFrom"]), values))
def test_whatever_the_shape_something_is_said_and_nothing_is_raised(credential: dict[str, Any]) -> None:
    assert {element.code for element in find_missing(credential)} <= set(ABSENT)
