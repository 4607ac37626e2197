"""The benchmarks' own reckoning: ratios, sections, charts, what the small form refuses; nothing is timed."""

from __future__ import annotations

import itertools
import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks import plots, wanted
from benchmarks.campaign import Campaign
from benchmarks.catalogue import list_benchmarks
from benchmarks.child import FailedError, Spent, compare, spend
from benchmarks.floors import find_halved
from benchmarks.record import PROJECT, Place, open_place
from benchmarks.results import END, build_page, put_section
from benchmarks.rows import Asked, Benchmark, Row, Run, Session, list_ratios, ratio

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


def build_session(name: str, *rows: Row, machine: str = "m") -> Session:
    sizes = sorted({row.size for row in rows})
    runs = [Run(size=size, rows=[row for row in rows if row.size == size], load=0.5) for size in sizes]
    return Session(name=name, command="make bench", began="2026", commit="abc", machine=machine, runs=runs)


def build_benchmark(measure: Callable[[Asked], list[Row]], **changes: Any) -> Benchmark:
    parts = {"title": "T", "about": "a", "unit": "u", "sizes": (1, 2), "deep": (9,), "ours": ("ours",)}
    return Benchmark(**{"name": "one", "measure": measure, **parts, **changes})


def run_campaign(place: Place, *benchmarks: Benchmark, **changes: Any) -> int:
    usual = {"deep": False, "size": None, "repeats": 1, "is_kept": True, "drops_deep": False}
    return Campaign(place=place, **{**usual, **changes}).run(benchmarks, with_gas=False)


def measure_rows(asked: Asked) -> list[Row]:
    return [Row(name="ours", size=asked.size, seconds=[1.0])]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return a copy of the project's page, with nothing measured."""
    made = open_place(tmp_path)
    for path in made.measured.glob("*.json"):
        path.unlink()
    return made


def test_a_session_is_the_same_when_it_is_read_again(place: Place) -> None:
    session = build_session("x", OURS, PEER)
    place.keep(session, deep=False)
    kept = place.read("x")
    assert kept is not None
    assert kept.to_json() == json.loads(json.dumps(session.to_json()))
    assert place.read("x", deep=True) is None


def test_the_page_says_what_was_measured() -> None:
    text = PROJECT.results.read_text("utf-8")
    page, drawn = build_page(PROJECT, text)
    assert page == text, "Next: python -m benchmarks results"
    for name, svg in drawn.items():
        assert (PROJECT.plots / f"{name}.svg").read_text("utf-8") == svg, "Next: python -m benchmarks results"


def test_the_page_has_a_place_for_each_benchmark_in_their_order() -> None:
    text = PROJECT.results.read_text("utf-8")
    places = [text.index(f"<!-- bench:{one.name} -->") for one in list_benchmarks()]
    assert places == sorted(places)


def test_a_run_replaces_the_whole_run_before_it(place: Place) -> None:
    place.keep(build_session("one", OURS, Row(name="ours", size=7, seconds=[1.0])), deep=False)
    assert run_campaign(place, build_benchmark(measure_rows)) == 0
    kept = place.read("one")
    assert kept is not None
    assert [run.size for run in kept.runs] == [1, 2]


def test_a_deep_run_stays_beside_a_plain_one_until_it_is_dropped(place: Place) -> None:
    assert run_campaign(place, build_benchmark(measure_rows), deep=True) == 0
    assert run_campaign(place, build_benchmark(measure_rows)) == 0
    assert place.read("one", deep=True) is not None
    assert run_campaign(place, build_benchmark(measure_rows), drops_deep=True) == 0
    assert place.read("one", deep=True) is None


def test_a_trial_keeps_nothing(place: Place) -> None:
    before = place.results.read_text("utf-8")
    assert run_campaign(place, build_benchmark(measure_rows), size=5, is_kept=False) == 0
    assert place.read("one") is None
    assert place.results.read_text("utf-8") == before


def test_a_benchmark_that_fails_keeps_what_it_had_and_stops_no_other(place: Place) -> None:
    def fail_at_two(asked: Asked) -> list[Row]:
        if asked.size == 2:
            raise FailedError("broken")
        return measure_rows(asked)

    before = build_session("one", OURS)
    place.keep(before, deep=False)
    broken = build_benchmark(fail_at_two)
    assert run_campaign(place, broken, build_benchmark(measure_rows, name="two")) == 1
    assert place.read("one") == before
    assert place.read("two") is not None


def test_each_table_of_a_section_names_one_machine(place: Place) -> None:
    place.keep(build_session("keccak", OURS, machine="first"), deep=False)
    place.keep(build_session("keccak", PEER, machine="second"), deep=True)
    page, _ = build_page(place, END)
    section = page.partition("<!-- bench:keccak -->")[2].partition("<!-- /bench:keccak -->")[0]
    first, _, second = section.partition("Machine: second")
    assert first.count("Machine: ") == 1
    assert "| ours |" in first
    assert "| peer |" not in first
    assert "| peer |" in second
    assert "| ours |" not in second


def test_a_peer_that_stops_early_is_compared_by_its_largest_size_of_the_same_run(place: Place) -> None:
    rows = [Row(name=name, size=10_000, seconds=[1.0]) for name in ("attestree, unsigned", "cert-issuer")]
    beyond = Row(name="attestree, unsigned", size=100_000, seconds=[0.5])
    place.keep(build_session("issuing", *rows, beyond), deep=False)
    page, _ = build_page(place, END)
    line = next(one for one in page.splitlines() if "*by its rate at its largest, 10,000*" in one)
    assert line.replace(" ", "").startswith("|100,000|cert-issuer,")
    assert line.replace(" ", "").endswith("|*10,000*||*20x*||")
    assert "20 x, by its rate at its largest, 10,000" in page


def test_what_was_wanted_is_judged_by_the_rows(place: Place) -> None:
    bulk = Row(name="attestree, in bulk", size=1_000_000, seconds=[0.05])
    for machine, reached in (("(AVX-512)", "50 ns (AVX-512) | yes"), ("(AVX2)", "50 ns (AVX2) | yes")):
        place.keep(build_session("keccak", bulk, machine=machine), deep=False)
        assert reached in wanted.build_section(place)
    slow = Row(name="attestree, in bulk", size=1_000_000, seconds=[0.1])
    place.keep(build_session("keccak", slow, machine="(AVX-512)"), deep=False)
    section = wanted.build_section(place)
    assert "100 ns (AVX-512) | **no**" in section
    assert "### What is short, and why" in section


def test_growth_is_judged_beside_n_log_n(place: Place) -> None:
    for power, word in ((1.0, "yes"), (1.3, "**no**")):
        rows = [
            Row(name="attestree, proofs expanded", size=10**n, seconds=[10.0 ** (n * power)])
            for n in range(3, 8)
        ]
        place.keep(build_session("tree", *rows[:3]), deep=False)
        place.keep(build_session("tree", *rows[3:]), deep=True)
        line = next(
            one for one in wanted.build_section(place).splitlines() if one.startswith("| CPU of trees")
        )
        assert f"N^{power:.2f} from 1,000 to 10,000,000" in line
        assert line.endswith(f"| {word} |")


def test_every_reason_is_that_of_a_line() -> None:
    keys = [one.key for one in wanted.WANTED]
    reasons = tomllib.loads(wanted.REASONS.read_text("utf-8"))
    assert len(keys) == len(set(keys))
    assert set(reasons) <= set(keys)
    assert {value[1:] for value in reasons.values() if value.startswith("=")} <= set(reasons)


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
