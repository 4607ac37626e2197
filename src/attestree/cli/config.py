"""
`attestree config show`: every setting, its value, and where it came from.

Decides what is hidden: the settings name key files and never hold keys, but the address of a database
or of a node may carry a password. Source: DESIGN section 9.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import typer

from attestree.cli.console import Context
from attestree.settings import ENVIRONMENT_PREFIX, Settings

group = typer.Typer(no_args_is_help=True, help="Show the settings and where each comes from.")

HIDDEN = "***"
"""Stands for what may be a secret."""


MAY_HOLD_SECRETS = {("store", "url"), ("registry", "rpc")}
"""Settings that are addresses with, perhaps, a password in them."""


def register(app: typer.Typer) -> None:
    """Add `config` to the program."""
    app.add_typer(group, name="config", rich_help_panel="Operate")


@group.command()
def show(ctx: typer.Context) -> None:
    """Print every setting with its value and origin."""
    context: Context = ctx.obj
    settings = context.settings()
    rows = list(list_settings(settings))
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{name:<{widths[0]}}  {source:<{widths[1]}}  {value}" for name, source, value in rows]
    listed = {name: {"value": value, "origin": source} for name, source, value in rows}
    context.console.result("\n".join(lines), listed)


def list_settings(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield name, origin and value of every setting; the name of a table stands before its settings."""
    for name, value in settings.model_dump(mode="json", exclude={"folder"}).items():
        tables = value if isinstance(value, list) else [value]
        for table in tables:
            source = origin(settings, name)
            if not isinstance(table, dict):
                yield name, source, _text(table)
                continue
            place = ".".join([name, *([table["name"]] if "name" in table else [])])
            for key, given in table.items():
                item = _without_arguments(given) if (name, key) == ("alarm", "command") else given
                if key != "name":
                    yield f"{place}.{key}", source, _text(item, hide=(name, key) in MAY_HOLD_SECRETS)


def _without_arguments(command: list[str]) -> list[str]:
    """Return a program with what it is given hidden: an argument may be a password or a secret address."""
    return [*command[:1], *([HIDDEN] if command[1:] else [])]


def origin(settings: Settings, name: str) -> str:
    """Return where a top-level setting came from: environment, file or default."""
    variable = ENVIRONMENT_PREFIX + name.upper()
    if any(key == variable or key.startswith(variable + "__") for key in os.environ):
        return "environment"
    return "file" if name in settings.model_fields_set else "default"


def mask_url(url: str) -> str:
    """Return an address without what may be a secret in it: password, path of a node, query."""
    parts = urlsplit(url)
    if not parts.netloc:
        return url
    user, at, host = parts.netloc.rpartition("@")
    shown = f"{user.partition(':')[0]}:{HIDDEN}{at}{host}" if ":" in user else parts.netloc
    # Providers of nodes put the key of an account into the path.
    path = f"/{HIDDEN}" if parts.scheme.startswith("http") and parts.path.strip("/") else parts.path
    return urlunsplit((parts.scheme, shown, path, HIDDEN if parts.query else "", ""))


def _text(value: object, *, hide: bool = False) -> str:
    if isinstance(value, list):
        return ", ".join(_text(item, hide=hide) for item in value)
    if isinstance(value, dict):
        # A key behind a signer, whose address on the web may hold a password.
        return ", ".join(f"{name} {_text(item, hide=True)}" for name, item in value.items())
    return "not set" if value is None else mask_url(str(value)) if hide else str(value)
