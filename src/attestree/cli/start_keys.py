"""
The key files that `init` and `key new` make.

Decides names and places under `keys/`, and that nothing is ever overwritten: a key that is there is
used. Source: DESIGN sections 9 and 11.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from attestree.adapters.keys.ed25519 import create_signing_key, public_key_of, read_signing_key
from attestree.adapters.keys.files import SCRYPT_WORK, create_key_file, read_key_file_address
from attestree.adapters.keys.private_file import read_private, write_private
from attestree.credentials.signatures.multikey import format_did_key

KEYS_FOLDER = "keys"
"""Folder of the keys, beside the settings."""

TEST_SCRYPT_WORK = 2**12
"""Cost of one guess at the password of a key that is worth nothing."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one settings folder."""

    folder: Path
    """Folder of the settings."""
    password: str | None
    """Encrypts new keys; None = a random one is written beside each key (test networks only)."""

    def account(self, name: str) -> bytes:
        """Return the address of `keys/<name>.json`, made now if it is not there, 20 bytes."""
        path = self.folder / self.account_path(name)
        if path.exists():
            return read_key_file_address(path)
        if self.password is not None:
            return create_key_file(path, password=self.password, scrypt_work=SCRYPT_WORK)
        return create_key_file(path, password=_write_password(path), scrypt_work=TEST_SCRYPT_WORK)

    def account_path(self, name: str) -> str:
        """Return where an account's key file is, counted from the settings."""
        return f"{KEYS_FOLDER}/{name}.json"

    def signing_did(self, name: str) -> str:
        """Return the `did:key` of `keys/<name>.pem`, made now if it is not there."""
        path = self.folder / self.signing_path(name)
        if not path.exists():
            return create_signing_key(path, password=self.password or _write_password(path))
        key = read_signing_key(path, ask=lambda _name: self.password or "")
        return format_did_key(public_key_of(key))

    def signing_path(self, name: str) -> str:
        """Return where a signing key is, counted from the settings."""
        return f"{KEYS_FOLDER}/{name}.pem"

    def roster_key(self, name: str) -> str:
        """Return where an issuer's roster key is, made now if it is not there."""
        place = f"{KEYS_FOLDER}/{name}.roster"
        if not (self.folder / place).exists():
            write_private(self.folder / place, secrets.token_hex(32).encode())
        return place


def _write_password(key: Path) -> str:
    """Return the random password beside a key that is about to be made, written now if it is not there."""
    # The password comes first: a key without its password would be lost.
    beside = key.with_name(key.name + ".password")
    if not beside.exists():
        write_private(beside, secrets.token_urlsafe(18).encode())
    return read_private(beside).decode("ascii")
