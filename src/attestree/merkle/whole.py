"""
Questions about a whole forest at once: does every leaf lead to the root, and what are all the paths?

The same answers as leaf by leaf, by other means: every leaf hash stands where the positions say, and
every inner node is the hash of its children, exactly when every path folds to the root. Only the root
row of a shard, which no path reads, is held to its children as well. Whether the root of the forest
counts is not known here. Source: DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from attestree.errors import MalformedProofError, MalformedTreeError, RootMismatchError
from attestree.merkle.kind import HASH_SIZE
from attestree.merkle.routes import HASHES_PER_LEAF, Route, choose_route
from attestree.merkle.rows import Rows, count_rows, find_misfit, join_rows
from attestree.merkle.shards import ForestPart, MerkleForest
from attestree.merkle.standard import POSITION_SIZE


@dataclass(frozen=True, slots=True)
class CutPaths:
    """The paths of leaves that follow each other by index; made by `cut_paths`."""

    content: memoryview
    """Every path as `format_path` writes it, one after another."""

    starts: memoryview
    """Where each path starts in `content`, in bytes, and where the last ends: 64-bit numbers."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def path(self, place: int) -> bytes:
        """Return the byte string of one path; `place` is counted from the first leaf that was cut."""
        return bytes(self.content[self.starts[place] : self.starts[place + 1]])


def cut_paths(forest: MerkleForest, *, first: int = 0, count: int | None = None) -> CutPaths:
    """
    Cut the paths of `count` leaves from index `first` on, or of all that follow.

    Takes 32 bytes a step, about 650 for a leaf of a million. Of a large batch, cut some thousand at a
    time: the memory is used again then, and new memory costs many times what the cutting does.

    Raises:
        MalformedTreeError: `tree.index_range`, or `tree.position`: the positions are damaged.
    """
    end = forest.size if count is None else first + count
    for index in (first, end - 1) if end > first else ():
        if not 0 <= index < forest.size:
            raise MalformedTreeError("tree.index_range", index=index, size=forest.size)
    # A step is a node that is looked up and copied: about a quarter of what a hash costs.
    route = choose_route(4 * max(end - first, 0))
    content, starts = route.cut_paths(list(_pieces(forest, route, first=first, end=end)))
    return CutPaths(content, starts)


def verify_forest(forest: MerkleForest, digests: Rows) -> None:
    """
    Verify that every digest, by index, leads to the root of the forest.

    Args:
        forest: Whose `root` the caller compares with the root that counts.
        digests: `forest.size` of them, `HASH_SIZE` bytes each, one by one or joined.

    Raises:
        RootMismatchError: `proof.root_mismatch`.
        MalformedTreeError: `tree.position`, the positions are damaged; `tree.digest_count`.
        MalformedProofError: `proof.digest_size`.
    """
    if count_rows(digests) != forest.size:
        raise MalformedTreeError("tree.digest_count", count=count_rows(digests), size=forest.size)
    if misfit := find_misfit(digests):
        raise MalformedProofError("proof.digest_size", size=misfit[1], expected=HASH_SIZE)
    content = join_rows(digests)
    route = choose_route(HASHES_PER_LEAF * forest.size)
    roots: list[bytes] = []
    for part in forest.parts():
        _require_positions(route, part.positions, part)
        if part.is_top:
            wrong = _wrong_root(part, roots)
        else:
            digests_of_part = content[part.first_index * HASH_SIZE :][: part.leaves * HASH_SIZE]
            wrong = route.has_wrong_leaf(
                digests_of_part, part.nodes, part.positions, first_index=part.first_index
            )
        if wrong or route.has_wrong_parent(part.nodes):
            raise RootMismatchError("proof.root_mismatch")
        roots.append(part.root)


def _pieces(
    forest: MerkleForest, route: Route, *, first: int, end: int
) -> Iterator[tuple[memoryview, memoryview, bytes]]:
    """Return the nodes, the positions and the way from the shard's root up, of each shard that is cut."""
    for part in forest.parts():
        low, high = max(first, part.first_index), min(end, part.first_index + part.leaves)
        if low >= high or part.is_top:
            continue
        before = part.first_index
        positions = part.positions[(low - before) * POSITION_SIZE : (high - before) * POSITION_SIZE]
        _require_positions(route, positions, part, first_place=low)
        yield part.nodes, positions, b"".join(forest.top_path(low))


def _require_positions(
    route: Route, positions: memoryview, part: ForestPart, *, first_place: int | None = None
) -> None:
    """Refuse positions that are no leaf's in the heap of `part`."""
    row = route.first_misplaced(positions, leaves=part.leaves)
    if row is not None:
        position = int.from_bytes(positions[row * POSITION_SIZE : (row + 1) * POSITION_SIZE], "little")
        place = (part.first_index if first_place is None else first_place) + row
        raise MalformedTreeError("tree.position", place=place, position=position)


def _wrong_root(top: ForestPart, roots: list[bytes]) -> bool:
    """Say whether a shard's root does not stand at its position in the top."""
    places = [
        int.from_bytes(top.positions[start : start + POSITION_SIZE], "little") * HASH_SIZE
        for start in range(0, len(top.positions), POSITION_SIZE)
    ]
    return any(
        top.nodes[place : place + HASH_SIZE] != root for place, root in zip(places, roots, strict=True)
    )
