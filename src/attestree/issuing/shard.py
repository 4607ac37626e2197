"""
A shard of a batch: some rows in the order of their indexes, and what is made of them.

    digest_shard   rows -> digests, from which the tree is built
    write_shard    rows and paths -> finished credentials

Both are functions of what they are given, so they run in this process, in another, or on another machine,
once or twice, and the bytes are the same. Decides nothing about trees, files or where it runs.
Source: DESIGN sections 4 and 11.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat
from typing import TYPE_CHECKING

from attestree.credentials.dates import format_timestamp
from attestree.credentials.strict_json import MAX_BYTES
from attestree.errors import LinkedDataError, MalformedCredentialError, RootMismatchError
from attestree.issuing.anchor_writer import AnchorWriter
from attestree.issuing.canonical_writer import CanonicalWriter
from attestree.issuing.compose import Composer
from attestree.issuing.derive import derive_list_id, derive_salts
from attestree.issuing.forms import Documents, Forms
from attestree.issuing.packed_rows import unpack_row

if TYPE_CHECKING:
    from attestree.credentials.anchor_proof import AnchorHeader
    from attestree.credentials.strict_json import JsonObject
    from attestree.issuing.signing import DocumentSigner
    from attestree.issuing.terms import Terms

MAX_DOCUMENT_BYTES = MAX_BYTES // 2
"""Largest credential without its proofs; a verifier reads `MAX_BYTES` with them."""

SHARD_ROWS = 256
"""Rows of a shard: about 1 MB of credentials."""


@dataclass(frozen=True, slots=True, repr=False)
class Recipe:
    """What all shards of a batch share; small, and may be sent to where shards are made."""

    terms: Terms
    """What all credentials share."""
    seed: bytes
    """32 bytes; the only randomness there is."""
    created: int
    """Unix seconds; the `created` of every proof."""
    size: int
    """Credentials of the whole batch."""
    sign: DocumentSigner | None = None
    """Signs each credential beside its anchor proof, or None."""

    @property
    def header(self) -> AnchorHeader:
        """What all anchor proofs share."""
        return self.terms.header(size=self.size, list_id=derive_list_id(self.seed))


@dataclass(frozen=True, slots=True, repr=False)
class Shard:
    """Rows whose indexes follow each other."""

    first: int
    """Index of the first."""
    positions: Sequence[int]
    """Position of each among the rows sorted by key."""
    rows: Sequence[bytes]
    """Each as `pack_row` packed it."""
    paths: Sequence[bytes] = ()
    """Path of each, joined; empty while they are not known."""
    root: bytes = b""
    """32 bytes, or empty."""
    digests: bytes = b""
    """What the tree was built from, 32 bytes each; empty before."""


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """Finished credentials, one a line."""

    octets: bytes
    """All lines, each with its end."""
    sizes: bytes
    """Bytes of each line, its end included: 32-bit numbers as this machine writes them."""

    @classmethod
    def of(cls, documents: Iterable[Iterable[bytes]]) -> Block:
        """Join credentials, canonical JSON, each in as many parts as it comes."""
        parts = [(*some, b"\n") for some in documents]
        sizes = array("I", [sum(map(len, some)) for some in parts])
        return cls(b"".join(chain.from_iterable(parts)), sizes.tobytes())

    def line_sizes(self) -> array[int]:
        """Return the bytes of each line, its end included."""
        sizes = array("I")
        sizes.frombytes(self.sizes)
        return sizes

    def __iter__(self) -> Iterator[bytes]:
        """Yield the credentials one by one, without the ends of their lines."""
        start = 0
        for size in self.line_sizes():
            yield self.octets[start : start + size - 1]
            start += size


class ShardWriter:
    """Makes the shards of one batch; what it learns from the first it uses for the others."""

    def __init__(self, recipe: Recipe) -> None:
        """Make shards by this recipe."""
        self.recipe = recipe
        """What they share."""

    def __reduce__(self) -> tuple[type[ShardWriter], tuple[Recipe]]:
        """Travel without what was learnt."""
        return ShardWriter, (self.recipe,)

    @cached_property
    def forms(self) -> Forms:
        """Writes documents."""
        recipe = self.recipe
        return Forms(Composer(recipe.terms, recipe.seed, recipe.created), recipe.header.list_id)

    @cached_property
    def anchors(self) -> AnchorWriter:
        """Writes anchor proofs."""
        return AnchorWriter(
            self.recipe.header, self.recipe.terms.options(created=format_timestamp(self.recipe.created))
        )

    def write_documents(self, shard: Shard) -> Documents:
        """
        Return the documents of a shard, by index.

        Raises:
            MalformedCredentialError: As `Forms.write_rows`, or `json.too_large`, with `row`.
        """
        rows = list(map(unpack_row, shard.rows))
        documents = self.forms.write_rows(rows, shard.positions, shard.first)
        sizes = [len(body.before) + len(body.after) for body in documents.bodies]
        if max(sizes) > MAX_DOCUMENT_BYTES:
            row, size = next(pair for pair in zip(rows, sizes, strict=True) if pair[1] > MAX_DOCUMENT_BYTES)
            raise MalformedCredentialError(
                "json.too_large", limit=MAX_DOCUMENT_BYTES, size=size, row=row.number
            )
        return documents

    def write_signatures(self, shard: Shard, documents: Documents) -> Iterator[tuple[bytes, ...]]:
        """Yield the signature of each document, or nothing for each; a refusal names the row."""
        if self.recipe.sign is None:
            yield from repeat((), len(documents.bodies))
            return
        created = format_timestamp(self.recipe.created)
        signatures = self.recipe.sign.sign_batch(documents.signables(), created=created)
        for packed in shard.rows:
            try:
                yield (self.write_proof(next(signatures)),)
            except LinkedDataError as exc:
                number = unpack_row(packed).number
                raise LinkedDataError(exc.code, **{**exc.values, "row": number}) from exc

    @cached_property
    def write_proof(self) -> Callable[[JsonObject], bytes]:
        """Writes canonical JSON."""
        return CanonicalWriter().write


def digest_shard(writer: ShardWriter, shard: Shard) -> bytes:
    """
    Return the digests of a shard, 32 bytes each, one after another.

    Raises:
        MalformedCredentialError: A row that may not be issued, with `row` and `path`.
    """
    salts = derive_salts(writer.recipe.seed, shard.positions)
    bodies = writer.write_documents(shard).bodies
    return b"".join(writer.anchors.digests(salts, (body.octets for body in bodies)))


def write_shard(writer: ShardWriter, shard: Shard) -> Block:
    """
    Return the credentials of a shard whose paths are known, with their proofs, canonical JSON.

    Raises:
        MalformedCredentialError: As `digest_shard`.
        RootMismatchError: `proof.root_mismatch`, a document is not the one that the tree holds; nothing of
            such a batch is handed out.
        LinkedDataError: `terms.*`, words that cannot be signed, with `row`.
        MissingExtraError: `extra.signatures`.
    """
    documents = writer.write_documents(shard)
    salts = derive_salts(writer.recipe.seed, shard.positions)
    digests = writer.anchors.digests(salts, (body.octets for body in documents.bodies))
    if b"".join(digests) != shard.digests:
        raise RootMismatchError("proof.root_mismatch")
    anchors = writer.anchors.write_all(shard.first, salts, shard.paths, shard.root)
    signatures = writer.write_signatures(shard, documents)
    return Block.of(
        body.secure(*signature, anchor)
        for body, signature, anchor in zip(documents.bodies, signatures, anchors, strict=True)
    )
