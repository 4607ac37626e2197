"""
`attestree verify`: judge credential files against the trust file and the chain, now.

Decides how files are read and how the program ends: 0 accept, 1 reject or review, 2 unusable input,
3 ask again; of many files 1 before 2 before 3 before 0. What is said is decided in `verifying`.
Source: DESIGN sections 7 and 9.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from attestree.cli.console import REJECT, USAGE, Context
from attestree.cli.verdict_card import Refusal, count_answers, format_card, format_list
from attestree.credentials.dates import parse_date, parse_timestamp
from attestree.credentials.identity import ExpectedHolder
from attestree.credentials.images.carrier import MAX_PICTURE_BYTES
from attestree.errors import InputError, MalformedCredentialError, MissingExtraError, RequestError
from attestree.verifying.report import Report
from attestree.verifying.verdict import exit_code
from attestree.verifying.verifier import Verifier
from attestree.wiring.system import SystemClock
from attestree.wiring.verifiers import wire_verifier

STANDARD_INPUT = "-"
"""File name that stands for standard input."""

_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\xff\xd8\xff", "a JPEG image"),
)


def register(app: typer.Typer) -> None:
    """Add `verify` to the program."""
    app.command(rich_help_panel="Check")(verify)


def verify(
    ctx: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Credentials: JSON, VC-JWT, or PNG and SVG that carry one; - reads standard input.",
        ),
    ],
    *,
    expect_name: Annotated[str | None, typer.Option(help="Name of the person you have before you.")] = None,
    expect_email: Annotated[str | None, typer.Option(help="Their e-mail address.")] = None,
    expect_learner_id: Annotated[str | None, typer.Option(help="Their learner number.")] = None,
    at: Annotated[
        str | None, typer.Option(help="Judge dates as of this day or moment (ISO 8601, UTC).")
    ] = None,
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
    settings = context.settings().allow_did_web() if resolve_did_web else context.settings()
    settings = settings.allow_hosted_lists() if check_hosted_lists else settings
    verifier = wire_verifier(settings, clock=SystemClock(), trust_path=trust, rpc=rpc or ())
    if challenge is not None or domain is not None:
        # Loaded here because few files are presentations.
        from attestree.cli.presenting import answer_presentation, build_question

        question = build_question(challenge, domain, files=files, now=SystemClock().now())
        octets = read_file(files[0])
        raise typer.Exit(answer_presentation(context, verifier, octets, question, explained=explain))
    expected = ExpectedHolder(name=expect_name, email=expect_email, learner_id=expect_learner_id)
    moment = None if at is None else parse_moment(at)
    if len(files) == 1:
        report = verify_file(verifier, files[0], expected=expected, at=moment)
        context.console.result(format_card(report, explained=explain), report.to_json())
        raise typer.Exit(exit_code([report.verdict]))
    raise typer.Exit(_verify_many(context, verifier, files, expected=expected, at=moment))


def verify_file(verifier: Verifier, name: str, *, expected: ExpectedHolder, at: int | None) -> Report:
    """Judge one file; InputError where it cannot be read or is no credential."""
    return verifier.verify(read_file(name), expect=expected, at=at, ref=name)


def read_file(name: str) -> bytes:
    """
    Return the bytes of a file or of standard input, not many more than a picture may have.

    Raises:
        RequestError: `request.file_missing`, `request.file_unreadable` or `request.file_kind`.
    """
    try:
        if name == STANDARD_INPUT:
            octets = sys.stdin.buffer.read(MAX_PICTURE_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                octets = file.read(MAX_PICTURE_BYTES + 1)
    except FileNotFoundError as error:
        raise RequestError("request.file_missing", file=Path(name).name) from error
    except (OSError, ValueError) as error:
        raise RequestError("request.file_unreadable", file=Path(name).name) from error
    for signature, kind in _SIGNATURES:
        if octets.startswith(signature):
            raise RequestError("request.file_kind", kind=kind)
    return octets


def parse_moment(text: str) -> int:
    """Return the Unix seconds of a day, which begins in UTC, or of a time stamp with zone."""
    try:
        return parse_timestamp(text) if "T" in text else parse_date(text)
    except MalformedCredentialError as error:
        raise RequestError("request.moment") from error


def _verify_many(
    context: Context, verifier: Verifier, names: Sequence[str], *, expected: ExpectedHolder, at: int | None
) -> int:
    """Judge several files in their order; one that is unusable does not stop the rest."""
    answers: list[Report | Refusal] = []
    for name in names:
        try:
            answers.append(verify_file(verifier, name, expected=expected, at=at))
        except (InputError, MissingExtraError) as error:
            answers.append(Refusal(name, error))
    listed = [answer.to_json() for answer in answers]
    context.console.result(format_list(answers), {"reports": listed, "counts": count_answers(answers)})
    code = exit_code(answer.verdict for answer in answers if isinstance(answer, Report))
    refused = any(isinstance(answer, Refusal) for answer in answers)
    return USAGE if refused and code != REJECT else code
