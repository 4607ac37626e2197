"""
The doctor at the keys: their rights, whether they can be used where they are, and their money.

Decides which keys must be able to pay. It prints no secret, and asks for a password only when it was told
to. Source: DESIGN sections 9 and 11.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from attestree.adapters.keys.ed25519 import public_key_of, read_signing_key
from attestree.adapters.keys.files import open_key_file
from attestree.adapters.keys.password import AskPassword, find_key_password
from attestree.adapters.keys.roster_key import read_roster_key
from attestree.cli.console import many
from attestree.cli.doctor.answer import Answer, asked, bad, failed, good
from attestree.credentials.signatures.multikey import format_did_key
from attestree.errors import AttestreeError, KeyFileError
from attestree.issuing.signing import choose_method
from attestree.outbox.fees import count_affordable
from attestree.settings import EnvironmentKey, IssuerSettings, KeySetting, RegistrySettings, Settings
from attestree.wiring.chains import wire_sender
from attestree.wiring.keys import read_key_address, registry_keys, wire_signer


def examine_keys(
    settings: Settings, registry: RegistrySettings, *, ask: AskPassword | None
) -> Iterator[Answer]:
    """Yield an answer for each key that may sign on a registry's chain; `ask` = also open it."""
    for key in registry_keys(settings, registry):
        path = settings.path(key) if isinstance(key, Path) else None
        answer = asked(f"key {name_key(key)}", partial(_use, settings, registry, key, ask))
        yield _with_command(answer, path)


def examine_secrets(
    settings: Settings, issuer: IssuerSettings, *, ask: AskPassword | None
) -> Iterator[Answer]:
    """Yield an answer for the other secret files of an issuer."""
    roster = settings.path(issuer.roster_key)

    def read_roster() -> str:
        read_roster_key(roster)
        return "for its owner alone"

    yield _with_command(asked(f"key {roster.name}", read_roster), roster)
    if issuer.signing_key is None:
        return
    signing = settings.path(issuer.signing_key)

    def read_signing() -> str:
        try:
            key = public_key_of(read_signing_key(signing, ask=ask))
        except KeyFileError as error:
            if error.code != "key.no_password" or ask is not None:
                raise
            return "for its owner alone; its password will be asked"
        method = choose_method(issuer.did, key, method=issuer.signing_method)
        return f"for its owner alone, and it opens: {format_did_key(key)}, signs as {method}"

    yield _with_command(asked(f"key {signing.name}", read_signing), signing)


def examine_money(settings: Settings, registry: RegistrySettings) -> Iterator[Answer]:
    """Yield an answer for the balance of each key: those that record must be able to pay for some time."""
    recording = _recording_keys(settings, registry)
    try:
        sender = wire_sender(registry)
        fees = sender.fetch_fees()
        for key in registry_keys(settings, registry):
            address = _address_if_readable(settings, key)
            if address is None:
                continue
            left = count_affordable(sender.fetch_balance(address), fees=fees)
            words = f"pays for {many(left, 'recording')} at today's price"
            if key in recording and left < settings.alarm.least_transactions:
                yield bad(f"money {name_key(key)}", words, f"Send ether to 0x{address.hex()}.")
            else:
                yield good(f"money {name_key(key)}", words)
    except AttestreeError as error:
        yield failed(f"money on {registry.name}", error)


def _use(settings: Settings, registry: RegistrySettings, key: KeySetting, ask: AskPassword | None) -> str:
    """Return what a key's address is and how it will open; raises where it cannot be used."""
    signer = wire_signer(settings, key, chain_id=registry.chain_id, ask=ask)
    address = f"0x{signer.address.hex()}"
    if not isinstance(key, Path):
        signer.open()
        return f"{address}, and it signs"
    if ask is not None:
        open_key_file(settings.path(key), chain_id=registry.chain_id, ask=ask)
        return f"{address}, and it opens"
    try:
        find_key_password(settings.path(key), None)
    except KeyFileError as error:
        if error.code != "key.no_password":
            raise
        return f"{address}; its password will be asked"
    return f"{address}; its password is there"


def _recording_keys(settings: Settings, registry: RegistrySettings) -> set[KeySetting]:
    """Return the keys that record for issuers on a registry, and the one that pays for others."""
    keys: set[KeySetting | None] = {registry.payer_key}
    for issuer in settings.issuer:
        if settings.find_registry(issuer.registry).name == registry.name:
            keys.add(issuer.operator_key or issuer.issuer_key)
    return {key for key in keys if key is not None}


def _address_if_readable(settings: Settings, key: KeySetting) -> bytes | None:
    """Return a key's address, or None where the question about the key itself says why not."""
    try:
        return read_key_address(settings, key)
    except AttestreeError:
        return None


def _with_command(answer: Answer, path: Path | None) -> Answer:
    """Return an answer whose next step can be typed, where rights are what is to be mended."""
    if path is None or "[key.open_to_others]" not in answer.words:
        return answer
    return bad(answer.topic, answer.words, f"chmod 600 {path}")


def name_key(key: KeySetting) -> str:
    """Return how a key is called in a list."""
    if isinstance(key, Path):
        return key.name
    return key.variable if isinstance(key, EnvironmentKey) else key.address
