"""
`attestree verify presentation.json --challenge TEXT --domain NAME`: judge what a holder presents.

Decides when a file is a presentation, by the flags, and how the answer is laid out. What is said is decided
in `verifying.presented`. Source: DESIGN sections 7 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attestree.cli.console import Context
from attestree.cli.verdict_card import MARKS, format_card
from attestree.credentials.enveloping import parse_document
from attestree.credentials.presentation import Question
from attestree.errors import RequestError
from attestree.text.catalogue import explain
from attestree.verifying.presented import (
    OTHER_SUBJECT,
    PresentationReport,
    ShownCredential,
    judge_presentation,
)
from attestree.verifying.result import Status
from attestree.verifying.verdict import EXIT_CODES
from attestree.verifying.verifier import Verifier

MAX_BYTES = 2 * 262_144
"""Longest presentation; it holds several credentials."""


def build_question(challenge: str | None, domain: str | None, *, files: Sequence[str], now: int) -> Question:
    """
    Return what was asked of the holder.

    Raises:
        RequestError: `presentation.no_challenge`, one of the two is missing; `presentation.one_file`.
    """
    if not challenge or not domain:
        raise RequestError("presentation.no_challenge")
    if len(files) != 1:
        raise RequestError("presentation.one_file")
    return Question(challenge=challenge, domain=domain, now=now)


def answer_presentation(
    context: Context, verifier: Verifier, octets: bytes, question: Question, *, explained: bool
) -> int:
    """Judge one presentation, print the answer and return the exit code; raises InputError."""
    value = parse_document(octets, limit_bytes=MAX_BYTES)
    report = judge_presentation(verifier, value, question, resolver=verifier.resolver)
    context.console.result(format_presentation(report, explained=explained), report.to_json())
    return EXIT_CODES[report.outcome]


def format_presentation(report: PresentationReport, *, explained: bool) -> str:
    """Return the answer in lines: what to do, who presented, and the card of each credential."""
    return "\n".join(_lines(report, explained=explained))


def _lines(report: PresentationReport, *, explained: bool) -> Iterator[str]:
    answer = report.answer
    said = explain(answer.code, answer.values)
    yield f"{report.outcome.upper()}   presentation"
    yield f"  {MARKS[answer.status]:<3} {'holder':<15} {said.sentence}"
    if answer.status is Status.PASS:
        yield f"      {'':<15} {answer.holder}"
    elif said.next:
        yield f"  next: {said.next}"
    for number, one in enumerate(report.shown, 1):
        yield ""
        yield f"credential {number}"
        yield from _shown(one)
        yield format_card(one.report, explained=explained)


def _shown(one: ShownCredential) -> Iterator[str]:
    if one.is_bound:
        yield f"  {MARKS[Status.PASS]:<3} {'about the holder':<15}"
        return
    said = explain(OTHER_SUBJECT, {})
    yield f"  {MARKS[Status.FAIL]:<3} {'about the holder':<15} {said.sentence}"
    yield f"  next: {said.next}"
