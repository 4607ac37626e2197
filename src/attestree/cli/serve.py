"""
`attestree serve`: the page and the API for whoever checks credentials.

Decides flags and words only. The service is found by its name, when it is wanted: commands and web do
not know each other. It never holds an operator key; `attestree anchor --watch` is the only process that
sends. Source: DESIGN sections 9 and 10.
"""

from __future__ import annotations

from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from attestree.cli.conformance import Flags, Profile, serve_conformance
from attestree.cli.console import Context
from attestree.cli.loading import loading
from attestree.cli.password import ask_password
from attestree.errors import NotAllowedError

SERVER = "attestree.web.server"
"""Module that runs the service."""

NO_LIMIT = "off"
"""Value of `--rate` that counts nothing."""


def register(app: typer.Typer) -> None:
    """Add `serve` to the program."""
    app.command(rich_help_panel="Operate")(serve)


def serve(
    ctx: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = 8000,
    trust: Annotated[Path | None, typer.Option(help="Trust file instead of that of the settings.")] = None,
    rpc: Annotated[
        list[str] | None, typer.Option(help="Node to follow instead of those of the settings; repeatable.")
    ] = None,
    rate: Annotated[
        str, typer.Option(help="Requests that one address may make, such as 1200/minute, or off.")
    ] = "1200/minute",
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that serve; each follows and counts for itself.")
    ] = 1,
    resolve_did_web: Annotated[
        bool, typer.Option("--resolve-did-web", help="Ask issuers' hosts for their keys; they learn of that.")
    ] = False,
    snapshots: Annotated[
        Path | None,
        typer.Option(help="Folder that keeps what was read of the chain, so that a restart is ready sooner."),
    ] = None,
    profile: Annotated[
        Profile, typer.Option(help="conformance = a server for the public test suites; it trusts anybody.")
    ] = Profile.PRODUCTION,
    tls_self_signed: Annotated[
        bool, typer.Option("--tls-self-signed", help="Conformance: https, certificate made for the run.")
    ] = False,
    tls_cert: Annotated[Path | None, typer.Option(help="Conformance: https with this certificate.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Conformance: and this key.")] = None,
    seed: Annotated[str | None, typer.Option(help="Conformance: what the keys are made of.")] = None,
) -> None:
    """Serve the page and the API that check credentials; with a trust file alone it needs no store."""
    context: Context = ctx.obj
    flags = Flags(self_signed=tls_self_signed, certificate=tls_cert, key=tls_key, seed=seed)
    if profile is Profile.CONFORMANCE:
        serve_conformance(context, flags, host=host, port=port)
        return
    flags.verify_unused()
    settings = context.settings().allow_did_web() if resolve_did_web else context.settings()
    with loading():
        server = import_module(SERVER)
    with ExitStack() as stack:
        store = api = None
        if settings.issuer:
            with loading():
                from attestree.wiring.by_api import wire_api_desk
                from attestree.wiring.stores import wire_store

            store = stack.enter_context(wire_store(settings))
            api = wire_api_desk(settings, store, ask=ask_password)
        service = server.wire_service(
            settings,
            trust_path=trust,
            rpc=tuple(rpc or ()),
            rate=None if rate == NO_LIMIT else rate,
            store=store,
            queue=store,
            api=api,
            snapshots=snapshots,
        )

        def tell(url: str) -> None:
            context.console.result(f"Serving on {url}/verify   (Ctrl-C stops)", {"url": url})

        try:
            server.run_service(service, host=host, port=port, on_ready=tell, workers=workers)
        except OSError as error:
            raise NotAllowedError("refused.port", host=host, port=port) from error
