"""Gaps of a plan: rows are judged by what they become, and the whole plan by one row of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from attestree.credentials.achievement import build_achievement
from attestree.issuing.quality import find_gaps
from attestree.issuing.terms import Terms
from tests.unit.issuing import samples
from tests.unit.issuing.desk import Desk, open_desk

WHOLE = {
    "title": "T",
    "description": "D",
    "learning_outcomes": ["Does this."],
    "assessment": "Project.",
    "participation": "Online.",
    "quality_assurance": "Internal.",
    "credits": 2.5,
    "level": 6,
    "country": "PL",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def terms(**changes: object) -> Terms:
    short = {name: value for name, value in (WHOLE | changes).items() if value is not None}
    return replace(samples.terms(), achievement=build_achievement(short), with_names=False)


def gaps(desk: Desk, roster: str, **changes: object) -> dict[str, int]:
    plan = desk.issuing.plan(desk.request(roster.encode(), terms=terms(**changes)), ask_chain=False)
    return {gap.element.code: gap.rows for gap in find_gaps(plan)}


def test_a_whole_achievement_has_no_gap(desk: Desk) -> None:
    assert gaps(desk, "learner_id,name\n1,A\n2,B\n") == {}


def test_what_the_achievement_lacks_every_row_lacks(desk: Desk) -> None:
    assert gaps(desk, "learner_id\n1\n2\n3\n", country=None, level=None) == {
        "quality.country": 3,
        "quality.level": 3,
    }


def test_credits_of_a_row_are_workload_of_that_row_alone(desk: Desk) -> None:
    roster = "learner_id,credits\n1,2.5\n2,\n3,0\n4,1\n"
    assert gaps(desk, roster, credits=None) == {"quality.workload": 2}
    assert gaps(desk, roster, credits=None, workload="65 hours.") == {}


def test_whoever_has_a_did_alone_is_identified(desk: Desk) -> None:
    assert gaps(desk, "did\ndid:key:z6MkHolder\n") == {}


def test_without_a_good_row_the_achievement_is_judged_all_the_same(desk: Desk) -> None:
    assert gaps(desk, "learner_id,awarded_on\n1,soon\n", level=None) == {"quality.level": 0}


def test_a_row_that_makes_no_credential_hides_nothing_of_the_others(desk: Desk) -> None:
    roster = "learner_id,awarded_on,expires_on\n1,2026-05-01,1999-01-01\n2,2026-05-01,\n"
    assert set(gaps(desk, roster, level=None)) == {"quality.level"}


def test_many_rows_need_few_credentials(desk: Desk) -> None:
    roster = "learner_id,credits\n" + "".join(f"{number},{number % 2}\n" for number in range(1, 2001))
    assert gaps(desk, roster, credits=None) == {"quality.workload": 1000}
