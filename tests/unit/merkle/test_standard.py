from __future__ import annotations

import pytest

from attestree.errors import AttestreeError, MalformedProofError, MalformedTreeError
from attestree.merkle.keccak import keccak256
from attestree.merkle.kind import MAX_SIZE, SHARD_SIZE
from attestree.merkle.standard import build_tree, leaf_hash
from tests.unit.merkle.announced import Announced, ContentReadError
from tests.vectors.merkle.vectors import digest_of


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(digest_of(index), index) for index in range(size)]


def code_of(error: pytest.ExceptionInfo[AttestreeError]) -> tuple[str, dict[str, object]]:
    return error.value.code, error.value.values


def test_a_leaf_is_hashed_twice_over_digest_and_index() -> None:
    encoded = b"\xab" * 32 + (258).to_bytes(32, "big")
    assert leaf_hash(b"\xab" * 32, 258) == keccak256(keccak256(encoded))


def test_a_leaf_hash_takes_every_index_that_a_batch_can_have() -> None:
    assert leaf_hash(b"\xab" * 32, 0) != leaf_hash(b"\xab" * 32, MAX_SIZE - 1)


@pytest.mark.parametrize("index", [-1, MAX_SIZE])
def test_a_leaf_hash_refuses_an_index_that_no_batch_can_have(index: int) -> None:
    with pytest.raises(MalformedProofError) as refused:
        leaf_hash(b"\xab" * 32, index)
    assert code_of(refused) == ("proof.index_range", {"index": index, "size": MAX_SIZE})


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_leaf_hash_refuses_a_digest_of_another_size(size: int) -> None:
    with pytest.raises(MalformedProofError) as refused:
        leaf_hash(bytes(size), 0)
    assert code_of(refused) == ("proof.digest_size", {"size": size, "expected": 32})


def test_the_heap_of_three_leaves_is_laid_out_as_openzeppelin_does() -> None:
    low, mid, high = bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32
    tree = build_tree([mid, high, low])
    inner = keccak256(low + mid)
    root = keccak256(min(inner, high) + max(inner, high))
    assert tree.nodes == root + inner + high + mid + low
    assert [tree.position(index) for index in range(3)] == [3, 2, 4]
    assert tree.positions == bytes([3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0])
    assert tree.root == root
    assert tree.size == 3
    assert tree.path(0) == (low, high)
    assert tree.path(1) == (inner,)
    assert tree.path(2) == (mid, high)


def test_a_tree_of_one_leaf_is_that_leaf() -> None:
    tree = build_tree([b"\x07" * 32])
    assert (tree.root, tree.nodes, tree.size, tree.path(0)) == (b"\x07" * 32, b"\x07" * 32, 1, ())


def test_the_order_in_which_leaves_are_given_does_not_change_the_root() -> None:
    given = leaves(9)
    assert build_tree(given).root == build_tree(given[::-1]).root


def test_trees_are_equal_where_their_leaves_are() -> None:
    assert build_tree(leaves(5)) == build_tree(leaves(5))
    assert build_tree(leaves(5)) != build_tree(leaves(6))


@pytest.mark.parametrize("index", [-1, 4])
def test_a_tree_has_no_path_for_an_index_outside_it(index: int) -> None:
    with pytest.raises(MalformedTreeError) as refused:
        build_tree(leaves(4)).path(index)
    assert code_of(refused) == ("tree.index_range", {"index": index, "size": 4})


def test_a_tree_cannot_be_changed() -> None:
    tree = build_tree(leaves(2))
    with pytest.raises(AttributeError):
        tree.nodes = b""  # type: ignore[misc]  # what is tried is what is forbidden


def test_no_leaves_make_no_tree() -> None:
    with pytest.raises(MalformedTreeError) as refused:
        build_tree([])
    assert code_of(refused) == ("tree.empty", {})


@pytest.mark.parametrize("size", [31, 33])
def test_a_leaf_of_another_size_makes_no_tree(size: int) -> None:
    with pytest.raises(MalformedTreeError) as refused:
        build_tree([*leaves(2), bytes(size)])
    assert code_of(refused) == ("tree.leaf_size", {"index": 2, "size": size, "expected": 32})


def test_two_equal_leaves_make_no_tree() -> None:
    given = leaves(5)
    given[3] = given[1]
    with pytest.raises(MalformedTreeError) as refused:
        build_tree(given)
    assert code_of(refused) == ("tree.duplicate_leaf", {"first": 1, "second": 3})


def test_more_leaves_than_a_tree_holds_are_refused_unread() -> None:
    with pytest.raises(MalformedTreeError) as refused:
        build_tree(Announced(SHARD_SIZE + 1))
    assert refused.value.code == "tree.too_large"
    assert refused.value.values == {"size": SHARD_SIZE + 1, "limit": SHARD_SIZE}
    with pytest.raises(ContentReadError):
        build_tree(Announced(SHARD_SIZE))
