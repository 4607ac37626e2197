"""
`attestree issue`, `lint`, `preview`, `deliver`: from a roster to files that can be checked.

Decides flags and what is printed; what happens is decided in `issuing`. `issue` is a dry run unless
`--yes`. Source: DESIGN section 9.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attestree.adapters.files.achievements import read_achievement
from attestree.adapters.files.atomic import write_whole
from attestree.adapters.files.reading import MAX_ROSTER_BYTES, read_limited
from attestree.adapters.sql.store import SqlStore
from attestree.cli.anchor import Teller, telling_that_it_waits
from attestree.cli.console import REJECT, Console, Context
from attestree.cli.delivery import deliver_issuer
from attestree.cli.password import ask_password
from attestree.cli.plan_lines import format_plan, format_roster, label, many
from attestree.cli.preview import format_preview
from attestree.credentials.achievement import Achievement
from attestree.issuing.deliver import Delivered, deliver_batch
from attestree.issuing.duplicates import OnDuplicate
from attestree.issuing.finding import Finding
from attestree.issuing.issue import Issued
from attestree.issuing.plan import IssueRequest, Plan
from attestree.issuing.roster_errors import format_errors_csv
from attestree.issuing.terms import IssuerProfile, Terms
from attestree.merkle.kind import TreeKind
from attestree.settings import IssuerSettings, Settings
from attestree.text.catalogue import explain
from attestree.wiring.issuers import wire_issuing, wire_status
from attestree.wiring.stores import wire_folders, wire_store
from attestree.wiring.workers import wire_worker

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
    """Add `lint`, `preview`, `issue` and `deliver` to the program."""
    for command in (lint, preview, issue, deliver):
        app.command(rich_help_panel="Issue")(command)


def build_terms(
    settings: Settings,
    issuer: IssuerSettings,
    achievement: Achievement,
    *,
    with_names: bool = True,
    kind: TreeKind = TreeKind.OPENZEPPELIN,
) -> Terms:
    """Return the terms of a batch as the settings have them."""
    registry = settings.find_registry(issuer.registry)
    profile = IssuerProfile(name=issuer.title, did=issuer.did, address=issuer.account, url=issuer.url)
    return Terms(
        profile=profile,
        achievement=achievement,
        chain_id=registry.chain_id,
        registry=registry.contract,
        registry_name=registry.name,
        public_url=settings.public_url,
        with_names=with_names,
        kind=kind,
    )


def lint(
    ctx: typer.Context,
    roster: RosterFile,
    achievement: AchievementFile,
    issuer: IssuerName = None,
    no_name: Annotated[bool, typer.Option("--no-name", help="Names are not needed.")] = False,
) -> None:
    """Judge every row of a roster; nothing is asked of the chain and nothing is issued."""
    context: Context = ctx.obj
    plan = _plan_offline(context.settings(), roster, achievement, issuer, with_names=not no_name)
    details = write_findings(roster, plan)
    context.console.result("\n".join(format_roster(plan, details=details)), describe_plan(plan))
    if plan.bad:
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
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Leave the recording to `attestree anchor`.")
    ] = False,
    release_early: Annotated[
        bool, typer.Option("--release-early", help="Hand files out before the recording is final.")
    ] = False,
    kind: Annotated[str, typer.Option(help="Kind of tree: openzeppelin or chainpoint.")] = "openzeppelin",
    fee_limit: Annotated[float | None, typer.Option(help="Most that recording may cost, in ETH.")] = None,
) -> None:
    """Issue a roster's credentials: a dry run, unless --yes."""
    context: Context = ctx.obj
    if kind not in KINDS:
        raise typer.BadParameter("openzeppelin or chainpoint", param_hint="--kind")
    settings = context.settings()
    chosen = settings.find_issuer(issuer)
    limit = None if fee_limit is None else int(fee_limit * 10**18)
    terms = build_terms(
        settings, chosen, read_achievement(achievement), with_names=not no_name, kind=KINDS[kind]
    )
    request = IssueRequest(
        octets=read_limited(roster, limit_bytes=MAX_ROSTER_BYTES),
        file_name=roster.name,
        terms=terms,
        skip_bad=skip_bad,
        on_duplicate=on_duplicate,
        release_early=release_early,
    )
    with wire_store(settings) as store:
        issuing = wire_issuing(settings, chosen, store, fee_limit_wei=limit)
        plan = issuing.plan(request)
        details = write_findings(roster, plan)
        if not yes:
            text = format_plan(plan, fee_limit_wei=issuing.fee_limit_wei, details=details)
            context.console.result(text, {**describe_plan(plan), "issued": False})
            raise typer.Exit(REJECT if plan.is_stopped else 0)
        context.console.progress("\n".join(format_roster(plan, details=details)))
        issued = issuing.issue(plan)
        delivered = None
        if issued.batch is not None:
            delivered = finish_batch(settings, chosen, store, issued, context.console, wait=not no_wait)
        _print_issued(context.console, issued, delivered)


def deliver(
    ctx: typer.Context,
    batch: Annotated[str | None, typer.Argument(help="Batch; else all that are final.")] = None,
    issuer: IssuerName = None,
) -> None:
    """Hand out the files of batches whose recording is final."""
    context: Context = ctx.obj
    settings = context.settings()
    chosen = settings.find_issuer(issuer)
    with wire_store(settings) as store:
        folder, status = wire_folders(settings, chosen), wire_status(settings, chosen, store)
        if batch is not None:
            found = [deliver_batch(batch, store=store, folder=folder, status=status)]
        else:
            found = [*deliver_issuer(settings, chosen, store)]
    lines = [f"{item.batch.id}  {item.location or f'held: {item.batch.state.value}'}" for item in found]
    batches = [
        {"batch": item.batch.id, "state": item.batch.state.value, "folder": item.location} for item in found
    ]
    context.console.result("\n".join(lines) or "Nothing waits.", {"batches": batches})


def finish_batch(
    settings: Settings,
    issuer: IssuerSettings,
    store: SqlStore,
    issued: Issued,
    console: Console,
    *,
    wait: bool,
) -> Delivered:
    """Record a sealed batch, hand it out, and mark what it replaces; without `wait`, only what is due now."""
    if issued.batch is None or issued.intent_id is None:
        raise TypeError("nothing was sealed")
    folder, status = wire_folders(settings, issuer), wire_status(settings, issuer, store)
    if not wait:
        return deliver_batch(issued.batch.id, store=store, folder=folder, status=status)
    registry = settings.find_registry(issuer.registry)
    with (
        telling_that_it_waits(console.progress),
        wire_worker(settings, registry, store, ask=ask_password) as worker,
    ):
        teller = Teller(console.progress)
        worker.drive_until_final([issued.intent_id], teller.tell)
        delivered = deliver_batch(issued.batch.id, store=store, folder=folder, status=status)
        if delivered.supersedes:
            worker.drive_until_final(delivered.supersedes, teller.tell)
    return delivered


def write_findings(roster: Path, plan: Plan) -> str:
    """Write all findings beside the roster, for its owner alone; return the file's name, or nothing."""
    if not plan.findings:
        return ""
    path = roster.with_name(f"{roster.stem}.errors.csv")
    write_whole(path, format_errors_csv(plan.findings, _explain), mode=0o600)
    return path.name


def describe_plan(plan: Plan) -> dict[str, object]:
    """Return a plan for programs; cells are left out."""
    return {
        "roster": {"rows": plan.roster.total, "good": plan.good, "bad": plan.bad, "warnings": plan.warnings},
        "findings": [
            {
                "row": finding.row,
                "severity": finding.severity.value,
                "column": finding.column,
                "code": finding.code,
                "text": explain(finding.code, finding.facts(with_cell=False)).sentence,
            }
            for finding in plan.findings
        ],
        "size": plan.size,
        "stopped": plan.is_stopped,
        "feeWei": plan.quote.fee_wei if plan.quote else None,
        "batch": plan.batch.id if plan.batch else None,
    }


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


def _explain(finding: Finding) -> tuple[str, str, str]:
    said = explain(finding.code, finding.facts(with_cell=True))
    return said.sentence, said.cause, said.next


def _print_issued(console: Console, issued: Issued, delivered: Delivered | None) -> None:
    """Print what was made, where it is, and how to undo it."""
    if delivered is None:
        console.result(
            "Nothing new: every learner holds this credential already.", {"issued": False, "size": 0}
        )
        return
    batch = delivered.batch
    root = "" if batch.root is None else f"0x{batch.root.hex()}"
    what = "Recorded" if batch.state.value == "final" else "Queued"
    if not issued.is_new and what == "Recorded":
        what = "Recorded before"
    count = many(issued.size, "credential")
    lines = [
        label(what) + f"batch {batch.id}, {count}, {root[:8]}..{root[-4:]}, {batch.state.value}",
        label("Files") + (delivered.location or "held until the recording is final: attestree anchor"),
        label("Undo") + f"attestree revoke --batch {batch.id} --reason issued-in-error",
    ]
    console.result(
        "\n".join(lines),
        {
            "issued": True,
            "new": issued.is_new,
            "batch": batch.id,
            "size": issued.size,
            "root": root,
            "state": batch.state.value,
            "folder": delivered.location,
        },
    )
