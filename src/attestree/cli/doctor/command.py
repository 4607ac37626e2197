"""
The command `attestree doctor`: which questions are asked, in which order, and how answers are printed.

Decides that an error of one question does not stop the next. Source: DESIGN sections 9 and 13.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from attestree.adapters.keys.password import AskPassword
from attestree.cli.console import ACCEPT, REJECT, Context, many
from attestree.cli.doctor.answer import Answer, asked, bad, failed, good
from attestree.cli.doctor.chains import examine_chain
from attestree.cli.doctor.keys import examine_keys, examine_money, examine_secrets
from attestree.cli.doctor.machine import examine_alarm, examine_disks, examine_programs
from attestree.cli.doctor.queue import examine_store
from attestree.cli.password import ask_password
from attestree.errors import AttestreeError
from attestree.ports import Clock
from attestree.settings import FILE_NAME, Settings
from attestree.wiring.system import SystemClock
from attestree.wiring.verifiers import read_trust


def register(app: typer.Typer) -> None:
    """Add `doctor` to the program."""
    app.command(rich_help_panel="Start")(doctor)


def doctor(
    ctx: typer.Context,
    ask: Annotated[
        bool, typer.Option("--ask", help="Open each key, and ask for passwords that are not there.")
    ] = False,
    test_alarm: Annotated[
        bool, typer.Option("--test-alarm", help="Run the program of the alarm with a test.")
    ] = False,
) -> None:
    """Look at settings, keys, trust, chain, store, queue and disk, and say what to mend."""
    context: Context = ctx.obj
    answers = list(examine(context, SystemClock(), ask=ask_password if ask else None, rings=test_alarm))
    width = max(len(answer.topic) for answer in answers)
    lines = []
    for answer in answers:
        lines.append(f"{'ok  ' if answer.good else 'MEND'}  {answer.topic:<{width}}  {answer.words}")
        if answer.next:
            lines.append(f"      {'':<{width}}  {answer.next}")
    listed = [{"topic": a.topic, "good": a.good, "found": a.words, "next": a.next or None} for a in answers]
    context.console.result("\n".join(lines), {"answers": listed})
    raise typer.Exit(ACCEPT if all(answer.good for answer in answers) else REJECT)


def examine(
    context: Context, clock: Clock, *, ask: AskPassword | None = None, rings: bool = False
) -> Iterator[Answer]:
    """
    Yield an answer to each question.

    Args:
        context: Where the settings are.
        clock: Wall time.
        ask: Asks for passwords; None = no key is opened.
        rings: Whether the program of the alarm is tried.
    """
    yield from examine_programs()
    try:
        settings = context.settings()
    except AttestreeError as error:
        yield failed("settings", error)
        return
    if not settings.registry:
        words = f"no registry is named; looked for {FILE_NAME} from {settings.folder} upwards"
        yield bad("settings", words, "Start with `attestree init`.")
        return
    yield good("settings", f"read from {settings.folder}")
    yield asked("trust", lambda: _trust(settings))
    # A chain that does not answer says it once.
    answering = set()
    for registry in settings.registry:
        for answer in examine_chain(registry, clock):
            yield answer
            if answer.good and answer.topic == f"chain {registry.name}":
                answering.add(registry.name)
        yield from examine_keys(settings, registry, ask=ask)
        if registry.name in answering:
            yield from examine_money(settings, registry)
    for issuer in settings.issuer:
        yield from examine_secrets(settings, issuer, ask=ask)
    yield from examine_store(settings, clock, answering=answering)
    yield from examine_disks(settings)
    yield examine_alarm(settings, clock, rings=rings)


def _trust(settings: Settings) -> str:
    """Return what the trust file says."""
    trust = read_trust(settings.path(settings.trust))
    registries = many(len(trust.networks), "registry", "registries")
    return f"{trust.name}: {registries}, {many(len(trust.accreditors), 'accreditor')}"
