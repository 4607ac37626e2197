"""
`attestree chain`: a local test chain that comes back with everything on it.

Decides the port (the one that the settings name, so that every command finds it), where the chain's state
is kept, and whether it answers through a proxy that fails now and then, as real nodes do. Nothing recorded
on it is worth anything. Source: DESIGN section 11.
"""

from __future__ import annotations

import contextlib
import secrets
import signal
import threading
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from attestree.adapters.evm.dev_chain import DevChain, open_dev_chain
from attestree.adapters.evm.faults.faults import FaultPlan
from attestree.adapters.evm.faults.proxy import FaultProxy
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
    faults: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Share of requests that fail as real nodes fail, such as 0.05; none lies."
        ),
    ] = 0.0,
) -> None:
    """Run a local test chain until Ctrl-C; its state stays in the folder."""
    context: Context = ctx.obj
    folder.mkdir(parents=True, exist_ok=True)
    wanted = port_of(folder) if port is None else port
    with contextlib.ExitStack() as opened:
        behind = open_dev_chain(state_file=folder / STATE_FILE, port=0 if faults else wanted)
        running = opened.enter_context(behind)
        url = opened.enter_context(_fail_at_times(running, faults, wanted)).url if faults else running.url
        # Before anybody is told that it runs, and may end it.
        ended = listen_for_end()
        context.console.result(
            describe(running, url=url, faults=faults),
            {
                "url": url,
                "chainId": running.chain_id,
                "kind": running.kind,
                "lasts": not running.ends_with_process,
                "faults": faults,
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


def _fail_at_times(running: DevChain, rate: float, port: int) -> FaultProxy:
    """Return a proxy before the chain whose faults only delay: nothing that is read through it is false."""
    return FaultProxy(running.url, FaultPlan(rate=rate, seed=secrets.randbits(32)), port=port)


def describe(running: DevChain, *, url: str, faults: float) -> str:
    """Return what a person needs to know about a running chain that answers at `url`."""
    lasting = (
        "It ends with this command, and all that is on it." if running.ends_with_process else "It is kept."
    )
    failing = (
        f"About {faults:.0%} of all requests fail on purpose: cut off, late, refused or garbled.\n"
        if faults
        else ""
    )
    return (
        f"local test chain {running.chain_id} at {url} ({running.kind}); worth nothing. {lasting}\n"
        f"{failing}Ctrl-C stops it."
    )


def listen_for_end() -> threading.Event:
    """Return what is set when the process is asked to end."""
    ended = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: ended.set())
    return ended
