"""
`attestree anchor`: brings what is queued to the chain, and shows where it stands.

Decides flags only: `driving` drives, `healing` takes a person's word, `writes` shows. This is the only
command that sends for a server. Source: DESIGN sections 6, 9 and 10.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attestree.cli.console import Context
from attestree.cli.driving import drive_all
from attestree.cli.healing import accept, drop_write, fill, resume_writes
from attestree.cli.relay import take_request
from attestree.cli.telling import Teller
from attestree.cli.writes import find_fault, show_writes
from attestree.errors import NotAllowedError
from attestree.outbox.states import State
from attestree.wiring.recovery import verify_nothing_forgotten
from attestree.wiring.stores import wire_store


def register(app: typer.Typer) -> None:
    """Add `anchor`."""
    app.command(rich_help_panel="Issue")(anchor)


def anchor(
    ctx: typer.Context,
    request: Annotated[
        Path | None, typer.Argument(help="A request that somebody signed: record it and pay for it.")
    ] = None,
    *,
    signature: Annotated[
        str | None, typer.Option(metavar="HEX", help="FILE: what the wallet of a contract account signed.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="FILE: check it and say what it costs; send nothing.")
    ] = False,
    cancel: Annotated[
        bool,
        typer.Option("--cancel", help="FILE: rule it out for ever; for the institution itself."),
    ] = False,
    watch_on: Annotated[
        bool, typer.Option("--watch", help="Go on until stopped; what a server's issuer runs.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Take one step for each write, then stop.")] = False,
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Take a stopped write up again, after looking at it; with the name of a registry, all that "
            "stopped because its chain took back what was final.",
        ),
    ] = None,
    drop: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Withdraw a queued write; one that is out already cannot be."),
    ] = None,
    accept_foreign: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Go on behind what somebody else sent with this key."),
    ] = None,
    fill_gap: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Send an empty transaction for each number of this key that is missing."
        ),
    ] = None,
) -> None:
    """Record everything that is queued, or what another signed in FILE, and wait until it is final."""
    context: Context = ctx.obj
    if take_request(context, request, signature=signature, dry_run=dry_run, cancel=cancel):
        return
    if watch_on and once:
        raise NotAllowedError("refused.two_modes", first="--watch", second="--once")
    if resume is not None and drop is not None:
        raise NotAllowedError("refused.two_modes", first="--resume", second="--drop")
    settings = context.settings()
    teller = Teller(context.console.progress)
    with wire_store(settings) as store:
        done = {one.wanted.id for one in store.fetch_intents() if one.state is State.FINAL or one.is_given_up}
        if drop is not None:
            drop_write(context.console, store, drop)
            return
        for issuer in settings.issuer:
            verify_nothing_forgotten(settings, issuer, store, on_silence=teller.tell_silence)
        if resume is not None:
            resume_writes(context.console, settings, store, resume)
        if accept_foreign is not None:
            accept(context.console, settings, store, accept_foreign)
        if fill_gap is not None:
            fill(context.console, settings, store, fill_gap)
        left = drive_all(context.console, settings, store, teller, watch_on=watch_on, once=once)
        intents = [one for one in store.fetch_intents() if one.wanted.id not in done]
    show_writes(context.console, intents, find_fault(intents, left))
