"""
`attestree seal`: seals the open batch of an institution now, instead of when it is old or large enough.

Decides flags and words; how it is sealed is decided in `issuing.sealing`. Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

import typer

from attestree.cli.console import Context, many
from attestree.cli.issue import IssuerName
from attestree.wiring.by_api import wire_sealing
from attestree.wiring.stores import wire_store


def register(app: typer.Typer) -> None:
    """Add `seal` to the program."""
    app.command(rich_help_panel="Issue")(seal)


def seal(ctx: typer.Context, issuer: IssuerName = None) -> None:
    """Seal what was issued by API so far, so that it is recorded next."""
    context: Context = ctx.obj
    settings = context.settings()
    chosen = settings.find_issuer(issuer)
    with wire_store(settings) as store:
        sealed = wire_sealing(settings, chosen, store).seal_due(now_all=True)
    batches = [one.batch for one in sealed if one.batch is not None]
    lines = [f"Sealed   batch {batch.id}, {many(batch.size or 0, 'credential')}" for batch in batches]
    lines += ["Next     attestree anchor"] if batches else ["Nothing waits to be sealed."]
    found = [
        {"batch": batch.id, "size": batch.size, "root": f"0x{(batch.root or b'').hex()}"} for batch in batches
    ]
    context.console.result("\n".join(lines), {"batches": found})
