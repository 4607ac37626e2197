"""
`attestree issuer show|did|accredit|suspend|reinstate|withdraw|operator|disavow|confirm|cancel`.

Decides flags and words; who may do what is decided by the contract. Source: DESIGN sections 5 and 9.
"""

from __future__ import annotations

import re
import time
from typing import Annotated

import typer

from attestree.accrediting import acts
from attestree.cli.acting import Account, account_of, act, parse_account
from attestree.cli.console import Context
from attestree.cli.issuer_did import did
from attestree.cli.registry import RegistryName
from attestree.cli.standing import as_json, describe
from attestree.credentials.dates import parse_timestamp
from attestree.errors import MalformedCredentialError, RequestError
from attestree.registry.facts import EndCause, Role
from attestree.settings import IssuerSettings, RegistrySettings, Settings
from attestree.wiring.chains import wire_facts
from attestree.wiring.system import SystemClock

group = typer.Typer(
    no_args_is_help=True, help="Accredit issuers, name their operators, disavow a stolen key."
)
operator = typer.Typer(no_args_is_help=True, help="Keys that record for an issuer.")
group.add_typer(operator, name="operator")
group.command("did")(did)

DID = re.compile(r"did:[a-z0-9]+:[!-~]+")
"""Form of a DID, as the settings of the issuer have it."""

MAX_TITLE = 200
"""Characters of an institution's name, as in the settings."""

DAY_SECONDS = 86_400
"""Seconds of a day."""

IssuerName = Annotated[str | None, typer.Option("--issuer", help="Which, by its name in the settings.")]
"""The option that commands of an issuer take."""

Root = Annotated[str, typer.Argument(help="Root of the batch, 0x and 64 hex digits.")]
"""The argument that commands about one batch take."""

Days = Annotated[int, typer.Option(min=1, max=36_500, help="For how many days from now.")]
"""The option that says how long something holds."""


def register(app: typer.Typer) -> None:
    """Add `issuer` to the program."""
    app.add_typer(group, name="issuer", rich_help_panel="Operate")


@group.command()
def show(
    ctx: typer.Context,
    issuer: Annotated[
        str | None,
        typer.Argument(help="An account, 0x..., or a name in the settings."),
    ] = None,
    registry: RegistryName = None,
) -> None:
    """Print who vouched for an issuer, which keys record for it, and how much it recorded."""
    context: Context = ctx.obj
    settings = context.settings()
    if issuer is not None and issuer.startswith("0x"):
        chosen, address = settings.find_registry(registry), parse_account(issuer)
    else:
        own = settings.find_issuer(issuer)
        chosen, address = settings.find_registry(registry or own.registry), parse_account(own.address)
    facts = wire_facts(chosen, clock=SystemClock()).fetch_issuer(address)
    context.console.result(describe(facts), as_json(facts))


@group.command()
def accredit(
    ctx: typer.Context,
    account: Annotated[str, typer.Argument(help="The issuer's account, 0x...")],
    did: Annotated[str, typer.Option(help="Its DID, as it will stand in credentials.")],
    title: Annotated[str, typer.Option(help="Its name, as people read it.")],
    framework: Annotated[str, typer.Option(help="Under which rules you looked.")] = "",
    days: Days = 365,
    registry: RegistryName = None,
) -> None:
    """Vouch for an issuer."""
    settings, chosen, accreditor = _as_accreditor(ctx.obj, registry)
    profile = parse_profile(did=did, title=title, framework=framework)
    ends = int(time.time()) + days * DAY_SECONDS
    wanted = acts.accredit(accreditor, parse_account(account), profile=profile, ends=ends)
    act(ctx.obj, settings, chosen, wanted)


@group.command()
def suspend(ctx: typer.Context, account: Account, registry: RegistryName = None) -> None:
    """Suspend an issuer; it can be reinstated."""
    settings, chosen, accreditor = _as_accreditor(ctx.obj, registry)
    act(ctx.obj, settings, chosen, acts.suspend_accreditation(accreditor, parse_account(account)))


@group.command()
def reinstate(ctx: typer.Context, account: Account, days: Days = 365, registry: RegistryName = None) -> None:
    """Lift the suspension of an issuer."""
    settings, chosen, accreditor = _as_accreditor(ctx.obj, registry)
    address = parse_account(account)
    facts = wire_facts(chosen, clock=SystemClock()).fetch_issuer(address)
    last = facts.spans[-1] if facts.spans else None
    if last is None or last.cause is not EndCause.SUSPENDED:
        raise RequestError("request.not_suspended")
    profile = acts.Profile(did=last.did or "", name=last.name or "", framework=last.framework or "")
    ends = int(time.time()) + days * DAY_SECONDS
    act(ctx.obj, settings, chosen, acts.accredit(accreditor, address, profile=profile, ends=ends, again=True))


@group.command()
def withdraw(
    ctx: typer.Context,
    account: Account,
    span: Annotated[int, typer.Option(help="Number of the span; see `issuer show`.")],
    since: Annotated[
        str | None, typer.Option(help="From when, RFC 3339; may lie in the past. Now if left out.")
    ] = None,
    registry: RegistryName = None,
) -> None:
    """Withdraw an accreditation for good; back-dated, it takes the standing from what came after."""
    settings, chosen, accreditor = _as_accreditor(ctx.obj, registry)
    address, ends = parse_account(account), parse_time(since)
    act(ctx.obj, settings, chosen, acts.withdraw_accreditation(accreditor, address, span=span, ends=ends))


@operator.command("add")
def add_operator(
    ctx: typer.Context,
    account: Annotated[
        str | None, typer.Argument(help="The key's account; operator_key if left out.")
    ] = None,
    days: Days = 365,
    issuer: IssuerName = None,
) -> None:
    """Let a key record and change status for an issuer."""
    settings, own, chosen, address = _as_issuer(ctx.obj, issuer)
    key = (
        parse_account(account)
        if account
        else account_of(settings, own.operator_key, setting="issuer.operator_key")
    )
    ends = int(time.time()) + days * DAY_SECONDS
    wanted = acts.add_operator(address, key, roles=Role.ANCHOR | Role.STATUS, ends=ends)
    act(ctx.obj, settings, chosen, wanted)


@operator.command("remove")
def remove_operator(ctx: typer.Context, account: Account, issuer: IssuerName = None) -> None:
    """End a key's roles; what it did stands."""
    settings, _, chosen, address = _as_issuer(ctx.obj, issuer)
    act(ctx.obj, settings, chosen, acts.remove_operator(address, parse_account(account)))


@group.command()
def disavow(
    ctx: typer.Context,
    account: Account,
    since: Annotated[str, typer.Option(help="Moment of the theft, RFC 3339: 2026-11-22T00:00:00Z.")],
    issuer: IssuerName = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it. Without this, what it concerns is listed.")
    ] = False,
) -> None:
    """Disown what a stolen key recorded since a moment, and end its roles: a dry run, unless --yes."""
    settings, _, chosen, address = _as_issuer(ctx.obj, issuer)
    key, moment = parse_account(account), parse_time(since)
    wanted = acts.disavow(address, key, since=moment)
    if yes:
        act(ctx.obj, settings, chosen, wanted)
        return
    # Loaded here because it replays the registry.
    from attestree.cli.disavowing import show_concerned

    show_concerned(
        ctx.obj, settings, chosen, wanted, operator=parse_account(account), since=parse_time(since)
    )


@group.command()
def confirm(ctx: typer.Context, root: Root, issuer: IssuerName = None) -> None:
    """Say that a batch stands although its key is disavowed."""
    settings, _, chosen, address = _as_issuer(ctx.obj, issuer)
    act(ctx.obj, settings, chosen, acts.confirm(address, parse_root(root)))


@group.command()
def cancel(ctx: typer.Context, root: Root, issuer: IssuerName = None) -> None:
    """Rule out for ever that a root is recorded in the issuer's name."""
    settings, _, chosen, address = _as_issuer(ctx.obj, issuer)
    act(ctx.obj, settings, chosen, acts.cancel(address, parse_root(root)))


def parse_profile(*, did: str, title: str, framework: str) -> acts.Profile:
    """
    Return what is vouched for, in a form that credentials can have.

    Raises:
        RequestError: `request.did` or `request.title`; what is recorded stays for ever.
    """
    if not DID.fullmatch(did):
        raise RequestError("request.did")
    if not title.strip() or len(title) > MAX_TITLE:
        raise RequestError("request.title", limit=MAX_TITLE)
    return acts.Profile(did=did, name=title, framework=framework)


def parse_root(text: str) -> bytes:
    """Return a root of 32 bytes; RequestError `request.root`."""
    try:
        root = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        root = b""
    if not text.startswith("0x") or len(root) != 32:
        raise RequestError("request.root")
    return root


def parse_time(text: str | None) -> int:
    """Return Unix seconds, now if there is no text; RequestError `request.time`."""
    if text is None:
        return int(time.time())
    try:
        return parse_timestamp(text)
    except MalformedCredentialError as error:
        raise RequestError("request.time") from error


def _as_accreditor(context: Context, registry: str | None) -> tuple[Settings, RegistrySettings, bytes]:
    settings = context.settings()
    chosen = settings.find_registry(registry)
    return settings, chosen, account_of(settings, chosen.accreditor_key, setting="registry.accreditor_key")


def _as_issuer(
    context: Context, issuer: str | None
) -> tuple[Settings, IssuerSettings, RegistrySettings, bytes]:
    settings = context.settings()
    own = settings.find_issuer(issuer)
    return settings, own, settings.find_registry(own.registry), parse_account(own.address)
