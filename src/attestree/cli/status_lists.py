"""
`attestree status-lists`: signs the status lists that wallets read, by hand.

Decides flags and words. `attestree anchor --watch` does the same by itself; what must be signed is decided in
`issuing.status_lists`. Source: DESIGN sections 9 and 10.
"""

from __future__ import annotations

from typing import Annotated

import typer

from attestree.cli.console import Context, many
from attestree.cli.password import ask_password
from attestree.wiring.status_lists import wire_publisher, wire_shelf
from attestree.wiring.stores import wire_store


def register(app: typer.Typer) -> None:
    """Add `status-lists` to the program."""
    app.command("status-lists", rich_help_panel="Operate")(status_lists)


def status_lists(
    ctx: typer.Context,
    issuer: Annotated[str | None, typer.Option(help="Issuer in the settings; else the first.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Sign all of them anew, as after a change of keys.")
    ] = False,
) -> None:
    """Sign the status lists that wallets read, where they say less than the public record or grow old."""
    context: Context = ctx.obj
    settings = context.settings()
    chosen = settings.find_issuer(issuer)
    with wire_store(settings) as store:
        found = wire_publisher(settings, store, ask=ask_password).publish(chosen, again=again)
    folder = wire_shelf(settings).base
    lines = [f"{one.list_id.hex()}/{one.purpose:<12}{many(one.count, 'credential')}" for one in found.signed]
    lines.append(f"{len(found.signed)} of {many(found.lists, 'list')} signed, in {folder}")
    signed = [{"list": one.list_id.hex(), "purpose": one.purpose, "count": one.count} for one in found.signed]
    context.console.result("\n".join(lines), {"lists": found.lists, "signed": signed, "folder": str(folder)})
