"""What the experiments of the crash lab share: the lab is found by its folder, here and in its processes."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

# The processes cannot use the name `tests`: another distribution has put such a package beside ours.
sys.path.insert(0, str(Path(__file__).parent))

from lab.launcher import Launcher

from attestree.adapters.evm.anvil_chain import find_anvil
from tests.conftest import Depth

LANES = 2
"""Processes beside each other where there is a lot to do: as many as a small machine has cores."""


@pytest.fixture
def seed() -> int:
    """Of the random choices of one experiment; fresh each run, printed where it fails."""
    drawn = secrets.randbits(48)
    print(f"seed of the random choices: {drawn}")
    return drawn


@pytest.fixture(autouse=True)
def needs_anvil(request: pytest.FixtureRequest) -> None:
    """Skip where there is no anvil, for experiments that start their own."""
    if request.node.get_closest_marker("chain") and find_anvil() is None:
        pytest.skip("no anvil; `make setup` installs it")


@pytest.fixture(scope="session")
def launchers(depth: Depth, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[Launcher]]:
    """Where processes are started; one for quick runs, else as many as there are cores."""
    folder = tmp_path_factory.mktemp("launchers")
    opened = [Launcher(folder, number) for number in range(depth.pick(quick=1, ci=LANES, deep=LANES))]
    yield opened
    for launcher in opened:
        launcher.close()
