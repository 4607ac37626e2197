"""
Who keeps the status lists of the settings' issuers: chain, shelf and signing key put together.

Decides how often the chain is looked at for them, and that issuers without a public address or a signing key
have none. What is signed, and when, is decided in `issuing.status_lists`. Source: DESIGN sections 3 and 10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from attestree.adapters.evm.followed_facts import FollowedFacts
from attestree.adapters.files.status_lists import StatusListFolder
from attestree.adapters.keys.password import AskPassword
from attestree.credentials.strict_json import JsonObject
from attestree.errors import ChainUnavailableError, NotAllowedError
from attestree.issuing.status_lists import ListRules, Publication, SignList, publish_lists
from attestree.ports import Clock, Store
from attestree.registry.facts import View
from attestree.registry.finality import DEV_CHAIN_IDS
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.settings import IssuerSettings, Settings
from attestree.wiring.chains import wire_sources
from attestree.wiring.signing import wire_document_signer
from attestree.wiring.system import SystemClock

LOOK_SECONDS, DEV_LOOK_SECONDS = 4, 1
"""Pause between two looks at a chain for changes; on the development chains a block is there at once."""

SignerOf = Callable[[IssuerSettings], SignList]
"""Returns what signs for an issuer; asked once a process, when the first list is to be signed."""


def wire_shelf(settings: Settings) -> StatusListFolder:
    """Return where signed lists lie."""
    return StatusListFolder(settings.path(settings.status.lists))


def wire_publisher(settings: Settings, store: Store, *, ask: AskPassword | None = None) -> ListPublisher:
    """Return what keeps the lists of all issuers of the settings."""
    signer_of = partial(wire_list_signer, settings, ask=ask)
    return ListPublisher(settings, store, SystemClock(), signer_of)


def has_lists(settings: Settings, issuer: IssuerSettings) -> bool:
    """Say whether an issuer's credentials point to lists, and the key that signs them is here."""
    key = issuer.signing_key
    return settings.public_url is not None and key is not None and settings.path(key).exists()


@dataclass(slots=True)
class _Seen:
    """What an issuer's lists were last made from."""

    state: object
    look_again: int


@dataclass(slots=True)
class ListPublisher:
    """Keeps lists; one a process, for one thread."""

    settings: Settings
    """Name the issuers, the chains and the folder."""
    store: Store
    """Knows batches that are not on the chain yet."""
    clock: Clock
    """Wall time."""
    signer_of: SignerOf
    """Opens an issuer's signing key."""
    _followed: dict[str, FollowedFacts] = field(default_factory=dict)
    _signers: dict[str, SignList] = field(default_factory=dict)
    _seen: dict[str, _Seen] = field(default_factory=dict)
    _looked: dict[str, int] = field(default_factory=dict)

    def publish(self, issuer: IssuerSettings, *, again: bool = False) -> Publication:
        """
        Bring the lists of one issuer up to the chain.

        Args:
            issuer: Whose.
            again: Sign all of them anew, as after a change of keys.

        Raises:
            NotAllowedError: `statuslist.no_public_url`, `statuslist.no_signing_key`, or
                `statuslist.busy`, another process is at it.
            AttestreeError: Chain, disk, store or key cannot be used; lists that were written before stand.
        """
        rules = self._rules(issuer)
        shelf = wire_shelf(self.settings)
        with shelf.opened():
            # Read while nobody else writes: whoever writes last has seen the newest chain
            _, ledgers = self._fetch(issuer)
            found = publish_lists(
                ledgers,
                self.store.fetch_batches(issuer=issuer.account),
                shelf=shelf,
                sign=partial(self._sign, issuer),
                rules=rules,
                now=self.clock.now(),
                again=again,
            )
        self._seen[issuer.name] = _Seen(self._state(issuer, ledgers), found.look_again)
        return found

    def publish_if_due(self, issuer: IssuerSettings) -> Publication | None:
        """Look at the chain, if that is due, and publish if a list must change; else return None."""
        now = self.clock.now()
        registry = self.settings.find_registry(issuer.registry)
        pause = DEV_LOOK_SECONDS if registry.chain_id in DEV_CHAIN_IDS else LOOK_SECONDS
        if 0 <= now - self._looked.get(issuer.name, -pause) < pause:
            return None
        self._looked[issuer.name] = now
        seen = self._seen.get(issuer.name)
        if seen is not None and now < seen.look_again:
            _, ledgers = self._fetch(issuer)
            if self._state(issuer, ledgers) == seen.state:
                return None
        return self.publish(issuer)

    def _rules(self, issuer: IssuerSettings) -> ListRules:
        """Return how an issuer's lists are written, if it can have any."""
        if self.settings.public_url is None:
            raise NotAllowedError("statuslist.no_public_url")
        if issuer.signing_key is None:
            raise NotAllowedError("statuslist.no_signing_key", issuer=issuer.name)
        return ListRules(
            public_url=self.settings.public_url,
            did=issuer.did,
            ttl_seconds=self.settings.status.ttl_minutes * 60,
            valid_seconds=self.settings.status.valid_hours * 3_600,
        )

    def _sign(self, issuer: IssuerSettings, document: JsonObject, created: str) -> JsonObject:
        """Sign one list; the key is opened for the first one that needs it."""
        if issuer.name not in self._signers:
            self._signers[issuer.name] = self.signer_of(issuer)
        return self._signers[issuer.name](document, created)

    def _fetch(self, issuer: IssuerSettings) -> tuple[View, tuple[IssuerLedger, ...]]:
        """Return what the chain holds of an issuer now, at each block that counts."""
        registry = self.settings.find_registry(issuer.registry)
        if registry.name not in self._followed:
            self._followed[registry.name] = FollowedFacts(wire_sources(registry), clock=self.clock)
        followed = self._followed[registry.name]
        followed.poll_once()
        try:
            return followed.fetch_ledgers(issuer.account)
        except ChainUnavailableError as exc:
            if exc.code != "chain.unproven_issuer":
                raise
        # Nothing was seen of it; the next look proves that there is nothing.
        followed.poll_once()
        return followed.fetch_ledgers(issuer.account)

    def _state(self, issuer: IssuerSettings, ledgers: tuple[IssuerLedger, ...]) -> object:
        """Return something that differs whenever a list may have to."""
        batches = [(batch.list_id, batch.size) for batch in self.store.fetch_batches(issuer=issuer.account)]
        return [(ledger.anchor_head, ledger.act_head) for ledger in ledgers], batches


def wire_list_signer(
    settings: Settings, issuer: IssuerSettings, *, ask: AskPassword | None = None
) -> SignList:
    """
    Return what signs an issuer's lists: the key that signs its credentials.

    Raises:
        SettingsError: As `wire_document_signer`.
        KeyFileError: The key does not open.
    """
    signer = wire_document_signer(settings, issuer, ask=ask)

    def sign(document: JsonObject, created: str) -> JsonObject:
        return next(iter(signer.sign_batch([document], created=created)))

    return sign
