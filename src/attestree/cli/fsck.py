"""
`attestree fsck`: check store, folders and chain against each other.

Decides words and how the program ends: 0 everything fits, 1 something does not, 3 something could not be
looked at. Repairs nothing. What is wrong is decided in `auditing`. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import typer

from attestree.auditing.consistency import ConsistencyReport
from attestree.cli.console import REJECT, RETRY, Context, many
from attestree.errors import AttestreeError
from attestree.text.catalogue import explain_error
from attestree.wiring.audits import wire_consistency
from attestree.wiring.by_api import wire_open_check
from attestree.wiring.stores import wire_store
from attestree.wiring.system import SystemClock

SHOWN_FAULTS = 50
"""How many faults are printed; `--json` has all."""


def register(app: typer.Typer) -> None:
    """Add `fsck` to the program."""
    app.command(rich_help_panel="Operate")(fsck)


def fsck(ctx: typer.Context) -> None:
    """Check store, folders and chain against each other; repairs nothing."""
    context: Context = ctx.obj
    settings = context.settings()
    with wire_store(settings, verifies=False) as store:
        consistency = replace(
            wire_consistency(settings, store, clock=SystemClock()),
            check_open=partial(wire_open_check, settings, store),
        )
        report = consistency.run(lambda name: context.console.progress(f"Checking {name}"))
    lines = [*format_report(report), *_tell_given_up(len(consistency.given_up))]
    context.console.result("\n".join(lines), report_to_json(report, given_up=len(consistency.given_up)))
    raise typer.Exit(REJECT if report.faults else RETRY if report.silent else 0)


def format_report(report: ConsistencyReport) -> Iterator[str]:
    """Yield the lines for people."""
    counts = (many(report.batches, "batch", "batches"), many(report.credentials, "credential"))
    yield f"{', '.join(counts)}, {many(report.writes, 'write')}"
    for fault in report.faults[:SHOWN_FAULTS]:
        yield from _lines("wrong", fault)
    if len(report.faults) > SHOWN_FAULTS:
        yield f"  and {len(report.faults) - SHOWN_FAULTS} more (--json has all)"
    for error in report.silent:
        yield from _lines("not checked", error)
    if report.clean:
        yield "Everything fits."


def report_to_json(report: ConsistencyReport, *, given_up: int = 0) -> dict[str, object]:
    """Return the report for programs, `attestree.fsck/1`."""
    return {
        "format": "attestree.fsck/1",
        "clean": report.clean,
        "batches": report.batches,
        "credentials": report.credentials,
        "writes": report.writes,
        "givenUp": given_up,
        "faults": [_fields(fault) for fault in report.faults],
        "notChecked": [_fields(error) for error in report.silent],
    }


def _tell_given_up(count: int) -> list[str]:
    """Say of how many recorded batches the documents were given up."""
    plural = "batch" if count == 1 else "batches"
    return [f"{count} {plural} recorded without documents here, as accepted in `recover`"] if count else []


def _lines(label: str, error: AttestreeError) -> Iterator[str]:
    said = explain_error(error)
    place = f"batch {error.values['batch']}: " if "batch" in error.values else ""
    yield f"  {label}  {place}{said.sentence}  [{error.code}]"
    if said.next:
        yield f"    next  {said.next}"


def _fields(error: AttestreeError) -> dict[str, object]:
    said = explain_error(error)
    values = {
        name: f"0x{value.hex()}" if isinstance(value, bytes) else value
        for name, value in error.values.items()
    }
    return {
        "code": error.code,
        "text": said.sentence,
        "cause": said.cause,
        "next": said.next,
        "values": values,
    }
