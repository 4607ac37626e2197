"""The program: flags anywhere on the line, every end in one shape, and a true list of commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from attestree import __version__
from attestree.cli import program
from attestree.cli.commands import BUILT_IN, MODULES
from attestree.cli.front_page import PANELS as LISTED
from attestree.cli.front_page import build_front_page, find_width, wants_colour
from attestree.cli.main import run, shared_flags_first
from attestree.cli.program import build_app, command_of
from attestree.errors import NotAllowedError

START = "from attestree.cli.main import main; main()"

PAGE_MENDING = "bring PANELS and OPTIONS of attestree.cli.front_page up to what the commands say"

PANELS = {"Start", "Issue", "Check", "Correct", "Operate"}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def attestree(*arguments: str) -> int:
    return run(shared_flags_first(list(arguments)))


def names_of(app: typer.Typer) -> tuple[str, ...]:
    """Return the commands and groups of a program, with the panel of each checked."""
    commands = [(item.name or item.callback.__name__, item) for item in app.registered_commands]  # type: ignore[union-attr]  # a registered command has one
    groups = [(str(item.name), item) for item in app.registered_groups]
    assert {str(item.rich_help_panel) for _, item in (*commands, *groups)} <= PANELS
    return tuple(name.replace("_", "-") for name, _ in (*commands, *groups))


@pytest.mark.parametrize(("module", "commands"), MODULES.items(), ids=MODULES)
def test_each_module_registers_exactly_the_commands_of_the_list(
    module: str, commands: tuple[str, ...]
) -> None:
    app = typer.Typer()
    import_module(f"attestree.cli.{module}").register(app)
    assert names_of(app) == commands


def test_no_command_stands_twice_in_the_list() -> None:
    listed = [name for commands in MODULES.values() for name in commands]
    assert len({*listed, *BUILT_IN}) == len(listed) + len(BUILT_IN)


def test_a_command_loads_its_own_module_only() -> None:
    code = (
        "import sys; from attestree.cli.program import build_app; build_app('verify');"
        "heavy = ('sqlalchemy', 'alembic', 'web3', 'eth_account', 'py_ecc');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_loads_no_settings() -> None:
    code = (
        "import sys; from attestree.cli.main import run; run(['version']);"
        "print([name for name in ('pydantic_settings', 'sqlalchemy', 'eth_abi') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [__version__, "[]"]


def by_typer(width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the page of commands as typer draws it, with every command loaded."""
    for name in ("TERMINAL_WIDTH", "FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", str(width))
    build_app(None)(["--help"], standalone_mode=False, prog_name="attestree")
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 73, 80, 100, 131, 200])
def test_the_page_of_commands_is_the_one_that_the_commands_themselves_make(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = by_typer(width, monkeypatch, capsys)
    assert build_front_page(width=width, coloured=False) == drawn.removesuffix("\n"), PAGE_MENDING
    assert attestree("--help") == 0
    assert capsys.readouterr().out == drawn


@pytest.mark.parametrize("line", [("--help",), ("-h",), ("--json", "--help"), ("--help", "--debug"), ()])
def test_the_page_of_commands_loads_no_command(
    line: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "run_program", lambda _arguments: pytest.fail("a command was loaded"))
    assert attestree(*line) == (0 if line else 2)
    assert " verify " in capsys.readouterr().out


def test_a_narrow_terminal_gets_the_page_of_typer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = by_typer(40, monkeypatch, capsys)
    assert attestree("--help") == 0
    assert capsys.readouterr().out == drawn


def test_colours_change_no_sign_of_the_page() -> None:
    coloured = build_front_page(width=80, coloured=True)
    plain = re.sub("\x1b\\[[0-9;]*m", "", coloured)
    assert plain == build_front_page(width=80, coloured=False)
    assert "\x1b[1;36mverify" in coloured


@pytest.mark.parametrize(
    ("environment", "terminal", "coloured"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm"}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({}, True, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
    ],
)
def test_only_terminals_that_want_colours_get_them(
    environment: dict[str, str], terminal: bool, coloured: bool
) -> None:
    assert wants_colour(environment, terminal=terminal) is coloured


def test_the_width_is_the_one_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_width({"COLUMNS": "99"}) == 99
    assert find_width({"COLUMNS": "99", "TERMINAL_WIDTH": "70"}) == 70

    def ask(stream: int) -> os.terminal_size:
        if stream < 2:
            raise OSError
        return os.terminal_size((123, 40))

    monkeypatch.setattr(os, "get_terminal_size", ask)
    assert find_width({"COLUMNS": "wide"}) == 123
    monkeypatch.setattr(os, "get_terminal_size", lambda _stream: ask(0))
    assert find_width({}) == 80


def test_the_page_lists_exactly_the_commands_there_are() -> None:
    listed = [name for commands in LISTED.values() for name in commands]
    assert sorted(listed) == sorted([*BUILT_IN, *(name for names in MODULES.values() for name in names)])


HEAVY = (
    *(
        "typer",
        "rich",
        "pydantic",
        "sqlalchemy",
        "alembic",
        "web3",
        "eth_account",
        "eth_abi",
        "numba",
        "numpy",
    ),
    *("pandas", "fastapi", "uvicorn", "pyld", "jinja2", "cryptography", "urllib3", "py_ecc"),
)


@pytest.mark.parametrize("line", [["--help"], ["--version"], []], ids=str)
def test_what_is_answered_at_once_loads_nothing_heavy(line: list[str]) -> None:
    code = (
        f"import sys; from attestree.cli.main import run; run({line});"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", [name for names in MODULES.values() for name in names])
def test_the_help_of_a_command_loads_no_other_command(command: str) -> None:
    app = build_app(command)
    names = [item.name or str(item.callback.__name__).replace("_", "-") for item in app.registered_commands]  # type: ignore[union-attr]  # a registered command has one
    module = next(module for module, commands in MODULES.items() if command in commands)
    assert sorted([*names, *(str(item.name) for item in app.registered_groups)]) == sorted(MODULES[module])


@pytest.mark.parametrize("line", [("--version",), ("--version", "verify"), ("--config", "x", "--version")])
def test_the_version_is_said_wherever_it_is_asked_for(
    line: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert attestree(*line) == 0
    assert capsys.readouterr().out == f"{__version__}\n"
    assert attestree(*line, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"version": __version__}


def test_a_command_that_is_nearly_right_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert attestree("verfy") == 2
    assert "Did you mean 'verify'?" in capsys.readouterr().err


words = st.lists(st.sampled_from(["--json", "--debug", "--config=x", "issue", "a.csv", "--yes", "-"]))


@given(words)
def test_shared_flags_come_first_and_nothing_is_lost(arguments: list[str]) -> None:
    moved = shared_flags_first(arguments)
    assert sorted(moved) == sorted(arguments)
    rest = [word for word in arguments if not word.startswith(("--json", "--debug", "--config"))]
    assert moved[len(moved) - len(rest) :] == rest


def test_what_follows_two_dashes_is_left_alone() -> None:
    assert shared_flags_first(["verify", "--", "--json"]) == ["verify", "--", "--json"]


def test_the_command_is_found_behind_the_flags() -> None:
    assert command_of(["--json", "--config", "verify", "issue", "x"]) == "issue"
    assert command_of(["--config=verify", "issue"]) == "issue"
    assert command_of(["--help"]) == ""


@pytest.mark.parametrize("line", [("--json", "version"), ("version", "--json")])
def test_flags_may_stand_anywhere(line: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert attestree(*line) == 0
    assert json.loads(capsys.readouterr().out) == {"version": __version__}


@pytest.mark.parametrize("line", [("version", "--config", "other.toml"), ("--config=other.toml", "version")])
def test_a_settings_file_may_be_named_anywhere(line: tuple[str, ...]) -> None:
    assert attestree(*line) == 0


@pytest.mark.parametrize(
    ("line", "path"),
    [
        (("nonsense",), "attestree"),
        (("key", "new"), "attestree key new"),
        (("key", "show", "a", "b"), "attestree key show"),
        (("init", "nonsense"), "attestree init"),
        (("version", "--config"), "attestree"),
    ],
)
def test_a_line_that_cannot_be_used_ends_with_2_and_says_where_to_look(
    line: tuple[str, ...], path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert attestree(*line) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "[request.usage]" in printed.err
    assert f"See what it takes: {path} --help\n" in printed.err


def test_a_line_that_cannot_be_used_is_json_where_that_was_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert attestree("issue", "--json") == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "request.usage"


def test_without_a_command_the_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert attestree() == 2
    printed = capsys.readouterr().out
    assert all(panel in printed for panel in PANELS)


@pytest.mark.parametrize("command", [name for names in MODULES.values() for name in names])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert attestree(command, "--help") == 0
    assert f"Usage: attestree {command}" in capsys.readouterr().out


def raising(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command `version` fail in some way."""

    def fail(_context: typer.Context) -> None:
        """Fail."""
        raise error

    monkeypatch.setattr(program, "version", fail)
    # The command takes its name from the function.
    fail.__name__ = "version"


def test_a_refusal_ends_in_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    raising(NotAllowedError("refused.not_confirmed"), monkeypatch)
    assert attestree("version") == 1
    assert "Nothing was done.  [refused.not_confirmed]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (PermissionError(13, "no", "/a/b/secret.csv"), "program.file", 3),
        (ZeroDivisionError("1/0"), "program.unexpected", 1),
    ],
)
def test_what_nobody_foresaw_ends_in_words_too(
    error: Exception,
    code: str,
    exit_code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    raising(error, monkeypatch)
    assert attestree("version", "--json") == exit_code
    said = json.loads(capsys.readouterr().out)["error"]
    assert said["code"] == code
    assert "/a/b" not in str(said)


def test_with_debug_the_traceback_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    raising(ZeroDivisionError(), monkeypatch)
    with pytest.raises(ZeroDivisionError):
        attestree("version", "--debug")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), typer.Abort()])
def test_ctrl_c_ends_without_a_traceback(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raising(error, monkeypatch)
    assert attestree("version") == 130
    assert capsys.readouterr().err.startswith("Stopped.")


def test_names_are_printed_as_they_are_whatever_the_locale_says(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", START, "template", "roster", "--out", "Zoë.csv"],
        cwd=tmp_path,
        env=os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode("utf-8").startswith("Wrote Zoë.csv")
