"""
Ed25519 keys for the signatures inside credentials, as PEM files.

Decides how they are made and read. It signs nothing; what names a key is decided in
`credentials.signatures.multikey`. Source: RFC 8410; DESIGN section 11.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from attestree.adapters.keys.password import AskPassword, find_key_password
from attestree.adapters.keys.private_file import read_private, write_private
from attestree.credentials.signatures.multikey import KeyKind, PublicKey, format_did_key
from attestree.errors import KeyFileError

_ENCRYPTED = b"ENCRYPTED PRIVATE KEY"


@dataclass(frozen=True, repr=False)
class Ed25519Signer:
    """Signs with a key; can be sent to a process that makes a part of a batch, and tells nothing in a log."""

    secret: bytes
    """The private key, 32 bytes."""

    @classmethod
    def of(cls, key: Ed25519PrivateKey) -> Ed25519Signer:
        """Sign with this key."""
        return cls(key.private_bytes_raw())

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.secret)

    def __reduce__(self) -> tuple[type[Ed25519Signer], tuple[bytes]]:
        """Travel as the key alone."""
        return Ed25519Signer, (self.secret,)

    def __call__(self, octets: bytes) -> bytes:
        """Return the signature of some bytes, 64 bytes."""
        return self._key.sign(octets)


def create_signing_key(path: Path, *, password: str | None) -> str:
    """
    Write a new key as PEM and return its `did:key`.

    Args:
        path: Where; nothing is overwritten.
        password: Encrypts it; None leaves it plain, for the owner alone.

    Raises:
        KeyFileError: `key.exists`, `key.cannot_write` or `key.no_password` for an empty password.
    """
    if password == "":
        raise KeyFileError("key.no_password", file=path.name)
    key = Ed25519PrivateKey.generate()
    lock = NoEncryption() if password is None else BestAvailableEncryption(password.encode())
    write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    return format_did_key(public_key_of(key))


def read_signing_key(path: Path, *, ask: AskPassword | None = None) -> Ed25519PrivateKey:
    """
    Return the key in a PEM file; the password of an encrypted one is found as for other keys.

    Raises:
        KeyFileError: `key.no_file`, `key.open_to_others`, `key.not_a_key`, `key.no_password`,
            `key.wrong_password` or `key.cannot_read`.
    """
    pem = read_private(path)
    password = find_key_password(path, ask).encode() if _ENCRYPTED in pem else None
    try:
        key = load_pem_private_key(pem, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        code = "key.not_a_key" if password is None else "key.wrong_password"
        raise KeyFileError(code, file=path.name) from exc
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError("key.not_a_key", file=path.name)
    return key


def public_key_of(key: Ed25519PrivateKey) -> PublicKey:
    """Return the public part of a key."""
    return PublicKey(KeyKind.ED25519, key.public_key().public_bytes_raw())
