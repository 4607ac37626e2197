"""
An institution on a local chain, with settings, keys and rosters, in which the program itself is run.

Nothing of setting it up is measured.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.cli.start_steps import IssuerPlan, set_up_test_network
from attestree.settings import Settings
from benchmarks.child import ROOT, Spent, spend

ACHIEVEMENT = ROOT / "src/attestree/demo/examples/data-literacy.toml"
PROGRAM = (sys.executable, "-c", "from attestree.cli.main import main; main()")


@contextmanager
def found(chain: AnvilChain) -> Iterator[tuple[Path, Settings]]:
    """Set an institution up on the chain and return its folder and settings."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        plan = IssuerPlan("example-university", "Example University")
        settings = set_up_test_network(
            folder, rpc=chain.url, public_url="http://127.0.0.1:8000", issuers=[plan], say=_ignore
        )
        yield folder, settings


def run(folder: Path, *words: object, codes: Collection[int] = (0,)) -> Spent:
    """Run the program there to its end; what it costs is that of the whole process."""
    return spend([*PROGRAM, *map(str, words)], cwd=folder, codes=codes)


def issue(folder: Path, *, size: int, signed: bool, wait: bool) -> Spent:
    """Write a roster and issue its badges; those that are signed go to other learners."""
    kind = "s" if signed else "u"
    roster = folder / f"roster-{kind}.csv"
    with roster.open("w", encoding="utf-8") as file:
        file.write("learner_id,email,name,awarded_on,credits\n")
        for n in range(size):
            file.write(f"{kind}{n:07d},{kind}{n}@example.org,Zofia {n},2026-05-01,2.5\n")
    flags = [*([] if signed else ["--no-signature"]), *([] if wait else ["--no-wait"])]
    return run(folder, "issue", roster, "-a", ACHIEVEMENT, "--yes", *flags)


def _ignore(_line: str) -> None:
    pass
