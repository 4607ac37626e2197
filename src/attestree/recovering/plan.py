"""
What recovering would do, found out without doing anything.

Decides, for each thing that the chain or a folder knows and the store does not, what becomes of it:

    recorded, folder whole          entered, FINAL in its block
    recorded, folder gone or damaged  missing: a person must fetch it, or accept that it is lost
    handed out, not recorded        entered, and its anchor queued: whoever holds such a file waits for it
    held, not recorded              set aside: nobody has it, and whether it was meant to be recorded is known
                                    to nobody; its roster issues it anew. What was issued by API is the
                                    exception: its holders have it signed, so that it is entered and queued
    status changed                  entered; a change that waits here and was done takes its place
    an act that waits here          given up where its effect cannot be looked up: it may be done already

Nothing is concluded from a block that is not final, nor while a transaction of our key is on its way.
Source: DESIGN sections 4 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from attestree.errors import ChainUnavailableError, CorruptionError
from attestree.outbox.states import State
from attestree.ports import Batch, Intent, Nonces, TransactionSender
from attestree.ports.folders import SEVERAL_ACHIEVEMENTS
from attestree.ports.recovering import RecoverableStore
from attestree.recovering.chronicle import Chronicle, RecordedAnchor, RecordedChange
from attestree.recovering.described import Described
from attestree.recovering.found_batches import FoundBatch
from attestree.recovering.unknown import Unknown, find_unknown


@dataclass(frozen=True, slots=True)
class KnownFolder:
    """One batch folder on this machine."""

    described: Described
    """What it says it is."""
    place: str
    """`released`, `held`, or `aside` where an earlier run put it."""
    read: Callable[[str], FoundBatch]
    """Given the registry's name, puts the batch together; raises as `read_batch` does."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A batch to be entered."""

    found: FoundBatch
    """As its folder has it."""
    folder: KnownFolder
    """Its folder."""
    anchor: RecordedAnchor | None
    """Where it was recorded; None = it was not."""


@dataclass(frozen=True, slots=True)
class Missing:
    """An anchor of ours without documents."""

    recorded: RecordedAnchor
    """What was recorded."""
    fault: CorruptionError | None
    """What is wrong with its folder; None = there is none."""


@dataclass(slots=True)
class RegistryPlan:
    """What would be done about one registry."""

    name: str
    """Its name in the settings."""
    chronicle: Chronicle
    """What the chain holds."""
    keys: tuple[bytes, ...]
    """Addresses of our keys."""
    entries: list[Entry] = field(default_factory=list)
    """Batches to be entered, in chain order, those that wait last."""
    missing: list[Missing] = field(default_factory=list)
    """Anchors whose documents are not here."""
    aside: list[KnownFolder] = field(default_factory=list)
    """Folders that would be set aside."""
    damaged: list[tuple[KnownFolder, CorruptionError]] = field(default_factory=list)
    """Folders that were handed out, not recorded, and are not whole: only told."""
    waiting: list[tuple[Intent, RecordedAnchor]] = field(default_factory=list)
    """Anchors that wait here and were recorded by a transaction of which the store knows nothing."""
    changes: list[RecordedChange] = field(default_factory=list)
    """Changes of status to be entered, in chain order."""
    doubtful: list[Intent] = field(default_factory=list)
    """Writes that wait here and may be done already."""
    lanes: dict[bytes, int] = field(default_factory=dict)
    """Where the next nonce of each key would be moved to, for keys that are behind."""

    def __bool__(self) -> bool:
        """Say whether anything would be done."""
        found = (self.entries, self.missing, self.aside, self.waiting, self.changes, self.doubtful)
        return any(found) or bool(self.lanes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """One registry of the settings, as recovering sees it."""

    name: str
    """In the settings."""
    chain_id: int
    """EIP-155 chain id."""
    contract: bytes
    """20 bytes."""
    keys: Collection[bytes]
    """Addresses of our keys, 20 bytes each, beside those that the store knows."""
    sender: TransactionSender
    """Counts transactions."""
    fetch_chronicle: Callable[[], Chronicle]
    """Reads what the chain holds up to its newest block."""
    final_number: Callable[[], int]
    """Reads the height of the newest final block."""


def make_plan(registry: Registry, *, store: RecoverableStore, folders: Sequence[KnownFolder]) -> RegistryPlan:
    """
    Find out what recovering would do about one registry.

    Args:
        registry: Which.
        store: Read only.
        folders: Every batch folder of our issuers on this machine, whatever its registry.

    Raises:
        ChainUnavailableError: `recover.not_final`: what would be concluded from may still change.
        UnavailableError: Chain, store or disk do not answer.
        HeadMismatchError: The node hides or invents events.
    """
    senders = {one.wanted.sender for one in store.fetch_intents() if one.wanted.registry == registry.name}
    keys = tuple(sorted({*registry.keys, *senders}))
    # The counts before the events: what they count is in the events then
    counts = {key: registry.sender.fetch_nonces(key) for key in keys}
    final = registry.final_number()
    chronicle = registry.fetch_chronicle()
    plan = RegistryPlan(registry.name, chronicle, keys)
    unknown = find_unknown(chronicle, store, registry=registry.name, keys=keys)
    plan.changes, plan.waiting = list(unknown.changes), list(unknown.waiting)
    plan.lanes = dict(_find_lanes(store, registry.name, counts, unknown))
    here = [folder for folder in folders if _is_of(folder.described, registry)]
    _judge_folders(plan, store, here)
    found = {(entry.found.batch.issuer, entry.found.batch.root) for entry in plan.entries}
    damaged = {(one.recorded.issuer, one.recorded.anchor.root) for one in plan.missing}
    for recorded in unknown.anchors:
        if (recorded.issuer, recorded.anchor.root) not in found | damaged:
            plan.missing.append(Missing(recorded, None))
    if plan.lanes:
        plan.doubtful = [one for one in store.fetch_intents() if _is_doubtful(one, plan)]
    _verify_final(plan, final)
    return plan


def _is_of(described: Described, registry: Registry) -> bool:
    """Say whether a folder's batch belongs to a registry."""
    return (described.chain_id, described.contract) == (registry.chain_id, registry.contract)


def _judge_folders(plan: RegistryPlan, store: RecoverableStore, folders: Sequence[KnownFolder]) -> None:
    """Decide what becomes of each folder whose batch is not fixed here."""
    recorded = {(one.issuer, one.anchor.root): one for one in plan.chronicle.anchors}
    known = {batch.id: batch for batch in store.fetch_batches()}
    accepted = {(one.issuer, one.root) for one in store.fetch_missing()}
    judged: set[tuple[bytes, bytes]] = set()
    for folder in _sort_folders(folders, list(recorded)):
        anchored = folder.described.issuer, folder.described.root
        anchor = recorded.get(anchored)
        if anchored in judged or not _is_open(folder, known.get(folder.described.id), anchor):
            continue
        judged.add(anchored)
        _judge(plan, folder, anchor, is_accepted=anchored in accepted)


def _sort_folders(
    folders: Sequence[KnownFolder], recorded: Sequence[tuple[bytes, bytes]]
) -> list[KnownFolder]:
    """Return folders in chain order, those not recorded last; of one batch, the one handed out first."""
    order = {anchored: place for place, anchored in enumerate(recorded)}

    def rank(folder: KnownFolder) -> tuple[int, int]:
        place = order.get((folder.described.issuer, folder.described.root), len(order))
        return place, ("released", "held", "aside").index(folder.place)

    return sorted(folders, key=rank)


def _is_open(folder: KnownFolder, here: Batch | None, anchor: RecordedAnchor | None) -> bool:
    """Say whether anything is to be decided about a folder; `here` is what the store has of its batch."""
    if here is not None and here.root is not None:
        return False
    # Begun here and not recorded: its roster goes on with it
    return anchor is not None or (here is None and folder.place != "aside")


def _judge(
    plan: RegistryPlan, folder: KnownFolder, anchor: RecordedAnchor | None, *, is_accepted: bool
) -> None:
    """Decide what becomes of one folder; `is_accepted` where its loss was accepted before."""
    # What was issued by API is out, signed, before its folder is
    by_api = folder.described.achievement_id == SEVERAL_ACHIEVEMENTS
    if anchor is None and folder.place == "held" and not by_api:
        plan.aside.append(folder)
        return
    try:
        plan.entries.append(Entry(folder.read(plan.name), folder, anchor))
    except CorruptionError as fault:
        if anchor is None:
            plan.damaged.append((folder, fault))
        elif not is_accepted:
            plan.missing.append(Missing(anchor, fault))


def _is_doubtful(intent: Intent, plan: RegistryPlan) -> bool:
    """Say whether a write was queued before the store fell behind, and nothing tells if it was done since."""
    wanted = intent.wanted
    if wanted.registry != plan.name or intent.state is not State.SEALED:
        return False
    return wanted.sender in plan.lanes and wanted.kind != "status" and not wanted.probes


def _find_lanes(
    store: RecoverableStore, registry: str, counts: Mapping[bytes, Nonces], unknown: Unknown
) -> Iterator[tuple[bytes, int]]:
    """
    Yield each key that sent more than the store knows, and the count that it goes on from.

    Only what the registry holds explains a higher count: what else a key sent is the lane's concern. An
    act of standing explains it for a key that was used here before; another may have a past of its own.
    """
    for key, counted in counts.items():
        lane = store.fetch_lane(sender=key, registry=registry)
        if key not in unknown.unsigned and (lane is None or key not in unknown.acted):
            continue
        signed = 0 if lane is None else lane.next
        if max(counted.mined, counted.pending) <= signed:
            continue
        if not counted.final == counted.mined >= counted.pending:
            raise ChainUnavailableError("recover.not_final", address=key)
        yield key, counted.mined


def _verify_final(plan: RegistryPlan, final: int) -> None:
    """Return if all that would be entered as final is."""
    places = [entry.anchor for entry in plan.entries if entry.anchor is not None]
    places += [recorded for _, recorded in plan.waiting]
    for recorded in (*places, *plan.changes, *(missing.recorded for missing in plan.missing)):
        if recorded.block.number > final:
            raise ChainUnavailableError("recover.not_final", address=recorded.writer)
