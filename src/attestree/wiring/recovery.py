"""
The gate before every signature, and what recovers an installation.

Decides which keys are ours (those the settings name, as far as they are here), which folders are looked at,
and that a folder is believed only after it was examined as `fsck` examines it. Source: DESIGN section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from attestree.adapters.files.archive import ArchiveFolder
from attestree.adapters.files.known_folders import aside_of, list_folders, set_aside
from attestree.adapters.keys.roster_key import read_roster_key
from attestree.adapters.sql.store import SqlStore
from attestree.auditing.at_rest import check_folder, check_rows
from attestree.errors import ChainUnavailableError, CorruptionError, NotAllowedError
from attestree.issuing.status import status_intent_id
from attestree.ports import Batch, CredentialRow, TransactionSender
from attestree.ports.folders import ArchiveFiles
from attestree.recovering.chronicle import Chronicle, fetch_chronicle
from attestree.recovering.described import Described, read_described
from attestree.recovering.found_batches import FoundBatch, read_batch
from attestree.recovering.gate import Gate, GatedSender
from attestree.recovering.plan import KnownFolder, Registry
from attestree.recovering.recovery import Recovery
from attestree.settings import IssuerSettings, RegistrySettings, Settings
from attestree.wiring.audits import row_keys_of
from attestree.wiring.chains import identity_of, wire_events, wire_sender
from attestree.wiring.keys import is_here, read_key_address, registry_keys
from attestree.wiring.system import SystemClock


def wire_gate(settings: Settings, registry: RegistrySettings, store: SqlStore) -> Gate:
    """Return the gate of a registry; it asks nothing before it is asked."""
    return Gate(
        registry=registry.name, store=store, fetch_chronicle=partial(_fetch_chronicle, settings, registry)
    )


def wire_gated_sender(settings: Settings, registry: RegistrySettings, store: SqlStore) -> TransactionSender:
    """Return what writes to a registry's chain, behind its gate."""
    return GatedSender(wire_sender(registry), wire_gate(settings, registry, store))


def verify_nothing_forgotten(
    settings: Settings,
    issuer: IssuerSettings,
    store: SqlStore,
    *,
    on_silence: Callable[[ChainUnavailableError], None] = lambda _error: None,
) -> None:
    """
    Return unless the chain or a folder knows more of an issuer than the store does.

    For commands that build on what the store knows. A chain that does not answer says nothing: before
    anything is signed, the gate is asked again.

    Args:
        settings: Name registry and keys.
        issuer: Whose.
        store: What is asked whether it knows all.
        on_silence: Told of a chain that does not answer.

    Raises:
        NotAllowedError: `recover.behind`, the chain knows more; `recover.folders`, batch folders do.
    """
    registry = settings.find_registry(issuer.registry)
    if not store.fetch_batches(issuer=issuer.account):
        folders = [folder for folder in _list_issuer(settings, issuer) if _is_of(folder, registry)]
        known = {missing.root for missing in store.fetch_missing()}
        if any(folder.described.root not in known for folder in folders if folder.place == "released"):
            raise NotAllowedError("recover.folders", issuer=issuer.name)
    sender = wire_gated_sender(settings, registry, store)
    try:
        for key in (issuer.operator_key, issuer.issuer_key):
            if key is not None and is_here(settings, key):
                sender.fetch_nonces(read_key_address(settings, key))
    except ChainUnavailableError as exc:
        on_silence(exc)


def wire_recovery(settings: Settings, store: SqlStore) -> Recovery:
    """Return what brings the store up to the chain and the folders."""
    registries = {registry.name: registry for registry in settings.registry}
    return Recovery(
        store=store,
        registries={name: _wire_registry(settings, registry) for name, registry in registries.items()},
        find_folders=partial(_find_folders, settings),
        operators=_operators(settings),
        write_pin=lambda name: store.write_pin(name, identity_of(registries[name])),
        set_aside=partial(_set_aside, settings),
        status_name=lambda name, payload, times: status_intent_id(name, payload, asked_before=times),
        clock=SystemClock(),
    )


def has_folders(settings: Settings, issuer: IssuerSettings) -> bool:
    """Say whether batches of an issuer were handed out here, whatever a database knows."""
    return any(folder.place == "released" for folder in _list_issuer(settings, issuer))


def our_addresses(settings: Settings, registry: RegistrySettings) -> frozenset[bytes]:
    """Return the addresses of all keys of the settings that can be told here."""
    return frozenset(
        read_key_address(settings, key) for key in registry_keys(settings, registry) if is_here(settings, key)
    )


def _wire_registry(settings: Settings, registry: RegistrySettings) -> Registry:
    events = wire_events(registry, clock=SystemClock())
    return Registry(
        name=registry.name,
        chain_id=registry.chain_id,
        contract=registry.contract,
        keys=our_addresses(settings, registry),
        sender=wire_sender(registry),
        fetch_chronicle=partial(_fetch_chronicle, settings, registry),
        final_number=lambda: events.fetch_block("final").number,
    )


def _fetch_chronicle(settings: Settings, registry: RegistrySettings) -> Chronicle:
    """Read what the chain holds now in the names of the issuers of a registry."""
    events = wire_events(registry, clock=SystemClock())
    issuers = [
        issuer.account
        for issuer in settings.issuer
        if settings.find_registry(issuer.registry).name == registry.name
    ]
    last = events.fetch_block("latest")
    return fetch_chronicle(events, identity=identity_of(registry), issuers=issuers, last=last)


def _operators(settings: Settings) -> dict[bytes, bytes]:
    """Return the address that records for each issuer, where its key can be told here."""
    found = {}
    for issuer in settings.issuer:
        if issuer.operator_key is None:
            found[issuer.account] = issuer.account
        elif is_here(settings, issuer.operator_key):
            found[issuer.account] = read_key_address(settings, issuer.operator_key)
    return found


def _find_folders(settings: Settings) -> Sequence[KnownFolder]:
    return [folder for issuer in settings.issuer for folder in _list_issuer(settings, issuer)]


def _list_issuer(settings: Settings, issuer: IssuerSettings) -> Iterator[KnownFolder]:
    """Yield every folder of an issuer's batches that says what it is."""
    batches = settings.path(settings.batches)
    for held, files in list_folders(batches / issuer.name):
        yield from _describe(settings, issuer, files, place="held" if held else "released")
    for _, files in list_folders(aside_of(batches) / issuer.name):
        yield from _describe(settings, issuer, files, place="aside")


def _describe(
    settings: Settings, issuer: IssuerSettings, files: ArchiveFolder, *, place: str
) -> Iterator[KnownFolder]:
    try:
        described = read_described(files)
    except CorruptionError:
        # What it is cannot be told; if it was recorded, it counts as missing
        return
    if described.issuer == issuer.account:
        yield KnownFolder(described, place, partial(_read, settings, issuer, files, described))


def _read(
    settings: Settings, issuer: IssuerSettings, files: ArchiveFolder, described: Described, registry: str
) -> FoundBatch:
    path = settings.path(issuer.roster_key)
    if not path.exists():
        raise NotAllowedError("recover.no_roster_key", file=path.name, issuer=issuer.name)
    row_keys = row_keys_of(issuer.account, read_roster_key(path))
    return read_batch(files, described, registry=registry, row_keys=row_keys, check=_check_with(row_keys))


def _check_with(
    row_keys: Callable[[str], Callable[..., bytes | None]],
) -> Callable[[Batch, Sequence[CredentialRow], ArchiveFiles], Iterator[CorruptionError]]:
    def check(batch: Batch, rows: Sequence[CredentialRow], files: ArchiveFiles) -> Iterator[CorruptionError]:
        yield from check_rows(batch, rows)
        yield from check_folder(batch, rows, files, row_keys=row_keys)

    return check


def _is_of(folder: KnownFolder, registry: RegistrySettings) -> bool:
    described = folder.described
    return (described.chain_id, described.contract) == (registry.chain_id, registry.contract)


def _set_aside(settings: Settings, folder: KnownFolder) -> None:
    names = {issuer.account: issuer.name for issuer in settings.issuer}
    batches: Path = settings.path(settings.batches)
    set_aside(batches, issuer=names[folder.described.issuer], batch_id=folder.described.id)
