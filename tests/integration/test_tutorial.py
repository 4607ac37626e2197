"""Every command of the tutorial, run in its order on a real anvil, prints what the page says."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from attestree.adapters.evm.dev_chain import DevChain

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(
    r"(?P<fails><!-- ends with 1 -->\n)?```sh\n(?P<code>.*?)```(?:\n```text\n(?P<text>.*?)```)?", re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """Commands, how they end, and lines that they print."""

    code: str
    ends: int
    printed: tuple[str, ...]


def read_blocks() -> list[Block]:
    return [
        Block(found["code"], 1 if found["fails"] else 0, tuple((found["text"] or "").splitlines()))
        for found in BLOCK.finditer(PAGE.read_text("utf-8"))
    ]


def is_printed(line: str, output: str) -> bool:
    """Say whether a line of the page was printed; `…` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in line.split("…"))
    return re.search(f"^{pattern}", output, re.MULTILINE) is not None


@pytest.mark.slow
def test_every_command_of_the_tutorial_does_what_the_page_says(chain: DevChain, tmp_path: Path) -> None:
    blocks = read_blocks()
    assert len(blocks) > 15
    for block in blocks:
        code = block.code.replace("http://127.0.0.1:8545", chain.url)
        ran = subprocess.run(
            ["/bin/sh", "-e", "-c", code],
            cwd=tmp_path,
            env=os.environ | {"NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == block.ends, block.code + ran.stdout + ran.stderr
        for line in block.printed:
            assert is_printed(line, ran.stdout), f"{line}\n--- not in ---\n{ran.stdout}"
