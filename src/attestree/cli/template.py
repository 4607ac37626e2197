"""
`attestree template roster|achievement`: files to begin with.

Decides nothing: columns and keys are those that `issue` reads. Nothing is overwritten.
Source: DESIGN section 9.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from attestree.adapters.files.atomic import write_whole
from attestree.cli.console import Context
from attestree.errors import SettingsError

group = typer.Typer(no_args_is_help=True, help="Write a file to begin with: a roster, an achievement.")

TEMPLATES = {"roster": "roster.csv", "achievement": "achievement.toml"}
"""Name on the command line to file."""


def register(app: typer.Typer) -> None:
    """Add `template` to the program."""
    app.add_typer(group, name="template", rich_help_panel="Start")


@group.command()
def roster(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help="File or folder to write it to.")] = Path("roster.csv"),
) -> None:
    """Write an empty roster with every column that is read, and one row as an example."""
    _write(ctx.obj, "roster", out)


@group.command()
def achievement(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help="File or folder to write it to.")] = Path("achievement.toml"),
) -> None:
    """Write a commented description of an achievement, to be filled in."""
    _write(ctx.obj, "achievement", out)


def read_template(name: str) -> bytes:
    """Return the bytes of a template in `TEMPLATES`."""
    return files("attestree.cli").joinpath("templates", TEMPLATES[name]).read_bytes()


def _write(context: Context, name: str, out: Path) -> None:
    octets = read_template(name)
    if out.is_dir():
        out = out / TEMPLATES[name]
    if out.exists() and out.read_bytes() != octets:
        raise SettingsError("config.exists", file=out.name)
    write_whole(out, octets)
    context.console.result(f"Wrote {out}.", {"file": str(out)})
