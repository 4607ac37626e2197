"""
What issues one by one for programs, and what seals the batches that come of it.

Decides nothing beyond the choice of adapters. A server signs credentials and never sends: sealing is wired
for the process that does. Source: DESIGN sections 3 and 10.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from attestree.adapters.files.open_folders import OpenFolders
from attestree.adapters.files.sealed_files import SealedFiles
from attestree.adapters.keys.password import AskPassword
from attestree.adapters.keys.roster_key import read_roster_key
from attestree.adapters.sql.store import SqlStore
from attestree.auditing.open_batches import check_open_batches
from attestree.errors import CorruptionError, KeyFileError, NotAllowedError, SettingsError
from attestree.issuing.api_desk import ApiDesk, IssuingDesk
from attestree.issuing.by_api import ApiIssuing, name_document
from attestree.issuing.seal_joined import build_checksum, build_open_terms
from attestree.issuing.sealing import Sealing
from attestree.issuing.signing import DocumentSigner
from attestree.issuing.terms import IssuerProfile, Terms
from attestree.settings import IssuerSettings, Settings
from attestree.wiring.issuers import operator_address
from attestree.wiring.room import verify_room
from attestree.wiring.signing import wire_document_signer
from attestree.wiring.stores import wire_folders
from attestree.wiring.system import SystemClock, SystemEntropy

SignerOf = Callable[[IssuerSettings], DocumentSigner]
"""Opens the signing key of an issuer; raises as `wire_document_signer`."""


def wire_api_desk(settings: Settings, store: SqlStore, *, ask: AskPassword | None = None) -> ApiDesk:
    """
    Return what serves programs; the signing key of an issuer with a key that counts is opened now.

    Raises:
        KeyFileError: Such a key does not open.
        SettingsError: It is not one of the issuer's DID.
    """
    waiting = {key.issuer for key in store.fetch_api_keys() if key.revoked is None}
    opened = {
        issuer.account: wire_document_signer(settings, issuer, ask=ask)
        for issuer in settings.issuer
        # Without a key, issuing is refused with words; checking goes on
        if issuer.account in waiting and issuer.signing_key is not None
    }

    def signer_of(issuer: IssuerSettings) -> DocumentSigner:
        return opened.get(issuer.account) or wire_document_signer(settings, issuer, ask=None)

    return build_api_desk(settings, store, signer_of=signer_of)


def build_api_desk(settings: Settings, store: SqlStore, *, signer_of: SignerOf) -> ApiDesk:
    """Return what serves programs; `signer_of` is asked once an issuer, when something must be signed."""
    desks = {
        issuer.account: IssuingDesk(
            _build_issuing(settings, issuer, store, signer_of), SealedFiles(_base(settings, issuer))
        )
        for issuer in settings.issuer
    }
    return ApiDesk(store, SystemClock(), desks)


def wire_sealing(settings: Settings, issuer: IssuerSettings, store: SqlStore) -> Sealing:
    """
    Return what seals the open batches of an issuer; nothing is signed by it.

    Raises:
        KeyFileError: The roster key cannot be read, or the address of the operator key.
    """
    return Sealing(
        store=store,
        folder=wire_folders(settings, issuer),
        documents=OpenFolders(_base(settings, issuer)),
        clock=SystemClock(),
        issuer=issuer.account,
        terms_of=lambda name: open_terms(settings, issuer, registry=name),
        roster_key=read_roster_key(settings.path(issuer.roster_key)),
        operator=operator_address(settings, issuer),
        open_seconds=issuer.open_batch_seconds,
    )


def wire_open_check(settings: Settings, store: SqlStore) -> Iterator[CorruptionError]:
    """Yield what is wrong with members of open batches; raises as `check_open_batches` does."""
    documents = {issuer.account: OpenFolders(_base(settings, issuer)) for issuer in settings.issuer}
    return check_open_batches(store, documents, name_of=name_document, checksum_of=build_checksum)


def open_terms(settings: Settings, issuer: IssuerSettings, *, registry: str | None) -> Terms:
    """Return the terms of an issuer's open batches; SettingsError `config.no_registry`."""
    found = settings.find_registry(registry)
    return build_open_terms(
        IssuerProfile(name=issuer.title, did=issuer.did, address=issuer.account, url=issuer.url),
        chain_id=found.chain_id,
        registry=found.contract,
        registry_name=found.name,
        public_url=settings.public_url,
    )


def _build_issuing(
    settings: Settings, issuer: IssuerSettings, store: SqlStore, signer_of: SignerOf
) -> ApiIssuing:
    signers: list[DocumentSigner] = []

    def open_signer() -> DocumentSigner:
        if not signers:
            try:
                signers.append(signer_of(issuer))
            except (KeyFileError, SettingsError) as exc:
                # Whoever asks can mend nothing about it; whoever runs the server is told when it starts
                raise NotAllowedError("apikey.no_signing_key", issuer=issuer.title) from exc
        return signers[0]

    return ApiIssuing(
        store=store,
        documents=OpenFolders(_base(settings, issuer)),
        clock=SystemClock(),
        entropy=SystemEntropy(),
        terms=open_terms(settings, issuer, registry=issuer.registry),
        capacity=issuer.open_batch_size,
        open_signer=open_signer,
        verify_room=partial(verify_room, settings),
    )


def _base(settings: Settings, issuer: IssuerSettings) -> Path:
    """Return the folder of an issuer's batches."""
    base: Path = settings.path(settings.batches)
    return base / issuer.name
