"""
Which signer stands behind a key of the settings: a file, a signer on the network, the environment.

Decides what counts as "here": a key file that exists, a variable that is set, a signer always. Nothing is
opened until something must be signed. Source: DESIGN sections 3 and 11.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from attestree.adapters.evm.dev_accounts import DEV_CHAIN_IDS
from attestree.adapters.keys.deferred import DeferredSigner
from attestree.adapters.keys.files import read_key_file_address
from attestree.adapters.keys.password import AskPassword
from attestree.adapters.keys.remote import RemoteSigner
from attestree.adapters.keys.signer import open_environment_key
from attestree.ports import Signer
from attestree.settings import EnvironmentKey, KeySetting, RegistrySettings, RemoteKey, Settings


class OpenableSigner(Signer, Protocol):
    """A signer that can be asked beforehand whether it will sign, and that signs typed data too."""

    def open(self) -> object:
        """Make sure that the key can be used; raises as signing would."""

    def sign_typed(self, typed: Mapping[str, Any], *, digest: bytes) -> bytes:
        """Return the signature of EIP-712 typed data whose hash is `digest`, 65 bytes."""


def registry_keys(settings: Settings, registry: RegistrySettings) -> list[KeySetting]:
    """Return every key of the settings that may sign on this registry's chain, each once."""
    keys = [registry.admin_key, registry.accreditor_key, registry.payer_key]
    for issuer in settings.issuer:
        if settings.find_registry(issuer.registry).name == registry.name:
            keys += [issuer.operator_key, issuer.issuer_key]
    return [key for key in dict.fromkeys(keys) if key is not None]


def is_here(settings: Settings, key: KeySetting) -> bool:
    """Say whether this machine can sign with a key; a signer may be down and counts all the same."""
    if isinstance(key, Path):
        return settings.path(key).exists()
    return isinstance(key, RemoteKey) or key.variable in os.environ


def read_key_address(settings: Settings, key: KeySetting) -> bytes:
    """
    Return the address that a key of the settings stands for, 20 bytes; no password is asked.

    Raises:
        KeyFileError: As `read_key_file_address`, or `key.no_variable`.
    """
    if isinstance(key, Path):
        return read_key_file_address(settings.path(key))
    if isinstance(key, RemoteKey):
        return bytes.fromhex(key.address[2:])
    # Whether the chain allows it is asked when it is to sign.
    return open_environment_key(key.variable, chain_id=min(DEV_CHAIN_IDS)).address


def wire_signer(
    settings: Settings, key: KeySetting, *, chain_id: int, ask: AskPassword | None = None
) -> OpenableSigner:
    """
    Return what signs with a key of the settings, for one chain.

    Raises:
        KeyFileError: The key file or variable cannot be used.
        NotAllowedError: `refused.well_known_key` or `refused.environment_key`.
    """
    if isinstance(key, Path):
        return DeferredSigner(settings.path(key), chain_id=chain_id, ask=ask)
    if isinstance(key, EnvironmentKey):
        return open_environment_key(key.variable, chain_id=chain_id)
    return RemoteSigner(key.url, bytes.fromhex(key.address[2:]), chain_id=chain_id)
