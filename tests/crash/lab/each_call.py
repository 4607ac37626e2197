"""
One anchoring after another, and in each of them one outside call that goes wrong.

First everything runs undisturbed and the calls are counted. Then, for each call and each way in which it can
fail, a fresh write or a fresh roster is taken to its end: by the same process where it can go on, else by the
command given once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from invariants import ALWAYS, AT_REST, find_violations

from lab.counting import SETTLE_SECONDS, Counting
from lab.office import Office, Roster
from lab.plan import Failure, Faults, Plan
from lab.tasks import BROKEN_OFF

WAYS = ("before", "after", "hang", "garbage")
"""How each call fails, once."""


@dataclass
class Driven:
    """What was tried."""

    combinations: int = 0
    """Calls times ways."""
    recovered: int = 0
    calls: set[str] = field(default_factory=set)
    """Names of all calls that were made to fail, or seen."""
    violations: list[str] = field(default_factory=list)

    def note(self, name: str, way: str, code: int, broken: Sequence[str]) -> None:
        """Note what became of one combination; `code` is how the last process ended."""
        self.combinations += 1
        self.calls.add(name)
        self.recovered += code == 0 and not broken
        self.violations += [f"{name}, {way}: {one}" for one in broken]
        if code != 0:
            self.violations.append(f"{name}, {way}: the last process ended with {code}")


def calls_of(trace: Path, kinds: tuple[str, ...]) -> list[str]:
    """Return the calls of some kinds that a process made, in order."""
    lines = trace.read_text().split("\n")[:-1]
    calls = [line.removeprefix("before ") for line in lines if line.startswith("before ")]
    return [call for call in calls if call.startswith(kinds)]


def choose(calls: Sequence[str], *, only_first: bool) -> list[tuple[int, str]]:
    """Return number and name of every call, or of the first of each name."""
    numbered = list(enumerate(calls, 1))
    return [(n, call) for n, call in numbered if not only_first or calls.index(call) == n - 1]


def ways_of(number: int, ways: Sequence[str]) -> Sequence[str]:
    """Return how a call fails: in the given ways, or, where none is given, in one, which differs."""
    return ways or WAYS[number % len(WAYS) :][:1]


def drive_writes(counting: Counting, folder: Path, *, only_first: bool, ways: Sequence[str]) -> Driven:
    """Take one write after the other to FINAL against the counting contract."""
    driven = Driven()

    def run(change: Callable[[Plan], Plan], name: str, way: str) -> None:
        counting.queue(1)
        code = counting.launcher.run(change(counting.next_plan()), SETTLE_SECONDS)
        if code == BROKEN_OFF:
            code = counting.launcher.run(counting.next_plan(), SETTLE_SECONDS)
        driven.note(name, way, code, find_violations(counting.world, ALWAYS))

    counting.queue(1)
    trace = folder / "trace"
    assert counting.launcher.run(replace(counting.next_plan(), trace=str(trace))) == 0, (
        counting.launcher.said()
    )
    driven.calls |= set(calls_of(trace, ("rpc", "store", "commit", "signature")))
    for number, name in choose(calls_of(trace, ("rpc",)), only_first=only_first):
        for way in ways_of(number, ways):
            run(lambda plan, n=number, w=way: replace(plan, faults=Faults(only=(n, w))), name, way)
    for number, name in choose(calls_of(trace, ("commit",)), only_first=only_first):
        for way in ways_of(number, ways):
            run(lambda plan, n=number, w=way: replace(plan, failure=Failure(n, w)), name, way)
    driven.violations += find_violations(counting.world, AT_REST)
    return driven


def issue_rosters(office: Office, folder: Path, *, only_first: bool, ways: Sequence[str]) -> Driven:
    """Take one roster after the other to its delivered folder on the real registry."""
    driven = Driven()

    def run(roster: Roster, plan: Plan, name: str, way: str) -> None:
        code = office.launcher.run(plan, SETTLE_SECONDS)
        if code != 0:
            code = office.launcher.run(office.plan(roster, [roster.command]), SETTLE_SECONDS)
        driven.note(name, way, code, find_violations(office.world, ALWAYS))

    roster, trace = office.write_roster(), folder / "trace"
    plan = replace(office.plan(roster, [roster.command]), trace=str(trace))
    assert office.launcher.run(plan) == 0, office.launcher.said()
    driven.calls |= set(calls_of(trace, ("rpc", "store", "commit", "signature", "file")))
    requests = [(n, c, True) for n, c in choose(calls_of(trace, ("rpc",)), only_first=only_first)]
    changes = [(n, c, False) for n, c in choose(calls_of(trace, ("commit", "file")), only_first=only_first)]
    for number, name, is_request in [*requests, *changes]:
        for way in ways:
            roster = office.write_roster()
            plan = office.plan(roster, [roster.command])
            broken = (
                {"faults": Faults(only=(number, way))} if is_request else {"failure": Failure(number, way)}
            )
            run(roster, replace(plan, **broken, trace=str(trace)), name, way)  # type: ignore[arg-type]
    driven.calls |= set(calls_of(trace, ("rpc", "store", "commit", "signature", "file")))
    driven.violations += find_violations(office.world, AT_REST)
    return driven
