"""
What the service is made of: a verifier, the registries it follows, and perhaps a store.

Decides which parts there are and which limits hold; `server` puts them together from settings, tests
from fakes. With no store it is a verifier only. Source: DESIGN section 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from attestree.credentials.strict_json import MAX_BYTES
from attestree.issuing.api_desk import ApiDesk
from attestree.outbox.by_api import JoinedCredential
from attestree.ports import Batch, ChainFacts, Clock, CredentialRow
from attestree.ports.folders import StatusShelf
from attestree.registry.facts import View
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.registry.ledger import Ledger
from attestree.verifying.verifier import RegistryKey, Verifier
from attestree.wiring.alarms import QueuedWrites


class FollowedRegistry(ChainFacts, Protocol):
    """`ChainFacts` that answers from memory and can list what it holds."""

    def fetch_view(self) -> View:
        """Return as of when answers speak; raises as `fetch_facts` does."""

    def fetch_ledger(self) -> Ledger:
        """Return the ledger at the final block, only to be read; raises as `fetch_facts` does."""

    def fetch_ledgers(self, issuer: bytes) -> tuple[View, tuple[IssuerLedger, ...]]:
        """Return one issuer's state at each block that counts, only to be read; raises as `fetch_facts`."""

    def start(self) -> None:
        """Begin to follow in the background."""

    def stop(self) -> None:
        """End following."""


class IssuedCredentials(Protocol):
    """The part of `ports.Store` that look-ups need."""

    def fetch_row(self, token: str) -> CredentialRow | None:
        """Return one credential's row or None."""

    def fetch_joined(self, token: str) -> JoinedCredential | None:
        """Return a credential of a batch that is not sealed yet, or None."""

    def fetch_batch(self, batch_id: str) -> Batch | None:
        """Return a batch or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one request may be; every limit has its code under `request.*`."""

    body_bytes: int = MAX_BYTES
    """Body of a single question."""
    form_bytes: int = 2 * MAX_BYTES
    """Body of the page's form."""
    batch_bytes: int = 16 * 1024 * 1024
    """Of a batch, how much is read before the first answer leaves, so that no client can block itself."""
    line_bytes: int = MAX_BYTES
    """One line of a batch."""
    batch_lines: int | None = None
    """Lines of a batch; None = any number."""
    header_bytes: int = 16_384
    """All header fields together."""
    rate: str | None = "1200/minute"
    """Requests of one address, in the notation of the package `limits`; None = no limit."""
    wait_seconds: float = 10.0
    """How long a body may stay away; more only while it keeps arriving."""


@dataclass(frozen=True, slots=True)
class HostedLists:
    """Status lists that are handed out here."""

    issuers: tuple[tuple[RegistryKey, bytes], ...]
    """This server's issuers: the registry of each, and its address there, 20 bytes."""
    shelf: StatusShelf
    """Where their signed lists lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebService:
    """Everything that routes and pages need."""

    verifier: Verifier
    """Judges; its trust file says whom to believe."""
    registries: Mapping[RegistryKey, FollowedRegistry]
    """What is followed, by chain id and contract; only registries of the trust file."""
    clock: Clock
    """Wall time."""
    store: IssuedCredentials | None = None
    """Batches and credentials of the issuers of this server; None = a verifier only."""
    queue: QueuedWrites | None = None
    """What this server's issuers have queued, to be counted; None = a verifier only."""
    lists: HostedLists | None = None
    """Status lists of this server's issuers; None = a verifier only."""
    api: ApiDesk | None = None
    """Serves programs that issue; None = nothing is issued here."""
    limits: Limits = field(default_factory=Limits)
    """How much one request may be."""

    def start(self) -> None:
        """Begin to follow every registry."""
        for registry in self.registries.values():
            registry.start()

    def stop(self) -> None:
        """Stop following."""
        for registry in self.registries.values():
            registry.stop()
