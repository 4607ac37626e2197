"""
`attestree verify`: judge credential files against the trust file and the chain, now.

Decides how the program ends: 0 accept, 1 reject or review, 2 unusable input, 3 ask again; of many files 1
before 2 before 3 before 0. What is said is decided in `verifying`; many files are judged in `verifying_many`.
Source: DESIGN sections 7 and 9.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attestree.cli.console import Context
from attestree.cli.credential_files import holds_many, read_file
from attestree.cli.verdict_card import format_card
from attestree.credentials.dates import parse_date, parse_timestamp
from attestree.credentials.identity import ExpectedHolder
from attestree.errors import MalformedCredentialError, RequestError
from attestree.verifying.verdict import exit_code
from attestree.wiring.system import SystemClock
from attestree.wiring.verifiers import wire_verifier


def register(app: typer.Typer) -> None:
    """Add `verify` to the program."""
    app.command(rich_help_panel="Check")(verify)


def verify(
    ctx: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Credentials: JSON, VC-JWT, or PNG and SVG that carry one; folders of them; .jsonl with one "
            "a line; - reads standard input.",
        ),
    ],
    *,
    expect_name: Annotated[str | None, typer.Option(help="Name of the person you have before you.")] = None,
    expect_email: Annotated[str | None, typer.Option(help="Their e-mail address.")] = None,
    expect_learner_id: Annotated[str | None, typer.Option(help="Their learner number.")] = None,
    at: Annotated[
        str | None, typer.Option(help="Judge dates as of this day or moment (ISO 8601, UTC).")
    ] = None,
    csv: Annotated[
        bool, typer.Option("--csv", help="A table for spreadsheets, one line a credential; counts on stderr.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why, what to do, and on which facts.")
    ] = False,
    trust: Annotated[Path | None, typer.Option(help="Trust file instead of that of the settings.")] = None,
    rpc: Annotated[
        list[str] | None, typer.Option(help="Node to ask instead of those of the settings; repeatable.")
    ] = None,
    challenge: Annotated[
        str | None, typer.Option(help="The file is a presentation, made in answer to this challenge.")
    ] = None,
    domain: Annotated[str | None, typer.Option(help="And for this domain: yours.")] = None,
    resolve_did_web: Annotated[
        bool, typer.Option("--resolve-did-web", help="Ask the issuer's host for its keys; it learns of that.")
    ] = False,
    check_hosted_lists: Annotated[
        bool,
        typer.Option("--check-hosted-lists", help="Look status lists of others up; their hosts learn of it."),
    ] = False,
) -> None:
    """Say whether credentials are genuine, whether they count now, and why."""
    context: Context = ctx.obj
    many = csv or len(files) > 1 or holds_many(files[0])
    settings = context.settings().allow_did_web() if resolve_did_web else context.settings()
    settings = settings.allow_hosted_lists() if check_hosted_lists else settings
    if challenge is not None or domain is not None:
        # Loaded here because few files are presentations.
        from attestree.cli.presenting import answer_presentation, build_question

        verifier = wire_verifier(settings, clock=SystemClock(), trust_path=trust, rpc=rpc or ())
        question = build_question(challenge, domain, files=files, now=SystemClock().now())
        octets = read_file(files[0])
        raise typer.Exit(answer_presentation(context, verifier, octets, question, explained=explain))
    expected = ExpectedHolder(name=expect_name, email=expect_email, learner_id=expect_learner_id)
    moment = None if at is None else parse_moment(at)
    if many:
        # Loaded here because a single file needs none of it.
        from attestree.cli.verifying_many import choose_form, verify_many
        from attestree.wiring.verifying_runs import wire_run

        form = choose_form(files, as_table=csv, as_json=context.json)
        run = wire_run(settings, clock=SystemClock(), trust_path=trust, rpc=rpc or ())
        raise typer.Exit(verify_many(context.console, run, files, form=form, expected=expected, at=moment))
    verifier = wire_verifier(settings, clock=SystemClock(), trust_path=trust, rpc=rpc or ())
    report = verifier.verify(read_file(files[0]), expect=expected, at=moment, ref=files[0])
    context.console.result(format_card(report, explained=explain), report.to_json())
    raise typer.Exit(exit_code([report.verdict]))


def parse_moment(text: str) -> int:
    """Return the Unix seconds of a day, which begins in UTC, or of a time stamp with zone."""
    try:
        return parse_timestamp(text) if "T" in text else parse_date(text)
    except MalformedCredentialError as error:
        raise RequestError("request.moment") from error
