"""
`attestree issue`, `lint`, `preview`: from a roster to files that can be checked.

Decides flags and what is printed; what happens is decided in `issuing`. `issue` is a dry run unless
`--yes`. Source: DESIGN section 9.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from attestree.adapters.files.achievements import read_achievement
from attestree.adapters.files.reading import MAX_ROSTER_BYTES, read_limited
from attestree.adapters.sql.store import SqlStore
from attestree.cli.console import REJECT, Console, Context
from attestree.cli.issuing import build_terms, describe_plan, finish_batch, print_issued, write_findings
from attestree.cli.password import ask_password
from attestree.cli.plan_lines import format_plan, format_roster
from attestree.cli.preview import format_preview
from attestree.cli.progress import ProgressTeller
from attestree.cli.quality import (
    Quality,
    QualityOption,
    describe_quality,
    format_quality,
    require_quality,
)
from attestree.cli.requesting import RequestWish, build_wish, request_recording, reseal
from attestree.issuing.duplicates import OnDuplicate
from attestree.issuing.issue import Issued
from attestree.issuing.plan import IssueRequest, Plan
from attestree.issuing.progress import Making
from attestree.issuing.quality import find_gaps
from attestree.merkle.kind import TreeKind
from attestree.settings import IssuerSettings, Settings
from attestree.wiring.engines import LOCAL, wire_engine
from attestree.wiring.issuers import wire_issuing
from attestree.wiring.recovery import verify_nothing_forgotten
from attestree.wiring.signing import wire_document_signer
from attestree.wiring.stores import wire_store

KINDS = {"openzeppelin": TreeKind.OPENZEPPELIN, "chainpoint": TreeKind.CHAINPOINT}
"""Names of the kinds of tree on the command line."""

RosterFile = Annotated[Path, typer.Argument(help="CSV (UTF-8), XLSX or JSON Lines.")]
"""The roster."""
AchievementFile = Annotated[
    Path,
    typer.Option("--achievement", "-a", help="What is awarded: short TOML, or an Open Badges Achievement."),
]
"""The achievement."""
IssuerName = Annotated[str | None, typer.Option("--issuer", help="Issuer in the settings; else the first.")]
"""Which issuer."""


def register(app: typer.Typer) -> None:
    """Add `lint`, `preview` and `issue` to the program."""
    for command in (lint, preview, issue):
        app.command(rich_help_panel="Issue")(command)


def lint(
    ctx: typer.Context,
    roster: RosterFile,
    achievement: AchievementFile,
    issuer: IssuerName = None,
    no_name: Annotated[bool, typer.Option("--no-name", help="Names are not needed.")] = False,
    quality: QualityOption = Quality.WARN,
) -> None:
    """Judge every row of a roster, and what its credentials would lack; nothing is asked of the chain."""
    context: Context = ctx.obj
    plan = _plan_offline(context.settings(), roster, achievement, issuer, with_names=not no_name)
    details = write_findings(roster, plan)
    gaps = find_gaps(plan)
    lines = [*format_roster(plan, details=details), *format_quality(gaps, quality)]
    context.console.result(
        "\n".join(lines), {**describe_plan(plan), "quality": describe_quality(gaps, quality)}
    )
    if plan.bad or (gaps and quality is Quality.STRICT):
        raise typer.Exit(REJECT)


def preview(
    ctx: typer.Context,
    roster: RosterFile,
    achievement: AchievementFile,
    row: Annotated[int, typer.Option(help="Row number as the spreadsheet shows it.")] = 2,
    issuer: IssuerName = None,
    no_name: Annotated[bool, typer.Option("--no-name", help="Leave names out.")] = False,
) -> None:
    """Show one credential as it would be issued; ids, salts and dates of this one are samples."""
    context: Context = ctx.obj
    plan = _plan_offline(context.settings(), roster, achievement, issuer, with_names=not no_name)
    text, document = format_preview(plan, row=row)
    context.console.result(text, document)


def issue(
    ctx: typer.Context,
    roster: RosterFile,
    achievement: AchievementFile,
    issuer: IssuerName = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this, nothing is issued.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Issue the good rows.")] = False,
    on_duplicate: Annotated[
        OnDuplicate, typer.Option(help="Learners who hold this credential already.")
    ] = OnDuplicate.SKIP,
    no_name: Annotated[bool, typer.Option("--no-name", help="Leave names out of the files.")] = False,
    no_signature: Annotated[
        bool, typer.Option("--no-signature", help="Leave signatures out: only the record vouches then.")
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Leave the recording to `attestree anchor`.")
    ] = False,
    quality: QualityOption = Quality.WARN,
    release_early: Annotated[
        bool, typer.Option("--release-early", help="Hand files out before the recording is final.")
    ] = False,
    kind: Annotated[str, typer.Option(help="Kind of tree: openzeppelin or chainpoint.")] = "openzeppelin",
    fee_limit: Annotated[float | None, typer.Option(help="Most that recording may cost, in ETH.")] = None,
    request_file: Annotated[
        Path | None,
        typer.Option("--request", metavar="FILE", help="Sign only; write FILE, with which others record it."),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(metavar="NAME", help="Who makes the credentials: local, alone or dask://HOST:PORT."),
    ] = LOCAL,
    valid_days: Annotated[
        int, typer.Option(min=1, max=30, help="--request: for how many days it is good.")
    ] = 7,
    expected_head: Annotated[
        str | None,
        typer.Option(metavar="HEX", help="--request: refuse it unless this is our newest anchor head."),
    ] = None,
    reseal_batch: Annotated[
        str | None,
        typer.Option("--reseal", metavar="BATCH", help="Seal a batch anew whose root somebody else took."),
    ] = None,
) -> None:
    """Issue a roster's credentials: a dry run, unless --yes."""
    context: Context = ctx.obj
    settings = context.settings()
    chosen = settings.find_issuer(issuer)
    limit = None if fee_limit is None else int(fee_limit * 10**18)
    terms = build_terms(
        settings,
        chosen,
        read_achievement(achievement),
        with_names=not no_name,
        kind=_find_kind(kind),
        signed=not no_signature,
    )
    # Opened before anything else is looked at: a key that does not fit must stop all of it.
    sign = wire_document_signer(settings, chosen, ask=ask_password) if terms.signed and yes else None
    asked = IssueRequest(
        octets=read_limited(roster, limit_bytes=MAX_ROSTER_BYTES),
        file_name=roster.name,
        terms=terms,
        skip_bad=skip_bad,
        on_duplicate=on_duplicate,
        release_early=release_early,
    )
    with wire_store(settings) as store, wire_engine(engine) as makers:
        verify_nothing_forgotten(settings, chosen, store)
        if reseal_batch is not None:
            reseal(settings, chosen, store, reseal_batch, context.console, yes=yes)
        relayed, making = request_file is not None, Making(makers, ProgressTeller(context.console).watch)
        issuing = wire_issuing(
            settings, chosen, store, fee_limit_wei=limit, relayed=relayed, sign=sign, making=making
        )
        plan = issuing.plan(asked)
        del asked  # the roster as it was read; the plan has what is needed
        details = write_findings(roster, plan)
        require_quality(plan, quality, context.console)
        if not yes:
            _end_dry_run(context.console, plan, details, fee_limit_wei=issuing.fee_limit_wei)
        context.console.progress("\n".join(format_roster(plan, details=details)))
        wish = build_wish(settings, chosen, request_file, days=valid_days, head=expected_head)
        _conclude(settings, chosen, store, issuing.issue(plan), wish, context.console, wait=not no_wait)


def _conclude(
    settings: Settings,
    issuer: IssuerSettings,
    store: SqlStore,
    issued: Issued,
    wish: RequestWish | None,
    console: Console,
    *,
    wait: bool,
) -> None:
    """Record what was sealed, or write the request with which others do; nothing where nothing was."""
    if issued.batch is None:
        print_issued(console, issued, None)
    elif wish is not None:
        request_recording(settings, issuer, issued.batch, wish, console)
    else:
        print_issued(console, issued, finish_batch(settings, issuer, store, issued, console, wait=wait))


def _find_kind(name: str) -> TreeKind:
    """Return a kind of tree by its name on the command line."""
    if name not in KINDS:
        raise typer.BadParameter("openzeppelin or chainpoint", param_hint="--kind")
    return KINDS[name]


def _end_dry_run(console: Console, plan: Plan, details: str, *, fee_limit_wei: int) -> NoReturn:
    """Print what would be done, and end; with 1 where bad rows stop it."""
    text = format_plan(plan, fee_limit_wei=fee_limit_wei, details=details)
    console.result(text, {**describe_plan(plan), "issued": False})
    raise typer.Exit(REJECT if plan.is_stopped else 0)


def _plan_offline(
    settings: Settings, roster: Path, achievement: Path, issuer: str | None, *, with_names: bool
) -> Plan:
    """Return the plan of a roster without asking the chain."""
    chosen = settings.find_issuer(issuer)
    terms = build_terms(settings, chosen, read_achievement(achievement), with_names=with_names)
    octets = read_limited(roster, limit_bytes=MAX_ROSTER_BYTES)
    with wire_store(settings) as store:
        issuing = wire_issuing(settings, chosen, store)
        return issuing.plan(IssueRequest(octets=octets, file_name=roster.name, terms=terms), ask_chain=False)
