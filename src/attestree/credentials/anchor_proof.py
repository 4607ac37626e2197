"""
The anchor proof: everything `proofValue` of `evm-merkle-jcs-2026` says.

Decides form only: sizes, ranges, one spelling. Whether the path leads to the root is decided in
`binding`, whether the root counts is decided by the chain. An index beyond the size is well-formed here
and refused there, because it is evidence against the credential, not a slip of the pen.
Source: docs/spec/evm-merkle-jcs-2026.md; DESIGN section 4.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from attestree.credentials.cbor import format_cbor, parse_cbor
from attestree.errors import MalformedProofError
from attestree.merkle.kind import HASH_SIZE, MAX_PATH_LENGTH, MAX_SIZE, TreeKind, parse_kind
from attestree.merkle.path import parse_path

CRYPTOSUITE = "evm-merkle-jcs-2026"
"""Name of the cryptosuite; also the domain separator of the digest."""

VERSION = 1
"""First item of header and `proofValue`."""

ADDRESS_SIZE = 20
"""Bytes of a registry's or issuer's address."""

LIST_ID_SIZE = 13
"""Bytes of a list id: 104 random bits."""

SALT_SIZE = 16
"""Bytes of a salt."""

MAX_CHAIN_ID = 2**53 - 1
"""Largest chain id, so that every JSON reader can hold it."""

MAX_PROOF_VALUE_CHARACTERS = 4096
"""Longest `proofValue` that is read, in characters, all of them ASCII."""

_MEMBERS = 11
# CBOR, RFC 8949 section 3: an array of few items; integers of one byte more, and of more than a size has
_ARRAY_HEAD, _ONE_BYTE, _TOO_LARGE = 0x80, 24, 27
_LEAST_INDEXES = {24: 24, 25: 2**8, 26: 2**16}
_SALT_HEAD, _ROOT_HEAD = (format_cbor([bytes(size)])[1:-size] for size in (SALT_SIZE, HASH_SIZE))
_PATH_HEADS = {
    size: format_cbor([bytes(size)])[1 : -size or None]
    for size in range(0, HASH_SIZE * (MAX_PATH_LENGTH + 1), HASH_SIZE)
}
# `+` and `/` are no letters of this alphabet, and `=` is not written: they become letters of none
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/!!!")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorHeader:
    """What is the same for every credential of a batch: which list of which issuer, where."""

    kind: TreeKind
    """How leaves and nodes are hashed."""
    chain_id: int
    """EIP-155 chain id, from 1."""
    registry: bytes
    """Address of the contract, 20 bytes."""
    issuer: bytes
    """Address that stands for the issuer, 20 bytes."""
    size: int
    """Number of leaves, 1 to 2^32 - 1, as the issuer claims it."""
    list_id: bytes
    """13 bytes; names the status bitmap."""

    def __post_init__(self) -> None:
        """
        Refuse what no header can say.

        Raises:
            MalformedProofError: `proof.type`, `proof.kind`, `proof.range` or `proof.length`.
        """
        object.__setattr__(self, "kind", _as_kind(self.kind))
        _require_integer("chain_id", self.chain_id, first=1, last=MAX_CHAIN_ID)
        _require_bytes("registry", self.registry, size=ADDRESS_SIZE)
        _require_bytes("issuer", self.issuer, size=ADDRESS_SIZE)
        _require_integer("size", self.size, first=1, last=MAX_SIZE)
        _require_bytes("list", self.list_id, size=LIST_ID_SIZE)

    def to_items(self) -> list[int | bytes]:
        """Return the items of the header in the order they are encoded, version first."""
        return [VERSION, int(self.kind), self.chain_id, self.registry, self.issuer, self.size, self.list_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorProof:
    """One credential's way to a root: header, index, salt, path and the root as a checksum."""

    header: AnchorHeader
    """What the whole batch shares."""
    index: int
    """The credential's status number, 0 to 2^32 - 1; not its position in the tree."""
    salt: bytes
    """16 random bytes, so that the digest cannot be guessed from guessable claims."""
    path: bytes
    """Path elements from leaf to root, joined: 32 bytes each, 33 for Chainpoint; at most 40 of them."""
    root: bytes
    """32 bytes; what the fold must equal. Says nothing about the chain."""

    def __post_init__(self) -> None:
        """
        Refuse what no `proofValue` can say.

        Raises:
            MalformedProofError: `proof.type`, `proof.range`, `proof.length`, `proof.path_size`,
                `proof.path_too_long` or `proof.side`.
        """
        _require_integer("index", self.index, first=0, last=MAX_SIZE)
        _require_bytes("salt", self.salt, size=SALT_SIZE)
        _require_bytes("root", self.root, size=HASH_SIZE)
        if type(self.path) is not bytes:
            raise MalformedProofError("proof.type", field="path")
        parse_path(self.path, kind=self.header.kind)

    @property
    def path_elements(self) -> tuple[bytes, ...]:
        """The path cut into its elements, leaf side first."""
        return parse_path(self.path, kind=self.header.kind)


def format_proof_value(proof: AnchorProof) -> str:
    """Write an anchor proof as `proofValue`: "u" and the base64url, without padding, of its CBOR."""
    items = [*proof.header.to_items(), proof.index, proof.salt, proof.path, proof.root]
    return "u" + base64.urlsafe_b64encode(format_cbor(items)).decode("ascii").rstrip("=")


def parse_proof_value(text: str) -> AnchorProof:
    """
    Read a `proofValue`; `format_proof_value` of the answer is `text` again, byte for byte.

    Raises:
        MalformedProofError: `proof.too_large`, `proof.alphabet`, `proof.cbor`, `proof.not_canonical`,
            `proof.members`, `proof.version`, `proof.kind`, `proof.type`, `proof.range`,
            `proof.length`, `proof.path_size`, `proof.path_too_long` or `proof.side`.
    """
    items = parse_cbor(_decode_multibase(text))
    if len(items) != _MEMBERS:
        raise MalformedProofError("proof.members", count=len(items), expected=_MEMBERS)
    return _build_proof(items)


class ProofTail(NamedTuple):
    """What a `proofValue` says beside its header."""

    leaf_index: int
    """`AnchorProof.index`."""
    salt: bytes
    """16 bytes."""
    path: bytes
    """At most 40 elements of 32 bytes."""
    root: bytes
    """32 bytes."""


def encode_start(header: AnchorHeader) -> bytes:
    """Return the bytes with which every proof value of a batch begins, before base64url."""
    return bytes([_ARRAY_HEAD + _MEMBERS]) + format_cbor(header.to_items())[1:]


def parse_tail(value: bytes, start: bytes) -> ProofTail | None:
    """
    Return the rest of a proof value of kind 0 that begins with `start`; else None, which says nothing.

    What is returned is what `parse_proof_value` returns, and everything that it refuses gives None.

    Args:
        value: The `proofValue`, in UTF-8.
        start: `encode_start` of a header of kind 0.
    """
    if len(value) > MAX_PROOF_VALUE_CHARACTERS or value[:1] != b"u":
        return None
    padded = value[1:].translate(_FROM_URL) + b"==="[: -(len(value) - 1) % 4]
    try:
        octets = binascii.a2b_base64(padded, strict_mode=True)
    except ValueError:
        return None
    # what strict mode does not look at: the bits behind the last byte
    left = len(octets) % 3
    if left and binascii.b2a_base64(octets[-left:], newline=False) != padded[-4:]:
        return None
    return _cut_tail(octets, len(start)) if octets.startswith(start) else None


def _cut_tail(octets: bytes, offset: int) -> ProofTail | None:
    """Cut index, salt, path and root out, if each has the head that it is written with."""
    first = octets[offset] if offset < len(octets) else _TOO_LARGE
    layout = _find_layout(len(octets) - offset, first) if first < _TOO_LARGE else None
    if layout is None:
        return None
    number, salt_head, salt, path_head, path, root_head, root = layout.cut(octets, offset)
    index = int.from_bytes(number, "big") if number else first
    if index < layout.least_index or (salt_head, path_head, root_head) != layout.heads:
        return None
    return ProofTail(index, salt, path, root)


class _Layout(NamedTuple):
    """Where index, salt, path and root stand in a proof value of one length."""

    cut: Callable[[bytes, int], tuple[bytes, ...]]
    """Returns the number behind the first byte, then salt, path and root, each behind its head."""
    heads: tuple[bytes, bytes, bytes]
    """The heads that there must be."""
    least_index: int
    """A smaller one is written in fewer bytes."""


@lru_cache(maxsize=256)
def _find_layout(size: int, first: int) -> _Layout | None:
    """
    Return the layout of what follows a header, or None where nothing can be that long.

    Args:
        size: Bytes behind the header.
        first: The first of them, below `_TOO_LARGE`: the index itself, or how many bytes it has.
    """
    number = 1 << first - _ONE_BYTE if first >= _ONE_BYTE else 0
    left = size - 1 - number - 1 - SALT_SIZE - 2 - HASH_SIZE
    # elements are whole, so what is left over is the head before them
    head = left % HASH_SIZE
    path_head = _PATH_HEADS.get(left - head)
    if path_head is None or len(path_head) != head:
        return None
    form = struct.Struct(f"x{number}s1s{SALT_SIZE}s{head}s{left - head}s2s{HASH_SIZE}s")
    return _Layout(form.unpack_from, (_SALT_HEAD, path_head, _ROOT_HEAD), _LEAST_INDEXES.get(first, 0))


def _decode_multibase(text: str) -> bytes:
    """Decode "u" plus unpadded base64url; the bits behind the last byte must be zero."""
    if len(text) > MAX_PROOF_VALUE_CHARACTERS:
        raise MalformedProofError("proof.too_large", size=len(text), limit=MAX_PROOF_VALUE_CHARACTERS)
    body = text[1:]
    if text[:1] != "u" or not _BASE64URL.fullmatch(body) or len(body) % 4 == 1:
        raise MalformedProofError("proof.alphabet")
    octets = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    if base64.urlsafe_b64encode(octets).decode("ascii").rstrip("=") != body:
        raise MalformedProofError("proof.not_canonical", offset=len(octets))
    return octets


def _build_proof(items: list[int | bytes]) -> AnchorProof:
    """Build the proof from its eleven items; every type and range is checked on the way."""
    version, kind, chain_id, registry, issuer, size, list_id, index, salt, path, root = items
    if version != VERSION:
        raise MalformedProofError("proof.version", expected=VERSION)
    # The constructors judge the types: what CBOR held is trusted for nothing here.
    header = AnchorHeader(
        kind=kind,  # type: ignore[arg-type]  # judged by the constructor
        chain_id=chain_id,  # type: ignore[arg-type]  # judged by the constructor
        registry=registry,  # type: ignore[arg-type]  # judged by the constructor
        issuer=issuer,  # type: ignore[arg-type]  # judged by the constructor
        size=size,  # type: ignore[arg-type]  # judged by the constructor
        list_id=list_id,  # type: ignore[arg-type]  # judged by the constructor
    )
    return AnchorProof(header=header, index=index, salt=salt, path=path, root=root)  # type: ignore[arg-type]  # judged by the constructor


def _as_kind(value: object) -> TreeKind:
    """Return the kind that a plain integer or a `TreeKind` stands for."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedProofError("proof.type", field="kind")
    return parse_kind(value)


def _require_integer(field: str, value: object, *, first: int, last: int) -> None:
    """Require a plain `int` (no bool, no float) from `first` to `last`."""
    if type(value) is not int:
        raise MalformedProofError("proof.type", field=field)
    if not first <= value <= last:
        raise MalformedProofError("proof.range", field=field, first=first, last=last)


def _require_bytes(field: str, value: object, *, size: int) -> None:
    """Require `bytes` of one size."""
    if type(value) is not bytes:
        raise MalformedProofError("proof.type", field=field)
    if len(value) != size:
        raise MalformedProofError("proof.length", field=field, size=len(value), expected=size)
