"""
The control experiment: the naive sender, killed as the worker is, judged by the same first invariant.

Its store is its own, so that what it did is counted by the contract alone.
"""

from __future__ import annotations

import random
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from lab.campaign import FAULT_RATE
from lab.counter import CONTRACT
from lab.counting import CountingChain, Tally
from lab.launcher import KILLED, Launcher
from lab.naive import TABLE
from lab.plan import Death, Faults, Plan

STEPS = 40
"""A naive run over a few writes passes about as many points."""

SECONDS = 20
"""How long a run may take: a naive sender can wait for a nonce for ever."""


MANY = 100
"""If nothing was done twice by then, the lab sees nothing."""


def kill_a_naive_sender(folder: Path, launcher: Launcher, *, kills: int, seed: int) -> Tally:
    """Kill it so many times and until it was caught, then let it end; return what the contract counted."""
    chance, tally = random.Random(seed), Tally()
    chain, path, told = CountingChain(folder), folder / "naive.db", folder / "told"
    slots: list[bytes] = []
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute(TABLE)

            def run(death: Death, rate: float) -> int:
                given = {"url": chain.chain.url, "store": str(path), "key": chain.key, "contract": CONTRACT}
                faults = Faults(rate, chance.getrandbits(32))
                plan = Plan("naive", given, death=death, faults=faults, told=str(told))
                tally.runs += 1
                return launcher.run(plan, SECONDS)

            def goes_on() -> bool:
                killed = tally.kills.total()
                return killed < kills or (killed < MANY and max(chain.effects(slots)) < 2)

            while goes_on():
                for _ in range(3):
                    slots.append(secrets.token_bytes(32))
                    values = (f"{len(slots):06}", slots[-1])
                    database.execute("INSERT INTO writes (name, payload) VALUES (?, ?)", values)
                if run(Death(step=chance.randint(1, STEPS)), FAULT_RATE) == KILLED:
                    tally.kills[told.read_text()] += 1
                chain.disturb(chance)
            run(Death(), 0.0)
            chain.chain.mine(3)
            done = dict(database.execute("SELECT payload, done FROM writes").fetchall())
        tally.writes = len(slots)
        for slot, times in zip(slots, chain.effects(slots), strict=True):
            if times > 1:
                tally.violations.append(f"I1 double: took effect {times} times")
            elif times == 0:
                tally.violations.append("I1 lost: took no effect" if done[slot] else "stuck: never done")
    finally:
        chain.close()
    return tally


def run_two_naive_senders(folder: Path, launcher: Launcher, *, writes: int) -> int:
    """Start it twice over the same writes; return how many of them were not done exactly once."""
    chain, path = CountingChain(folder), folder / "naive.db"
    slots = [secrets.token_bytes(32) for _ in range(writes)]
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute(TABLE)
            rows = [(f"{number:06}", slot) for number, slot in enumerate(slots)]
            database.executemany("INSERT INTO writes (name, payload) VALUES (?, ?)", rows)
        given = {"url": chain.chain.url, "store": str(path), "key": chain.key, "contract": CONTRACT}
        children = [launcher.start(Plan("naive", given)) for _ in range(2)]
        for child in children:
            if not launcher.wait(child, SECONDS / 4):
                launcher.kill(child)
        chain.chain.mine(3)
        return sum(times != 1 for times in chain.effects(slots))
    finally:
        chain.close()
