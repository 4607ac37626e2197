"""The committed reference pages are those that the code makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from attestree.cli.commands import MODULES
from attestree.cli.reference_pages import PAGES
from attestree.settings import Settings

FOLDER = Path(__file__).parents[3] / "docs" / "reference"
REFRESH = "refresh it: python -m attestree.cli.reference_pages docs/reference"


@pytest.mark.parametrize("name", PAGES)
def test_the_committed_page_is_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name](), REFRESH


def test_every_command_has_its_section() -> None:
    page = PAGES["cli.md"]()
    for commands in MODULES.values():
        for command in commands:
            assert f"\n## attestree {command}\n" in page


def test_every_setting_is_explained() -> None:
    page = PAGES["config.md"]()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert all(line.split("|")[3].strip() for line in rows)
    assert {name for name in Settings.model_fields if name.islower()} - {
        "folder",
        "store",
        "alarm",
        "status",
        "registry",
        "issuer",
    } <= {line.split("`")[1] for line in rows}
