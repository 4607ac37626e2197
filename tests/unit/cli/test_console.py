"""The console: results on stdout, progress on stderr, one shape for errors, one code for each way to end."""

from __future__ import annotations

import json

import pytest

from attestree import errors
from attestree.cli.console import REJECT, RETRY, USAGE, Console, exit_code, many

REFUSAL = errors.KeyFileError("key.exists", file="k.json")


def test_results_go_to_stdout_and_progress_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(as_json=False)
    console.progress("working")
    console.result("done", {"state": "done"})
    assert capsys.readouterr() == ("done\n", "working\n")


def test_with_json_stdout_holds_values_only(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(as_json=True)
    console.progress("working")
    console.result("words for people")
    console.result("done", {"name": "Zoë"})
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"name": "Zoë"}
    assert "Zoë" in printed.out


def test_an_error_says_what_why_and_what_next_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    Console(as_json=False).error(REFUSAL)
    printed = capsys.readouterr()
    assert printed.out == ""
    first, second, third = printed.err.splitlines()
    assert first.startswith("error  ")
    assert first.endswith("[key.exists]")
    assert second.startswith(" why   ")
    assert third.startswith(" next  ")


def test_an_error_is_json_where_that_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    Console(as_json=True).error(REFUSAL)
    printed = capsys.readouterr()
    assert set(json.loads(printed.out)["error"]) == {"code", "sentence", "cause", "next"}
    assert printed.err == ""


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.SettingsError, USAGE),
        (errors.MissingExtraError, USAGE),
        (errors.ChainUnavailableError, RETRY),
        (errors.RevertedError, REJECT),
        (errors.RootMismatchError, REJECT),
        (errors.UnexpectedError, REJECT),
    ],
)
def test_the_kind_of_an_error_decides_the_exit_code(kind: type[errors.AttestreeError], code: int) -> None:
    assert exit_code(kind("any.code")) == code


def test_counts_are_said_with_their_noun() -> None:
    assert many(1, "batch", "batches") == "1 batch"
    assert many(0, "batch", "batches") == "0 batches"
    assert many(1_000, "act") == "1,000 acts"
