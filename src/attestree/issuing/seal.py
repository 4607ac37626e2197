"""
Seal: documents become digests, a tree, and credentials that carry their anchor proof.

    rows --digest_shard--> digests --build_forest--> root, paths --write_shard--> credentials

Decides indexes and what is held in memory: digests, tree and packed rows, never all documents, unless the
batch is small. Documents are written twice, once to be hashed and once to be handed out, and are compared by
their digests. Pure: the same rows, terms, seed and time give the same bytes, so a run that was killed builds
the same batch again. The tree is recomputed from the digests before anything is returned. Whether and when
anything is recorded is decided in `issue` and `anchoring`.
Source: DESIGN section 4; docs/spec/evm-merkle-jcs-2026.md.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice, pairwise

from attestree.errors import RosterError
from attestree.issuing.derive import derive_permutation, derive_tokens, require_seed
from attestree.issuing.keyed_rows import KeyedRows
from attestree.issuing.packed_rows import unpack_row
from attestree.issuing.rows import Row
from attestree.issuing.sealed import Recipient, SealedBatch
from attestree.issuing.shard import (
    SHARD_ROWS,
    Block,
    Recipe,
    Shard,
    ShardWriter,
    digest_shard,
    write_shard,
)
from attestree.issuing.signing import DocumentSigner
from attestree.issuing.terms import Terms
from attestree.issuing.trees import BatchTree, Memory, build_batch_tree
from attestree.merkle.kind import HASH_SIZE
from attestree.ports.engines import HERE, ShardEngine
from attestree.ports.folders import MAX_SINGLE_FILES


def seal(
    keyed_rows: Sequence[tuple[bytes, Row]],
    terms: Terms,
    *,
    seed: bytes | None,
    created: int,
    sign: DocumentSigner | None = None,
    engine: ShardEngine = HERE,
    memory: Memory = bytearray,
) -> SealedBatch:
    """
    Build a batch.

    Args:
        keyed_rows: Row keys and rows, sorted by row key, none twice.
        terms: What all credentials share.
        seed: 32 bytes; the only randomness there is.
        created: Unix seconds; the `created` of every proof.
        sign: Signs each credential beside its anchor proof, or None.
        engine: Where the work is done.
        memory: Where the nodes and positions of a large tree lie; raises as it does.

    Raises:
        RosterError: `roster.no_good_rows`, or `roster.duplicate_credential`.
        MalformedCredentialError: A row that may not be issued, with `row` and `path`.
        NotAllowedError: `refused.seed_erased`.
        LinkedDataError, MissingExtraError: As `write_shard`; for a large batch, only when its documents are
            asked for.
        EngineUnavailableError: As the engine.
    """
    seed = require_seed(seed)
    rows = KeyedRows.of(keyed_rows)
    _verify_distinct(rows)
    recipe = Recipe(terms, seed, created, len(rows), sign)
    plan = _Shards(rows, derive_permutation(seed, len(rows)))
    writer = ShardWriter(recipe)
    digests = b"".join(engine.map_shards(writer, digest_shard, plan.cut()))
    tree = build_batch_tree(digests, terms.kind, memory=memory)
    blocks: Collection[Block] = _Blocks(writer, plan, tree, engine)
    if len(rows) <= MAX_SINGLE_FILES:
        blocks = tuple(blocks)
    position_of = plan.position_of

    def recipients() -> Iterator[Recipient]:
        following = rows.by_roster()
        while some := list(islice(following, SHARD_ROWS)):
            for position, token in zip(some, derive_tokens(seed, some), strict=True):
                yield Recipient(plan.order[position], token, unpack_row(rows.packed(position)))

    return SealedBatch(
        header=recipe.header,
        created=created,
        tree=tree,
        blocks=blocks,
        tokens=lambda: chain.from_iterable(
            derive_tokens(seed, position_of[first : first + SHARD_ROWS])
            for first in range(0, len(rows), SHARD_ROWS)
        ),
        row_key=lambda index: rows.key(position_of[index]),
        recipients=recipients,
    )


class _Shards:
    """The rows of a batch, cut into shards in the order of their indexes."""

    def __init__(self, rows: KeyedRows, order: Sequence[int]) -> None:
        self._rows = rows
        self.order = array("I", order)
        self.position_of = array("I", bytes(4 * len(order)))
        for position, index in enumerate(order):
            self.position_of[index] = position

    def cut(self, tree: BatchTree | None = None) -> Iterator[Shard]:
        """Yield the shards, with their paths where the tree is known."""
        for first in range(0, len(self._rows), SHARD_ROWS):
            positions = tuple(self.position_of[first : first + SHARD_ROWS])
            rows = tuple(map(self._rows.packed, positions))
            if tree is None:
                yield Shard(first, positions, rows)
            else:
                paths = tuple(tree.paths(first, len(positions)))
                digests = tree.digests[first * HASH_SIZE : (first + len(positions)) * HASH_SIZE]
                yield Shard(first, positions, rows, paths, tree.root, digests)


class _Blocks(Collection[Block]):
    """The credentials of a batch, made each time they are asked for."""

    def __init__(self, writer: ShardWriter, shards: _Shards, tree: BatchTree, engine: ShardEngine) -> None:
        self._writer, self._shards, self._tree, self._engine = writer, shards, tree, engine

    def __len__(self) -> int:
        return math.ceil(self._writer.recipe.size / SHARD_ROWS)

    def __iter__(self) -> Iterator[Block]:
        return self._engine.map_shards(self._writer, write_shard, self._shards.cut(self._tree))

    def __contains__(self, block: object) -> bool:
        return any(block == one for one in self)


def _verify_distinct(rows: KeyedRows) -> None:
    """Refuse an empty batch, and the same award twice."""
    if not rows:
        raise RosterError("roster.no_good_rows")
    for position, (key, next_key) in enumerate(pairwise(rows.keys())):
        if key >= next_key:
            first, second = rows[position][1], rows[position + 1][1]
            raise RosterError("roster.duplicate_credential", first=first.number, second=second.number)
