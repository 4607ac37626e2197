"""
Driving what is queued from the command line: until it is final, one step, or until somebody stops it.

Decides the order: seal what is due, hand out what is ready, drive each registry, hand out again, sign status
lists. What a round does is decided in `anchoring`. Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial

from attestree.adapters.sql.store import SqlStore
from attestree.anchoring import Event, Worker, watch
from attestree.anchoring.bell import Bell
from attestree.cli.console import Console
from attestree.cli.delivery import deliver_ready
from attestree.cli.password import ask_password
from attestree.cli.publishing import open_publishing
from attestree.cli.sealing import seal_due
from attestree.cli.telling import Teller
from attestree.errors import UnavailableError
from attestree.outbox.relayed import is_relayed
from attestree.outbox.states import State
from attestree.ports import Intent, Store
from attestree.settings import Settings
from attestree.wiring.alarms import wire_alarms, write_figures
from attestree.wiring.key_watch import KeyWatch
from attestree.wiring.system import SystemClock
from attestree.wiring.workers import wire_worker


def drive_all(
    console: Console, settings: Settings, store: SqlStore, teller: Teller, *, watch_on: bool, once: bool
) -> Sequence[Intent]:
    """Drive the writes of every registry, and return those that wait for a key which is not here."""
    with ExitStack() as stack:
        clock = SystemClock()
        book = stack.enter_context(wire_alarms(settings, clock=clock, writes_log=watch_on))
        keys = KeyWatch(settings, store, Bell(book, clock))
        note = partial(write_figures, settings, book, store, clock=clock)
        stack.callback(_do_if_possible, note)
        opened = [
            wire_worker(settings, registry, store, ask=ask_password, alarm=book)
            for registry in settings.registry
        ]
        workers = [stack.enter_context(worker) for worker in opened]
        hand_out = partial(deliver_ready, settings, store, console, told={})
        publishing = open_publishing(console, settings, store, alarm=book)
        seal = partial(seal_due, settings, store, console, alarm=book, told={})

        def note_round() -> None:
            seal()
            publishing.publish_due()
            keys.note_round()
            note()

        seal()
        _drive(console, store, workers, teller, hand_out, note_round, watch_on=watch_on, once=once)
        if not watch_on:
            # Whoever stops a service waits for nothing more; its next round would have done it
            publishing.publish_all()
    # A service is stopped with work left, and one step is one step
    return [] if watch_on or once else _without_key(store, workers)


def _drive(
    console: Console,
    store: Store,
    workers: Sequence[Worker],
    teller: Teller,
    hand_out: Callable[[], Sequence[str]],
    note_round: Callable[[], None],
    *,
    watch_on: bool,
    once: bool,
) -> None:
    """Drive in one of the three ways, and hand out what became final."""
    hand_out()
    if watch_on:

        def tell(event: Event) -> None:
            teller.tell(event)
            if event.kind == "anchor" and event.after is State.FINAL:
                hand_out()

        # Whoever stops a service means what Ctrl-C means: give the keys back and go.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            watch(workers, tell, on_silence=teller.tell_silence, on_round=note_round)
        except KeyboardInterrupt:
            console.progress("Stopped. Whatever was signed is saved; the next run goes on from there.")
        return
    for worker in workers:
        if once:
            worker.drive_once(teller.tell)
        else:
            worker.drive_until_final(_ids_of(store, worker), teller.tell, on_silence=teller.tell_patience)
            # What somebody else recorded needs nothing from us but to wait until it is final.
            told = teller.list_told("outbox.effect_not_final", of=store)
            worker.drive_until_final(told, teller.tell, on_silence=teller.tell_patience)
    # What replaces something queues one more write when it is final
    if hand_out() and not once:
        for worker in workers:
            worker.drive_until_final(_ids_of(store, worker), teller.tell, on_silence=teller.tell_patience)


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


def _without_key(store: Store, workers: Sequence[Worker]) -> Sequence[Intent]:
    """Return the writes that wait for a key which is not here."""
    return [
        one
        for one in store.fetch_intents()
        if one.state not in (State.FINAL, State.HALTED)
        and not is_relayed(one)
        and not any(worker.can_sign(one) for worker in workers)
    ]
