from __future__ import annotations

import sys
from hashlib import sha256

import pytest

from attestree.errors import (
    BindingError,
    MalformedProofError,
    MalformedTreeError,
    MissingExtraError,
    RootMismatchError,
)
from attestree.merkle.chainpoint import (
    build_chainpoint_tree,
    chainpoint_leaf_hash,
    chainpoint_position,
    fold_chainpoint,
    verify_chainpoint_position,
)
from attestree.merkle.kind import MAX_SIZE, SHARD_SIZE
from attestree.text.english.extra import ENTRIES
from tests.unit.merkle.announced import Announced, ContentReadError
from tests.vectors.merkle.vectors import digest_of

LEFT, RIGHT = b"\x00" + b"\x0a" * 32, b"\x01" + b"\x0b" * 32


def digests(size: int) -> list[bytes]:
    return [digest_of(index) for index in range(size)]


def test_a_leaf_is_hashed_with_a_prefix_that_no_node_has() -> None:
    assert (
        chainpoint_leaf_hash(b"\xab" * 32, 258)
        == sha256(b"\x00" + b"\xab" * 32 + bytes(6) + b"\x01\x02").digest()
    )


@pytest.mark.parametrize("index", [-1, MAX_SIZE])
def test_a_leaf_hash_refuses_an_index_that_no_batch_can_have(index: int) -> None:
    with pytest.raises(MalformedProofError) as refused:
        chainpoint_leaf_hash(b"\xab" * 32, index)
    assert refused.value.code == "proof.index_range"


@pytest.mark.parametrize("size", [31, 33])
def test_a_leaf_hash_refuses_a_digest_of_another_size(size: int) -> None:
    with pytest.raises(MalformedProofError) as refused:
        chainpoint_leaf_hash(bytes(size), 0)
    assert refused.value.code == "proof.digest_size"
    assert refused.value.values == {"size": size, "expected": 32}


def test_a_tree_of_three_is_built_in_order_with_the_odd_leaf_moved_up() -> None:
    a, b, c = (chainpoint_leaf_hash(digest_of(index), index) for index in range(3))
    tree = build_chainpoint_tree(digests(3))
    pair = sha256(a + b).digest()
    assert (tree.size, tree.root) == (3, sha256(pair + c).digest())
    assert tree.path(0) == (b"\x01" + b, b"\x01" + c)
    assert tree.path(1) == (b"\x00" + a, b"\x01" + c)
    assert tree.path(2) == (b"\x00" + pair,)


def test_a_tree_of_one_is_its_leaf_hash() -> None:
    tree = build_chainpoint_tree(digests(1))
    assert (tree.root, tree.path(0)) == (chainpoint_leaf_hash(digest_of(0), 0), ())


@pytest.mark.parametrize("size", range(1, 66))
def test_every_path_folds_to_the_root_and_leads_to_its_own_index(size: int) -> None:
    tree = build_chainpoint_tree(digests(size))
    for index in range(size):
        path = tree.path(index)
        assert fold_chainpoint(chainpoint_leaf_hash(digest_of(index), index), path) == tree.root
        assert chainpoint_position(path, size=size) == index
        verify_chainpoint_position(path, index=index, size=size)


@pytest.mark.parametrize("index", [-1, 3])
def test_a_tree_has_no_path_for_an_index_outside_it(index: int) -> None:
    with pytest.raises(MalformedTreeError) as refused:
        build_chainpoint_tree(digests(3)).path(index)
    assert refused.value.code == "tree.index_range"
    assert refused.value.values == {"index": index, "size": 3}


def test_trees_are_equal_where_their_roots_and_sizes_are() -> None:
    assert build_chainpoint_tree(digests(5)) == build_chainpoint_tree(digests(5))
    assert build_chainpoint_tree(digests(5)) != build_chainpoint_tree(digests(6))


def test_no_digests_make_no_tree() -> None:
    with pytest.raises(MalformedTreeError) as refused:
        build_chainpoint_tree([])
    assert refused.value.code == "tree.empty"


def test_more_leaves_than_a_tree_holds_are_refused_unread() -> None:
    with pytest.raises(MalformedTreeError) as refused:
        build_chainpoint_tree(Announced(SHARD_SIZE + 1))
    assert refused.value.code == "tree.too_large"
    assert refused.value.values == {"size": SHARD_SIZE + 1, "limit": SHARD_SIZE}
    with pytest.raises(ContentReadError):
        build_chainpoint_tree(Announced(SHARD_SIZE))


def test_a_digest_of_another_size_makes_no_tree() -> None:
    with pytest.raises(MalformedProofError) as refused:
        build_chainpoint_tree([digest_of(0), b"short"])
    assert refused.value.code == "proof.digest_size"


def test_without_merkletools_the_reader_is_told_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "merkletools", None)
    with pytest.raises(MissingExtraError) as missing:
        build_chainpoint_tree(digests(1))
    assert missing.value.code == "extra.merkletools"
    assert "pip install --no-deps merkletools==1.0.3" in ENTRIES[missing.value.code].next


def test_a_path_is_folded_without_merkletools(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = build_chainpoint_tree(digests(4))
    monkeypatch.setitem(sys.modules, "merkletools", None)
    assert fold_chainpoint(chainpoint_leaf_hash(digest_of(2), 2), tree.path(2)) == tree.root


def test_a_sibling_is_hashed_on_the_side_that_its_byte_names() -> None:
    leaf = b"\x05" * 32
    assert fold_chainpoint(leaf, (LEFT,)) == sha256(LEFT[1:] + leaf).digest()
    assert fold_chainpoint(leaf, (RIGHT,)) == sha256(leaf + RIGHT[1:]).digest()


@pytest.mark.parametrize(
    ("leaf", "path", "code"),
    [
        (bytes(31), (), "proof.hash_size"),
        (bytes(32), (bytes(32),), "proof.hash_size"),
        (bytes(32), (RIGHT, RIGHT + b"\x00"), "proof.hash_size"),
        (bytes(32), (RIGHT, b"\x02" + bytes(32)), "proof.side"),
        (bytes(32), (RIGHT,) * 41, "proof.path_too_long"),
    ],
)
def test_a_fold_refuses_what_is_out_of_form(leaf: bytes, path: tuple[bytes, ...], code: str) -> None:
    with pytest.raises(MalformedProofError) as refused:
        fold_chainpoint(leaf, path)
    assert refused.value.code == code


def test_a_fold_takes_40_steps() -> None:
    fold_chainpoint(bytes(32), (RIGHT,) * 40)


@pytest.mark.parametrize(
    ("path", "size", "code"),
    [
        ((bytes(32),), 2, "proof.hash_size"),
        ((b"\x02" + bytes(32),), 2, "proof.side"),
        ((RIGHT,) * 41, 2, "proof.path_too_long"),
        ((), 0, "proof.size_range"),
        ((), MAX_SIZE + 1, "proof.size_range"),
    ],
)
def test_a_position_is_not_sought_in_what_is_out_of_form(
    path: tuple[bytes, ...], size: int, code: str
) -> None:
    with pytest.raises(MalformedProofError) as refused:
        chainpoint_position(path, size=size)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ((RIGHT,), 1),
        ((), 2),
        ((RIGHT, RIGHT), 2),
        ((LEFT, LEFT), 3),
        ((RIGHT,), 3),
        ((RIGHT,), 4),
        ((LEFT, LEFT, LEFT), 4),
    ],
)
def test_a_path_that_no_leaf_of_the_size_has_is_a_mismatch(path: tuple[bytes, ...], size: int) -> None:
    with pytest.raises(RootMismatchError) as refused:
        chainpoint_position(path, size=size)
    assert refused.value.code == "proof.path_length"
    assert refused.value.values == {"length": len(path), "size": size}


@pytest.mark.parametrize(
    ("sides", "size", "position"),
    [
        ("", 1, 0),
        ("R", 2, 0),
        ("L", 2, 1),
        ("L", 3, 2),
        ("LR", 3, 1),
        ("RL", 4, 2),
        ("L", 5, 4),
        ("LRL", 6, None),
    ],
)
def test_a_position_is_read_from_the_sides_root_first(sides: str, size: int, position: int | None) -> None:
    path = tuple(LEFT if side == "L" else RIGHT for side in sides)
    if position is None:
        with pytest.raises(RootMismatchError):
            chainpoint_position(path, size=size)
    else:
        assert chainpoint_position(path, size=size) == position


@pytest.mark.parametrize("size", range(1, 40))
def test_no_two_leaves_of_a_tree_have_the_same_sides(size: int) -> None:
    tree = build_chainpoint_tree(digests(size))
    sides = {tuple(element[0] for element in tree.path(index)) for index in range(size)}
    assert len(sides) == size


def test_a_path_that_leads_to_another_index_is_no_proof_of_this_one() -> None:
    with pytest.raises(BindingError) as refused:
        verify_chainpoint_position((LEFT,), index=0, size=2)
    assert refused.value.code == "proof.position"
    assert refused.value.values == {"position": 1, "index": 0}


@pytest.mark.parametrize("index", [-1, 2])
def test_an_index_outside_the_batch_is_out_of_form(index: int) -> None:
    with pytest.raises(MalformedProofError) as refused:
        verify_chainpoint_position((LEFT,), index=index, size=2)
    assert refused.value.code == "proof.index_range"


def test_a_size_of_zero_is_out_of_form() -> None:
    with pytest.raises(MalformedProofError) as refused:
        verify_chainpoint_position((), index=0, size=0)
    assert refused.value.code == "proof.size_range"
