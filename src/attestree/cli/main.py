"""
The program `attestree`: its commands, the flags they share, and how it ends.

Decides the grouping in `--help` and turns every error into one line, a cause, a next step and an
exit code. `--json`, `--config` and `--debug` are taken anywhere on the line.
Source: DESIGN section 9.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from attestree import __version__
from attestree.cli.commands import register_commands
from attestree.cli.console import INTERRUPTED, USAGE, Console, Context, exit_code, use_utf8
from attestree.errors import AttestreeError, UnavailableError, UnexpectedError

SHARED_FLAGS = ("--json", "--debug")
"""Flags that every command takes, wherever they stand."""


def build_app(wanted: str | None) -> typer.Typer:
    """Return the program with the command called `wanted`, or with all where there is no such command."""
    app = typer.Typer(
        name="attestree",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
        epilog="Every command takes --json, --config FILE and --debug.",
    )
    app.callback()(shared)
    register_commands(app, wanted)
    app.command(rich_help_panel="Operate")(version)
    return app


def shared(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Results as JSON for programs.")] = False,
    config: Annotated[
        Path | None, typer.Option(help="Settings file instead of the nearest attestree.toml.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Record micro-credentials so that anybody can check them, and check them."""
    ctx.obj = Context(console=Console(as_json), settings_path=config, debug=debug)


def version(ctx: typer.Context) -> None:
    """Print the version."""
    context: Context = ctx.obj
    context.console.result(__version__, {"version": __version__})


def shared_flags_first(arguments: list[str]) -> list[str]:
    """Return the arguments with the shared flags moved to the front, up to a bare `--`."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    first: list[str] = []
    rest: list[str] = []
    words = iter(arguments[:end])
    for word in words:
        if word in SHARED_FLAGS or word.startswith("--config="):
            first.append(word)
        elif word == "--config":
            first += [word, *([value] if (value := next(words, None)) is not None else [])]
        else:
            rest.append(word)
    return first + rest + arguments[end:]


def command_of(arguments: list[str]) -> str | None:
    """Return the command of a line whose shared flags come first; None where there is none."""
    words = iter(arguments)
    for word in words:
        if word == "--config":
            next(words, None)
        elif not word.startswith("-"):
            return word
    return None


def run(arguments: list[str]) -> int:
    """Run one command line, shared flags first, and return its exit code; errors are printed, not raised."""
    console, debug = Console("--json" in arguments), "--debug" in arguments
    try:
        code = build_app(command_of(arguments))(arguments, standalone_mode=False, prog_name="attestree")
        sys.stdout.flush()
        # Typer answers Ctrl-C with a code and no word.
        return tell_stopped(console) if code == INTERRUPTED else code if isinstance(code, int) else 0
    except TyperException as error:
        return tell_usage(console, error)
    except (typer.Abort, KeyboardInterrupt):
        return tell_stopped(console)
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` has; Python must not write there again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            raise
        console.error(as_ours(error))
        return exit_code(as_ours(error))


def tell_usage(console: Console, error: TyperException) -> int:
    """Print why a command line cannot be used; return the exit code."""
    # The message is empty where the help was printed instead.
    message = error.format_message()
    context = getattr(error, "ctx", None)
    path = "attestree" if context is None else context.command_path
    if message:
        console.usage(message.replace("Value error, ", ""), path)
    return USAGE


def tell_stopped(console: Console) -> int:
    """Print that Ctrl-C was understood; return the exit code."""
    console.progress("Stopped. Run the same command again to go on: nothing is done twice.")
    return INTERRUPTED


def as_ours(error: Exception) -> AttestreeError:
    """Return an error of our tree, whatever was raised: its text is kept for `--debug`."""
    if isinstance(error, AttestreeError):
        return error
    if isinstance(error, OSError):
        return UnavailableError("program.file", file=Path(str(error.filename or "?")).name)
    return UnexpectedError("program.unexpected", kind=type(error).__name__)


def main() -> None:
    """Run the command line of this process."""
    use_utf8()
    sys.exit(run(shared_flags_first(sys.argv[1:])))
