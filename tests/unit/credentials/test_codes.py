"""Every code that this package raises has its words."""

from __future__ import annotations

import re
from pathlib import Path

import attestree.credentials
from attestree.text.english import achievement, date, format, issue, json, model, proof, proof_path

AREAS = {
    "json": json,
    "date": date,
    "format": format,
    "proof": proof,
    "achievement": achievement,
    "issue": issue,
    "model": model,
}


def find_codes() -> set[str]:
    """Find every code literal in the sources of the package."""
    folder = Path(next(iter(attestree.credentials.__path__)))
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    return set(re.findall(rf'"((?:{"|".join(AREAS)})\.[a-z_]+)"', text))


def test_every_code_has_an_entry() -> None:
    entries = {code for area in AREAS.values() for code in area.ENTRIES} | set(proof_path.ENTRIES)
    assert find_codes() - entries == set()


def test_every_entry_belongs_to_a_code_that_is_raised() -> None:
    entries = {code for area in AREAS.values() for code in area.ENTRIES}
    assert entries - find_codes() == set()


def test_codes_stand_in_the_module_of_their_area() -> None:
    for name, area in AREAS.items():
        assert {code.partition(".")[0] for code in area.ENTRIES} == {name}
