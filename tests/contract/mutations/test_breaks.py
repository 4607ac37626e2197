"""
Tests and invariants of the contract notice when the contract is broken: the control of both.

Each break is built into a copy of the sources. The unit tests must fail on it, and so must the invariants,
which know none of those cases. `make broken-contracts` tries them all; `ARGS='-k pause'` some.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.mutations.breaks import BREAKS, Break

ROOT = Path(__file__).resolve().parents[3]
FORGE = ROOT / "scripts" / "bin" / "forge"
"""The one that says so when tests fail; npm's ends with 0 whatever happened."""
UNIT_TESTS = ("--no-match-contract", "Invariants")
INVARIANTS = ("--match-contract", "Invariants")
SETTINGS = {
    "FOUNDRY_CONFIG": "contracts/foundry.toml",
    "SOLCJS_DIR": str(ROOT),
    # Some breaks leave a variable unused; how small a failing history can be made is of no interest.
    "FOUNDRY_DENY": "never",
    "FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT": "0",
    "FOUNDRY_INVARIANT_RUNS": "32",
    "FOUNDRY_INVARIANT_DEPTH": "256",
}

needs_forge = pytest.mark.skipif(
    not (ROOT / "node_modules/@foundry-rs").is_dir(), reason="no forge; `make setup` installs it"
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of the contracts and their tests, with whatever forge has compiled already."""
    folder = tmp_path_factory.mktemp("broken")
    for part in ("contracts", "tests/contract", "build/forge"):
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "tests/vectors").mkdir()
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/solc", folder / "scripts")
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder


@pytest.fixture(params=BREAKS, ids=lambda each: each.what.replace(" ", "-"))
def broken(copy: Path, request: pytest.FixtureRequest) -> Iterator[Break]:
    """A break that is built into the copy, and taken out again."""
    chosen: Break = request.param
    source = copy / "contracts" / chosen.file
    whole = source.read_text("utf-8")
    source.write_text(whole.replace(chosen.old, chosen.new, 1), "utf-8")
    yield chosen
    source.write_text(whole, "utf-8")


def passes(copy: Path, chosen: tuple[str, str]) -> bool:
    """Return whether forge's tests pass; a test that cannot be run at all is an error."""
    done = subprocess.run(
        [str(FORGE), "test", "--threads", "1", *chosen],
        cwd=copy,
        env=os.environ | SETTINGS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "tests passed" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
    return done.returncode == 0


@pytest.mark.parametrize("each", BREAKS, ids=lambda each: each.what)
def test_a_break_has_a_place_in_the_sources(each: Break) -> None:
    assert each.old in (ROOT / "contracts" / each.file).read_text("utf-8")
    assert each.old != each.new


@needs_forge
@pytest.mark.slow
def test_the_whole_contract_passes_both(copy: Path) -> None:
    assert passes(copy, UNIT_TESTS)
    assert passes(copy, INVARIANTS)


@needs_forge
@pytest.mark.slow
def test_a_break_is_noticed_by_the_unit_tests_and_by_the_invariants(copy: Path, broken: Break) -> None:
    assert not passes(copy, UNIT_TESTS), f"no unit test notices that {broken.what}"
    assert not passes(copy, INVARIANTS), f"no invariant notices that {broken.what}"
