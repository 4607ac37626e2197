"""
A report in lines for people: the card of one credential, the line of one of many.

Decides layout and marks only; what is said comes from the report. Text of a credential is printed only
after `make_plain`: it may hold control characters that would move the cursor or hide a line.
Source: DESIGN section 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from attestree.credentials.strict_json import JsonValue
from attestree.errors import InputError, MissingExtraError
from attestree.text.catalogue import explain, explain_error, format_moment
from attestree.verifying.report import Report, explain_check
from attestree.verifying.result import CheckId, CheckResult, Status
from attestree.verifying.verdict import codes_of

MAX_SHOWN_CHARACTERS = 120
"""Longest text of a credential that is printed on one line."""

UNUSABLE = "unusable"
"""Stands for a verdict where there is none: what was given could not be judged."""

MARKS = {Status.PASS: "ok", Status.WARN: "!", Status.FAIL: "NO", Status.UNKNOWN: "?", Status.SKIPPED: "-"}
"""ASCII, so that every terminal shows them."""

LABELS = {
    CheckId.FORMAT: "readable",
    CheckId.INTEGRITY: "unchanged",
    CheckId.SIGNATURE: "signature",
    CheckId.REGISTRY: "public record",
    CheckId.ANCHOR: "recorded",
    CheckId.ISSUER: "issuer",
    CheckId.STATUS: "not taken back",
    CheckId.VALIDITY: "dates",
    CheckId.HOLDER: "holder",
}
"""What each check asks, in two words."""


def replace_control(text: str) -> str:
    """Return text with every control and direction character, and every end of a line, made visible."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def make_plain(text: str) -> str:
    """Return text of a credential or file name without control and direction characters, cut to one line."""
    plain = replace_control(text)
    return plain if len(plain) <= MAX_SHOWN_CHARACTERS else plain[: MAX_SHOWN_CHARACTERS - 1] + "\u2026"


def format_card(report: Report, *, explained: bool) -> str:
    """Return the card of one report; `explained` adds skipped checks, causes, steps and facts."""
    return "\n".join(_card(report, explained=explained))


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that could not be judged."""

    name: str
    """As it was given."""
    error: InputError | MissingExtraError
    """Why."""

    @property
    def sentence(self) -> str:
        """What is wrong with it."""
        return explain_error(self.error).sentence

    def to_json(self) -> dict[str, JsonValue]:
        """Return what stands in the place of a report."""
        return {"ref": self.name, "error": {"code": self.error.code, "sentence": self.sentence}}


def name_of(answer: Report | Refusal) -> str:
    """Return the verdict, or `UNUSABLE`."""
    return UNUSABLE if isinstance(answer, Refusal) else str(answer.verdict)


def format_line(answer: Report | Refusal) -> str:
    """Return one answer of many in a line for people."""
    if isinstance(answer, Refusal):
        return f"{name_of(answer):<19} {make_plain(answer.name)}   {answer.sentence}"
    return f"{name_of(answer):<19} {make_plain(answer.ref or '')}   {answer.headline()}."


def _card(report: Report, *, explained: bool) -> Iterator[str]:
    """Write the card."""
    yield f"{report.headline().upper()}   {make_plain(report.ref or '')}".rstrip()
    yield f"  {report.summary()}"
    yield from _claims(report)
    for check in report.checks:
        if explained or check.status is not Status.SKIPPED:
            yield from _check(check, explained=explained)
    for notice in report.notices:
        yield f"  {'!':<3} {'':<15} {explain(notice.code, notice.values).sentence}"
    yield from _next_steps(report, explained=explained)
    yield _footer(report)


def _claims(report: Report) -> Iterator[str]:
    """Write what the credential says, where it may be shown."""
    if report.claims is None:
        return
    title, holder = report.claims.get("title"), report.claims.get("holder")
    parts = [make_plain(title)] if isinstance(title, str) else []
    parts += [f"to {make_plain(holder)}"] if isinstance(holder, str) else []
    if report.issuer is not None and report.issuer.name is not None:
        parts.append(f"by {make_plain(report.issuer.name)}")
    marker = "" if report.claims_status == "confirmed" else "   (not confirmed)"
    if parts:
        yield f"  {'  '.join(parts)}{marker}"


def _check(check: CheckResult, *, explained: bool) -> Iterator[str]:
    """Write one check, and every warning beyond the first that goes with it."""
    said = explain_check(check)
    yield f"  {MARKS[check.status]:<3} {LABELS[check.id]:<15} {said.sentence}"
    for notice in check.notices[1:]:
        yield f"  {'!':<3} {'':<15} {explain(notice.code, notice.values).sentence}"
    if not explained:
        return
    for label, line in (("why", said.cause), ("next", said.next), ("code", check.code)):
        if line:
            yield f"      {label:<15} {line}"
    for name, fact in check.evidence.items():
        yield f"      {name:<15} {fact}"


def _next_steps(report: Report, *, explained: bool) -> Iterator[str]:
    """Write what can be done now."""
    yield f"  next: {report.next_step()}"
    if explained:
        yield f"  for the issuer: {explain(codes_of(report.verdict).issuer, {}).sentence}"


def _footer(report: Report) -> str:
    """Write on what the answer rests."""
    block = "" if report.view is None else f"   block {report.view.latest.number}"
    trust = f"trust: {make_plain(report.trust_name)} {report.trust_sha256.hex()[:8]}"
    return f"  checked {format_moment(report.checked_at)}{block}   {trust}"
