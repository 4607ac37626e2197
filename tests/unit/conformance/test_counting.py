"""The figures of the public suites are counted and compared as they should be."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.mocha import Count, count_report
from tests.conformance.suites import RUNS, Run

FOLDER = Path(__file__).parents[2] / "conformance"


def report(*, passes: int, failures: tuple[str, ...] = (), pending: int = 0) -> Count:
    return count_report(
        {
            "passes": [{"title": "p"}] * passes,
            "failures": [{"title": title} for title in failures],
            "pending": [{"title": "s"}] * pending,
        }
    )


def test_every_test_of_a_report_is_counted_once() -> None:
    count = report(passes=3, failures=("a", "b"), pending=4)
    assert (count.passed, count.failed, count.pending, count.total) == (3, ("a", "b"), 4, 5)


@pytest.mark.parametrize("run", RUNS, ids=[run.name for run in RUNS])
def test_a_suite_is_told_where_to_ask_and_which_of_its_tests_to_run(run: Run) -> None:
    config = run.config("https://127.0.0.1:1", "did:key:z6Mk")
    (implementation,) = config["implementations"]
    for name in ("issuers", "verifiers", "vpVerifiers"):
        (endpoint,) = implementation[name]
        # a suite that finds no tag runs nothing at all, and says nothing
        assert endpoint["tags"] == [run.tag]
        assert endpoint["endpoint"].startswith(f"https://127.0.0.1:1/{run.instance}/")
    assert json.loads(json.dumps(config)) == config


def test_only_what_is_named_may_fail() -> None:
    assert [run.name for run in RUNS if run.exceptions] == ["VCDM 2.0"]
    assert len({run.name for run in RUNS}) == len(RUNS)


def test_missing_copies_are_named(tmp_path: Path) -> None:
    line = [sys.executable, str(FOLDER), str(tmp_path), "--only", "VCDM"]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "vc-data-model-2.0-test-suite, vc-test-suite-implementations" in done.stderr
    assert "docs/conformance.md" in done.stderr
