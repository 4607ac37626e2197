from __future__ import annotations

import mmap
import sys
from collections.abc import Callable

import pytest

from attestree.errors import AttestreeError, MalformedProofError, MalformedTreeError
from attestree.merkle.folding import fold_many
from attestree.merkle.kind import MAX_SIZE, SHARD_SIZE, TreeKind
from attestree.merkle.membership import verify_digest
from attestree.merkle.path import format_path
from attestree.merkle.plain import PlainRoute
from attestree.merkle.routes import FEWEST_HASHES, choose_route, preload
from attestree.merkle.shards import MerkleForest, build_forest, build_shard, forest_file_sizes, join_shards
from attestree.merkle.standard import build_tree
from attestree.merkle.whole import cut_paths, verify_forest
from tests.vectors.merkle.vectors import TREES, TreeVector, digest_of

SHAPES = [(1, SHARD_SIZE), (2, SHARD_SIZE), (15, 1), (16, 6), (40, SHARD_SIZE), (63, 8), (64, 20), (65, 64)]

UNREAD_ROOTS = (0, 7 * 32, 14 * 32, 21 * 32)
"""Where 14 leaves in shards of four have the shards' own roots: no path reads them."""


@pytest.fixture(params=["plain", "bulk"])
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have the plain route taken throughout, or the bulk route from six leaves on."""
    assert preload()
    if request.param == "plain":
        monkeypatch.delitem(sys.modules, "attestree.merkle.bulk")
    assert isinstance(choose_route(FEWEST_HASHES), PlainRoute) == (request.param == "plain")
    return str(request.param)


def digests(size: int) -> list[bytes]:
    return [digest_of(index) for index in range(size)]


def refused(work: Callable[[], object]) -> tuple[str, dict[str, object]] | None:
    try:
        work()
    except AttestreeError as exc:
        return exc.code, exc.values
    return None


@pytest.mark.parametrize(("size", "shard_size"), SHAPES)
def test_joined_digests_give_the_forest_of_single_ones_and_of_its_shards(
    route: str, size: int, shard_size: int
) -> None:
    forest = build_forest(memoryview(b"".join(digests(size))), shard_size=shard_size)
    assert forest == build_forest(digests(size), shard_size=shard_size)
    starts = range(0, size, shard_size)
    shards = [build_shard(digests(size)[at : at + shard_size], first_index=at) for at in starts]
    assert forest == join_shards(shards, shard_size=shard_size)
    assert [part.is_top for part in forest.parts()] == [False] * len(starts) + [True] * (len(starts) > 1)
    assert b"".join(bytes(part.nodes) for part in forest.parts()) == forest.nodes
    assert b"".join(bytes(part.positions) for part in forest.parts()) == forest.positions
    assert sum(part.leaves for part in forest.parts() if not part.is_top) == size


@pytest.mark.parametrize("vector", [vector for vector in TREES if vector.kind == 0], ids=str)
def test_the_published_roots_and_paths_come_out_on_either_route(route: str, vector: TreeVector) -> None:
    forest = build_forest(b"".join(vector.digests), shard_size=vector.shard_size)
    assert forest.root == vector.root
    verify_forest(forest, vector.digests)
    cut = cut_paths(forest)
    for leaf in vector.leaves:
        assert (forest.leaf_hash(leaf.index), cut.path(leaf.index)) == (leaf.leaf_hash, leaf.path)


@pytest.mark.parametrize(("size", "shard_size"), SHAPES)
def test_a_forest_built_in_memory_maps_is_the_same(route: str, size: int, shard_size: int) -> None:
    forest = build_forest(digests(size), shard_size=shard_size)
    lengths = forest_file_sizes(size, shard_size=shard_size)
    assert lengths == (len(forest.nodes), len(forest.positions))
    with mmap.mmap(-1, lengths[0]) as nodes, mmap.mmap(-1, lengths[1]) as positions:
        mapped = build_forest(digests(size), shard_size=shard_size, nodes=nodes, positions=positions)
        assert mapped == forest
        assert (nodes[:], positions[:]) == (bytes(forest.nodes), bytes(forest.positions))
        # A map closes only once nothing looks into it any more.
        del mapped


@pytest.mark.parametrize("change", [-1, 1])
def test_a_buffer_of_another_length_is_refused(change: int) -> None:
    nodes, positions = forest_file_sizes(8, shard_size=3)
    for sizes in ((nodes + change, positions), (nodes, positions + change)):
        buffers = [bytearray(size) for size in sizes]
        answer = refused(
            lambda given=buffers: build_forest(digests(8), shard_size=3, nodes=given[0], positions=given[1])
        )
        assert answer is not None
        assert answer[0] == "tree.file_size"


@pytest.mark.parametrize("rest", [1, 31])
def test_a_digest_or_leaf_cut_short_at_the_end_is_refused(rest: int) -> None:
    cut = b"".join(digests(2)) + bytes(rest)
    short = ("proof.digest_size", {"size": rest, "expected": 32})
    assert refused(lambda: build_forest(cut)) == short
    assert refused(lambda: build_shard(cut, first_index=0)) == short
    leaf = ("tree.leaf_size", {"index": 2, "size": rest, "expected": 32})
    assert refused(lambda: build_tree(cut)) == leaf
    forest = build_forest(digests(3))
    assert refused(lambda: verify_forest(forest, cut)) == short


@pytest.mark.parametrize(("first", "index"), [(-1, -1), (MAX_SIZE - 1, MAX_SIZE), (MAX_SIZE, MAX_SIZE)])
def test_a_shard_outside_every_batch_is_refused(first: int, index: int) -> None:
    with pytest.raises(MalformedProofError) as error:
        build_shard(digests(3), first_index=first)
    assert error.value.code == "proof.index_range"
    assert error.value.values == {"index": index, "size": MAX_SIZE}


@pytest.mark.parametrize(("size", "shard_size"), SHAPES)
def test_all_paths_cut_at_once_are_those_cut_one_by_one(route: str, size: int, shard_size: int) -> None:
    forest = build_forest(digests(size), shard_size=shard_size)
    paths = [format_path(forest.path(index), kind=TreeKind.OPENZEPPELIN) for index in range(size)]
    cut = cut_paths(forest)
    assert [cut.path(place) for place in range(len(cut))] == paths
    assert bytes(cut.content) == b"".join(paths)
    some = cut_paths(forest, first=size // 3, count=size // 2)
    assert [some.path(place) for place in range(len(some))] == paths[size // 3 :][: size // 2]
    leaves = b"".join(forest.leaf_hash(index) for index in range(size))
    assert fold_many(leaves, paths) == forest.root * size


@pytest.mark.parametrize(("first", "count", "index"), [(-1, 2, -1), (9, 2, 10), (10, 1, 10), (3, 9, 11)])
def test_paths_outside_a_forest_are_not_cut(first: int, count: int, index: int) -> None:
    forest = build_forest(digests(10), shard_size=6)
    answer = refused(lambda: cut_paths(forest, first=first, count=count))
    assert answer == ("tree.index_range", {"index": index, "size": 10})


def test_no_paths_are_cut_where_none_are_asked_for() -> None:
    assert len(cut_paths(build_forest(digests(3)), first=3)) == 0


@pytest.mark.parametrize(("size", "shard_size"), SHAPES)
def test_a_forest_holds_the_digests_it_was_built_from_and_no_others(
    route: str, size: int, shard_size: int
) -> None:
    forest = build_forest(digests(size), shard_size=shard_size)
    verify_forest(forest, b"".join(digests(size)))
    for place in {0, size // 2, size - 1}:
        others = digests(size)
        others[place] = bytes(32)
        assert refused(lambda given=others: verify_forest(forest, given)) == ("proof.root_mismatch", {})


@pytest.mark.parametrize("file", ["nodes", "positions"])
def test_whatever_is_damaged_is_found_at_once_as_it_is_leaf_by_leaf(route: str, file: str) -> None:
    forest = build_forest(digests(14), shard_size=4)
    content = {"nodes": bytes(forest.nodes), "positions": bytes(forest.positions)}
    for place in range(0, len(content[file]), 32 if file == "nodes" else 4):
        damaged = bytearray(content[file])
        damaged[place] ^= 1
        files = {**content, file: bytes(damaged)}
        broken = MerkleForest.from_bytes(files["nodes"], files["positions"], size=14, shard_size=4)
        at_once = refused(lambda given=broken: verify_forest(given, digests(14)))
        assert at_once is not None
        codes = {code for code, _ in leaf_by_leaf(broken)}
        if file == "nodes" and place in UNREAD_ROOTS:
            assert (at_once[0], codes) == ("proof.root_mismatch", set())
        else:
            assert at_once[0] in codes


def leaf_by_leaf(forest: MerkleForest) -> list[tuple[str, dict[str, object]]]:
    """Return every refusal of the slow way."""

    def verify(index: int) -> None:
        path = forest.path(index)
        verify_digest(
            digest_of(index),
            path,
            forest.root,
            kind=TreeKind.OPENZEPPELIN,
            index=index,
            size=forest.size,
            shard_size=forest.shard_size,
        )

    answers = [refused(lambda at=index: verify(at)) for index in range(forest.size)]
    return [answer for answer in answers if answer is not None]


@pytest.mark.parametrize("place", [0, 9, 10, 19, 20, 21])
def test_a_position_outside_is_named_before_it_is_followed(route: str, place: int) -> None:
    forest = build_forest(digests(20), shard_size=10)
    damaged = bytearray(forest.positions)
    damaged[4 * place : 4 * place + 4] = (2**32 - 1).to_bytes(4, "little")
    broken = MerkleForest.from_bytes(forest.nodes, bytes(damaged), size=20, shard_size=10)
    named = ("tree.position", {"place": place, "position": 2**32 - 1})
    assert refused(lambda: verify_forest(broken, digests(20))) == named
    assert refused(lambda: cut_paths(broken)) == named


def test_as_many_digests_as_leaves_are_wanted() -> None:
    forest = build_forest(digests(3))
    with pytest.raises(MalformedTreeError) as error:
        verify_forest(forest, digests(2))
    assert error.value.code == "tree.digest_count"
    assert error.value.values == {"count": 2, "size": 3}
