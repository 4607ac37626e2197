"""
The doctor at the store: its tables, what waits and what stopped, lanes, leases, and batch folders.

Decides what is told as advice and what must be mended, and the next step for each; it opens the store
without bringing its tables up to date. Source: DESIGN sections 6, 9 and 11.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from attestree.adapters.sql.inspection import KnownLease
from attestree.adapters.sql.store import SqlStore
from attestree.anchoring.final_watch import BROKEN
from attestree.anchoring.lane_healing import STOPPED_BY_ANOTHER
from attestree.anchoring.lane_watch import check_lane_now
from attestree.cli.console import many
from attestree.cli.doctor.answer import Answer, bad, failed, good
from attestree.cli.doctor.keys import name_key
from attestree.errors import AttestreeError, NotAllowedError
from attestree.outbox.lane import TROUBLES
from attestree.outbox.states import State
from attestree.ports import Clock, Intent
from attestree.settings import IssuerSettings, RegistrySettings, Settings
from attestree.text.catalogue import explain
from attestree.wiring.keys import read_key_address, registry_keys
from attestree.wiring.recovery import has_folders, wire_gated_sender
from attestree.wiring.stores import sqlite_path, store_url, wire_folders

PART_SECONDS = 600
"""A half-written folder older than this is no longer being written."""


def examine_store(settings: Settings, clock: Clock, *, answering: Collection[str]) -> Iterator[Answer]:
    """
    Yield an answer to each question about the store; later ones are left out where it cannot be used.

    Args:
        settings: Name the store.
        clock: Wall time.
        answering: Registries whose chain answers as it should.
    """
    database = sqlite_path(settings)
    if database is not None and not database.exists():
        yield _not_there(settings)
        return
    try:
        with SqlStore(store_url(settings)) as store:
            condition = _condition(store)
            yield condition
            if condition.good:
                yield from _examine_contents(settings, store, clock)
                for registry in settings.registry:
                    if registry.name in answering:
                        yield from _examine_lanes(settings, registry, store)
    except AttestreeError as error:
        yield failed("store", error)


def _not_there(settings: Settings) -> Answer:
    """Return whether a database that is not there was lost."""
    for issuer in settings.issuer:
        if has_folders(settings, issuer):
            return failed("store", NotAllowedError("recover.folders", issuer=issuer.name))
    return good("store", "not there yet; the first command that needs it makes it")


def _condition(store: SqlStore) -> Answer:
    """Return how the database stands."""
    found = store.fetch_condition()
    words = f"{found.mode}, tables {found.revision or 'none'}"
    if found.revision > found.newest:
        return bad(
            "store", f"{words}: made by a newer Attestree", "Install that version: pip install -U attestree"
        )
    if found.revision < found.newest:
        return bad("store", f"{words}: older than this Attestree", "attestree anchor")
    if not found.is_durable:
        following = (
            "Put the database on a local disk, or set synchronous_commit and fsync of PostgreSQL to on."
        )
        return bad("store", f"{words}: what it acknowledged may be lost", following)
    return good("store", words)


def _examine_contents(settings: Settings, store: SqlStore, clock: Clock) -> Iterator[Answer]:
    """Yield an answer about each thing that the store knows of."""
    intents = store.fetch_intents()
    yield _waiting(settings, intents, clock)
    for intent in intents:
        if intent.state is State.HALTED and not intent.is_given_up:
            yield _stopped(intent)
    yield from _leases(store.fetch_leases(), clock)
    for issuer in settings.issuer:
        yield _folders(settings, issuer, clock)
        yield _delivery(issuer, store)


def _stopped(intent: Intent) -> Answer:
    """Return why a write stopped, and what takes it up again."""
    said = explain(intent.note, intent.facts)
    # Where the key or the chain is in doubt, the write alone cannot be taken up.
    of_its_own = intent.note not in (STOPPED_BY_ANOTHER, BROKEN)
    following = f"attestree anchor --resume {intent.wanted.id}" if of_its_own else said.next
    return bad(f"write {intent.wanted.id}", f"{intent.wanted.title}: {said.sentence}", following)


def _waiting(settings: Settings, intents: Sequence[Intent], clock: Clock) -> Answer:
    """Return how long the queue is, and for how long its oldest write has waited."""
    waiting = [one for one in intents if one.state not in (State.FINAL, State.HALTED)]
    stopped = sum(one.state is State.HALTED and not one.is_given_up for one in intents)
    words = f"{many(len(intents), 'write')}, {len(waiting)} on their way, {stopped} stopped"
    if not waiting:
        return good("queue", words)
    minutes = max(0, clock.now() - min(one.wanted.created for one in waiting)) // 60
    words += f"; the oldest has waited for {many(minutes, 'minute')}"
    if minutes >= settings.alarm.stuck_minutes:
        return bad("queue", words, "attestree anchor")
    return good("queue", words)


def _examine_lanes(settings: Settings, registry: RegistrySettings, store: SqlStore) -> Iterator[Answer]:
    """
    Yield an answer for each key of a registry that was used: whether the chain counts as we do.

    What the chain knows and the store forgot is told as that; nobody is to accept it as a stranger's.
    """
    sender = wire_gated_sender(settings, registry, store)
    for key in registry_keys(settings, registry):
        try:
            address = read_key_address(settings, key)
        except AttestreeError:
            # the question about the key itself says so
            continue
        topic, name = f"lane {name_key(key)}", f"0x{address.hex()}"
        try:
            counts = sender.fetch_nonces(address)
            if store.fetch_lane(sender=address, registry=registry.name) is None:
                continue
            state = check_lane_now(store, sender=address, registry=registry.name, counts=counts)
        except AttestreeError as error:
            yield failed(topic, error)
            continue
        if state.code in TROUBLES:
            said = explain(state.code, {"address": name})
            yield bad(topic, f"{name}: {said.sentence} [{state.code}]", said.next)
        else:
            yield good(topic, f"{name}: next number {counts.mined if not state.code else 'not known yet'}")


def _leases(leases: Sequence[KnownLease], clock: Clock) -> Iterator[Answer]:
    """Yield who holds each key, as far as somebody does."""
    now = clock.now()
    for lease in leases:
        if not lease.owner:
            continue
        name = f"0x{lease.address.hex()} on chain {lease.chain_id}"
        left = lease.expires - now
        state = f"for {left} s more, unless it renews it" if left > 0 else f"not renewed for {-left} s: free"
        yield good("lease", f"{name}: {lease.owner}, {state}")


def _folders(settings: Settings, issuer: IssuerSettings, clock: Clock) -> Answer:
    """Return whether a batch folder of an issuer was left half-written."""
    topic = f"folders {issuer.name}"
    try:
        parts = wire_folders(settings, issuer).fetch_parts()
    except AttestreeError as error:
        return failed(topic, error)
    old = [name for name, since in parts.items() if clock.now() - since > PART_SECONDS]
    if old:
        following = "Run the `attestree issue` command of that batch again: it builds the same files."
        return bad(topic, f"half-written and left: {', '.join(sorted(old))}", following)
    return good(topic, "every batch folder is whole" + (", one is being written" if parts else ""))


def _delivery(issuer: IssuerSettings, store: SqlStore) -> Answer:
    """Return whether every batch that became final was handed out."""
    batches = store.fetch_batches(issuer=issuer.account)
    left = [one.title for one in batches if one.state is State.FINAL and not one.delivered]
    if left:
        command = f"attestree deliver --issuer {issuer.name}"
        return bad(f"delivery {issuer.name}", f"final and not handed out: {', '.join(left)}", command)
    return good(f"delivery {issuer.name}", f"{many(len(batches), 'batch', 'batches')}, none waits")
