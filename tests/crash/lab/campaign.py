"""
Many kills, each at a named point, after a random number of points, or at random times; on two launchers.

A campaign is one chain and some hundred kills; there are as many campaigns as it takes. Two run beside each
other, each with processes of its own.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

from lab.counting import Counting, Tally
from lab.launcher import Launcher
from lab.plan import Death

KILLS_A_CHAIN = 150
"""A chain of many thousand blocks is slow."""

FAULT_RATE = 0.1
"""Share of requests that fail while processes are killed."""

STEPS = 250
"""A run to the end passes about as many points."""

RECOVERY_STEPS = 80
"""How early after a restart the second and third kill come."""


AT_FIRST_USE = (
    "before store open_lane",
    "before commit of open_lane",
    "after commit of open_lane",
    "after store open_lane",
)
"""Points that no process passes after a key was first used on a chain."""


def discover(counting: Counting, trace: Path) -> list[str]:
    """Let a process do everything once, undisturbed, and return the names of all points it passed."""
    counting.queue(2)
    plan = replace(counting.next_plan(), faults=replace(counting.plan.faults, rate=0.0), trace=str(trace))
    code = counting.launcher.run(plan)
    assert code == 0, counting.launcher.said()
    return list(dict.fromkeys(trace.read_text().split("\n")[:-1]))


def deaths(
    points: list[str], chance: random.Random, tried: Counter[str]
) -> Iterator[tuple[Death, float | None]]:
    """
    Yield when to die, for ever: at named points, and between them anywhere and at any time.

    Args:
        points: All that have a name.
        chance: Chooses.
        tried: How often each was meant so far, here and on all other chains; the rarest comes next.
    """
    while True:
        point = min(chance.sample(points, len(points)), key=tried.__getitem__)
        tried[point] += 1
        yield Death(point, occurrence=chance.choice((1, 1, 1, 2)) if tried[point] > 1 else 1), None
        if chance.random() < 0.3:
            yield Death(step=chance.randint(1, STEPS)), None
        if chance.random() < 0.2:
            yield Death(), chance.uniform(0.005, 0.3)


def kill_at_the_first_use(counting: Counting, tried: Counter[str]) -> None:
    """Kill where only the first write of a key comes: twice before it is done, once after."""
    after = min(AT_FIRST_USE[2:], key=tried.__getitem__)
    for point in (*AT_FIRST_USE[:2], after):
        tried[point] += 1
        counting.top_up()
        counting.run(Death(point))
        counting.verify_now()


def kill_once_each(counting: Counting, kills: int, folder: Path, *, tried: Counter[str]) -> None:
    """Kill a process, start another, and so on; look at everything after each kill and at the end."""
    kill_at_the_first_use(counting, tried)
    times = deaths(discover(counting, folder / "trace"), counting.chance, tried)
    while counting.tally.kills.total() < kills and not counting.tally.violations:
        counting.top_up()
        death, seconds = next(times)
        if counting.run(death, seconds=seconds):
            counting.verify_now()
        counting.disturb()
    counting.settle()


def kill_while_recovering(counting: Counting, runs: int, folder: Path) -> None:
    """Kill a process, kill the one that recovers, and every other time the one that recovers from that."""
    times = deaths(discover(counting, folder / "trace"), counting.chance, Counter())
    while counting.tally.sequences < runs and not counting.tally.violations:
        counting.top_up()
        death, seconds = next(times)
        if counting.run(death, seconds=seconds) and all(
            counting.run(Death(step=counting.chance.randint(1, RECOVERY_STEPS)))
            for _ in range(1 + counting.tally.sequences % 2)
        ):
            counting.tally.sequences += 1
        counting.verify_now()
        counting.run()
        counting.verify_now()
    counting.settle()


class Experiment(Protocol):
    """A chain, a store and what was found there."""

    tally: Tally

    def close(self) -> None: ...


Subject = TypeVar("Subject", bound=Experiment)


def run_on_launchers(
    experiment: Callable[[Subject, int, Path], None],
    *,
    opens: Callable[..., Subject] = Counting,  # type: ignore[assignment]
    total: int,
    launchers: Sequence[Launcher],
    folder: Path,
    seed: int,
    fault_rate: float = FAULT_RATE,
    a_chain: int = KILLS_A_CHAIN,
) -> Tally:
    """Run as many campaigns as it takes to `total`, one on each launcher; return what they came to."""
    sizes = [min(a_chain, total - start) for start in range(0, total, a_chain)]
    work = iter(enumerate(sizes))
    tally = Tally()

    def drive(launcher: Launcher) -> list[Tally]:
        done = []
        for campaign, size in work:
            place = folder / f"campaign-{campaign}"
            subject = opens(place, launcher, seed=seed + campaign, fault_rate=fault_rate)
            try:
                experiment(subject, size, place)
            finally:
                subject.close()
            done.append(subject.tally)
        return done

    with ThreadPoolExecutor(len(launchers)) as pool:
        for done in pool.map(drive, launchers):
            for one in done:
                tally.add(one)
    return tally
