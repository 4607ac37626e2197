"""Every command and flag that a page names is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from attestree.cli.program import build_app

ROOT = Path(__file__).resolve().parents[1]
PLANS = {ROOT / "docs" / "design.md"}
"""Pages that name what is still to come."""

PAGES = [ROOT / "README.md", *sorted(set((ROOT / "docs").rglob("*.md")) - PLANS)]
COMMAND = re.compile(r"`(attestree [^`\n]+)`|^ *(?:\$ )?(attestree [a-z].*)$", re.MULTILINE)
SHARED = {"--json", "--config", "--debug", "--help", "-h"}
PROGRAM: Any = typer.main.get_command(build_app(None))


def read_commands(page: Path) -> list[str]:
    found = COMMAND.findall(page.read_text("utf-8"))
    lines = [inline or block for inline, block in found]
    return [line for line in lines if not line.startswith("attestree 0.")]


def is_there(line: str) -> bool:
    """Say whether a command line names a command and flags that exist."""
    words = shlex.split(line.split(";", maxsplit=1)[0].split(" &&", maxsplit=1)[0].replace("'", ""))[1:]
    command = PROGRAM
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    known = {flag for parameter in command.params for flag in parameter.opts} | SHARED
    flags = {word.split("=")[0] for word in words if re.match(r"-{1,2}[a-z]", word)}
    # A word behind a group that is no command of it is a mistake; behind a command it is an argument.
    return flags <= known and (not getattr(command, "commands", {}) or not words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_is_there(page: Path) -> None:
    for line in read_commands(page):
        assert is_there(line), line


def test_a_command_that_is_not_there_would_be_noticed() -> None:
    assert is_there("attestree issue roster.csv --achievement a.toml --yes")
    assert not is_there("attestree isue roster.csv")
    assert not is_there("attestree issue roster.csv --no-such-flag")
    assert not is_there("attestree issuer operatr add")
