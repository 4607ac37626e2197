"""
A report as the page shows it: one headline, what is claimed, every check, what to do now.

Decides words of the page, tones and marks; what is said comes from the report. Text of a credential is
shown literally and without characters that would turn or hide it. A test network is never shown in the
colour of a yes. Source: DESIGN sections 7 and 10.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from attestree.credentials.dates import parse_timestamp
from attestree.credentials.strict_json import JsonValue
from attestree.errors import MalformedCredentialError
from attestree.text.catalogue import explain, format_date, format_moment
from attestree.verifying.report import Report, explain_check
from attestree.verifying.result import CheckId, CheckResult, Fact, Status
from attestree.verifying.verdict import ClaimsStatus, Outcome, codes_of
from attestree.web.prose import Block, parse_prose

MAX_SHOWN_CHARACTERS = 600
"""Longest text of a credential that is shown in one place."""

TONES = {Outcome.ACCEPT: "yes", Outcome.REVIEW: "look", Outcome.REJECT: "no", Outcome.RETRY: "wait"}
"""Colour and icon of each outcome."""

TEST_TONE = "test"
"""Colour and icon of everything on a test network."""

MARKS = {
    Status.PASS: ("yes", "Fits"),
    Status.WARN: ("look", "Fits, with a remark"),
    Status.FAIL: ("no", "Does not fit"),
    Status.UNKNOWN: ("wait", "Could not be checked"),
    Status.SKIPPED: ("skip", "Not checked"),
}
"""Colour and word of each check."""

LABELS = {
    CheckId.FORMAT: "Readable",
    CheckId.INTEGRITY: "Unchanged",
    CheckId.SIGNATURE: "Signature",
    CheckId.REGISTRY: "Public record",
    CheckId.ANCHOR: "Recorded",
    CheckId.ISSUER: "Issuer",
    CheckId.STATUS: "Not taken back",
    CheckId.VALIDITY: "Dates",
    CheckId.HOLDER: "Holder",
}
"""What each check asks."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One item of the list of checks."""

    label: str
    """What was asked."""
    tone: str
    """Colour and icon."""
    word: str
    """How it ended."""
    sentence: str
    """What was found."""
    cause: str
    """Why; may be empty."""
    next: str
    """What to do; may be empty."""
    code: str
    """For programmers."""
    evidence: tuple[tuple[str, str], ...]
    """Facts behind it."""


@dataclass(frozen=True, slots=True)
class Link:
    """A name that may lead somewhere."""

    text: str
    """What it is called."""
    url: str | None
    """http or https; None = no link."""


@dataclass(frozen=True, slots=True)
class ClaimsView:
    """What the credential says, as far as it may be shown."""

    confirmed: bool
    """False = nobody vouches for it."""
    title: str | None
    """Of the achievement."""
    holder: str | None
    """Name of the holder."""
    facts: tuple[tuple[str, str], ...]
    """Label and text."""
    description: str | None
    """Of the achievement."""
    criteria: tuple[Block, ...]
    """What had to be done for it."""
    skills: tuple[Link, ...]
    """What it attests."""
    evidence: tuple[Link, ...]
    """What it points to."""


@dataclass(frozen=True, slots=True)
class Card:
    """All that the page shows of one report."""

    tone: str
    """Colour and icon."""
    is_test: bool
    """Whether the hatched banner stands on top."""
    headline: str
    """The verdict in a few words."""
    summary: str
    """One sentence."""
    next_verifier: str
    """What the reader can do now."""
    next_issuer: str
    """What the issuer can do."""
    claims: ClaimsView | None
    """None = withheld."""
    issuer_name: str | None
    """Proven by the registry."""
    accreditor_name: str | None
    """Who vouched for it, as the trust file calls it."""
    checks: tuple[CheckLine, ...]
    """In the order in which they are walked."""
    counts: str
    """Such as `7 fit, 1 remark`."""
    warnings: tuple[str, ...]
    """Sentences."""
    checked: str
    """When, in words."""
    as_of: str | None
    """Block and age of the view, in words."""
    network: str | None
    """Where it was recorded."""
    trust: str
    """Which trust file was used."""
    report_json: str
    """The whole answer, for programmers."""


def build_card(report: Report) -> Card:
    """Return what the page shows of a report."""
    codes = codes_of(report.verdict)
    checks = tuple(_check_line(check) for check in report.checks)
    issuer = report.issuer
    return Card(
        tone=TEST_TONE if report.is_test and report.outcome is Outcome.ACCEPT else TONES[report.outcome],
        is_test=report.is_test,
        headline=report.headline(),
        summary=report.summary(),
        next_verifier=report.next_step(),
        next_issuer=explain(codes.issuer, {}).sentence,
        claims=_claims_view(report),
        issuer_name=None if issuer is None or issuer.name is None else make_plain(issuer.name),
        accreditor_name=None if issuer is None else issuer.accreditor_name,
        checks=checks,
        counts=_counts(report),
        warnings=tuple(explain(notice.code, notice.values).sentence for notice in report.warnings),
        checked=format_moment(report.checked_at),
        as_of=_as_of(report),
        network=_network(report),
        trust=f"{make_plain(report.trust_name)} (SHA-256 {report.trust_sha256.hex()})",
        report_json=json.dumps(report.to_json(), indent=2),
    )


def make_plain(text: str) -> str:
    """Return text without control and direction characters, cut where it is very long."""
    shown = "".join(
        letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    return shown if len(shown) <= MAX_SHOWN_CHARACTERS else shown[: MAX_SHOWN_CHARACTERS - 1] + "\u2026"


def _check_line(check: CheckResult) -> CheckLine:
    tone, word = MARKS[check.status]
    said = explain_check(check)
    evidence = tuple((name, _fact(fact)) for name, fact in check.evidence.items())
    return CheckLine(LABELS[check.id], tone, word, said.sentence, said.cause, said.next, check.code, evidence)


def _fact(fact: Fact) -> str:
    words = {None: "not known", True: "yes", False: "no"}
    return words[fact] if fact is None or isinstance(fact, bool) else str(fact)


def _counts(report: Report) -> str:
    """Say how many checks ended how."""
    names = (
        (Status.PASS, "fit"),
        (Status.WARN, "with a remark"),
        (Status.FAIL, "does not fit"),
        (Status.UNKNOWN, "could not be checked"),
        (Status.SKIPPED, "not checked"),
    )
    ended = [check.status for check in report.checks]
    return ", ".join(f"{ended.count(status)} {name}" for status, name in names if status in ended)


def _claims_view(report: Report) -> ClaimsView | None:
    claims = report.claims
    if claims is None:
        return None
    confirmed = report.claims_status is ClaimsStatus.CONFIRMED
    facts = [
        ("Awarded", _moment(claims.get("awardedDate"))),
        ("Valid from", _moment(claims.get("validFrom"))),
        ("Valid until", _moment(claims.get("validUntil"))),
        ("Kind", _words(claims.get("type"))),
        ("Credits", _number(claims.get("credits"))),
        ("Level", _words(claims.get("level"))),
        ("Result", _joined(claims.get("results"))),
    ]
    return ClaimsView(
        confirmed=confirmed,
        title=_words(claims.get("title")),
        holder=_words(claims.get("holder")),
        facts=tuple((label, text) for label, text in facts if text is not None),
        description=_words(claims.get("description")),
        criteria=parse_prose(claims.get("criteria")),
        skills=_links(claims.get("skills"), linked=confirmed),
        evidence=_links(claims.get("evidence"), linked=confirmed),
    )


def _words(value: JsonValue) -> str | None:
    return make_plain(value) if isinstance(value, str) and value.strip() else None


def _number(value: JsonValue) -> str | None:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g}" if known else None


def _joined(value: JsonValue) -> str | None:
    texts = [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
    return make_plain(", ".join(texts)) if texts else None


def _moment(value: JsonValue) -> str | None:
    """Return a time in words; midnight is a day."""
    if not isinstance(value, str):
        return None
    try:
        seconds = parse_timestamp(value)
    except MalformedCredentialError:
        return None
    return format_moment(seconds) if seconds % 86_400 else f"{format_date(seconds)} (UTC)"


def _links(value: JsonValue, *, linked: bool) -> tuple[Link, ...]:
    """Return named things; they lead somewhere only where somebody vouches for the credential."""
    links = []
    for item in value if isinstance(value, list) else []:
        if not isinstance(item, dict):
            continue
        url = item.get("url")
        text = _words(item.get("name")) or _words(item.get("description")) or _words(url)
        if text is not None:
            links.append(Link(text, url if linked and isinstance(url, str) else None))
    return tuple(links)


def _as_of(report: Report) -> str | None:
    if report.view is None:
        return None
    age = max(0, report.checked_at - report.view.polled_at)
    seconds = "1 second" if age == 1 else f"{age} seconds"
    return f"block {report.view.latest.number}, looked at {seconds} before"


def _network(report: Report) -> str | None:
    if report.network is None:
        return None
    name = report.network.name or f"chain {report.network.chain_id}"
    return f"{make_plain(name)}, contract 0x{report.network.registry.hex()}"
