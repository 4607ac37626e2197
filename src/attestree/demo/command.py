"""
`attestree demo`: the whole story in one command, on a local chain of its own.

Decides flags, and that the program ends with an error unless every verdict is the right one.
Source: DESIGN section 13.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from attestree import __version__
from attestree.adapters.evm.dev_chain import open_dev_chain
from attestree.cli.chain import STATE_FILE, listen_for_end
from attestree.cli.console import ACCEPT, REJECT, Context
from attestree.demo.folder import choose_port, clear_folder
from attestree.demo.invitation import format_invitation, name_program
from attestree.demo.judging import VERDICTS_FILE
from attestree.demo.service import open_service
from attestree.demo.stage import open_stage
from attestree.demo.story import examine, play, set_up
from attestree.demo.transcript import Transcript


class ChainKind(StrEnum):
    """Which local chain."""

    ANVIL = "anvil"
    """Foundry's, from npm; it is kept."""
    TESTER = "tester"
    """EthereumTester in this process; it ends with it."""


def register(app: typer.Typer) -> None:
    """Add `demo` to the program."""
    app.command(rich_help_panel="Start")(demo)


def demo(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Option("--dir", help="Folder of the demo; made new each time.")] = Path(
        "attestree-demo"
    ),
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the audit.")] = False,
    port: Annotated[
        int | None, typer.Option(help="Port of the page; else 8000 or the next free one.")
    ] = None,
    kind: Annotated[
        ChainKind | None, typer.Option("--chain", help="anvil or tester; else anvil where it is found.")
    ] = None,
) -> None:
    """Issue, revoke, steal, forge, verify and audit on a local chain, then serve the page."""
    context: Context = ctx.obj
    told = Transcript(context.console)
    clear_folder(folder)
    chosen = choose_port(port)
    context.console.result(f"attestree {__version__}  demo in ./{folder}  (delete the folder to forget it)")
    with open_dev_chain(kind.value if kind else None, state_file=folder / STATE_FILE) as chain:
        settings = set_up(folder, chain, f"http://127.0.0.1:{chosen}", told)
        with open_stage(settings) as stage:
            cases = play(stage, told)
            with open_service(settings, stage.store, port=chosen) as url:
                good = examine(settings, cases, told, url=url)
                program, lasts = name_program(sys.argv[0], folder), not chain.ends_with_process
                page = None if no_serve else url
                # Before anybody is told that it can be ended.
                ended = listen_for_end()
                context.console.result(
                    format_invitation(program, folder, url=page, lasts=lasts),
                    {"folder": str(folder), "asExpected": good, "url": page, "verdicts": VERDICTS_FILE},
                )
                if not no_serve:
                    ended.wait()
    raise typer.Exit(ACCEPT if good else REJECT)
