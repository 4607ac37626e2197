"""
Issue by API: one credential at a time, signed at once, anchored with those that join the same batch.

Decides the order in which things become durable: the file of the signed credential first, then one
transaction that makes it a member and remembers its answer; only then is it answered. Killed before that
transaction, nobody was answered and nothing was issued; killed after it, the same `Idempotency-Key` gets the
same bytes. A list and a number are never given twice: a number is taken in that transaction, and a batch is
closed whose folder holds files of which the store knows nothing, as after a restored backup. How it is sealed
is decided in `sealing`.
Source: DESIGN sections 4, 6 and 10; docs/adr/0008.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from typing import Final

from attestree.credentials.canonical import canonicalize
from attestree.credentials.dates import format_timestamp
from attestree.credentials.strict_json import JsonObject
from attestree.errors import (
    CorruptionError,
    MalformedCredentialError,
    NotAllowedError,
    StoreUnavailableError,
    TransitionError,
)
from attestree.issuing.api_key import Caller
from attestree.issuing.complete import Seat, complete_credential
from attestree.issuing.derive import SEED_SIZE, TOKEN_SIZE, derive_list_id, require_seed
from attestree.issuing.issue import BATCH_ID_BYTES
from attestree.issuing.seal_joined import build_checksum
from attestree.issuing.shard import MAX_DOCUMENT_BYTES
from attestree.issuing.signing import DocumentSigner
from attestree.issuing.terms import Terms
from attestree.outbox.by_api import Answered, JoinedCredential, Joining, OpenBatch
from attestree.outbox.states import State
from attestree.ports import Batch, Clock, Entropy
from attestree.ports.by_api import JoinedDocuments, OpenBatchStore

ANSWER_SECONDS: Final = 86_400
"""How long an `Idempotency-Key` has its answer."""

TRIES: Final = 20
"""How often a credential asks for a number before it is told to come again."""


@dataclass(frozen=True, slots=True, repr=False)
class ApiAnswer:
    """What a program gets."""

    token: str
    """Last part of the credential's id."""
    octets: bytes
    """The signed credential, canonical JSON."""


@dataclass(frozen=True, slots=True, repr=False)
class _Asked:
    """What was asked, under its `Idempotency-Key`, hashed."""

    key_hash: bytes
    body_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiIssuing:
    """Issues one by one for one institution; what it needs is given, never looked up. Safe for threads."""

    store: OpenBatchStore
    """Where batches, members and answers are remembered."""
    documents: JoinedDocuments
    """Where the files of members lie."""
    clock: Clock
    """Wall time."""
    entropy: Entropy
    """Draws seeds, names and tokens."""
    terms: Terms
    """Of its open batches, from `build_open_terms`."""
    capacity: int
    """A batch closes with the credential that makes it so large."""
    open_signer: Callable[[], DocumentSigner]
    """Returns what signs; raises as reading its key does."""
    verify_room: Callable[[int], None] = lambda _size: None
    """Returns if so many credentials have room where they are written; FolderUnavailableError otherwise."""
    _lock: Lock = field(default_factory=Lock, repr=False)
    _examined: set[str] = field(default_factory=set, repr=False)

    def issue(
        self, asked: JsonObject, *, caller: Caller, body: bytes, idempotency_key: str | None
    ) -> ApiAnswer:
        """
        Issue a credential, or return what was issued under the same `Idempotency-Key`.

        Args:
            asked: The credential as it was asked for.
            caller: Whose key is for this institution.
            body: All that was asked, canonical JSON.
            idempotency_key: As it was sent; None = every request issues.

        Raises:
            NotAllowedError: `apikey.key_reused`, or as `complete_credential` does.
            MalformedCredentialError: As `complete_credential` does; `json.too_large`.
            LinkedDataError: As the signer does.
            StoreUnavailableError: `joined.busy`; or the database did not answer: ask again with the
                same `Idempotency-Key`.
            FolderUnavailableError: The disk did not answer; nothing was issued.
        """
        wanted = None
        if idempotency_key is not None:
            hashed = caller.presented.hash
            key_hash = hashed(b"idempotency key", idempotency_key.encode())
            wanted = _Asked(key_hash, hashed(b"asked", body))
        # One at a time: who waits for the same answer finds it when the first is done
        with self._lock:
            for _ in range(TRIES):
                found = self._find_answer(caller, wanted) or self._try(asked, caller, wanted)
                if found is not None:
                    return found
        raise StoreUnavailableError("joined.busy")

    def _find_answer(self, caller: Caller, wanted: _Asked | None) -> ApiAnswer | None:
        """Return what was answered before."""
        if wanted is None:
            return None
        found = self.store.fetch_answered(api_key_id=caller.key.id, key_hash=wanted.key_hash)
        if found is None or found.created < self.clock.now() - ANSWER_SECONDS:
            return None
        if not hmac.compare_digest(found.body_hash, wanted.body_hash):
            raise NotAllowedError("apikey.key_reused")
        joined = self.store.fetch_joined(found.token)
        if joined is None:
            raise CorruptionError("store.row_changed", table="joined", row=found.token)
        octets = self.documents.read(joined.batch_id, name_document(joined.index, joined.token))
        if caller.presented.hash(b"answer", octets) != found.answer_hash:
            raise CorruptionError("joined.changed", index=joined.index)
        return ApiAnswer(found.token, octets)

    def _try(self, asked: JsonObject, caller: Caller, wanted: _Asked | None) -> ApiAnswer | None:
        """Issue a credential; None where another process was faster."""
        try:
            opened, batch = self._open()
        except TransitionError:
            return None
        now, token = self.clock.now(), self.entropy.draw(TOKEN_SIZE).hex()
        octets = self._sign(asked, Seat(token, batch.list_id, opened.size, now))
        name = name_document(opened.size, token)
        answered = None
        if wanted is not None:
            answer_hash = caller.presented.hash(b"answer", octets)
            answered = Answered(
                caller.key.id, wanted.key_hash, wanted.body_hash, answer_hash, token, created=now
            )
        checksum = build_checksum(require_seed(batch.seed), octets)
        joined = JoinedCredential(token, batch.id, opened.size, checksum, now)
        self.documents.add(batch.id, name, octets)
        # Where the store does not answer, the file stays: it may have become a member all the same
        outcome = self.store.join_batch(joined, answered=answered, forget_before=now - ANSWER_SECONDS)
        if outcome is Joining.DONE:
            return ApiAnswer(token, octets)
        self.documents.drop(batch.id, name)
        return None

    def _sign(self, asked: JsonObject, seat: Seat) -> bytes:
        """Return the signed credential."""
        terms = self.terms
        document = complete_credential(asked, seat, profile=terms.profile, public_url=terms.public_url)
        size = len(canonicalize(document))
        if size > MAX_DOCUMENT_BYTES:
            raise MalformedCredentialError("json.too_large", limit=MAX_DOCUMENT_BYTES, size=size)
        signer = self.open_signer()
        (proof,) = signer.sign_batch([document], created=format_timestamp(seat.now))
        return canonicalize({**document, "proof": proof})

    def _open(self) -> tuple[OpenBatch, Batch]:
        """Return the batch that is to be joined, begun now where there is none that fits."""
        issuer = self.terms.profile.address
        opened = self.store.fetch_open_batch(issuer)
        batch = None if opened is None else self.store.fetch_batch(opened.batch_id)
        if opened is not None and (batch is None or not self._fits(opened, batch)):
            self.store.close_open_batch(opened.batch_id, now=self.clock.now())
            opened = None
        if opened is None:
            self.verify_room(self.capacity)
            opened = self.store.begin_open_batch(self._build_batch(), capacity=self.capacity)
            batch = self.store.fetch_batch(opened.batch_id)
        if batch is None:
            raise TransitionError("store.no_such_batch")
        return opened, batch

    def _fits(self, opened: OpenBatch, batch: Batch) -> bool:
        """Say whether a batch may be joined: same terms, not sealed, nothing in it that the store forgot."""
        if batch.root is not None or batch.fingerprint != build_open_fingerprint(self.terms, batch.id):
            return False
        if batch.id not in self._examined:
            if any(number_of(name) >= opened.size for name in self.documents.names(batch.id)):
                return False
            self._examined.add(batch.id)
        return True

    def _build_batch(self) -> Batch:
        """Return a batch that nobody joined yet."""
        seed, batch_id = self.entropy.draw(SEED_SIZE), self.entropy.draw(BATCH_ID_BYTES).hex()
        self._examined.add(batch_id)
        return Batch(
            id=batch_id,
            issuer=self.terms.profile.address,
            registry=self.terms.registry_name,
            state=State.OPEN,
            kind=int(self.terms.kind),
            list_id=derive_list_id(seed),
            seed=seed,
            created=self.clock.now(),
            fingerprint=build_open_fingerprint(self.terms, batch_id),
            title=self.terms.title,
            size=None,
            root=None,
            delivered=False,
            release_early=False,
        )


def build_open_fingerprint(terms: Terms, batch_id: str) -> bytes:
    """Return the fingerprint of an open batch, 32 bytes: its name, and what its members share."""
    return sha256(b"attestree/1 open batch\x00" + batch_id.encode() + canonicalize(terms.to_json())).digest()


def name_document(index: int, token: str) -> str:
    """Return the name of a member's file."""
    return f"{index:08d}-{token}.json"


def number_of(name: str) -> int:
    """Return the number in the name of a file; that of no member in any other name."""
    return int(name[:8]) if name[:8].isascii() and name[:8].isdigit() else 10**8
