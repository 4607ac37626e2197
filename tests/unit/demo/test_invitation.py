"""The commands that the demo proposes are called as the visitor can call them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from attestree.demo.invitation import format_invitation, name_program

FOLDER = Path("attestree-demo")
PROGRAM = Path(sys.executable).with_name("attestree")


def test_a_program_on_the_path_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAKELEVEL", raising=False)
    monkeypatch.setenv("PATH", str(PROGRAM.parent))
    assert name_program(str(PROGRAM), FOLDER) == "attestree"


def test_a_relative_path_is_counted_from_the_folder_where_make_started_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAKELEVEL", "1")
    assert name_program(".venv/bin/attestree", FOLDER) == "../.venv/bin/attestree"


def test_a_chain_that_has_ended_is_not_offered() -> None:
    assert "Try" not in format_invitation("attestree", FOLDER, url=None, lasts=False)
    assert "attestree chain" in format_invitation("attestree", FOLDER, url=None, lasts=True)
    assert "attestree chain" not in format_invitation("attestree", FOLDER, url="http://x", lasts=True)
