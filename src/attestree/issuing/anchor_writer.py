"""
Anchor proofs of one batch, written by the thousand: what they share is written once.

Decides nothing new: digests are those of `credentials.digest`, and each proof is the canonical JSON of
`format_secured_anchor`. Source: docs/spec/evm-merkle-jcs-2026.md; DESIGN section 4.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

from attestree.credentials.anchor_proof import SALT_SIZE, AnchorHeader
from attestree.credentials.canonical import canonicalize
from attestree.credentials.cbor import format_cbor
from attestree.credentials.digest import DOMAIN, digest_of_hashes, header_hash
from attestree.credentials.proof_set import ProofOptions
from attestree.merkle.kind import HASH_SIZE

_VALUE = "proofValue"
_MEMBERS = 11
_SMALL_ARRAY = 0x80
_SMALL_NUMBER = 24


_SALT_HEAD, _ROOT_HEAD = (format_cbor([bytes(size)])[1:-size] for size in (SALT_SIZE, HASH_SIZE))


@lru_cache(maxsize=64)
def _path_head(size: int) -> bytes:
    """Return what stands before a path of so many bytes."""
    return format_cbor([bytes(size)])[1 : None if size == 0 else -size]


class AnchorWriter:
    """Writes the anchor proofs of one batch."""

    def __init__(self, header: AnchorHeader, options: ProofOptions) -> None:
        """Write proofs that share header and options."""
        self._header_hash = header_hash(header)
        members = options.to_json()
        self._options_hash = sha256(canonicalize(members)).digest()
        before, after = canonicalize({**members, _VALUE: ""}).split(b'"%b":""' % _VALUE.encode())
        self._before, self._after = b'%b"%b":"u' % (before, _VALUE.encode()), b'"' + after
        # An array's head says how many items follow; the items are written one after another.
        self._header = bytes([_SMALL_ARRAY | _MEMBERS]) + format_cbor(header.to_items())[1:]

    def digest(self, salt: bytes, document: bytes) -> bytes:
        """Return the digest, 32 bytes, of a document in canonical JSON, under a salt of 16 bytes."""
        return digest_of_hashes(
            salt=salt,
            header_hash=self._header_hash,
            options_hash=self._options_hash,
            document_hash=sha256(document).digest(),
        )

    def digests(self, salts: Iterable[bytes], documents: Iterable[bytes]) -> list[bytes]:
        """Return `digest` of each document."""
        begin, shared = DOMAIN, self._header_hash + self._options_hash
        return [
            sha256(b"".join((begin, salt, shared, sha256(document).digest()))).digest()
            for salt, document in zip(salts, documents, strict=True)
        ]

    def write(self, index: int, salt: bytes, path: bytes, root: bytes) -> bytes:
        """
        Return one anchor proof, canonical JSON.

        Args:
            index: Leaf index.
            salt: 16 bytes.
            path: Path elements, joined.
            root: 32 bytes.
        """
        return self.write_all(index, [salt], [path], root)[0]

    def write_all(
        self, first: int, salts: Iterable[bytes], paths: Iterable[bytes], root: bytes
    ) -> list[bytes]:
        """Return the anchor proofs of leaves that follow each other; arguments as of `write`."""
        # Only the index is encoded each time; between one salt and one root stands the path after its length.
        end = _ROOT_HEAD + root
        values = (
            b"".join((self._header, _format_index(index), _SALT_HEAD, salt, _path_head(len(path)), path, end))
            for index, (salt, path) in enumerate(zip(salts, paths, strict=True), first)
        )
        return [
            b"%b%b%b" % (self._before, urlsafe_b64encode(value).rstrip(b"="), self._after) for value in values
        ]


def _format_index(index: int) -> bytes:
    """Return an unsigned integer below 2^32 as `format_cbor` writes it."""
    if index >= 65_536:
        return b"\x1a" + index.to_bytes(4, "big")
    if index >= 256:
        return b"\x19" + index.to_bytes(2, "big")
    return bytes([index]) if index < _SMALL_NUMBER else bytes([0x18, index])
