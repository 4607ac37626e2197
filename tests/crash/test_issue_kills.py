"""
The whole road of a roster, on the real registry, with the program's own commands killed on the way.

Every row that a command acknowledged is in exactly one batch; folders are whole or absent at every moment;
files are those that a run never killed would have made; what was revoked is revoked on the chain.
That each of these would be seen if it were broken is shown in `test_invariants.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from lab.campaign import run_on_launchers
from lab.launcher import Launcher
from lab.office import Office, kill_offices

from tests.conftest import Depth, Figures

pytestmark = pytest.mark.chain


def test_a_roster_is_issued_once_and_whole_wherever_it_is_killed(
    tmp_path: Path, launchers: Sequence[Launcher], depth: Depth, figures: Figures, seed: int
) -> None:
    kills = depth.pick(quick=5, ci=60, deep=700)
    tally = run_on_launchers(
        kill_offices, total=kills, launchers=launchers, folder=tmp_path, seed=seed, opens=Office
    )
    figures.note(str(tally))
    assert tally.violations == []
    assert tally.kills.total() >= kills
