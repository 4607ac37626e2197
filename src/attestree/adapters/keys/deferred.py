"""
A signer that opens its key file when it must sign, and not before.

Decides that most commands never need a password: the file names its address openly. That the key
inside is the key of that address is compared before the first signature. Source: DESIGN section 11.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attestree.adapters.keys.files import open_key_file, read_key_file_address
from attestree.adapters.keys.password import AskPassword
from attestree.adapters.keys.signer import LocalSigner
from attestree.errors import KeyFileError
from attestree.ports import SignedTransaction, Transaction


class DeferredSigner:
    """Signs for one chain with the key in a file; implements `ports.Signer`."""

    def __init__(self, path: Path, *, chain_id: int, ask: AskPassword | None = None) -> None:
        """Read the address of the key file; raises as `read_key_file_address` does."""
        self._path = path
        self._chain_id = chain_id
        self._ask = ask
        self._address = read_key_file_address(path)
        self._opened: LocalSigner | None = None

    @property
    def address(self) -> bytes:
        """Address of the key, 20 bytes."""
        return self._address

    def sign(self, transaction: Transaction) -> SignedTransaction:
        """Return the signed bytes; the first time raises as `open_key_file` does."""
        return self.open().sign(transaction)

    def sign_typed(self, typed: Mapping[str, Any], *, digest: bytes) -> bytes:
        """Return the signature of typed data; the first time raises as `open_key_file` does."""
        return self.open().sign_typed(typed, digest=digest)

    def open(self) -> LocalSigner:
        """Open the key file, if it is not open yet: who queues a write asks for the password first."""
        if self._opened is None:
            opened = open_key_file(self._path, chain_id=self._chain_id, ask=self._ask)
            if opened.address != self._address:
                raise KeyFileError("key.not_a_key", file=self._path.name)
            self._opened = opened
        return self._opened
