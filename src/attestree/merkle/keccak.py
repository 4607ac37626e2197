"""
Keccak-256, as Ethereum uses it, and the hash of a pair of nodes.

Decides which library hashes: safe-pysha3, and pycryptodome where that is missing (about five times
slower). Not `hashlib.sha3_256`, whose padding differs, and not `eth_utils.keccak`, which costs more
than the hash itself. Checks no sizes: the callers do, once for many hashes. Source: DESIGN section 12.
"""

from __future__ import annotations

from collections.abc import Callable

from attestree.errors import MissingExtraError
from attestree.merkle.kind import HASH_SIZE


def load_keccak256() -> Callable[[bytes], bytes]:
    """
    Return the fastest Keccak-256 that is installed.

    Raises:
        MissingExtraError: `extra.keccak`, neither library is there.
    """
    try:
        return _from_pysha3()
    except ImportError:
        pass
    try:
        return _from_pycryptodome()
    except ImportError as exc:
        raise MissingExtraError("extra.keccak") from exc


def _from_pysha3() -> Callable[[bytes], bytes]:
    from sha3 import keccak_256

    def keccak256_of(preimage: bytes) -> bytes:
        digest: bytes = keccak_256(preimage).digest()
        return digest

    return keccak256_of


def _from_pycryptodome() -> Callable[[bytes], bytes]:
    from Crypto.Hash import keccak

    def keccak256_of(preimage: bytes) -> bytes:
        return keccak.new(digest_bits=256, data=preimage).digest()

    return keccak256_of


_keccak256 = load_keccak256()


def keccak256(preimage: bytes) -> bytes:
    """Return the 32 bytes of Keccak-256 over `preimage`."""
    return _keccak256(preimage)


def hash_pair(a: bytes, b: bytes) -> bytes:
    """Return the Keccak-256 of two nodes, the smaller first: the order given does not matter."""
    return _keccak256(a + b if a < b else b + a)


def hash_leaf(digest: bytes, index: int) -> bytes:
    """Return the Keccak-256 of the Keccak-256 of a digest and its index; `standard.leaf_hash`, unchecked."""
    return _keccak256(_keccak256(digest + index.to_bytes(HASH_SIZE, "big")))
