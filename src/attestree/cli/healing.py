"""
`attestree anchor --accept-foreign`, `--fill-gap`, `--resume` and `--drop`: a person says how it goes on.

Decides on which chains of the settings the key is looked for, and the words; what may be said is decided
in `anchoring.lane_healing` and `anchoring.resume`. Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator

from attestree.anchoring.lane_healing import accept_foreign_use, fill_gap
from attestree.anchoring.resume import believe_again, resume_intent
from attestree.cli.acting import parse_account
from attestree.cli.console import Console, many
from attestree.errors import TransitionError
from attestree.ports import Store
from attestree.settings import RegistrySettings, Settings
from attestree.wiring.chains import wire_sender
from attestree.wiring.system import SystemClock


def accept(console: Console, settings: Settings, store: Store, text: str) -> None:
    """Accept what another sent with a key, on each chain where there is something to accept."""
    address, refused, done = parse_account(text), TransitionError("lane.not_known"), False
    for registry in _with_lane(settings, store, address):
        try:
            lane, resumed = accept_foreign_use(
                store, wire_sender(registry), address=address, registry=registry.name
            )
        except TransitionError as error:
            refused = error
            continue
        done = True
        console.progress(f"{registry.name}: {text} goes on with transaction number {lane.next}.")
        for intent in resumed:
            console.progress(f"{intent.wanted.title}: taken up again.")
    if not done:
        raise refused


def fill(console: Console, settings: Settings, store: Store, text: str) -> None:
    """Queue empty transactions for the numbers that are missing, on each chain where some are."""
    address, refused, done = parse_account(text), TransitionError("lane.not_known"), False
    for registry in _with_lane(settings, store, address):
        try:
            filled = fill_gap(
                store, wire_sender(registry), SystemClock(), address=address, registry=registry.name
            )
        except TransitionError as error:
            refused = error
            continue
        done = True
        console.progress(f"{registry.name}: {many(len(filled), 'empty transaction')} queued for {text}.")
    if not done:
        raise refused


def resume_writes(console: Console, settings: Settings, store: Store, name: str) -> None:
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


def drop_write(console: Console, store: Store, intent_id: str) -> None:
    """Withdraw one write."""
    intent = store.fetch_intent(intent_id)
    if intent is None:
        raise TransitionError("outbox.no_such_intent")
    store.drop_intent(intent_id, fence=intent.fence)
    console.result(f"Withdrawn: {intent.wanted.title}", {"withdrawn": intent_id})


def _with_lane(settings: Settings, store: Store, address: bytes) -> Iterator[RegistrySettings]:
    """Yield one registry of the settings for each chain on which a key was used."""
    seen = set()
    pins = store.fetch_pins()
    for registry in settings.registry:
        pin = pins.get(registry.name)
        if pin is None or (pin.chain_id, pin.genesis_hash) in seen:
            continue
        if store.fetch_lane(sender=address, registry=registry.name) is not None:
            seen.add((pin.chain_id, pin.genesis_hash))
            yield registry
