"""
`attestree config show`: every setting, its value, and where it came from.

Decides nothing; secrets are paths in the settings, so there is nothing to hide.
Source: DESIGN section 9.
"""

from __future__ import annotations

import os

import typer

from attestree.cli.console import Context
from attestree.settings import ENVIRONMENT_PREFIX, Settings

group = typer.Typer(no_args_is_help=True, help="Show the settings and where each comes from.")


def register(app: typer.Typer) -> None:
    """Add `config` to the program."""
    app.add_typer(group, name="config", rich_help_panel="Operate")


@group.command()
def show(ctx: typer.Context) -> None:
    """Print every setting with its value and origin."""
    context: Context = ctx.obj
    settings = context.settings()
    values = settings.model_dump(mode="json", exclude={"folder"})
    rows = [(name, values[name], origin(settings, name)) for name in values]
    text = "\n".join(f"{name:<24} {_short(value):<50} {source}" for name, value, source in rows)
    context.console.result(text, {name: {"value": value, "origin": source} for name, value, source in rows})


def origin(settings: Settings, name: str) -> str:
    """Return where a top-level setting came from: environment, file or default."""
    variable = ENVIRONMENT_PREFIX + name.upper()
    if any(key == variable or key.startswith(variable + "__") for key in os.environ):
        return "environment"
    return "file" if name in settings.model_fields_set else "default"


def _short(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item.get("name", item)) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key}={item}" for key, item in value.items())
    return "not set" if value is None else str(value)
