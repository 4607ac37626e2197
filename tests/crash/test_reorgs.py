"""
Blocks are taken back, one to seven deep, and past the final one, on a real anvil.

After MINED: whatever becomes of the transactions, every write is FINAL in the end, recorded once, and
nobody was told of a record that vanished. Past the final block: in the next round what vanished is
HALTED, the alarm rings, and nothing is signed until a person says so.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from attestree.adapters.evm.anvil_chain import find_anvil
from attestree.adapters.evm.faults.reorgs import Fate
from attestree.anchoring import believe_again, resume_intent
from attestree.errors import ChainIdentityError
from attestree.outbox.states import State
from tests.conftest import Depth, Figures
from tests.crash.reorg_lab import DEEPEST, FINAL_DISTANCE, RULES, Storm, open_storm

pytestmark = pytest.mark.chain

WRITES_AT_ONCE = 4
REORGS_A_CYCLE = 8
REORGS_A_CHAIN = 120
"""A chain grows slower with its length; then the next one is started."""


@pytest.fixture(autouse=True)
def _anvil() -> None:
    if find_anvil() is None:
        pytest.skip("no anvil; `make setup` installs it")


def fresh_seed() -> int:
    return int.from_bytes(os.urandom(4), "big")


def run_cycle(storm: Storm, met: Counter[tuple[int, Fate]], *, most: int) -> None:
    """Bring a few writes to FINAL while blocks that hold them are taken back again and again."""
    names = storm.queue(storm.chance.randint(1, WRITES_AT_ONCE))
    left = most
    with storm.worker() as worker:
        for _ in range(400):
            if all(storm.state(name) is State.FINAL for name in names) or storm.wrong:
                break
            worker.drive_once()
            storm.look(names)
            reach = [depth for name in names if (depth := storm.depth_of(name)) and depth <= DEEPEST]
            if reach and left and storm.chance.random() < 0.6:
                left -= 1
                depth, fate = storm.chance.randint(min(reach), DEEPEST), storm.chance.choice(list(Fate))
                storm.take_back(depth, fate)
                met[depth, fate] += 1
                storm.look(names)
                storm.ask(names)
            else:
                storm.rest()
        storm.ask(names)


def run_storm(folder: Path, rule: str, wanted: int, met: Counter[tuple[int, Fate]]) -> Storm:
    """Take blocks back so often on one chain, and look at everything in the end."""
    seed = fresh_seed()
    with open_storm(folder, rule, seed=seed) as storm:
        before = met.total()
        while met.total() - before < wanted and not storm.wrong:
            run_cycle(storm, met, most=min(REORGS_A_CYCLE, wanted - met.total() + before))
        storm.look_at_the_end()
    assert storm.wrong == [], f"seed {seed}, {rule}"
    return storm


def test_reorganisations_after_mined_lose_nothing_and_nobody_is_told_wrong(
    tmp_path: Path, depth: Depth, figures: Figures
) -> None:
    wanted = depth.pick(quick=6, ci=60, deep=1_000)
    met: Counter[tuple[int, Fate]] = Counter()
    writes = answers = valid = 0
    while met.total() < wanted:
        for rule in RULES:
            left = wanted - met.total()
            part = min(REORGS_A_CHAIN, -(-left // 2) if rule == "depth" else left)
            if part:
                storm = run_storm(tmp_path, rule, part, met)
                writes, answers, valid = (
                    writes + len(storm.writes),
                    answers + storm.asked,
                    valid + storm.valid,
                )
    if wanted >= 1_000:
        assert {(deep, fate) for deep in range(1, DEEPEST + 1) for fate in Fate} <= set(met)
    assert valid > 0
    figures.note(
        f"{met.total()} reorganisations of depth 1-{DEEPEST} over {writes} writes, {answers} answers: "
        "0 wrong, all FINAL, each recorded once"
    )


def test_a_worker_that_takes_mined_for_final_is_caught(tmp_path: Path) -> None:
    seed = fresh_seed()
    with open_storm(tmp_path, "depth", seed=seed, hasty=True) as storm:
        (name,) = storm.queue(1)
        with storm.worker() as worker:
            for _ in range(6):
                worker.drive_once()
                storm.rest()
        assert storm.state(name) is State.FINAL, f"seed {seed}"
        storm.look([name])
        assert storm.wrong == []
        storm.take_back(DEEPEST, Fate.VANISH)
        storm.look([name])
        assert storm.wrong != [], f"seed {seed}"


BREAKS_AT_ONCE = 5
"""Of finality on one anvil: after some hundred blocks taken back it serves a head without any contract."""


# -- past the final block ----------------------------------------------------------------------


def break_finality(storm: Storm) -> None:
    """Bring writes to FINAL, take their blocks back, and see what one round does."""
    names = storm.queue(storm.chance.randint(1, 3))
    with storm.worker() as worker:
        worker.drive_until_final(names)
        depth_of = {name: storm.height() - number_of(storm, name) + 1 for name in names}
        depth = storm.chance.randint(min(depth_of.values()), max(depth_of.values()) + 2)
        storm.take_back(depth, storm.chance.choice(list(Fate)))
        verify_stopped(storm, {name for name in names if depth_of[name] <= depth})
        storm.queue(1)
        storm.rest()
        with pytest.raises(ChainIdentityError):
            worker.drive_once()
    storm.ask(names)
    take_up(storm)


def number_of(storm: Storm, name: str) -> int:
    intent = storm.store.fetch_intent(name)
    assert intent is not None
    assert intent.block_number is not None
    return intent.block_number


def verify_stopped(storm: Storm, gone: set[str]) -> None:
    """One round, one poll: HALTED, an alarm, an error, and not one signature."""
    signed, alarms = storm.signer.signed, len(storm.alarms.raised)
    with storm.worker() as watching, pytest.raises(ChainIdentityError) as caught:
        watching.drive_once()
    assert caught.value.code == "identity.finality_broken"
    assert {name for name in storm.writes if storm.state(name) is State.HALTED} == gone
    assert [code for code, _ in storm.alarms.raised[alarms:]] == ["outbox.finality_broken"]
    assert storm.alarms.raised[-1][1]["writes"] == len(gone)
    assert storm.signer.signed == signed


def take_up(storm: Storm) -> None:
    """A person has looked; everything is recorded once more, and only once."""
    with storm.worker() as worker:
        sender = worker._sender
        for intent in believe_again(storm.store, sender, registry="local"):
            resume_intent(storm.store, sender, intent.wanted.id)
        left = [one.wanted.id for one in storm.store.fetch_intents() if one.state is not State.FINAL]
        worker.drive_until_final(left)


def test_finality_that_breaks_stops_what_vanished_within_one_poll(
    tmp_path: Path, depth: Depth, figures: Figures
) -> None:
    wanted = depth.pick(quick=2, ci=10, deep=100)
    broken = 0
    while broken < wanted:
        seed, rule = fresh_seed(), list(RULES)[broken % len(RULES)]
        folder = tmp_path / str(broken)
        folder.mkdir()
        with open_storm(folder, rule, seed=seed) as storm:
            for _ in range(min(BREAKS_AT_ONCE, wanted // len(RULES))):
                break_finality(storm)
                broken += 1
            storm.promised.clear()  # what was final was taken back: that is the experiment
            storm.look_at_the_end()
            assert storm.wrong == [], f"seed {seed}, {rule}"
    assert FINAL_DISTANCE > DEEPEST
    figures.note(
        f"{broken}/{wanted} HALTED with an alarm within one poll, 0 signatures, all FINAL once resumed"
    )
