"""
`attestree anchor`: brings what is queued to the chain, and shows where it stands.

Decides flags and words only; `anchoring` drives. This is the only command that sends for a server.
Source: DESIGN sections 6, 9 and 10.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from attestree.anchoring import Event, Worker, watch
from attestree.anchoring.resume import believe_again, resume_intent
from attestree.cli.console import Console, Context, exit_code
from attestree.cli.delivery import deliver_ready
from attestree.cli.healing import accept, fill
from attestree.cli.password import ask_password
from attestree.cli.relay import take_request
from attestree.cli.telling import Teller
from attestree.errors import (
    AttestreeError,
    KeyFileError,
    NotAllowedError,
    TransitionError,
    UnavailableError,
)
from attestree.outbox.relayed import is_relayed
from attestree.outbox.states import State
from attestree.ports import Intent, Store
from attestree.settings import Settings
from attestree.text.catalogue import explain
from attestree.wiring.alarms import wire_alarms, write_figures
from attestree.wiring.chains import wire_sender
from attestree.wiring.recovery import verify_nothing_forgotten
from attestree.wiring.stores import wire_store
from attestree.wiring.system import SystemClock
from attestree.wiring.workers import wire_worker

STATE_WORDS = {
    State.SEALED: "queued",
    State.SIGNED: "signed, not sent yet",
    State.SENT: "sent",
    State.MINED: "recorded, not final yet",
    State.FINAL: "final",
    State.REVERTED: "taken without effect",
    State.HALTED: "stopped",
}
"""How a state is called for people."""


def register(app: typer.Typer) -> None:
    """Add `anchor`."""
    app.command(rich_help_panel="Issue")(anchor)


def anchor(
    ctx: typer.Context,
    request: Annotated[
        Path | None, typer.Argument(help="A request that somebody signed: record it and pay for it.")
    ] = None,
    *,
    signature: Annotated[
        str | None, typer.Option(metavar="HEX", help="FILE: what the wallet of a contract account signed.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="FILE: check it and say what it costs; send nothing.")
    ] = False,
    cancel: Annotated[
        bool,
        typer.Option("--cancel", help="FILE: rule it out for ever; for the institution itself."),
    ] = False,
    watch_on: Annotated[
        bool, typer.Option("--watch", help="Go on until stopped; what a server's issuer runs.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Take one step for each write, then stop.")] = False,
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Take a stopped write up again, after looking at it; with the name of a registry, all that "
            "stopped because its chain took back what was final.",
        ),
    ] = None,
    drop: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Withdraw a queued write; one that is out already cannot be."),
    ] = None,
    accept_foreign: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Go on behind what somebody else sent with this key."),
    ] = None,
    fill_gap: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Send an empty transaction for each number of this key that is missing."
        ),
    ] = None,
) -> None:
    """Record everything that is queued, or what another signed in FILE, and wait until it is final."""
    context: Context = ctx.obj
    if take_request(context, request, signature=signature, dry_run=dry_run, cancel=cancel):
        return
    if watch_on and once:
        raise NotAllowedError("refused.two_modes", first="--watch", second="--once")
    if resume is not None and drop is not None:
        raise NotAllowedError("refused.two_modes", first="--resume", second="--drop")
    settings = context.settings()
    with wire_store(settings) as store:
        done = {one.wanted.id for one in store.fetch_intents() if one.state is State.FINAL or one.is_given_up}
        if drop is not None:
            _drop(context.console, store, drop)
            return
        for issuer in settings.issuer:
            verify_nothing_forgotten(settings, issuer, store)
        if resume is not None:
            _resume(context.console, settings, store, resume)
        if accept_foreign is not None:
            accept(context.console, settings, store, accept_foreign)
        if fill_gap is not None:
            fill(context.console, settings, store, fill_gap)
        with ExitStack() as stack:
            clock = SystemClock()
            book = stack.enter_context(wire_alarms(settings, clock=clock, writes_log=watch_on))
            note = partial(write_figures, settings, book, store, clock=clock)
            stack.callback(_do_if_possible, note)
            opened = [
                wire_worker(settings, registry, store, ask=ask_password, alarm=book)
                for registry in settings.registry
            ]
            workers = [stack.enter_context(worker) for worker in opened]
            hand_out = partial(deliver_ready, settings, store, context.console, told={})
            _drive(context.console, store, workers, hand_out, note, watch_on=watch_on, once=once)
        intents = [one for one in store.fetch_intents() if one.wanted.id not in done]
    # A service is stopped with work left, and one step is one step
    left = [] if watch_on or once else _without_key(intents, workers)
    _show(context.console, intents, _find_fault(intents, left))


def _drive(
    console: Console,
    store: Store,
    workers: Sequence[Worker],
    hand_out: Callable[[], Sequence[str]],
    note: Callable[[], None],
    *,
    watch_on: bool,
    once: bool,
) -> None:
    """Drive in one of the three ways, and hand out what became final."""
    teller = Teller(console.progress)
    hand_out()
    if watch_on:

        def tell(event: Event) -> None:
            teller.tell(event)
            if event.kind == "anchor" and event.after is State.FINAL:
                hand_out()

        # Whoever stops a service means what Ctrl-C means: give the keys back and go.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            watch(workers, tell, on_silence=teller.tell_silence, on_round=note)
        except KeyboardInterrupt:
            console.progress("Stopped. Whatever was signed is saved; the next run goes on from there.")
        return
    for worker in workers:
        if once:
            worker.drive_once(teller.tell)
        else:
            worker.drive_until_final(_ids_of(store, worker), teller.tell)
            # What somebody else recorded needs nothing from us but to wait until it is final.
            worker.drive_until_final(teller.list_told("outbox.effect_not_final", of=store), teller.tell)
    # What replaces something queues one more write when it is final
    if hand_out() and not once:
        for worker in workers:
            worker.drive_until_final(_ids_of(store, worker), teller.tell)


def _do_if_possible(act: Callable[[], None]) -> None:
    """Do what nobody waits for, at the end."""
    with suppress(UnavailableError):
        act()


def _ids_of(store: Store, worker: Worker) -> Sequence[str]:
    """Return the writes that a worker can bring to FINAL."""
    return [
        intent.wanted.id
        for intent in store.fetch_intents()
        if intent.state not in (State.FINAL, State.HALTED) and worker.can_sign(intent)
    ]


def _resume(console: Console, settings: Settings, store: Store, name: str) -> None:
    """Take up one stopped write, or all of a registry that stopped because finality broke."""
    known = [registry for registry in settings.registry if registry.name == name]
    intent = store.fetch_intent(name)
    if intent is None and not known:
        raise TransitionError("outbox.no_such_intent")
    sender = wire_sender(settings.find_registry(name if intent is None else intent.wanted.registry))
    again = believe_again(store, sender, registry=name) if intent is None else [intent]
    for one in again:
        resume_intent(store, sender, one.wanted.id)
        console.progress(f"{one.wanted.title}: taken up again.")
    if intent is None:
        console.progress(f"The chain of {name} is believed again, as it stands.")


def _drop(console: Console, store: Store, intent_id: str) -> None:
    """Withdraw one write."""
    intent = store.fetch_intent(intent_id)
    if intent is None:
        raise TransitionError("outbox.no_such_intent")
    store.drop_intent(intent_id, fence=intent.fence)
    console.result(f"Withdrawn: {intent.wanted.title}", {"withdrawn": intent_id})


def _show(console: Console, intents: Sequence[Intent], fault: AttestreeError | None) -> None:
    """Print every write that was not final before, and where it stands now; end with what is wrong."""
    lines = [f"{STATE_WORDS[intent.state]:<24} {intent.wanted.title}{_why(intent)}" for intent in intents]
    text, writes = "\n".join(lines) or "Nothing is queued.", {"writes": [_fields(one) for one in intents]}
    if fault is None:
        console.result(text, writes)
        return
    console.result_and_error(text, writes, fault)
    raise typer.Exit(exit_code(fault))


def _find_fault(intents: Sequence[Intent], without_key: Sequence[Intent]) -> AttestreeError | None:
    """Return why a program that calls this one must not believe that all is well, or None."""
    for intent in intents:
        if intent.state is State.HALTED:
            return TransitionError(intent.note, title=intent.wanted.title)
    for intent in without_key:
        return KeyFileError("key.not_here", address="0x" + intent.wanted.sender.hex())
    return None


def _without_key(intents: Sequence[Intent], workers: Sequence[Worker]) -> Sequence[Intent]:
    """Return the writes that wait for a key which is not here."""
    return [
        one
        for one in intents
        if one.state not in (State.FINAL, State.HALTED)
        and not is_relayed(one)
        and not any(worker.can_sign(one) for worker in workers)
    ]


def _why(intent: Intent) -> str:
    """Return why a write stopped, and its name for `--resume` or `--drop`."""
    if intent.state is State.SEALED:
        return f" [{intent.wanted.id}]"
    if intent.state is not State.HALTED:
        return ""
    return f"\n{'':<24} {explain(intent.note, {}).sentence} [{intent.wanted.id}]"


def _fields(intent: Intent) -> dict[str, object]:
    """Return a write for programs."""
    return {
        "id": intent.wanted.id,
        "kind": intent.wanted.kind,
        "title": intent.wanted.title,
        "registry": intent.wanted.registry,
        "batch": intent.wanted.batch_id,
        "state": intent.state.value,
        "block": intent.block_number,
        "note": intent.note or None,
    }
