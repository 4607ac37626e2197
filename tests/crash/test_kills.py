"""
Processes killed with SIGKILL at named points, after any number of points and at random times, while the
network to the node fails: nothing is lost, nothing is done twice, everything is FINAL.

The contract counts without any guard, so that a double shows; a sender without an outbox is the control.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest
from lab.campaign import kill_once_each, run_on_launchers
from lab.control import kill_a_naive_sender
from lab.counting import Counting
from lab.launcher import Launcher

from tests.conftest import Depth, Figures

pytestmark = pytest.mark.chain

CALLS = (
    *(
        f"{what} {name}"
        for name in ("add_attempt", "mark_sent", "move_intent")
        for what in ("store", "commit of")
    ),
    "store take_lease",
    "signature",
    "rpc eth_estimateGas",
    "rpc eth_sendRawTransaction",
    "rpc eth_getTransactionReceipt",
)
POINTS = {"random time", *(f"{side} {call}" for call in CALLS for side in ("before", "after"))}
"""Some of the points at which many kills must have come; the lab finds all of them by itself."""


def test_no_kill_loses_a_write_or_repeats_one(
    tmp_path: Path, launchers: Sequence[Launcher], depth: Depth, figures: Figures, seed: int
) -> None:
    kills = depth.pick(quick=16, ci=400, deep=3_400)
    experiment = partial(kill_once_each, tried=Counter())
    tally = run_on_launchers(experiment, total=kills, launchers=launchers, folder=tmp_path, seed=seed)
    figures.note(str(tally))
    assert tally.violations == []
    assert tally.kills.total() >= kills
    if kills >= 400:
        assert set(tally.kills) >= POINTS


def test_no_kill_loses_or_repeats_one_of_several_in_a_transaction(
    tmp_path: Path, launchers: Sequence[Launcher], depth: Depth, figures: Figures, seed: int
) -> None:
    kills = depth.pick(quick=12, ci=300, deep=1_700)
    experiment, opens = partial(kill_once_each, tried=Counter()), partial(Counting, anchors=True)
    tally = run_on_launchers(
        experiment, total=kills, launchers=launchers, folder=tmp_path, seed=seed, opens=opens
    )
    figures.note(str(tally))
    assert tally.violations == []
    assert tally.kills.total() >= kills
    assert tally.shared > 0
    if kills >= 400:
        assert set(tally.kills) >= POINTS


@pytest.mark.slow
def test_no_kill_loses_a_write_behind_a_proxy_that_fails(
    tmp_path: Path, launchers: Sequence[Launcher], depth: Depth, figures: Figures, seed: int
) -> None:
    kills = depth.pick(quick=4, ci=20, deep=250)
    experiment, opens = partial(kill_once_each, tried=Counter()), partial(Counting, proxied=True)
    tally = run_on_launchers(
        experiment, total=kills, launchers=launchers, folder=tmp_path, seed=seed, opens=opens
    )
    figures.note(f"{tally}; {tally.faults} requests failed in a proxy with real sockets")
    assert tally.violations == []
    assert tally.kills.total() >= kills


def test_the_lab_catches_a_sender_that_saves_after_sending(
    tmp_path: Path, launchers: Sequence[Launcher], depth: Depth, figures: Figures, seed: int
) -> None:
    kills = depth.pick(quick=8, ci=60, deep=200)
    tally = kill_a_naive_sender(tmp_path, launchers[0], kills=kills, seed=seed)
    figures.note(f"control: {tally}")
    assert tally.count("double") + tally.count("lost") > 0
