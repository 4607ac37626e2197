"""The README shows what really happens: its transcript is a run of the demo; every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from attestree.adapters.evm.anvil_chain import find_anvil
from attestree.demo.invitation import format_invitation
from tests.integration.demo_run import play_demo

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def mask(text: str) -> list[str]:
    """Return lines without what differs from run to run: accounts and ports."""
    text = re.sub(r"0x[0-9a-f]{40}", "0x..", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
    return text.strip("\n").splitlines()


@pytest.mark.chain
def test_the_transcript_is_what_a_run_prints() -> None:
    if find_anvil() is None:
        pytest.skip("no anvil; `make setup` installs it")
    shown = re.search(r"```text\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    _, printed = play_demo()
    story = printed[: printed.index("Try (")]
    end = format_invitation(
        "../.venv/bin/attestree", Path("attestree-demo"), url="http://127.0.0.1:8000", lasts=True
    )
    assert mask(shown[1]) == mask(story + end)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve()
        assert found.exists(), target
        if anchor and found.suffix == ".md":
            titles = re.findall(r"^#+ (.+)$", found.read_text("utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
            assert anchor in slugs, target


def test_the_code_in_the_readme_stands_in_a_script() -> None:
    shown = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    script = (ROOT / "scripts" / "anchor_batch.py").read_text("utf-8")
    indented = "".join(f"    {line}\n" for line in shown[1].splitlines())
    assert indented in script
