"""
Seal: documents become digests, a tree, and credentials that carry their anchor proof.

Decides indexes, digests and proofs. Pure: the same rows, terms, seed and time give the same bytes, so a
run that was killed builds the same batch again. Every credential is folded back to the root before it
is returned. Whether and when anything is recorded is decided in `issue` and `anchoring`.
Source: DESIGN section 4; docs/spec/evm-merkle-jcs-2026.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise, repeat

from attestree.credentials.anchor_proof import AnchorHeader, AnchorProof
from attestree.credentials.dates import format_timestamp
from attestree.credentials.digest import digest_of_hashes, header_hash
from attestree.credentials.proof_set import ProofOptions, SecuredAnchor, format_secured_anchor
from attestree.credentials.strict_json import MAX_BYTES, JsonObject
from attestree.errors import LinkedDataError, MalformedCredentialError, RosterError
from attestree.issuing.canonical_writer import CanonicalWriter
from attestree.issuing.compose import Composer, Place
from attestree.issuing.derive import (
    derive_list_id,
    derive_permutation,
    derive_salt,
    derive_token,
    require_seed,
)
from attestree.issuing.rows import Row
from attestree.issuing.signing import DocumentSigner
from attestree.issuing.terms import Terms
from attestree.merkle.chainpoint import build_chainpoint_tree, chainpoint_leaf_hash
from attestree.merkle.kind import TreeKind
from attestree.merkle.membership import verify_digest
from attestree.merkle.shards import build_forest
from attestree.merkle.standard import leaf_hash

MAX_DOCUMENT_BYTES = MAX_BYTES // 2
"""Largest credential without its proofs; a verifier reads `MAX_BYTES` with them."""


@dataclass(frozen=True, slots=True, repr=False)
class SealedCredential:
    """One credential, ready to be handed out once its batch is final."""

    index: int
    """Leaf index = status number."""
    token: str
    """Last part of its id."""
    row: Row
    """Where it came from."""
    row_key: bytes
    """HMAC of that, 32 bytes."""
    digest: bytes
    """32 bytes."""
    leaf_hash: bytes
    """32 bytes."""
    octets: bytes
    """The credential with its proofs, canonical JSON."""


@dataclass(frozen=True, slots=True, repr=False)
class SealedBatch:
    """A batch whose root is fixed."""

    header: AnchorHeader
    """What all its proofs share."""
    root: bytes
    """32 bytes."""
    created: int
    """Unix seconds."""
    credentials: tuple[SealedCredential, ...]
    """By index."""
    nodes: bytes
    """Content of `nodes.bin`; empty for Chainpoint."""
    positions: bytes
    """Content of `positions.u32`; empty for Chainpoint."""


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """One credential before its path is known."""

    row: Row
    """Where it came from."""
    row_key: bytes
    """HMAC of that, 32 bytes."""
    token: str
    """Last part of its id."""
    salt: bytes
    """16 bytes."""
    document: JsonObject
    """Without proofs."""
    digest: bytes
    """32 bytes."""


def seal(
    keyed_rows: Sequence[tuple[bytes, Row]],
    terms: Terms,
    *,
    seed: bytes | None,
    created: int,
    sign: DocumentSigner | None = None,
) -> SealedBatch:
    """
    Build a batch.

    Args:
        keyed_rows: Row keys and rows, sorted by row key, none twice.
        terms: What all credentials share.
        seed: 32 bytes; the only randomness there is.
        created: Unix seconds; the `created` of every proof.
        sign: Signs each credential beside its anchor proof, or None.

    Raises:
        RosterError: `roster.no_good_rows`, or `roster.duplicate_credential`.
        MalformedCredentialError: A row that may not be issued, with `row` and `path`.
        NotAllowedError: `refused.seed_erased`.
        LinkedDataError, MissingExtraError: As `DocumentSigner.sign_batch`.
    """
    seed = require_seed(seed)
    _verify_distinct(keyed_rows)
    header = terms.header(size=len(keyed_rows), list_id=derive_list_id(seed))
    options = terms.options(created=format_timestamp(created))
    writer = CanonicalWriter(terms.achievement.document)
    composer = Composer(terms, seed, created)
    order = derive_permutation(seed, len(keyed_rows))
    drafts: dict[int, Draft] = {}
    hashes = header_hash(header), sha256(writer.write(options.to_json())).digest()
    for position, (row_key, row) in enumerate(keyed_rows):
        place = Place(position, order[position], header.list_id)
        document = _compose(composer, row, place)
        salt = derive_salt(seed, position)
        digest = build_digest(salt, hashes, _write(writer, document, row))
        token = derive_token(seed, position)
        drafts[place.index] = Draft(row, row_key, token, salt, document, digest)
    by_index = [drafts[index] for index in range(len(drafts))]
    proofs = _sign_all(sign, by_index, created=options.created)
    return attach_anchors(by_index, header, options, created=created, writer=writer, proofs=proofs)


def _sign_all(
    sign: DocumentSigner | None, drafts: Sequence[Draft], *, created: str
) -> Iterator[Sequence[JsonObject]]:
    """Yield the signature of each draft, nothing for each where nobody signs; a refusal names the row."""
    if sign is None:
        yield from repeat((), len(drafts))
        return
    signatures = sign.sign_batch((draft.document for draft in drafts), created=created)
    for draft in drafts:
        try:
            yield (next(signatures),)
        except LinkedDataError as exc:
            raise LinkedDataError(exc.code, **{**exc.values, "row": draft.row.number}) from exc


def _compose(composer: Composer, row: Row, place: Place) -> JsonObject:
    """Compose one credential; a refusal names the row."""
    try:
        return composer.compose(row, place)
    except MalformedCredentialError as exc:
        raise MalformedCredentialError(exc.code, **{**exc.values, "row": row.number}) from exc


def _write(writer: CanonicalWriter, document: JsonObject, row: Row) -> bytes:
    """Return the canonical bytes of a document that leaves room for its proofs."""
    octets = writer.write(document)
    if len(octets) > MAX_DOCUMENT_BYTES:
        raise MalformedCredentialError(
            "json.too_large", limit=MAX_DOCUMENT_BYTES, size=len(octets), row=row.number
        )
    return octets


def build_digest(salt: bytes, hashes: tuple[bytes, bytes], document: bytes) -> bytes:
    """
    Return the digest of a document whose canonical bytes are at hand.

    Args:
        salt: 16 bytes.
        hashes: Of the header and of the options.
        document: Canonical JSON.
    """
    return digest_of_hashes(
        salt=salt, header_hash=hashes[0], options_hash=hashes[1], document_hash=sha256(document).digest()
    )


def attach_anchors(
    drafts: Sequence[Draft],
    header: AnchorHeader,
    options: ProofOptions,
    *,
    created: int,
    writer: CanonicalWriter,
    proofs: Iterable[Sequence[JsonObject]],
) -> SealedBatch:
    """
    Build the tree, cut every path, and attach the proofs.

    Args:
        drafts: By index.
        header: What all anchor proofs share.
        options: Of every anchor proof.
        created: The same time as in the options, Unix seconds.
        writer: Writes the credentials.
        proofs: Of each draft, those that stand before its anchor proof.
    """
    digests = [draft.digest for draft in drafts]
    tree = _build_tree(digests, header.kind)
    build_leaf = chainpoint_leaf_hash if header.kind is TreeKind.CHAINPOINT else leaf_hash
    sealed: list[SealedCredential] = []
    for index, (draft, signatures) in enumerate(zip(drafts, proofs, strict=True)):
        path = tree.path(index)
        verify_digest(draft.digest, path, tree.root, kind=header.kind, index=index, size=header.size)
        proof = AnchorProof(header=header, index=index, salt=draft.salt, path=b"".join(path), root=tree.root)
        anchored = format_secured_anchor(SecuredAnchor(options, proof))
        octets = writer.write({**draft.document, "proof": [*signatures, anchored]})
        leaf = build_leaf(draft.digest, index)
        sealed.append(
            SealedCredential(index, draft.token, draft.row, draft.row_key, draft.digest, leaf, octets)
        )
    return SealedBatch(header, tree.root, created, tuple(sealed), tree.nodes, tree.positions)


@dataclass(frozen=True, slots=True)
class _Tree:
    """What both kinds of tree have in common."""

    root: bytes
    path: Callable[[int], tuple[bytes, ...]]
    nodes: bytes = b""
    positions: bytes = b""


def _build_tree(digests: Sequence[bytes], kind: TreeKind) -> _Tree:
    """Build the tree of one kind."""
    if kind is TreeKind.CHAINPOINT:
        ordered = build_chainpoint_tree(digests)
        return _Tree(ordered.root, ordered.path)
    forest = build_forest(digests)
    return _Tree(forest.root, forest.path, bytes(forest.nodes), bytes(forest.positions))


def _verify_distinct(keyed_rows: Sequence[tuple[bytes, Row]]) -> None:
    """Refuse an empty batch, and the same award twice."""
    if not keyed_rows:
        raise RosterError("roster.no_good_rows")
    for (key, row), (next_key, next_row) in pairwise(keyed_rows):
        if key >= next_key:
            raise RosterError("roster.duplicate_credential", first=row.number, second=next_row.number)
