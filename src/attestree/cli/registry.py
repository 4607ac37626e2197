"""
`attestree registry show|rerecord|admit|strike|pause|unpause|propose-admin|accept-admin`: the registry itself.

Decides flags and words; the contract decides what is allowed. Source: DESIGN sections 5, 7 and 9.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attestree.accrediting import acts
from attestree.cli.acting import Account, account_of, act, parse_account
from attestree.cli.config import mask_url
from attestree.cli.console import Context
from attestree.cli.init import slug_of
from attestree.cli.password import ask_password
from attestree.cli.rerecord import record_again
from attestree.cli.start_networks import found_registry
from attestree.cli.trust import as_json as describe_trust
from attestree.settings import RegistrySettings, Settings
from attestree.verifying.trust import Trust, format_trust
from attestree.wiring.chains import wire_facts
from attestree.wiring.system import SystemClock
from attestree.wiring.verifiers import read_trust

group = typer.Typer(no_args_is_help=True, help="Deploy, show and run a registry.")

RegistryName = Annotated[str | None, typer.Option("--registry", help="Which, by its name in the settings.")]
"""The option that every command here takes."""


def register(app: typer.Typer) -> None:
    """Add `registry` to the program."""
    app.add_typer(group, name="registry", rich_help_panel="Operate")


@group.command()
def deploy(
    ctx: typer.Context,
    rpc: Annotated[list[str], typer.Option(help="JSON-RPC address; repeat for several.")],
    title: Annotated[str, typer.Option(help="Name of the registry, as verifiers will read it.")],
    folder: Annotated[Path, typer.Option("--dir", help="Where to set up.")] = Path(),
) -> None:
    """Deploy a registry, with the admin key of the folder; the same as `init found`."""
    context: Context = ctx.obj
    settings = found_registry(
        folder,
        urls=rpc,
        title=title,
        slug=slug_of(title),
        password=None if (folder / "keys").exists() else ask_password("the new keys") or None,
        ask=ask_password,
        say=context.console.progress,
    )
    _print(context, settings.find_registry(slug_of(title)))


@group.command()
def show(
    ctx: typer.Context,
    registry: RegistryName = None,
    as_trust_file: Annotated[
        bool, typer.Option("--as-trust-file", help="Print what verifiers add with `attestree trust add`.")
    ] = False,
) -> None:
    """Print a registry's address, pins and state."""
    context: Context = ctx.obj
    settings = context.settings()
    chosen = settings.find_registry(registry)
    if as_trust_file:
        trust = _trust_of(settings, chosen)
        context.console.result(format_trust(trust).rstrip("\n"), describe_trust(trust))
        return
    _print(context, chosen)


@group.command()
def rerecord(
    ctx: typer.Context,
    registry: RegistryName = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only say what would be done.")] = False,
) -> None:
    """Record everything again on a local test chain that was wiped on purpose."""
    context: Context = ctx.obj
    settings = context.settings()
    record_again(context, settings, settings.find_registry(registry), yes=yes)


@group.command()
def admit(ctx: typer.Context, accreditor: Account, registry: RegistryName = None) -> None:
    """Let an address accredit issuers."""
    settings, chosen, admin = _as_admin(ctx.obj, registry)
    act(ctx.obj, settings, chosen, acts.admit_accreditor(admin, parse_account(accreditor)))


@group.command()
def strike(ctx: typer.Context, accreditor: Account, registry: RegistryName = None) -> None:
    """Let an address accredit no more; spans that it opened run on."""
    settings, chosen, admin = _as_admin(ctx.obj, registry)
    act(ctx.obj, settings, chosen, acts.strike_accreditor(admin, parse_account(accreditor)))


@group.command()
def pause(ctx: typer.Context, registry: RegistryName = None) -> None:
    """Stop recording for 7 days; status changes go on."""
    settings, chosen, admin = _as_admin(ctx.obj, registry)
    act(ctx.obj, settings, chosen, acts.pause(admin))


@group.command()
def unpause(ctx: typer.Context, registry: RegistryName = None) -> None:
    """Let recording go on before the 7 days are over."""
    settings, chosen, admin = _as_admin(ctx.obj, registry)
    act(ctx.obj, settings, chosen, acts.unpause(admin))


@group.command()
def propose_admin(ctx: typer.Context, admin: Account, registry: RegistryName = None) -> None:
    """Propose the next admin, who must accept after the delay."""
    settings, chosen, own = _as_admin(ctx.obj, registry)
    act(ctx.obj, settings, chosen, acts.propose_admin(own, parse_account(admin)))


@group.command()
def accept_admin(ctx: typer.Context, registry: RegistryName = None) -> None:
    """Become admin, as the one who was proposed."""
    settings, chosen, own = _as_admin(ctx.obj, registry)
    act(ctx.obj, settings, chosen, acts.accept_admin(own))


def _as_admin(context: Context, registry: str | None) -> tuple[Settings, RegistrySettings, bytes]:
    settings = context.settings()
    chosen = settings.find_registry(registry)
    return settings, chosen, account_of(settings, chosen.admin_key, setting="registry.admin_key")


def _trust_of(settings: Settings, registry: RegistrySettings) -> Trust:
    """Return what the settings' own trust file says of this registry, and the accreditors it believes."""
    own = read_trust(settings.path(settings.trust))
    address = registry.contract
    networks = tuple(item for item in own.networks if item.registry == address)
    return Trust(own.name, networks, own.accreditors, b"")


def _print(context: Context, registry: RegistrySettings) -> None:
    view = wire_facts(registry, clock=SystemClock()).fetch_view()
    context.console.result(
        f"{registry.name}   {registry.address} on chain {registry.chain_id}, deployed in block "
        f"{registry.deploy_block}\n code hash {registry.code_hash}, as pinned\n"
        f" latest block {view.latest.number}, final block {view.final.number} ({registry.finality})\n"
        f" nodes: {', '.join(mask_url(url) for url in registry.rpc)}",
        {
            "name": registry.name,
            "address": registry.address,
            "chainId": registry.chain_id,
            "deployBlock": registry.deploy_block,
            "codeHash": registry.code_hash,
            "latestBlock": view.latest.number,
            "finalBlock": view.final.number,
            "finality": registry.finality,
        },
    )
