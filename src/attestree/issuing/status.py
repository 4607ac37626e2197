"""
Status: revoke, suspend and reinstate what was issued.

Decides which writes a request becomes: one for each batch concerned, and none where it was asked for
already. Which bits it means is decided in `status_targets`. Reasons on chain are neutral; the issuer's own
words stay at home. Source: DESIGN sections 5 and 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from attestree.errors import NotAllowedError, RequestError
from attestree.issuing.revocations import Revocations
from attestree.issuing.status_targets import Targets, find_targets, verify_recorded
from attestree.outbox.states import State
from attestree.ports import Batch, Clock, Intent, NewIntent, Probe, Store
from attestree.ports.titles import STATUS_VERBS, name_batch, title_change
from attestree.registry.calls import build_status
from attestree.registry.facts import WHOLE_LIST_WORD, Purpose, Reason
from attestree.registry.slots import slot_of_status_word

MAX_WORDS = 200
"""Status words of one write, 256 credentials each: about four million gas."""


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """What is to become of some credentials."""

    purpose: Purpose
    """Which bitmap."""
    sets: bool
    """False clears a suspension."""
    reason: Reason = Reason.UNSPECIFIED
    """Of a revocation."""

    def __post_init__(self) -> None:
        """
        Refuse what the contract does not know.

        Raises:
            RequestError: `status.no_such_change`.
        """
        wants_reason = self.reason is not Reason.UNSPECIFIED
        if (self.purpose, self.sets) not in STATUS_VERBS or (
            wants_reason and self.purpose is not Purpose.REVOCATION
        ):
            raise RequestError("status.no_such_change")

    @property
    def lifts(self) -> bool:
        """Whether it reinstates."""
        return not self.sets

    @property
    def title(self) -> str:
        """The verb, for people."""
        return STATUS_VERBS[self.purpose, self.sets]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusDesk:
    """Changes status for one issuer; what it needs is given, never looked up."""

    store: Store
    """Knows batches, credentials and writes."""
    clock: Clock
    """Wall time."""
    issuer: bytes
    """Address that stands for the issuer, 20 bytes; must sign for whole batches itself."""
    operator: bytes
    """Address of the key that signs for single credentials, 20 bytes."""
    contracts: Mapping[str, bytes]
    """Name of each registry in the settings -> its address, 20 bytes."""

    def queue_credentials(self, ids: Sequence[str], request: StatusRequest) -> list[Intent]:
        """
        Queue the change for some credentials; asking again asks once.

        Args:
            ids: Ids, page addresses or bare tokens; twice the same is once.
            request: What is to become of them.

        Raises:
            RequestError: `status.none`, `status.not_an_id` or `status.unknown_id` with the place
                (from 1) of the first and the count of all; nothing is queued then.
            NotAllowedError: `status.not_recorded`: a batch concerned is not final yet;
                `status.is_revoked`, with the place of the first and the count of all: a revocation lasts.
        """
        intents = [
            intent
            for batch, words in self._find(ids, request)
            for intent in self._build(batch, words, request)
        ]
        return [self._add(intent) for intent in intents]

    def count(self, ids: Sequence[str], request: StatusRequest) -> list[tuple[Batch, int]]:
        """Return the batches concerned and how many credentials of each; raises as `queue_credentials`."""
        found = self._find(ids, request)
        return [(batch, sum(mask.bit_count() for mask in words.values())) for batch, words in found]

    def queue_batch(self, batch_id: str, request: StatusRequest) -> Intent:
        """
        Queue the change for a whole batch; the issuer's own account must sign it.

        Raises:
            RequestError: `status.unknown_batch`.
            NotAllowedError: `status.not_recorded` or `status.batch_is_revoked`.
        """
        batch = self.fetch_recorded(batch_id, request)
        return self._add(self._intent(batch, {WHOLE_LIST_WORD: 1}, request, sender=self.issuer))

    def fetch_recorded(self, batch_id: str, request: StatusRequest) -> Batch:
        """Return a batch whose status can be changed as a whole; raises as `queue_batch`."""
        batch = self.store.fetch_batch(batch_id)
        if batch is None or batch.issuer != self.issuer:
            raise RequestError("status.unknown_batch")
        verify_recorded(batch)
        if request.lifts and self._revocations().is_whole(batch):
            raise NotAllowedError("status.batch_is_revoked", batch=batch.id)
        return batch

    def _find(self, ids: Sequence[str], request: StatusRequest) -> Targets:
        """Return the batches concerned, each with its status words and masks; all can be changed then."""
        found = find_targets(ids, store=self.store, issuer=self.issuer)
        if request.lifts and (count := self._revocations().count(found)):
            raise NotAllowedError(
                "status.is_revoked", first=self._first_revoked(ids), count=count, total=len(ids)
            )
        return found

    def _first_revoked(self, ids: Sequence[str]) -> int:
        """Return the place (from 1) of the first id that is revoked."""
        revoked = self._revocations()
        alone = (find_targets([text], store=self.store, issuer=self.issuer) for text in ids)
        return next(place for place, found in enumerate(alone, 1) if revoked.count(found))

    def _revocations(self) -> Revocations:
        """Return what was revoked, as far as the store knows."""
        return Revocations.of(self.store)

    def _build(self, batch: Batch, words: Mapping[int, int], request: StatusRequest) -> Iterator[NewIntent]:
        """Yield the writes for one batch, a limited number of words each."""
        pairs = list(words.items())
        for start in range(0, len(pairs), MAX_WORDS):
            yield self._intent(batch, dict(pairs[start : start + MAX_WORDS]), request, sender=self.operator)

    def _intent(
        self, batch: Batch, words: Mapping[int, int], request: StatusRequest, *, sender: bytes
    ) -> NewIntent:
        """Return one write, with the id it has when it is asked for the first time."""
        payload = build_status(
            self.issuer,
            root=_root(batch),
            purpose=request.purpose,
            sets=request.sets,
            words=words,
            reason=request.reason,
        )
        whole = WHOLE_LIST_WORD in words
        count = None if whole else sum(mask.bit_count() for mask in words.values())
        return NewIntent(
            id=status_intent_id(batch.registry, payload, asked_before=0),
            kind="status",
            registry=batch.registry,
            issuer=self.issuer,
            sender=sender,
            to=self._contract(batch),
            payload=payload,
            probes=self._probes(batch, words, request),
            title=title_change(request.title, count, name_batch(batch.id, batch.title)),
            created=self.clock.now(),
        )

    def _contract(self, batch: Batch) -> bytes:
        """Return the contract that holds a batch's anchor."""
        contract = self.contracts.get(batch.registry)
        if contract is None:
            raise NotAllowedError("status.registry_not_set", registry=batch.registry)
        return contract

    def _probes(self, batch: Batch, words: Mapping[int, int], request: StatusRequest) -> tuple[Probe, ...]:
        """
        Return how to see a revocation in storage.

        A suspension may be lifted before it is final, and the other way round, so that its bits prove
        nothing about one write: its receipt does.
        """
        if request.purpose is not Purpose.REVOCATION:
            return ()
        return tuple(
            Probe(
                slot_of_status_word(
                    issuer=self.issuer, list_id=batch.list_id, purpose=int(request.purpose), word=word
                ),
                mask,
                mask,
            )
            for word, mask in sorted(words.items())
        )

    def _add(self, wanted: NewIntent) -> Intent:
        """Queue a write, unless it was asked for and nothing can have undone it since."""
        changes = self._changes_of(wanted)
        same = [intent for intent in changes if intent.wanted.payload == wanted.payload]
        # A revocation lasts. A suspension is ours to know only until it is done: a key of somebody else,
        # or a stolen one, may have turned it round since, and asking for it twice does no harm.
        standing = same if wanted.probes else [change for change in changes if not change.wanted.probes]
        over = (State.HALTED,) if wanted.probes else (State.HALTED, State.FINAL)
        last = standing[-1] if standing else None
        if last is not None and last.wanted.payload == wanted.payload and last.state not in over:
            return last
        number = status_intent_id(wanted.registry, wanted.payload, asked_before=len(same))
        return self.store.add_intent(replace(wanted, id=number))

    def _changes_of(self, wanted: NewIntent) -> list[Intent]:
        """Return all changes of the same batch's status so far, in order."""
        # Issuer and root are the first two arguments of each of the three calls
        return [
            intent
            for intent in self.store.fetch_intents()
            if intent.wanted.kind == "status"
            and intent.wanted.to == wanted.to
            and intent.wanted.registry == wanted.registry
            and intent.wanted.payload[4:68] == wanted.payload[4:68]
        ]


def status_intent_id(registry: str, payload: bytes, *, asked_before: int) -> str:
    """Return the id of a change of status; the same call asked again later is another write."""
    return "status:" + sha256(f"{registry}|{asked_before}|".encode() + payload).hexdigest()[:16]


def _root(batch: Batch) -> bytes:
    """Return the root of a batch that is recorded."""
    if batch.root is None:
        raise NotAllowedError("status.not_recorded", batch=batch.id)
    return batch.root
