"""
The program `attestree`: its commands, the flags they share, and how it ends.

Decides the grouping in `--help` and turns every error into one line, a cause, a next step and an
exit code. `--json`, `--config` and `--debug` are taken anywhere on the line.
Source: DESIGN section 9.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from attestree import __version__
from attestree.cli.commands import register_commands
from attestree.cli.console import REJECT, USAGE, Console, Context, exit_code, use_utf8
from attestree.errors import AttestreeError

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


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; errors are printed, not raised."""
    console = Console("--json" in arguments)
    try:
        wanted = next((word for word in arguments if not word.startswith("-")), None)
        code = build_app(wanted)(arguments, standalone_mode=False, prog_name="attestree")
        return code if isinstance(code, int) else 0
    except AttestreeError as error:
        if "--debug" in arguments:
            raise
        console.error(error)
        return exit_code(error)
    except typer.Exit as ended:
        return ended.exit_code
    except TyperException as error:
        # Empty where the help was printed instead.
        if message := error.format_message():
            console.usage(message)
        return USAGE
    except (typer.Abort, KeyboardInterrupt):
        console.progress("Stopped. Nothing that was not printed as done has been done.")
        return REJECT


def main() -> None:
    """Run the command line of this process."""
    use_utf8()
    sys.exit(run(shared_flags_first(sys.argv[1:])))
