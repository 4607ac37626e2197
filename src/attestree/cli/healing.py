"""
`attestree anchor --accept-foreign` and `--fill-gap`: a person says how a key goes on.

Decides on which chains of the settings the key is looked for, and the words; what may be said is decided
in `anchoring.lane_healing`. Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator

from attestree.anchoring.lane_healing import accept_foreign_use, fill_gap
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
