from __future__ import annotations

import pytest

from attestree.errors import MalformedProofError, MalformedTreeError
from attestree.merkle.kind import MAX_SIZE, SHARD_SIZE
from attestree.merkle.path import fold
from attestree.merkle.shards import MerkleForest, build_forest, build_shard, join_shards
from attestree.merkle.standard import build_tree, leaf_hash
from tests.unit.merkle.announced import Announced, ContentReadError
from tests.vectors.merkle.vectors import digest_of


def digests(size: int) -> list[bytes]:
    return [digest_of(index) for index in range(size)]


def test_a_batch_of_up_to_one_shard_is_exactly_one_tree() -> None:
    forest = build_forest(digests(10))
    tree = build_tree([leaf_hash(digest_of(index), index) for index in range(10)])
    assert (forest.root, forest.nodes, forest.positions) == (tree.root, tree.nodes, tree.positions)
    assert [forest.path(index) for index in range(10)] == [tree.path(index) for index in range(10)]
    assert (forest.size, forest.shard_count, forest.shard_size) == (10, 1, SHARD_SIZE)


def test_a_full_shard_needs_no_top() -> None:
    assert build_forest(digests(6), shard_size=6).root == build_forest(digests(6)).root


def test_the_top_of_two_shards_is_built_over_their_raw_roots() -> None:
    forest = build_forest(digests(10), shard_size=6)
    left = build_tree([leaf_hash(digest_of(index), index) for index in range(6)])
    right = build_tree([leaf_hash(digest_of(index), index) for index in range(6, 10)])
    top = build_tree([left.root, right.root])
    assert forest.shard_count == 2
    assert forest.root == top.root
    assert forest.nodes == left.nodes + right.nodes + top.nodes
    assert forest.positions == left.positions + right.positions + top.positions
    assert forest.path(5) == (*left.path(5), right.root)
    assert forest.path(6) == (*right.path(0), left.root)


@pytest.mark.parametrize(
    ("size", "shard_size"), [(1, 1), (7, 1), (10, 6), (11, 5), (13, 4), (16, 8), (33, 7)]
)
def test_every_path_of_every_forest_folds_to_its_root(size: int, shard_size: int) -> None:
    forest = build_forest(digests(size), shard_size=shard_size)
    for index in range(size):
        assert forest.leaf_hash(index) == leaf_hash(digest_of(index), index)
        assert fold(forest.leaf_hash(index), forest.path(index)) == forest.root


def test_equal_digests_are_told_apart_by_their_index() -> None:
    forest = build_forest([digest_of(0)] * 3)
    assert len({forest.leaf_hash(index) for index in range(3)}) == 3


@pytest.mark.parametrize("shard_size", [3, 8, SHARD_SIZE])
def test_a_forest_is_read_back_from_its_two_files(shard_size: int) -> None:
    forest = build_forest(digests(8), shard_size=shard_size)
    nodes, positions = memoryview(bytes(forest.nodes)), memoryview(bytes(forest.positions))
    again = MerkleForest.from_bytes(nodes, positions, size=8, shard_size=shard_size)
    assert again == forest
    assert again.root == forest.root
    assert isinstance(again.root, bytes)
    assert isinstance(again.leaf_hash(7), bytes)
    assert all(isinstance(sibling, bytes) for sibling in again.path(7))
    assert [again.path(index) for index in range(8)] == [forest.path(index) for index in range(8)]


def test_the_shard_size_of_real_batches_is_the_default_when_reading() -> None:
    forest = build_forest(digests(3))
    assert MerkleForest.from_bytes(forest.nodes, forest.positions, size=3) == forest


@pytest.mark.parametrize("shard_size", [3, SHARD_SIZE])
@pytest.mark.parametrize("change", [-1, 1])
@pytest.mark.parametrize("file", ["nodes", "positions"])
def test_a_file_of_another_length_is_refused(shard_size: int, change: int, file: str) -> None:
    forest = build_forest(digests(8), shard_size=shard_size)
    content = {"nodes": bytes(forest.nodes), "positions": bytes(forest.positions)}
    expected = len(content[file])
    content[file] = content[file][:change] if change < 0 else content[file] + b"\x00"
    with pytest.raises(MalformedTreeError) as refused:
        MerkleForest.from_bytes(content["nodes"], content["positions"], size=8, shard_size=shard_size)
    assert refused.value.code == "tree.file_size"
    assert refused.value.values == {"size": expected + change, "expected": expected}


@pytest.mark.parametrize(
    ("size", "code"), [(0, "tree.empty"), (-1, "tree.empty"), (MAX_SIZE + 1, "tree.too_large")]
)
def test_files_of_a_batch_that_cannot_be_are_refused(size: int, code: str) -> None:
    with pytest.raises(MalformedTreeError) as refused:
        MerkleForest.from_bytes(b"", b"", size=size)
    assert refused.value.code == code


def test_the_largest_batch_that_an_anchor_can_state_is_a_possible_size() -> None:
    with pytest.raises(MalformedTreeError) as refused:
        MerkleForest.from_bytes(b"", b"", size=MAX_SIZE)
    shards = 4096
    assert refused.value.code == "tree.file_size"
    assert refused.value.values["expected"] == 32 * (2 * MAX_SIZE - shards + 2 * shards - 1)


@pytest.mark.parametrize("position", [0, 3, 9, 2**32 - 1])
@pytest.mark.parametrize("place", [0, 4, 9, 10, 11])
def test_a_damaged_position_is_named_and_never_followed(place: int, position: int) -> None:
    forest = build_forest(digests(10), shard_size=5)
    damaged = bytearray(forest.positions)
    damaged[4 * place : 4 * place + 4] = position.to_bytes(4, "little")
    broken = MerkleForest.from_bytes(forest.nodes, bytes(damaged), size=10, shard_size=5)
    index = {10: 2, 11: 7}.get(place, place)
    with pytest.raises(MalformedTreeError) as refused:
        broken.path(index)
    assert refused.value.code == "tree.position"
    assert refused.value.values == {"place": place, "position": position}


def test_the_bounds_of_a_position_follow_the_size_of_its_own_shard() -> None:
    forest = build_forest(digests(7), shard_size=5)
    damaged = bytearray(forest.positions)
    damaged[4 * 6] = 3
    broken = MerkleForest.from_bytes(forest.nodes, bytes(damaged), size=7, shard_size=5)
    with pytest.raises(MalformedTreeError) as refused:
        broken.leaf_hash(6)
    assert refused.value.code == "tree.position"


@pytest.mark.parametrize("index", [-1, 10])
def test_a_forest_has_nothing_for_an_index_outside_it(index: int) -> None:
    forest = build_forest(digests(10), shard_size=6)
    for ask in (forest.path, forest.leaf_hash):
        with pytest.raises(MalformedTreeError) as refused:
            ask(index)
        assert refused.value.code == "tree.index_range"
        assert refused.value.values == {"index": index, "size": 10}


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(MalformedTreeError) as refused:
        build_forest([])
    assert refused.value.code == "tree.empty"


def test_a_batch_larger_than_an_anchor_can_state_is_refused_unread() -> None:
    with pytest.raises(MalformedTreeError) as refused:
        build_forest(Announced(MAX_SIZE + 1))
    assert refused.value.code == "tree.too_large"
    assert refused.value.values == {"size": MAX_SIZE + 1, "limit": MAX_SIZE}
    with pytest.raises(ContentReadError):
        build_forest(Announced(MAX_SIZE))


@pytest.mark.parametrize("shard_size", [0, -1, SHARD_SIZE + 1])
def test_an_impossible_shard_size_is_refused(shard_size: int) -> None:
    with pytest.raises(MalformedTreeError) as refused:
        build_forest(digests(2), shard_size=shard_size)
    assert refused.value.code == "tree.shard_size"


def test_a_digest_of_another_size_is_refused() -> None:
    with pytest.raises(MalformedProofError) as refused:
        build_forest([digest_of(0), b"short"])
    assert refused.value.code == "proof.digest_size"


def test_shards_built_apart_make_the_same_forest() -> None:
    apart = [build_shard(digests(10)[first : first + 4], first_index=first) for first in (8, 4, 0)]
    assert join_shards(apart[::-1], shard_size=4) == build_forest(digests(10), shard_size=4)


def test_one_shard_joined_is_a_batch_of_the_real_shard_size() -> None:
    assert join_shards([build_shard(digests(3), first_index=0)]) == build_forest(digests(3))


def test_joining_no_shards_is_refused() -> None:
    with pytest.raises(MalformedTreeError) as refused:
        join_shards([])
    assert refused.value.code == "tree.empty"


@pytest.mark.parametrize(
    ("sizes", "shard", "size"),
    [((4, 2, 4), 1, 2), ((2, 4), 0, 2), ((4, 5), 1, 5), ((5,), 0, 5), ((6, 4), 0, 6)],
)
def test_shards_out_of_order_are_refused(sizes: tuple[int, ...], shard: int, size: int) -> None:
    shards = [build_shard(digests(count), first_index=16 * place) for place, count in enumerate(sizes)]
    with pytest.raises(MalformedTreeError) as refused:
        join_shards(shards, shard_size=4)
    assert refused.value.code == "tree.shard_not_full"
    assert refused.value.values == {"shard": shard, "size": size}
