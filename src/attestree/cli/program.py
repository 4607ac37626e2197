"""
The program `attestree`: its commands, the flags they share, and how it ends.

Decides which commands are loaded, and turns every error into one line, a cause, a next step and an exit
code. Source: DESIGN section 9.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from attestree import __version__
from attestree.cli.commands import register_all, register_commands
from attestree.cli.console import INTERRUPTED, USAGE, Console, Context, exit_code
from attestree.cli.front_page import EPILOG, SUMMARY
from attestree.cli.loading import loaded
from attestree.errors import AttestreeError, UnavailableError, UnexpectedError


def build_app(wanted: str | None) -> typer.Typer:
    """
    Return the program.

    Args:
        wanted: The one command that is there; where there is no such command, all of them are, by name and
            first line alone. None = all are there and loaded.
    """
    app = typer.Typer(
        name="attestree",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
        epilog=EPILOG,
    )
    app.callback(help=SUMMARY)(shared)
    if wanted is None:
        register_all(app)
    else:
        register_commands(app, wanted)
    if wanted in (None, "version"):
        app.command(rich_help_panel="Operate")(version)
    return app


def tell_version(ctx: typer.Context, wanted: bool) -> None:
    """Print the version where it is wanted, and end."""
    if wanted:
        Console(bool(ctx.params.get("as_json"))).result(__version__, {"version": __version__})
        raise typer.Exit


def shared(
    ctx: typer.Context,
    # Read before `--version`, which ends at once.
    as_json: Annotated[
        bool, typer.Option("--json", help="Results as JSON for programs.", is_eager=True)
    ] = False,
    config: Annotated[
        Path | None, typer.Option(help="Settings file instead of the nearest attestree.toml.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", is_eager=True, callback=tell_version),
    ] = False,
) -> None:
    """Keep the flags of the program for the command, which is loaded now."""
    loaded()
    ctx.obj = Context(console=Console(as_json), settings_path=config, debug=debug)


def version(ctx: typer.Context) -> None:
    """Print the version."""
    context: Context = ctx.obj
    context.console.result(__version__, {"version": __version__})


def command_of(arguments: list[str]) -> str:
    """Return the command of a line whose shared flags come first; empty where there is none."""
    words = iter(arguments)
    for word in words:
        if word == "--config":
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""


def run_program(arguments: list[str]) -> int:
    """
    Run one command line, shared flags first, and return its exit code; errors are printed, not raised.

    Raises:
        BrokenPipeError: Whoever reads has seen enough.
    """
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
        raise
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
