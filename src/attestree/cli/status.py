"""
`attestree revoke`, `suspend`, `reinstate`: change what was issued, by id, by list or by batch.

Decides flags, and how a list of ids is read; what happens is decided in `issuing.status`. A dry run
unless `--yes`. Source: DESIGN sections 5 and 9.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from attestree.adapters.files.reading import MAX_ROSTER_BYTES, read_limited
from attestree.adapters.sql.store import SqlStore
from attestree.cli.console import Context
from attestree.cli.password import ask_password
from attestree.cli.plan_lines import label, many
from attestree.cli.publishing import open_publishing
from attestree.cli.telling import Teller, telling_that_it_waits
from attestree.credentials.strict_json import parse_json
from attestree.errors import MalformedJsonError, RequestError
from attestree.issuing.credential_id import parse_credential_token
from attestree.issuing.roster_csv import decode_text, find_separator
from attestree.issuing.status import StatusDesk, StatusRequest
from attestree.ports import Intent
from attestree.registry.facts import Purpose, Reason
from attestree.settings import Settings
from attestree.wiring.issuers import wire_status
from attestree.wiring.recovery import verify_nothing_forgotten
from attestree.wiring.stores import wire_store
from attestree.wiring.workers import wire_worker

REASONS = {reason.name.lower().replace("_", "-"): reason for reason in Reason}
"""Reasons of a revocation on the command line."""

Named = Annotated[list[str] | None, typer.Argument(help="Ids, page addresses, or credential files (JSON).")]
"""Which credentials."""
ListFile = Annotated[
    Path | None,
    typer.Option("--list", help="A file of ids: one a line, or a CSV with a column credential_id."),
]
"""Many credentials."""
BatchName = Annotated[
    str | None, typer.Option("--batch", help="A whole batch; signed by the issuer's own key.")
]
"""All credentials of a batch."""
IssuerName = Annotated[str | None, typer.Option("--issuer", help="Issuer in the settings; else the first.")]
"""Which issuer."""
Yes = Annotated[bool, typer.Option("--yes", help="Do it. Without this, nothing is changed.")]
"""Whether to do it."""
NoWait = Annotated[bool, typer.Option("--no-wait", help="Leave the recording to `attestree anchor`.")]
"""Whether to wait."""


def register(app: typer.Typer) -> None:
    """Add `revoke`, `suspend` and `reinstate` to the program."""
    for command in (revoke, suspend, reinstate):
        app.command(rich_help_panel="Correct")(command)


def revoke(
    ctx: typer.Context,
    credentials: Named = None,
    listed: ListFile = None,
    batch: BatchName = None,
    reason: Annotated[str, typer.Option(help=", ".join(REASONS))] = "unspecified",
    issuer: IssuerName = None,
    yes: Yes = False,
    no_wait: NoWait = False,
) -> None:
    """Revoke credentials for good; everybody who checks them sees it, with a neutral reason."""
    if reason not in REASONS:
        raise typer.BadParameter(f"one of {', '.join(REASONS)}", param_hint="--reason")
    request = StatusRequest(Purpose.REVOCATION, sets=True, reason=REASONS[reason])
    _change(ctx.obj, request, credentials or [], listed, batch, issuer=issuer, yes=yes, wait=not no_wait)


def suspend(
    ctx: typer.Context,
    credentials: Named = None,
    listed: ListFile = None,
    batch: BatchName = None,
    issuer: IssuerName = None,
    yes: Yes = False,
    no_wait: NoWait = False,
) -> None:
    """Suspend credentials until they are reinstated."""
    request = StatusRequest(Purpose.SUSPENSION, sets=True)
    _change(ctx.obj, request, credentials or [], listed, batch, issuer=issuer, yes=yes, wait=not no_wait)


def reinstate(
    ctx: typer.Context,
    credentials: Named = None,
    listed: ListFile = None,
    batch: BatchName = None,
    issuer: IssuerName = None,
    yes: Yes = False,
    no_wait: NoWait = False,
) -> None:
    """Lift a suspension; a revocation stays."""
    request = StatusRequest(Purpose.SUSPENSION, sets=False)
    _change(ctx.obj, request, credentials or [], listed, batch, issuer=issuer, yes=yes, wait=not no_wait)


def read_ids(named: list[str], listed: Path | None) -> list[str]:
    """
    Return every id that was named, files opened.

    Raises:
        RequestError: `status.no_id_in_file`, `request.file_missing`, or a file cannot be read.
        RosterError: A list that is not UTF-8.
    """
    ids = [_id_of(text) for text in named]
    return (
        ids if listed is None else [*ids, *parse_id_list(read_limited(listed, limit_bytes=MAX_ROSTER_BYTES))]
    )


def parse_id_list(octets: bytes) -> list[str]:
    """Return the ids in a list: the column `credential_id` of a CSV, or the first cell of each line."""
    text = decode_text(octets)
    rows = [
        row for row in csv.reader(io.StringIO(text, newline=""), delimiter=find_separator(text)) if any(row)
    ]
    if not rows:
        return []
    header = [cell.strip().lower() for cell in rows[0]]
    column = next((place for place, name in enumerate(header) if name in ("credential_id", "id")), None)
    if column is None:
        return [row[0] for row in rows]
    return [row[column] if column < len(row) else "" for row in rows[1:]]


def _id_of(text: str) -> str:
    """Return an id as it was typed, or the one in the file that was named."""
    path = Path(text)
    if parse_credential_token(text) is not None:
        return text
    if not path.is_file():
        if path.suffix.lower() == ".json":
            raise RequestError("request.file_missing", file=path.name)
        return text
    try:
        document = parse_json(read_limited(path, limit_bytes=1_048_576))
    except MalformedJsonError as exc:
        raise RequestError("status.no_id_in_file", file=path.name) from exc
    found = document.get("id") if isinstance(document, dict) else None
    if not isinstance(found, str):
        raise RequestError("status.no_id_in_file", file=path.name)
    return found


def _change(
    context: Context,
    request: StatusRequest,
    named: list[str],
    listed: Path | None,
    batch: str | None,
    *,
    issuer: str | None,
    yes: bool,
    wait: bool,
) -> None:
    """Queue the change and, unless told otherwise, bring it to the chain."""
    ids = read_ids(named, listed)
    if (batch is not None) == bool(ids or listed is not None):
        raise RequestError("status.ids_or_batch")
    settings = context.settings()
    chosen = settings.find_issuer(issuer)
    with wire_store(settings) as store:
        verify_nothing_forgotten(settings, chosen, store)
        desk = wire_status(settings, chosen, store)
        if not yes:
            _print_plan(context, request, desk, ids, batch)
            return
        queued = [desk.queue_batch(batch, request)] if batch else desk.queue_credentials(ids, request)
        if wait:
            waiting = [intent.wanted.id for intent in queued]
            with telling_that_it_waits(context.console.progress, waiting):
                _drive(context, settings, store, queued)
            open_publishing(context.console, settings, store).publish_all()
        _print(context, [store.fetch_intent(intent.wanted.id) or intent for intent in queued])


def _drive(context: Context, settings: Settings, store: SqlStore, queued: Sequence[Intent]) -> None:
    """Bring writes to FINAL, registry by registry."""
    for name in sorted({intent.wanted.registry for intent in queued}):
        ids = [intent.wanted.id for intent in queued if intent.wanted.registry == name]
        with wire_worker(settings, settings.find_registry(name), store, ask=ask_password) as worker:
            teller = Teller(context.console.progress)
            worker.drive_until_final(ids, teller.tell, on_silence=teller.tell_patience)


def _print_plan(
    context: Context, request: StatusRequest, desk: StatusDesk, ids: list[str], batch: str | None
) -> None:
    """Print what would change; what is unknown or not recorded yet is an error here already."""
    whole = None if batch is None else desk.fetch_recorded(batch, request)
    found = desk.count(ids, request) if whole is None else [(whole, whole.size or 0)]
    all_ = "" if whole is None else "all "
    lines = [f"{all_}{many(count, 'credential')} of batch {item.id}: {item.title}" for item, count in found]
    text = "\n".join(label(f"Would {request.title.lower()}") + line for line in lines)
    context.console.result(
        f"{text}\nNOTHING WAS CHANGED. Go: the same command with --yes",
        {"changed": False, "batches": [{"batch": item.id, "credentials": count} for item, count in found]},
    )


def _print(context: Context, intents: list[Intent]) -> None:
    """Print each write and where it stands."""
    lines = [f"{intent.state.value:<9}{intent.wanted.title}" for intent in intents]
    writes = [
        {"id": intent.wanted.id, "title": intent.wanted.title, "state": intent.state.value}
        for intent in intents
    ]
    context.console.result("\n".join(lines), {"changed": True, "writes": writes})
