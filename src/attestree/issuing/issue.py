"""
Issue: from a plan to a sealed batch whose anchor is queued.

Decides the order in which things become durable: the batch is opened with its seed, its folder is
written and held, then root, rows and the anchor are fixed in one transaction. Killed anywhere, the same
command goes on with the same bytes; run again, it finds what it made and issues nothing new. It signs
and sends nothing: `anchoring` does. Source: DESIGN sections 4 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from attestree.credentials.anchor_proof import LIST_ID_SIZE
from attestree.credentials.dates import format_timestamp
from attestree.errors import FeeLimitError, NotAllowedError, RosterError
from attestree.issuing.claims import Place
from attestree.issuing.compose import Composer
from attestree.issuing.derive import SEED_SIZE, derive_list_id
from attestree.issuing.folder import build_folder, format_record
from attestree.issuing.keyed_rows import KeyedRows
from attestree.issuing.plan import IssueRequest, Plan, make_plan
from attestree.issuing.progress import Making
from attestree.issuing.seal import seal
from attestree.issuing.sealed import SealedBatch
from attestree.issuing.signing import DocumentSigner
from attestree.issuing.terms import Terms
from attestree.issuing.trees import Memory
from attestree.outbox.states import State
from attestree.ports import (
    Batch,
    BatchFolder,
    Clock,
    CredentialRow,
    Entropy,
    NewIntent,
    Probe,
    Store,
    TransactionSender,
)
from attestree.ports.titles import title_anchor
from attestree.registry.calls import build_anchor
from attestree.registry.records import build_anchor_pattern
from attestree.registry.slots import slot_of_anchor

BATCH_ID_BYTES = 6
"""Random bytes in a batch's name."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What a run made, or found."""

    batch: Batch | None
    """The batch; None where every row was issued before, in other batches."""
    intent_id: str | None
    """The write that anchors it."""
    size: int
    """Number of its credentials."""
    is_new: bool
    """Whether this run sealed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """Issues for one institution; what it needs is given, never looked up."""

    store: Store
    """Where batches, credentials and writes are remembered."""
    folder: BatchFolder
    """Where files lie."""
    sender: TransactionSender | None
    """Asked for gas and fees; None = no quote and no limit."""
    clock: Clock
    """Wall time."""
    entropy: Entropy
    """Draws seeds and names."""
    roster_key: bytes
    """The issuer's, 32 bytes; secret."""
    operator: bytes
    """Address of the key that anchors, 20 bytes."""
    fee_limit_wei: int
    """A batch that might cost more is not started."""
    sign: DocumentSigner | None = None
    """Signs each credential beside its anchor proof, or None; the terms say which."""
    making: Making = field(default_factory=Making)
    """Who makes the credentials, and who is told how far they are."""
    verify_room: Callable[[int], None] = lambda _size: None
    """Returns if a batch of that size has room where it is written; FolderUnavailableError otherwise."""
    memory: Memory = bytearray
    """Where the nodes and positions of a large tree lie."""

    def plan(self, request: IssueRequest, *, ask_chain: bool = True) -> Plan:
        """Find out what a run would do, with or without a quote; raises as `make_plan` does."""
        return make_plan(
            request,
            store=self.store,
            sender=self.sender if ask_chain else None,
            roster_key=self.roster_key,
            operator=self.operator,
            now=self.clock.now(),
        )

    def issue(self, plan: Plan) -> Issued:
        """
        Seal the batch of a plan and queue its anchor, or find what an earlier run sealed.

        Raises:
            RosterError: `roster.bad_rows`, `roster.no_good_rows`, or a code of `seal`.
            ChainUnavailableError: The chain gave no quote.
            RevertedError: The contract would refuse.
            FeeLimitError: `fee.batch_above_limit`.
            LinkedDataError: `terms.*`, the achievement uses terms that cannot be signed; nothing was begun.
            MissingExtraError: `extra.signatures`; nothing was begun.
            FolderUnavailableError: `folder.no_room`, nothing was begun; or the disk did not answer, and
                nothing was queued.
            EngineUnavailableError: `engine.workers_lost`; nothing was queued.
            StoreUnavailableError: The database did not answer.
        """
        if plan.is_stopped:
            raise RosterError("roster.bad_rows", bad=plan.bad, good=plan.good)
        if plan.batch is not None and plan.batch.root is not None:
            self._restore(plan, plan.batch)
            return Issued(plan.batch, anchor_intent_id(plan.batch.id), plan.size, is_new=False)
        if not plan.selection.keyed_rows:
            if plan.selection.skipped == 0:
                raise RosterError("roster.no_good_rows")
            return Issued(None, None, 0, is_new=False)
        self._verify_fee(plan)
        self._verify_signer(plan)
        self.verify_room(plan.size)
        return self._seal(plan, self._open(plan))

    def _verify_fee(self, plan: Plan) -> None:
        """Return if recording is possible and cheap enough."""
        if plan.obstacle is not None:
            raise plan.obstacle
        if plan.quote is not None and plan.quote.fee_wei > self.fee_limit_wei:
            raise FeeLimitError("fee.batch_above_limit", fee=plan.quote.fee_wei, limit=self.fee_limit_wei)

    def _verify_signer(self, plan: Plan) -> None:
        """Return if what signs can sign such credentials; a sample is signed before anything is begun."""
        terms = plan.request.terms
        if terms.signed is not (self.sign is not None):
            raise TypeError("the terms say whether there is a signer")
        if self.sign is None:
            return
        composer = Composer(terms, bytes(SEED_SIZE), plan.now)
        sample = composer.compose(plan.selection.keyed_rows[0][1], Place(0, 0, bytes(LIST_ID_SIZE)))
        list(self.sign.sign_batch([sample], created=format_timestamp(plan.now)))

    def _open(self, plan: Plan) -> Batch:
        """Return the batch of a plan, opened now or by a run that was killed."""
        terms, seed = plan.request.terms, self.entropy.draw(SEED_SIZE)
        return self.store.open_batch(
            Batch(
                id=self.entropy.draw(BATCH_ID_BYTES).hex(),
                issuer=terms.profile.address,
                registry=terms.registry_name,
                state=State.OPEN,
                kind=int(terms.kind),
                list_id=derive_list_id(seed),
                seed=seed,
                created=self.clock.now(),
                fingerprint=plan.fingerprint,
                title=terms.title,
                size=None,
                root=None,
                delivered=False,
                release_early=plan.request.release_early,
            )
        )

    def _seal(self, plan: Plan, batch: Batch) -> Issued:
        """Build the batch, hold its folder, and fix it in the store together with its anchor."""
        terms = plan.request.terms
        sealed = self._build(plan.selection.keyed_rows, terms, batch)
        self._hold(batch, sealed, terms, plan.selection.replaces)
        intent = build_anchor_intent(
            batch, sealed, contract=terms.registry, operator=self.operator, now=self.clock.now()
        )
        rows = build_store_rows(batch, sealed, plan.selection.replaces)
        self.store.seal_batch(batch.id, root=sealed.root, size=sealed.size, rows=rows, intent=intent)
        return Issued(self.store.fetch_batch(batch.id), intent.id, sealed.size, is_new=True)

    def _build(self, rows: KeyedRows, terms: Terms, batch: Batch) -> SealedBatch:
        """Build a batch from its rows; the same one each time."""
        engine = self.making.engine_for(len(rows))
        return seal(
            rows,
            terms,
            seed=batch.seed,
            created=batch.created,
            sign=self.sign,
            engine=engine,
            memory=self.memory,
        )

    def _hold(self, batch: Batch, sealed: SealedBatch, terms: Terms, replaces: Mapping[bytes, str]) -> None:
        """Write the folder of a sealed batch and hold it; `replaces` is row key -> token."""
        by_index: dict[int, str] = {}
        if replaces:
            keys = ((index, sealed.row_key(index)) for index in range(sealed.size))
            by_index = {index: replaces[key] for index, key in keys if key in replaces}
        record = format_record(batch.fingerprint, first_row_key=sealed.row_key(0), replaces=by_index)
        self.folder.hold(batch.id, build_folder(batch.id, sealed, terms, record=record))

    def _restore(self, plan: Plan, batch: Batch) -> None:
        """Write the held folder of a sealed batch again where it is gone, if it can still be the same."""
        if batch.delivered or self.folder.is_held(batch.id) or self.folder.is_released(batch.id):
            return
        rows = self.store.fetch_rows(batch.id)
        known = {row.row_key for row in rows}
        replaces = {row.row_key: row.replaces for row in rows if row.replaces is not None}
        terms, keys = plan.request.terms, plan.keyed_rows.keys()
        kept = plan.keyed_rows.select([position for position, key in enumerate(keys) if key in known])
        sealed = self._build(kept, terms, batch)
        if sealed.root != batch.root:
            raise NotAllowedError("issuing.not_the_same", batch=batch.id)
        self._hold(batch, sealed, terms, replaces)


def anchor_intent_id(batch_id: str) -> str:
    """Return the id of the write that anchors a batch."""
    return f"anchor:{batch_id}"


def build_store_rows(
    batch: Batch, sealed: SealedBatch, replaces: Mapping[bytes, str]
) -> Iterator[CredentialRow]:
    """Yield a row of the store for each credential; `replaces` is row key -> token."""
    for index, token in enumerate(sealed.tokens()):
        row_key = sealed.row_key(index)
        yield CredentialRow(
            token=token,
            row_key=row_key,
            batch_id=batch.id,
            index=index,
            leaf_hash=sealed.tree.leaf_hash(index),
            replaces=replaces.get(row_key),
        )


def build_anchor_intent(
    batch: Batch, sealed: SealedBatch, *, contract: bytes, operator: bytes, now: int
) -> NewIntent:
    """Return the write that anchors a sealed batch, and how to see in storage that it did."""
    header = sealed.header
    return NewIntent(
        id=anchor_intent_id(batch.id),
        kind="anchor",
        registry=batch.registry,
        issuer=header.issuer,
        sender=operator,
        to=contract,
        payload=build_anchor(
            header.issuer, root=sealed.root, size=header.size, kind=int(header.kind), list_id=header.list_id
        ),
        probes=(build_anchor_probe(sealed),),
        title=title_anchor(header.size, batch.title),
        created=now,
        batch_id=batch.id,
    )


def build_anchor_probe(sealed: SealedBatch) -> Probe:
    """Return how to see the anchor: size, kind and list in its word, and no mark of cancellation."""
    header = sealed.header
    mask, value = build_anchor_pattern(size=header.size, kind=int(header.kind), list_id=header.list_id)
    return Probe(slot_of_anchor(issuer=header.issuer, root=sealed.root), mask, value)
