"""
`attestree apikey new|list|revoke`: the keys with which programs issue.

Decides words; a key is shown once, when it is made, and kept as a hash. Source: DESIGN sections 9 and 10.
"""

from __future__ import annotations

from typing import Annotated

import typer

from attestree.cli.console import Context, many
from attestree.cli.issue import IssuerName
from attestree.credentials.dates import format_timestamp
from attestree.errors import NotAllowedError
from attestree.issuing.api_key import SCOPES, draw_api_key, format_api_key, hash_api_key
from attestree.outbox.by_api import ApiKey
from attestree.settings import Settings
from attestree.wiring.stores import wire_store
from attestree.wiring.system import SystemClock, SystemEntropy

MAX_LABEL_CHARACTERS = 100
"""Longest label."""

group = typer.Typer(no_args_is_help=True, help="Make, list and revoke the keys with which programs issue.")


def register(app: typer.Typer) -> None:
    """Add `apikey` to the program."""
    app.add_typer(group, name="apikey", rich_help_panel="Operate")


@group.command()
def new(
    ctx: typer.Context,
    *,
    issuer: IssuerName = None,
    label: Annotated[str, typer.Option(help="What to call it, such as the program's name.")] = "",
) -> None:
    """Make a key for one institution and show it; it is shown this once, and only its hash is kept."""
    context: Context = ctx.obj
    settings = context.settings()
    chosen = settings.find_issuer(issuer)
    drawn = draw_api_key(SystemEntropy())
    with wire_store(settings) as store:
        made = ApiKey(
            id=drawn.id,
            issuer=chosen.account,
            key_hash=hash_api_key(drawn),
            scopes=SCOPES,
            label=_clean(label),
            created=SystemClock().now(),
        )
        store.add_api_key(made)
    if chosen.signing_key is None:
        context.console.progress(f"Nothing can be signed for {chosen.title} yet: signing_key is not set.")
    shown = format_api_key(drawn)
    context.console.progress(f"For {chosen.title}. Keep it like a password: it is not shown again.")
    context.console.result(shown, {"key": shown, **_fields(made, settings)})


@group.command("list")
def list_keys(ctx: typer.Context, issuer: IssuerName = None) -> None:
    """List the keys, oldest first, also those that were revoked; without what makes them work."""
    context: Context = ctx.obj
    settings = context.settings()
    account = None if issuer is None else settings.find_issuer(issuer).account
    with wire_store(settings) as store:
        found = [_fields(key, settings) for key in store.fetch_api_keys(issuer=account)]
    lines = [f"{many(len(found), 'key')}"] + [_line(fields) for fields in found]
    context.console.result("\n".join(lines), {"keys": found})


@group.command()
def revoke(
    ctx: typer.Context, key_id: Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it.")]
) -> None:
    """Revoke a key, for good and at once; what it issued stays valid."""
    context: Context = ctx.obj
    settings = context.settings()
    with wire_store(settings) as store:
        if not store.revoke_api_key(key_id, now=SystemClock().now()):
            raise NotAllowedError("apikey.no_such_key")
    context.console.result(f"Revoked {key_id}", {"id": key_id, "revoked": True})


def _clean(label: str) -> str:
    """Return a label that is one line."""
    return " ".join(label.split())[:MAX_LABEL_CHARACTERS]


def _fields(key: ApiKey, settings: Settings) -> dict[str, object]:
    """Return a key for programs."""
    names = {issuer.account: issuer.name for issuer in settings.issuer}
    times = {"created": key.created, "lastUsed": key.last_used, "revoked": key.revoked}
    return {
        "id": key.id,
        "issuer": names.get(key.issuer, "0x" + key.issuer.hex()),
        "scopes": list(key.scopes),
        "label": key.label,
        **{name: None if seconds is None else format_timestamp(seconds) for name, seconds in times.items()},
    }


def _line(fields: dict[str, object]) -> str:
    """Return a key for people."""
    state = (
        f"revoked {fields['revoked']}" if fields["revoked"] else f"last used {fields['lastUsed'] or 'never'}"
    )
    return f"{fields['id']}  {fields['issuer']}  {fields['label'] or '-'}  made {fields['created']}  {state}"
