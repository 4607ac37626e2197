"""
Ed25519 keys for the signatures inside credentials, as PEM files.

Decides how they are made and read, and which `did:key` and multikey name them. It signs nothing.
Source: RFC 8410; W3C CCG did:key; W3C Controlled Identifiers 1.0, section 2.2.2.
"""

from __future__ import annotations

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

from attestree.adapters.keys.password import AskPassword, find_password
from attestree.adapters.keys.private_file import read_private, write_private
from attestree.errors import KeyFileError

MULTICODEC_ED25519 = b"\xed\x01"
"""Says "Ed25519 public key" before the key's 32 bytes."""

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ENCRYPTED = b"ENCRYPTED PRIVATE KEY"


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
    return format_did_key(key.public_key().public_bytes_raw())


def read_signing_key(path: Path, *, ask: AskPassword | None = None) -> Ed25519PrivateKey:
    """
    Return the key in a PEM file; the password of an encrypted one is found as for other keys.

    Raises:
        KeyFileError: `key.no_file`, `key.open_to_others`, `key.not_a_key`, `key.no_password`,
            `key.wrong_password` or `key.cannot_read`.
    """
    pem = read_private(path)
    password = find_password(path.name, ask).encode() if _ENCRYPTED in pem else None
    try:
        key = load_pem_private_key(pem, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        code = "key.not_a_key" if password is None else "key.wrong_password"
        raise KeyFileError(code, file=path.name) from exc
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError("key.not_a_key", file=path.name)
    return key


def format_multikey(public_key: bytes) -> str:
    """Return a public key of 32 bytes as a multikey, `z6Mk...`."""
    return "z" + _base58(MULTICODEC_ED25519 + public_key)


def format_did_key(public_key: bytes) -> str:
    """Return the DID that a public key of 32 bytes makes by itself, `did:key:z6Mk...`."""
    return f"did:key:{format_multikey(public_key)}"


def _base58(raw: bytes) -> str:
    """Return bytes in base58 with Bitcoin's alphabet."""
    number = int.from_bytes(raw, "big")
    digits = ""
    while number:
        number, rest = divmod(number, 58)
        digits = _BASE58[rest] + digits
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + digits
