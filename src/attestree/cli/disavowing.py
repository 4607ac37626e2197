"""
What disavowing a key would mean, before it is done: which batches and changes lose their standing.

Decides words only, and that every batch is named by whether this store made it: those that it did can be
confirmed one by one, those that it did not are the thief's. Source: DESIGN sections 5 and 9.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.accrediting.acts import Act
from attestree.auditing.reconcile import reconcile
from attestree.auditing.replay import Replay, fetch_replay
from attestree.cli.console import Context, many
from attestree.credentials.dates import format_timestamp
from attestree.errors import RequestError
from attestree.ports import Batch, Store
from attestree.registry.event_types import StatusChanged
from attestree.registry.facts import Anchor
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.settings import RegistrySettings, Settings
from attestree.wiring.chains import identity_of, wire_events
from attestree.wiring.stores import wire_store
from attestree.wiring.system import SystemClock


@dataclass(frozen=True, slots=True)
class Concerned:
    """One batch that a key recorded."""

    anchor: Anchor
    """As it stands on the chain."""
    batch: Batch | None
    """The batch of that root in this store; None = somebody else made it."""

    @property
    def origin(self) -> str:
        """Whether it is ours, a stranger's, or a stranger's in the place of ours."""
        if self.batch is None:
            return "not ours"
        same = (self.batch.size, self.batch.list_id) == (self.anchor.size, self.anchor.list_id)
        return "ours" if same else "taken"

    @property
    def advice(self) -> str:
        """What to do about it afterwards."""
        root = f"0x{self.anchor.root.hex()}"
        if self.batch is None:
            return f"{root}   NOT MADE HERE"
        if self.origin == "taken":
            return f"{root}   TAKEN with other values: issue ... --reseal {self.batch.id}"
        return f"{root}   ours, {self.batch.title}: issuer confirm {root}"


def show_concerned(
    context: Context,
    settings: Settings,
    registry: RegistrySettings,
    wanted: Act,
    *,
    operator: bytes,
    since: int,
) -> None:
    """Print what a key recorded and changed since a moment; raises RequestError `request.no_such_key`."""
    replayed, is_proven = _replay(registry, wanted.issuer)
    ledger = replayed.ledger.issuer(wanted.issuer)
    number = _find_number(ledger, operator)
    with wire_store(settings) as store:
        found = list_concerned(ledger, store, issuer=wanted.issuer, number=number, since=since)
    changes = sum(
        isinstance(entry.event, StatusChanged)
        and (entry.event.issuer, entry.event.operator) == (wanted.issuer, number)
        and entry.event.time >= since
        for entry in replayed.entries
    )
    if not is_proven:
        context.console.progress("The node does not show everything; there may be more than this.")
    lines = [f"{format_timestamp(one.anchor.time)}   {one.advice}" for one in found]
    counts = f"{many(len(found), 'batch', 'batches')} and {many(changes, 'change')} of status"
    lines.append(f"{counts} since {format_timestamp(since)}. Nothing was done; --yes disavows the key.")
    context.console.result(
        "\n".join(lines),
        {
            "done": False,
            "operator": f"0x{operator.hex()}",
            "since": format_timestamp(since),
            "complete": is_proven,
            "statusChanges": changes,
            "batches": [_fields(one) for one in found],
        },
    )


def list_concerned(
    ledger: IssuerLedger, store: Store, *, issuer: bytes, number: int, since: int
) -> list[Concerned]:
    """Return every batch that an operator recorded at or after a moment and that was not confirmed."""
    return [
        Concerned(anchor, store.fetch_batch_of_root(issuer=issuer, root=anchor.root))
        for anchor in ledger.anchors.values()
        if anchor is not None and anchor.operator == number and anchor.time >= since and not anchor.confirmed
    ]


def _replay(registry: RegistrySettings, issuer: bytes) -> tuple[Replay, bool]:
    """Replay the registry, and say whether what is known of the issuer is all there is."""
    events = wire_events(registry, clock=SystemClock())
    block = events.fetch_block("final")
    replayed = fetch_replay(events, identity=identity_of(registry), last=block)
    return replayed, reconcile(events, replayed.ledger, block=block, named=[issuer]).proven


def _find_number(ledger: IssuerLedger, operator: bytes) -> int:
    """Return an operator's number; RequestError `request.no_such_key`."""
    for one in ledger.operators:
        if one.address == operator:
            return one.number
    raise RequestError("request.no_such_key", address=f"0x{operator.hex()}")


def _fields(one: Concerned) -> dict[str, object]:
    return {
        "root": f"0x{one.anchor.root.hex()}",
        "time": format_timestamp(one.anchor.time),
        "size": one.anchor.size,
        "batch": None if one.batch is None else one.batch.id,
        "title": None if one.batch is None else one.batch.title,
        "origin": one.origin,
    }
