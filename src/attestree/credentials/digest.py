"""
The digest of a credential: 32 bytes that cover header, options and document, under a salt.

Decides the bytes that are hashed and their order; `merkle` turns digest and index into a leaf hash.
The salt keeps a published digest from being guessed. Source: docs/spec/evm-merkle-jcs-2026.md,
section 5; DESIGN section 4.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NoReturn

from attestree.credentials.anchor_proof import CRYPTOSUITE, SALT_SIZE, AnchorHeader
from attestree.credentials.canonical import canonicalize
from attestree.credentials.canonical_reader import write_again
from attestree.credentials.cbor import format_cbor
from attestree.errors import MalformedProofError

if TYPE_CHECKING:
    from attestree.credentials.proof_set import ProofOptions
    from attestree.credentials.strict_json import JsonObject

DOMAIN = CRYPTOSUITE.encode("ascii") + b"\x00"
"""First bytes of everything that is hashed into a digest."""

_SIZES = (SALT_SIZE, 32, 32, 32)


def credential_digest(
    *, salt: bytes, header: AnchorHeader, options: ProofOptions, document: JsonObject | bytes
) -> bytes:
    """
    Return the digest, 32 bytes, of one credential in one batch.

    Args:
        salt: 16 bytes.
        header: What the batch shares.
        options: The anchor proof without `proofValue`.
        document: The credential; its `proof` member, if it has one, takes no part. Or what `hash_document`
            made of it: the proofs of one credential share it.

    Raises:
        MalformedProofError: `proof.length`, the salt is not 16 bytes.
        MalformedJsonError: `document` has no canonical form.
    """
    return digest_of_hashes(
        salt=salt,
        header_hash=header_hash(header),
        options_hash=sha256(canonicalize(options.to_json())).digest(),
        document_hash=document if isinstance(document, bytes) else hash_document(document),
    )


def digest_of_hashes(*, salt: bytes, header_hash: bytes, options_hash: bytes, document_hash: bytes) -> bytes:
    """
    Return the digest from hashes already made; for a batch, the first two are made once.

    Raises:
        MalformedProofError: `proof.length`, a part has the wrong size.
    """
    sizes = len(salt), len(header_hash), len(options_hash), len(document_hash)
    if sizes != _SIZES:
        _refuse_sizes(sizes)
    return sha256(b"".join((DOMAIN, salt, header_hash, options_hash, document_hash))).digest()


def _refuse_sizes(sizes: tuple[int, ...]) -> NoReturn:
    """Refuse the first part that has another size."""
    size, expected = next(
        (size, expected) for size, expected in zip(sizes, _SIZES, strict=True) if size != expected
    )
    raise MalformedProofError("proof.length", field="digest", size=size, expected=expected)


def hash_document(document: JsonObject) -> bytes:
    """
    Return SHA-256 of the canonical credential without its `proof` member, 32 bytes.

    Raises:
        MalformedJsonError: `document` has no canonical form.
    """
    return sha256(canonicalize(without_proof(document))).digest()


def hash_known(document: JsonObject) -> bytes:
    """Return what `hash_document` returns, sooner, for a document that `read_canonical` returned."""
    return sha256(write_again(without_proof(document))).digest()


def header_hash(header: AnchorHeader) -> bytes:
    """Return SHA-256 of the header's CBOR, 32 bytes."""
    return sha256(format_cbor(header.to_items())).digest()


def without_proof(credential: JsonObject) -> JsonObject:
    """Return the credential without its `proof` member: the document that proofs cover."""
    return {name: value for name, value in credential.items() if name != "proof"}
