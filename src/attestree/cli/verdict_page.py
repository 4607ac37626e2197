"""
The page docs/verdicts.md: every verdict and every check in words, made from the code that decides them.

Decides layout only. A test compares the committed page with this one; `python -m
attestree.cli.verdict_page` prints it. Source: DESIGN section 7.
"""

from __future__ import annotations

from collections.abc import Iterator

import typer

from attestree.text.catalogue import explain, load_areas
from attestree.verifying.result import CheckId
from attestree.verifying.verdict import (
    CLAIMS,
    DECIDING,
    EXIT_CODES,
    OUTCOMES,
    RETRY_AFTER_SECONDS,
    ClaimsStatus,
    Verdict,
    codes_of,
)

INTRODUCTION = """\
# Verdicts

<!-- Made by `python -m attestree.cli.verdict_page > docs/verdicts.md`; do not edit by hand. -->

Attestree answers one verdict for each credential. The checks are walked in the order in which they stand
below; the first that does not pass decides. What could not be checked is `unknown`, which is neither yes
nor no. Only `valid` is accepted, and a program ends with 0 only then; of many files 1 comes before 3 before
0, and 2 stands for input that cannot be used and has no verdict.
"""

CHECKS = """\
## The checks

`pass` and `warn` go on to the next check, `fail` and `unknown` decide, `skipped` was not needed or not
reached. Codes are stable.
"""


def build_verdict_page() -> str:
    """Return the whole page, Markdown."""
    return "\n".join([INTRODUCTION, *_table(), *_verdicts(), CHECKS, *_checks()]).rstrip() + "\n"


def _table() -> Iterator[str]:
    """Write one row a verdict."""
    yield "| verdict | in words | outcome | exit code | claims |"
    yield "|---|---|---|---|---|"
    for verdict in Verdict:
        outcome = OUTCOMES[verdict]
        claims = CLAIMS.get(verdict, ClaimsStatus.CONFIRMED)
        said = explain(codes_of(verdict).headline, {}).sentence
        link = f"[{verdict}](#{verdict})"
        yield f"| {link} | {said} | {outcome} | {EXIT_CODES[outcome]} | {claims} |"
    yield ""


def _verdicts() -> Iterator[str]:
    """Write one section a verdict."""
    for verdict in Verdict:
        codes = codes_of(verdict)
        said = explain(codes.headline, {})
        yield f"## {verdict}\n"
        yield f"**{said.sentence}** {explain(codes.summary, {}).sentence}\n"
        yield f"- Why: {said.cause}"
        yield f"- If you check it: {said.next}"
        yield f"- If you issued it: {explain(codes.issuer, {}).sentence}"
        if verdict in RETRY_AFTER_SECONDS:
            yield f"- Programs ask again after {RETRY_AFTER_SECONDS[verdict]} seconds."
        yield f"- Decided by: {_deciders(verdict)}\n"


def _deciders(verdict: Verdict) -> str:
    """Say which check leads to a verdict."""
    if verdict is Verdict.VALID:
        return "every needed check passed."
    if verdict is Verdict.UNKNOWN:
        return "the first check that could not be made."
    if verdict is Verdict.PENDING:
        return "`anchor.not_final`, where everything else fits."
    rows = [(check, code) for (check, code), decided in DECIDING.items() if decided is verdict]
    named = [f"`{check}` failed" if code == "*" else f"`{code}`" for check, code in rows]
    return ", or ".join(named) + "."


def _checks() -> Iterator[str]:
    """Write one table a check, with all its codes."""
    entries = {**load_areas()["check"], **load_areas()["check_status"]}
    for check in CheckId:
        yield f"### {check}\n\n| code | what it says | why | what to do |\n|---|---|---|---|"
        for code, entry in sorted(entries.items()):
            if code.startswith(f"{check}."):
                yield f"| `{code}` | {entry.sentence} | {entry.cause} | {entry.next} |"
        yield ""


if __name__ == "__main__":
    typer.echo(build_verdict_page(), nl=False)
