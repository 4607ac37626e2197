"""
Every call that reaches outside is listed; every one of an anchoring fails in every way and is recovered from.

The list stands in `call_sites.py`. It is compared with what the syntax tree of the package holds, so that a
new call cannot come without somebody saying which experiment covers it.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest
from call_sites import ANCHORING, LEFT_OUT, SITES
from lab.counting import Counting
from lab.each_call import WAYS, Driven, drive_writes, issue_rosters
from lab.launcher import Launcher
from lab.office import Office
from lab.sites import find_sites

import attestree
from tests.conftest import Depth, Figures

PACKAGE = Path(attestree.__file__).parent
TESTS = Path(__file__).resolve().parents[1]


def test_every_call_that_reaches_outside_is_listed() -> None:
    found = set(find_sites(PACKAGE, leave_out=LEFT_OUT))
    listed = {site for sites in SITES.values() for site in sites}
    assert sorted(found - listed) == [], "new: say in call_sites.py which experiment makes it fail"
    assert sorted(listed - found) == [], "gone: take it off the list in call_sites.py"
    assert sum(map(len, SITES.values())) == len(listed), "listed twice"


def test_every_experiment_of_the_list_is_there() -> None:
    for name in SITES:
        path, _, function = name.partition("::")
        tree = ast.parse((TESTS / path).read_text("utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert function in functions, name


def test_a_call_that_nobody_listed_is_found(tmp_path: Path) -> None:
    """The control: the finder sees each kind of call in a module it has never seen."""
    (tmp_path / "adapters" / "sql").mkdir(parents=True)
    (tmp_path / "adapters" / "sql" / "one.py").write_text(
        "class One:\n    def put_it(self):\n        with self._writing() as connection:\n            pass\n"
    )
    (tmp_path / "new.py").write_text(
        "class New:\n    def go(self, rpc, store, path):\n"
        "        rpc.call('eth_newMethod', [])\n        store.put_it(1)\n        path.replace(path)\n"
        "        path.open('wb')\n        os.fsync(3)\n        subprocess.run(['x'])\n"
        "        'a'.replace('b', 'c')\n        path.open('rb')\n"
        "        self._executor.submit(go)\n        self._client.scatter(path)\n"
    )
    calls = ["rpc call", "rpc eth_newMethod", "store put_it", "file replace", "file open", "file os.fsync"]
    calls += ["engine submit", "engine scatter"]
    found = set(find_sites(tmp_path))
    assert found == {f"new.py New.go: {call}" for call in [*calls, "machine subprocess.run"]}


@pytest.fixture
def driven(tmp_path: Path, launchers: Sequence[Launcher], depth: Depth, seed: int) -> list[Driven]:
    """Make outside calls fail: deep every one, in CI the first of each kind, in quick runs in one way."""
    only_first = depth.pick(quick=True, ci=True, deep=False)
    ways = depth.pick(quick=(), ci=WAYS, deep=WAYS)
    counting = Counting(tmp_path / "counting", launchers[0], seed=seed)
    try:
        place = tmp_path / "counting"
        found = [drive_writes(counting, place, only_first=only_first, ways=ways)]
    finally:
        counting.close()
    if depth.pick(quick=False, ci=True, deep=True):
        office, place = (
            Office(tmp_path / "office", launchers[0], seed=seed, fault_rate=0.0),
            tmp_path / "office",
        )
        try:
            found.append(issue_rosters(office, place, only_first=True, ways=ways))
        finally:
            office.close()
    return found


@pytest.mark.chain
def test_every_outside_call_of_one_anchoring_is_recovered_from(
    driven: list[Driven], depth: Depth, figures: Figures
) -> None:
    combinations = sum(one.combinations for one in driven)
    recovered = sum(one.recovered for one in driven)
    calls = set.union(*(one.calls for one in driven))
    figures.note(f"{recovered} of {combinations} recovered: {len(calls)} kinds of call; {', '.join(WAYS)}")
    assert [broken for one in driven for broken in one.violations] == []
    assert recovered == combinations
    if depth.name != "quick":
        assert not_driven(calls) == []


def not_driven(calls: set[str]) -> list[str]:
    """Return the sites listed under this experiment whose call was not among those that were made."""
    words = {word.removeprefix("BATCH") for call in calls for word in call.replace("+", " ").split()}
    missing = []
    for site in SITES[ANCHORING]:
        kind, _, last = site.rpartition(": ")[2].rpartition(" ")
        if kind == "rpc" and last in ("call", "batch"):
            continue
        if last.removeprefix("os.").removeprefix("shutil.").removeprefix("urllib3.") not in {
            *words,
            *INDIRECT,
        }:
            missing.append(site)
    return missing


INDIRECT = {"write_whole", "write_new", "PoolManager", "rmtree"}
"""Names of functions whose own calls are driven."""
