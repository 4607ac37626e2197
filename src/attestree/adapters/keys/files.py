"""
Key files in the form of keystore version 3, as every Ethereum program reads them.

Decides how they are made (scrypt, for the owner alone, never over another) and opened. Source: Web3
Secret Storage Definition, version 3; DESIGN section 11.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from attestree.adapters.evm.dev_accounts import DEV_CHAIN_IDS
from attestree.adapters.keys.password import AskPassword, find_key_password
from attestree.adapters.keys.private_file import read_private, write_private
from attestree.adapters.keys.signer import KEY_BYTES, LocalSigner, load_account
from attestree.errors import KeyFileError

SCRYPT_WORK = 2**18
"""Cost of one guess at the password (N, with r = 8 and p = 1); what geth and web3 use."""

LEAST_SCRYPT_COST = 2**17
"""N r p below which a lock is too weak off the test chains; geth's light one is just above."""

LEAST_PBKDF2_ROUNDS = 100_000
"""The same for keystores of the older kind."""

MOST_SCRYPT_BYTES = 2**30
"""Memory that opening a file may need; more is no key file but an attack on this machine."""


def create_key_file(
    path: Path, *, password: str, private_key: bytes | None = None, scrypt_work: int = SCRYPT_WORK
) -> bytes:
    """
    Write a new key file and return its address, 20 bytes.

    Args:
        path: Where; nothing is overwritten.
        password: Encrypts the key; not empty.
        private_key: 32 bytes; None = draw a new one.
        scrypt_work: Power of two; less only in tests.

    Raises:
        KeyFileError: `key.exists`, `key.cannot_write`, `key.no_password` or `key.not_a_key`.
    """
    if not password:
        raise KeyFileError("key.no_password", file=path.name)
    # Loaded here because it is slow to load, and most commands only read addresses.
    from eth_keyfile.keyfile import create_keyfile_json

    chosen = secrets.token_bytes(KEY_BYTES) if private_key is None else private_key
    address = bytes.fromhex(load_account(chosen).address[2:])
    keystore = create_keyfile_json(chosen, password.encode(), kdf="scrypt", iterations=scrypt_work)
    write_private(path, json.dumps(keystore, indent=2).encode() + b"\n")
    return address


def read_key_file_address(path: Path) -> bytes:
    """Return the address that a key file names, 20 bytes, without its password."""
    try:
        address = bytes.fromhex(str(_read_keystore(path).get("address", "")).removeprefix("0x"))
    except ValueError as exc:
        raise KeyFileError("key.not_a_key", file=path.name) from exc
    if len(address) != 20:
        raise KeyFileError("key.not_a_key", file=path.name)
    return address


def open_key_file(path: Path, *, chain_id: int, ask: AskPassword | None = None) -> LocalSigner:
    """
    Return a signer for the key in a file.

    Args:
        path: The key file, readable by its owner alone.
        chain_id: The only chain it will sign for.
        ask: Asks a person for the password where neither a file beside the key nor the environment has it.

    Raises:
        KeyFileError: `key.no_file`, `key.open_to_others`, `key.not_a_key`, `key.weak_lock`,
            `key.no_password`, `key.wrong_password` or `key.cannot_read`.
        NotAllowedError: `refused.well_known_key`.
    """
    keystore = _read_keystore(path)
    _verify_lock(keystore, path.name, is_test=chain_id in DEV_CHAIN_IDS)
    password = find_key_password(path, ask)
    return LocalSigner(_decrypt(keystore, password, path.name), chain_id=chain_id)


def _verify_lock(keystore: dict[str, Any], name: str, *, is_test: bool) -> None:
    """Return if guessing the password is dear enough, and opening the file cheap enough."""
    try:
        crypto = keystore["crypto"] if "crypto" in keystore else keystore["Crypto"]
        kind, terms = crypto["kdf"], crypto["kdfparams"]
        if kind == "scrypt":
            cost, work = terms["n"] * terms["r"] * terms["p"], terms["n"] * terms["r"] * 128
            weak, fits = cost < LEAST_SCRYPT_COST, 0 < work <= MOST_SCRYPT_BYTES
        else:
            weak, fits = terms["c"] < LEAST_PBKDF2_ROUNDS, kind == "pbkdf2"
    except (KeyError, TypeError) as exc:
        raise KeyFileError("key.not_a_key", file=name) from exc
    if not fits:
        raise KeyFileError("key.not_a_key", file=name)
    if weak and not is_test:
        raise KeyFileError("key.weak_lock", file=name)


def _decrypt(keystore: dict[str, Any], password: str, name: str) -> bytes:
    """Return the private key."""
    # Loaded here for the same reason as above.
    from eth_keyfile.keyfile import decode_keyfile_json

    try:
        return bytes(decode_keyfile_json(keystore, password.encode()))
    except ValueError as exc:
        # The library says "MAC mismatch" for a wrong password and other words for a broken file.
        code = "key.wrong_password" if "MAC" in str(exc) else "key.not_a_key"
        raise KeyFileError(code, file=name) from exc
    except (KeyError, TypeError, NotImplementedError, AttributeError) as exc:
        raise KeyFileError("key.not_a_key", file=name) from exc


def _read_keystore(path: Path) -> dict[str, Any]:
    """Return the JSON object in a key file."""
    try:
        keystore = json.loads(read_private(path))
    except (ValueError, RecursionError) as exc:
        raise KeyFileError("key.not_a_key", file=path.name) from exc
    if not isinstance(keystore, dict):
        raise KeyFileError("key.not_a_key", file=path.name)
    return keystore
