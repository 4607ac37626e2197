"""
`attestree chain`: a local test chain that comes back with everything on it.

Decides the port (the one that the settings name, so that every command finds it) and where the
chain's state is kept. Nothing recorded on it is worth anything. Source: DESIGN section 11.
"""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from attestree.adapters.evm.dev_chain import DevChain, open_dev_chain
from attestree.cli.console import Context
from attestree.settings import FILE_NAME, load_settings

STATE_FILE = "chain-state.json"
"""Where the chain is kept, in its folder."""

DEFAULT_PORT = 8545
"""Where Ethereum nodes are looked for."""


def register(app: typer.Typer) -> None:
    """Add `chain` to the program."""
    app.command(rich_help_panel="Start")(chain)


def chain(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Option("--dir", help="Folder that keeps the chain.")] = Path(),
    port: Annotated[int | None, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = None,
) -> None:
    """Run a local test chain until Ctrl-C; its state stays in the folder."""
    context: Context = ctx.obj
    folder.mkdir(parents=True, exist_ok=True)
    wanted = port_of(folder) if port is None else port
    with open_dev_chain(state_file=folder / STATE_FILE, port=wanted) as running:
        # Before anybody is told that it runs, and may end it.
        ended = listen_for_end()
        context.console.result(
            describe(running),
            {
                "url": running.url,
                "chainId": running.chain_id,
                "kind": running.kind,
                "lasts": not running.ends_with_process,
            },
        )
        ended.wait()
    context.console.progress("The chain has stopped.")


def port_of(folder: Path) -> int:
    """Return the port at which the settings in `folder` look for a chain on this machine."""
    path = folder / FILE_NAME
    if not path.exists():
        return DEFAULT_PORT
    for registry in load_settings(path).registry:
        for url in registry.rpc:
            parts = urlsplit(url)
            if parts.hostname in ("127.0.0.1", "localhost") and parts.port:
                return parts.port
    return DEFAULT_PORT


def describe(running: DevChain) -> str:
    """Return what a person needs to know about a running chain."""
    lasting = (
        "It ends with this command, and all that is on it." if running.ends_with_process else "It is kept."
    )
    return (
        f"local test chain {running.chain_id} at {running.url} ({running.kind}); worth nothing. {lasting}\n"
        "Ctrl-C stops it."
    )


def listen_for_end() -> threading.Event:
    """Return what is set when the process is asked to end."""
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    return ended
