"""
Checks store, folders and chain against each other, and leaves nothing unsaid.

Decides which checks are made of which batch and write, and goes on where one source is silent: what could
not be looked at is reported beside what is wrong. Repairs nothing. Source: DESIGN sections 6, 8, 9 and 11.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from attestree.auditing.at_rest import check_folder, check_rows
from attestree.auditing.private import RowKeyOf
from attestree.auditing.reconcile import reconcile
from attestree.auditing.recorded import check_anchors, check_attempts, check_final_writes, check_known
from attestree.auditing.replay import fetch_replay
from attestree.errors import (
    AttestreeError,
    CorruptionError,
    FolderUnavailableError,
    RefusedError,
    UnavailableError,
)
from attestree.outbox.states import State
from attestree.ports import Batch, ChainEvents, Store
from attestree.ports.folders import ArchiveFiles
from attestree.registry.facts import ChainIdentity


class BatchArchives(Protocol):
    """The batch folders of one issuer, only to be read."""

    def held(self, batch_id: str) -> ArchiveFiles | None:
        """Return the folder that is held, or None."""

    def released(self, batch_id: str) -> ArchiveFiles | None:
        """Return the folder that was handed out, or None."""


@dataclass(frozen=True, slots=True)
class WatchedRegistry:
    """One registry of the settings."""

    events: ChainEvents
    """How it is read."""
    identity: ChainIdentity
    """Its pins in the settings."""


@dataclass(slots=True)
class ConsistencyReport:
    """What was found; filled while checking."""

    faults: list[CorruptionError] = field(default_factory=list)
    """What is wrong."""
    silent: list[AttestreeError] = field(default_factory=list)
    """What could not be looked at, and why."""
    batches: int = 0
    """Batches in the store."""
    credentials: int = 0
    """Rows that were checked."""
    writes: int = 0
    """Writes that were checked."""
    damaged: bool = False
    """Whether rows of the store are not what was written: what else is found may come from that."""

    @property
    def clean(self) -> bool:
        """Whether everything was looked at and nothing is wrong."""
        return not self.faults and not self.silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """Checks one installation."""

    store: Store
    """What is remembered."""
    folders: Mapping[bytes, BatchArchives]
    """Batch folders by issuer, 20 bytes."""
    registries: Mapping[str, WatchedRegistry]
    """Registries by name."""
    row_keys: Mapping[bytes, Callable[[str], RowKeyOf]] = field(default_factory=dict)
    """What tells row keys, by issuer; for those whose roster key is at hand."""
    keys: frozenset[bytes] = frozenset()
    """Addresses of keys that record for us, beside those that the store knows."""
    given_up: Collection[tuple[bytes, bytes]] = ()
    """Issuer and root of anchors whose documents are lost, as a person has accepted."""
    check_open: Callable[[], Iterator[CorruptionError]] = lambda: iter(())
    """Yields what is wrong with members of open batches."""

    def run(self, on_progress: Callable[[str], None] | None = None) -> ConsistencyReport:
        """
        Check everything.

        Args:
            on_progress: Is told the name of each batch and registry before it is checked.

        Raises:
            StoreUnavailableError: The store did not answer.
        """
        tell = on_progress or (lambda _: None)
        report = ConsistencyReport()
        tell("the store")
        self._collect(report, self.store.check_at_rest())
        report.damaged = bool(report.faults)
        batches = self._fetch_batches(report)
        report.batches = len(batches)
        for batch in batches:
            tell(batch.id)
            self._collect(report, self._check_batch(batch, report), batch=batch.id)
        self._collect(report, self.check_open())
        self._collect(report, self._check_writes(report))
        for name, registry in self.registries.items():
            tell(name)
            self._collect(report, self._check_registry(name, registry, batches))
        if report.damaged:
            # A batch that is unknown because its row is damaged is no reason to suspect a key.
            report.faults = [fault for fault in report.faults if fault.code != "fsck.anchor_unknown"]
        return report

    @staticmethod
    def _collect(
        report: ConsistencyReport, faults: Iterator[CorruptionError], *, batch: str | None = None
    ) -> None:
        """Take all faults, each with its batch; a source that is silent ends this check only."""
        try:
            for fault in faults:
                if batch is not None:
                    fault.values.setdefault("batch", batch)
                report.faults.append(fault)
        except CorruptionError as fault:
            report.faults.append(fault)
        except (UnavailableError, RefusedError) as error:
            report.silent.append(error)
        except Exception:
            # A damaged row may hold anything, and was named; otherwise this is a mistake of ours.
            if not report.damaged:
                raise

    def _fetch_batches(self, report: ConsistencyReport) -> Sequence[Batch]:
        """Return the batches; none where one of them cannot even be read."""
        try:
            return self.store.fetch_batches()
        except CorruptionError as fault:
            report.faults.append(fault)
            return ()

    def _check_batch(self, batch: Batch, report: ConsistencyReport) -> Iterator[CorruptionError]:
        rows = self.store.fetch_rows(batch.id)
        report.credentials += len(rows)
        if batch.root is not None:
            yield from check_rows(batch, rows)
        if batch.state is State.HALTED and self._is_given_up(batch):
            # Its secrets and its files went when it was: nobody ever got one.
            return
        if batch.delivered != (batch.seed is None):
            yield CorruptionError("fsck.seed_kept" if batch.delivered else "fsck.seed_lost", batch=batch.id)
        archives = self.folders.get(batch.issuer)
        if archives is None:
            raise FolderUnavailableError("fsck.issuer_not_set", batch=batch.id, issuer=batch.issuer)
        held, released = archives.held(batch.id), archives.released(batch.id)
        yield from _check_places(batch, held=held, released=released)
        if batch.root is None:
            return
        for files in (held, released):
            if files is not None:
                yield from check_folder(batch, rows, files, row_keys=self.row_keys.get(batch.issuer))

    def _is_given_up(self, batch: Batch) -> bool:
        """Say whether a batch can never be recorded, and was sealed anew."""
        halted = self.store.fetch_intents(states=[State.HALTED])
        return any(intent.is_given_up for intent in halted if intent.wanted.batch_id == batch.id)

    def _check_writes(self, report: ConsistencyReport) -> Iterator[CorruptionError]:
        intents = self.store.fetch_intents()
        report.writes = len(intents)
        attempts = (
            (intent, attempt) for intent in intents for attempt in self.store.fetch_attempts(intent.wanted.id)
        )
        chains = {name: pin.chain_id for name, pin in self.store.fetch_pins().items()}
        yield from check_attempts(attempts, chains)

    def _check_registry(
        self, name: str, registry: WatchedRegistry, batches: Sequence[Batch]
    ) -> Iterator[CorruptionError]:
        pin = self.store.fetch_pin(name)
        if pin is not None and pin != registry.identity:
            yield CorruptionError("fsck.pin", registry=name)
        # The store before the chain: what is FINAL here by now must be there then
        intents = [intent for intent in self.store.fetch_intents() if intent.wanted.registry == name]
        ours = [batch for batch in batches if batch.registry == name]
        issuers = [*self.folders, *(batch.issuer for batch in ours)]
        block = registry.events.fetch_block("final")
        replayed = fetch_replay(registry.events, identity=registry.identity, last=block)
        if not reconcile(registry.events, replayed.ledger, block=block, named=issuers).proven:
            yield CorruptionError("fsck.chain_events", registry=name)
            return
        yield from check_anchors(ours, replayed.ledger)
        # And the chain before the store: what is there was sealed here before it was sent
        known = [batch for batch in self.store.fetch_batches() if batch.registry == name]
        keys = self.keys | {intent.wanted.sender for intent in intents}
        yield from check_known(known, replayed.ledger, issuers=issuers, keys=keys, given_up=self.given_up)
        yield from check_final_writes(intents, registry.events, block=block)


def _check_places(
    batch: Batch, *, held: ArchiveFiles | None, released: ArchiveFiles | None
) -> Iterator[CorruptionError]:
    """Yield where a folder lies that should not, or does not where it should."""
    if batch.delivered and held is not None:
        yield CorruptionError("fsck.held_twice", batch=batch.id)
    # A write that was final and is in doubt now was handed out rightly
    was_final = batch.state is State.FINAL or (batch.state is State.HALTED and batch.delivered)
    may_be_out = was_final or batch.release_early
    if released is not None and not may_be_out:
        yield CorruptionError("fsck.released_early", batch=batch.id)
    if batch.root is not None and held is None and released is None:
        yield CorruptionError("fsck.folder_missing", batch=batch.id)
    elif batch.delivered and released is None:
        yield CorruptionError("fsck.not_released", batch=batch.id)
