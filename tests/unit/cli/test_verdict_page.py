"""The committed page on verdicts is the one that the code makes."""

from __future__ import annotations

from pathlib import Path

from attestree.cli.verdict_page import build_verdict_page
from attestree.verifying.result import CheckId
from attestree.verifying.verdict import Verdict

PAGE = Path(__file__).parents[3] / "docs" / "verdicts.md"
REFRESH = "refresh it: python -m attestree.cli.verdict_page > docs/verdicts.md"


def test_the_committed_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == build_verdict_page(), REFRESH


def test_every_verdict_and_every_check_has_its_section() -> None:
    page = build_verdict_page()
    for verdict in Verdict:
        assert f"\n## {verdict}\n" in page
    for check in CheckId:
        assert f"\n### {check}\n" in page
