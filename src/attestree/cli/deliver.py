"""
`attestree deliver`: hands out the files of batches whose recording is final.

Decides flags and words; whether a batch may be handed out is decided in `issuing.deliver`.
Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

from typing import Annotated

import typer

from attestree.cli.console import Context, exit_code
from attestree.cli.delivery import deliver_issuer
from attestree.cli.issue import IssuerName
from attestree.wiring.stores import wire_store


def register(app: typer.Typer) -> None:
    """Add `deliver` to the program."""
    app.command(rich_help_panel="Issue")(deliver)


def deliver(
    ctx: typer.Context,
    batch: Annotated[str | None, typer.Argument(help="Batch; else all that are final.")] = None,
    issuer: IssuerName = None,
) -> None:
    """Hand out the files of batches whose recording is final."""
    context: Context = ctx.obj
    settings = context.settings()
    chosen = settings.find_issuer(issuer)
    with wire_store(settings) as store:
        found, fault = deliver_issuer(settings, chosen, store, batch)
    lines = [f"{item.batch.id}  {item.location or f'held: {item.batch.state.value}'}" for item in found]
    batches = [
        {"batch": item.batch.id, "state": item.batch.state.value, "folder": item.location} for item in found
    ]
    text = "\n".join(lines) or "Nothing waits."
    if fault is None:
        context.console.result(text, {"batches": batches})
        return
    context.console.result_and_error(text, {"batches": batches}, fault)
    raise typer.Exit(exit_code(fault))
