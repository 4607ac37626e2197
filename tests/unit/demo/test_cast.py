"""The people whom the story follows are in the rosters, once each."""

from __future__ import annotations

from importlib.resources import files

import pytest

from attestree.demo import cast
from attestree.issuing.roster import parse_roster

FOLLOWED = {
    "data-literacy.csv": (cast.GENUINE, cast.ANOTHER, cast.UPGRADED, cast.RENAMED, cast.ERRONEOUS),
    "workplace-safety.xlsx": (cast.DISMISSED, cast.PAUSED),
    "first-aid.jsonl": (cast.FORMER, cast.TRAINED),
}


@pytest.mark.parametrize("roster", FOLLOWED)
def test_everybody_is_there_once(roster: str) -> None:
    octets = (files("attestree.demo") / "examples" / roster).read_bytes()
    names = [row.full_name for row in parse_roster(octets, file_name=roster, with_names=True).rows]
    assert [names.count(name) for name in FOLLOWED[roster]] == [1] * len(FOLLOWED[roster])


@pytest.mark.parametrize("roster", cast.SMALL_ROSTERS)
def test_small_rosters_have_no_bad_rows(roster: str) -> None:
    parsed = parse_roster(cast.SMALL_ROSTERS[roster].encode(), file_name=roster, with_names=True)
    assert (len(parsed.rows), parsed.total) == (1, 1)
