"""The benchmarks' own reckoning: ratios, sections, charts, what the small form refuses; nothing is timed."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks import plots
from benchmarks.child import FailedError, Spent, compare, spend
from benchmarks.floors import find_halved
from benchmarks.results import END, put_section
from benchmarks.rows import Asked, Row, Run, list_ratios, ratio

OURS = Row(name="ours", size=100, seconds=[0.5, 0.1, 0.2], wall=[1.0])
PEER = Row(name="peer", size=100, seconds=[4.0, 2.0, 3.0], count=50, peak_bytes=7)
ASKED = Asked(size=3, repeats=2)


def test_a_ratio_compares_what_one_unit_costs() -> None:
    assert ratio(PEER, OURS) == pytest.approx((3.0 / 50) / (0.2 / 100))


def test_the_small_form_compares_the_best_runs() -> None:
    assert list_ratios([OURS, PEER], ["ours"]) == {
        "peer / ours / 100": pytest.approx((2.0 / 50) / (0.1 / 100))
    }


def test_a_ratio_fails_when_it_has_halved_or_is_missing() -> None:
    wanted = {"a": 10.0, "b": 10.0, "c": 10.0}
    assert find_halved(wanted, {"a": 5.0, "b": 4.9, "new": 1.0}) == ["b", "c"]


def test_a_run_is_the_same_when_it_is_read_again() -> None:
    run = Run(name="x", size=100, rows=[OURS, PEER], repeats=3, machine="m", date="2026-11-22", load=0.5)
    assert Run.from_json(run.to_json()) == run


def test_a_section_replaces_the_one_of_its_name_and_nothing_else() -> None:
    text = f"by hand\n\n{END}\n\nby hand too\n"
    once = put_section(put_section(text, "a", "first"), "b", "other")
    again = put_section(once, "a", "second")
    assert again == once.replace("first", "second")
    assert again.startswith("by hand\n\n<!-- bench:a -->\nsecond\n<!-- /bench:a -->\n\n<!-- bench:b -->")
    assert again.endswith(f"{END}\n\nby hand too\n")


def test_a_chart_is_well_formed_and_holds_every_point() -> None:
    lines = {"a < b": [(1_000, 0.1), (10_000, 2.0)], "c": [(1_000, 0.1)], "empty": []}
    for is_log in (True, False):
        svg = plots.draw("A & B", x="leaves", y="seconds", lines=lines, is_log=is_log)
        assert len(ET.fromstring(svg).findall(".//{*}circle")) == 3


def test_names_at_the_end_of_lines_never_lie_on_each_other() -> None:
    placed = plots._spread(dict.fromkeys("abcdef", 380.0))
    heights = sorted(placed.values())
    assert all(b - a >= plots.NAME_GAP for a, b in itertools.pairwise(heights))
    assert heights[-1] <= plots.HEIGHT - plots.BOTTOM


def test_programs_take_turns_and_those_that_are_slow_take_one() -> None:
    turns: list[str] = []

    def program(name: str) -> Spent:
        turns.append(name)
        return Spent(seconds=1.0, wall=1.0, peak_bytes=1, check=None, answer={})

    rows = compare({"a": lambda: program("a"), "b": lambda: program("b")}, asked=ASKED, once=["b"])
    assert turns == ["a", "b", "a"]
    assert [len(row.seconds) for row in rows] == [2, 1]


def test_results_that_differ_are_no_measurement() -> None:
    programs = {
        name: (lambda name=name: Spent(seconds=1, wall=1, peak_bytes=1, check=name, answer={}))
        for name in "ab"
    }
    with pytest.raises(FailedError, match="differ"):
        compare(programs, asked=ASKED)


def test_a_program_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match="no such thing"):
        spend([sys.executable, "-c", "import sys; sys.exit('no such thing')"], cwd=tmp_path)


def test_a_program_may_say_which_part_of_it_counts() -> None:
    said = '{"seconds": 0.25, "check": "0xab"}'
    spent = spend([sys.executable, "-c", f"print('other words'); print({said!r})"])
    assert (spent.seconds, spent.check) == (0.25, "0xab")
    assert spent.wall > 0
    assert spent.peak_bytes > 1_000_000


def test_what_children_hold_counts_too() -> None:
    hold = "x = bytearray(60_000_000); import time; time.sleep(0.5)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    assert spend([sys.executable, "-c", code]).peak_bytes > 60_000_000
