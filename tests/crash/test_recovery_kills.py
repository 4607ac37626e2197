"""
Processes killed while they recover from a kill, and the next one while it recovers from that.

A process that was killed leaves something behind; the one that takes it up is killed within its first steps,
and every other time the third one too. Faults of the network go on through all of them.
That a loss or a double would be seen is shown in `test_invariants.py` and by the control of `test_kills.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from lab.campaign import kill_while_recovering, run_on_launchers
from lab.counting import Counting
from lab.launcher import Launcher

from tests.conftest import Depth, Figures

pytestmark = pytest.mark.chain

RUNS_A_CHAIN = 40
"""A run is three processes or four."""


@pytest.mark.parametrize("anchors", [False, True], ids=["alone", "together"])
def test_a_recovery_that_is_killed_is_recovered_from(
    tmp_path: Path, launchers: Sequence[Launcher], depth: Depth, figures: Figures, seed: int, anchors: bool
) -> None:
    runs = depth.pick(quick=3, ci=30, deep=300)
    tally = run_on_launchers(
        kill_while_recovering,
        total=runs,
        launchers=launchers,
        folder=tmp_path,
        seed=seed,
        a_chain=RUNS_A_CHAIN,
        opens=partial(Counting, anchors=anchors),
    )
    figures.note(f"{tally.sequences} crashes during recovery, every other one triple; {tally}")
    assert tally.violations == []
    assert tally.sequences == runs
