from __future__ import annotations

from itertools import pairwise

import pytest

from attestree.errors import MalformedProofError, MalformedTreeError, RootMismatchError
from attestree.merkle.keccak import hash_pair
from attestree.merkle.kind import MAX_SIZE, SHARD_SIZE, TreeKind
from attestree.merkle.path import (
    fold,
    format_path,
    parse_path,
    path_length_bounds,
    verify_path_length,
)
from attestree.merkle.shards import build_forest
from tests.vectors.merkle.vectors import digest_of

LEAF = b"\x05" * 32
PATH = (b"\x09" * 32, b"\x01" * 32)
ROOT = hash_pair(hash_pair(LEAF, PATH[0]), PATH[1])


def test_a_fold_hashes_the_leaf_with_each_sibling_in_turn() -> None:
    assert fold(LEAF, PATH) == ROOT
    assert fold(LEAF, ()) == LEAF


@pytest.mark.parametrize(("leaf", "path"), [(LEAF[:31], PATH), (LEAF, (PATH[0], PATH[1] + b"\x00"))])
def test_a_fold_refuses_a_hash_of_another_size(leaf: bytes, path: tuple[bytes, ...]) -> None:
    with pytest.raises(MalformedProofError) as refused:
        fold(leaf, path)
    assert refused.value.code == "proof.hash_size"
    assert refused.value.values["expected"] == 32
    assert refused.value.values["size"] in {31, 33}


def test_a_fold_takes_40_siblings_and_refuses_41() -> None:
    fold(LEAF, (LEAF,) * 40)
    with pytest.raises(MalformedProofError) as refused:
        fold(LEAF, (LEAF,) * 41)
    assert refused.value.code == "proof.path_too_long"
    assert refused.value.values == {"length": 41, "limit": 40}


@pytest.mark.parametrize(
    ("size", "bounds"),
    [
        (1, (0, 0)),
        (2, (1, 1)),
        (3, (1, 2)),
        (4, (2, 2)),
        (5, (2, 3)),
        (8, (3, 3)),
        (9, (3, 4)),
        (10_000, (13, 14)),
    ],
)
def test_the_bounds_of_one_tree_are_floor_and_ceil_of_log2(size: int, bounds: tuple[int, int]) -> None:
    assert path_length_bounds(size, index=0) == bounds
    assert path_length_bounds(size, index=size - 1) == bounds


@pytest.mark.parametrize(
    ("size", "index", "bounds"),
    [
        (SHARD_SIZE, 0, (20, 20)),
        (SHARD_SIZE + 1, 0, (21, 21)),
        (SHARD_SIZE + 1, SHARD_SIZE - 1, (21, 21)),
        (SHARD_SIZE + 1, SHARD_SIZE, (1, 1)),
        (3 * SHARD_SIZE - 1, 5, (21, 22)),
        (3 * SHARD_SIZE - 1, 3 * SHARD_SIZE - 2, (20, 22)),
        (MAX_SIZE, 0, (32, 32)),
        (MAX_SIZE, MAX_SIZE - 1, (31, 32)),
    ],
)
def test_the_bounds_of_a_larger_batch_add_those_of_the_top(
    size: int, index: int, bounds: tuple[int, int]
) -> None:
    assert path_length_bounds(size, index=index) == bounds


@pytest.mark.parametrize("shard_size", [1, 2, 3, 5, 8, SHARD_SIZE])
@pytest.mark.parametrize("size", range(1, 34))
def test_the_bounds_are_met_by_every_path_and_reached_in_every_tree(size: int, shard_size: int) -> None:
    forest = build_forest([digest_of(index) for index in range(size)], shard_size=shard_size)
    for index in range(size):
        least, greatest = path_length_bounds(size, index=index, shard_size=shard_size)
        assert least <= len(forest.path(index)) <= greatest
    if forest.shard_count == 1:
        lengths = {len(forest.path(index)) for index in range(size)}
        assert lengths == set(range(least, greatest + 1))


@pytest.mark.parametrize(
    ("size", "index", "code"),
    [
        (0, 0, "proof.size_range"),
        (MAX_SIZE + 1, 0, "proof.size_range"),
        (5, 5, "proof.index_range"),
        (5, -1, "proof.index_range"),
    ],
)
def test_a_place_that_cannot_be_has_no_bounds(size: int, index: int, code: str) -> None:
    with pytest.raises(MalformedProofError) as refused:
        path_length_bounds(size, index=index)
    assert refused.value.code == code


def test_an_impossible_shard_size_has_no_bounds() -> None:
    with pytest.raises(MalformedTreeError) as refused:
        path_length_bounds(5, index=0, shard_size=0)
    assert refused.value.code == "tree.shard_size"


def test_a_length_at_either_bound_passes_and_beyond_is_a_mismatch() -> None:
    verify_path_length(13, size=10_000, index=0)
    verify_path_length(14, size=10_000, index=0)
    for length in (12, 15):
        with pytest.raises(RootMismatchError) as refused:
            verify_path_length(length, size=10_000, index=0)
        assert refused.value.code == "proof.path_length"
        assert refused.value.values == {"length": length, "least": 13, "greatest": 14}


def test_the_length_of_a_path_in_shards_is_held_to_both_parts() -> None:
    verify_path_length(4, size=16, index=11, shard_size=8)
    with pytest.raises(RootMismatchError):
        verify_path_length(3, size=16, index=11, shard_size=8)


def test_a_length_over_the_cap_is_out_of_form_whatever_the_size() -> None:
    with pytest.raises(MalformedProofError) as refused:
        verify_path_length(41, size=5, index=0)
    assert refused.value.code == "proof.path_too_long"


@pytest.mark.parametrize("length", [0, 1, 3, 40])
def test_a_path_and_its_byte_string_are_inverses(length: int) -> None:
    plain = tuple(bytes([place]) * 32 for place in range(length))
    sided = tuple(bytes([place % 2]) + element for place, element in enumerate(plain))
    for kind, path, step in ((TreeKind.OPENZEPPELIN, plain, 32), (TreeKind.CHAINPOINT, sided, 33)):
        encoded = format_path(path, kind=kind)
        assert encoded == b"".join(path)
        assert len(encoded) == step * length
        assert parse_path(encoded, kind=kind) == path


@pytest.mark.parametrize(("kind", "step"), [(TreeKind.OPENZEPPELIN, 32), (TreeKind.CHAINPOINT, 33)])
def test_a_byte_string_that_is_no_whole_path_is_refused(kind: TreeKind, step: int) -> None:
    for size in (1, step - 1, step + 1, 40 * step - 1):
        with pytest.raises(MalformedProofError) as refused:
            parse_path(bytes(size), kind=kind)
        assert refused.value.code == "proof.path_size"
        assert refused.value.values == {"size": size, "step": step}


@pytest.mark.parametrize(("kind", "step"), [(TreeKind.OPENZEPPELIN, 32), (TreeKind.CHAINPOINT, 33)])
def test_a_path_of_41_steps_is_neither_read_nor_written(kind: TreeKind, step: int) -> None:
    with pytest.raises(MalformedProofError) as read:
        parse_path(bytes(41 * step), kind=kind)
    with pytest.raises(MalformedProofError) as written:
        format_path((bytes(step),) * 41, kind=kind)
    assert read.value.code == written.value.code == "proof.path_too_long"


@pytest.mark.parametrize("kind", TreeKind)
def test_an_element_of_the_other_kind_is_not_written(kind: TreeKind) -> None:
    other = {TreeKind.OPENZEPPELIN: 33, TreeKind.CHAINPOINT: 32}[kind]
    with pytest.raises(MalformedProofError) as refused:
        format_path((bytes(other),), kind=kind)
    assert refused.value.code == "proof.hash_size"
    assert refused.value.values == {"size": other, "expected": 65 - other}


@pytest.mark.parametrize("side", [2, 255])
def test_a_side_other_than_left_and_right_is_neither_read_nor_written(side: int) -> None:
    good, bad = b"\x01" + LEAF, bytes([side]) + LEAF
    with pytest.raises(MalformedProofError) as read:
        parse_path(good + bad, kind=TreeKind.CHAINPOINT)
    with pytest.raises(MalformedProofError) as written:
        format_path((good, bad), kind=TreeKind.CHAINPOINT)
    assert read.value.code == written.value.code == "proof.side"


def test_the_first_byte_of_a_plain_element_is_no_side() -> None:
    assert parse_path(b"\xff" * 32, kind=TreeKind.OPENZEPPELIN) == (b"\xff" * 32,)
    assert format_path((b"\xff" * 32,), kind=TreeKind.OPENZEPPELIN) == b"\xff" * 32


def test_an_unknown_kind_is_neither_read_nor_written() -> None:
    for ask in (lambda kind: parse_path(b"", kind=kind), lambda kind: format_path((), kind=kind)):
        with pytest.raises(MalformedProofError) as refused:
            ask(2)
        assert refused.value.code == "proof.kind"


def test_a_kind_given_as_its_number_still_has_its_sides_checked() -> None:
    with pytest.raises(MalformedProofError) as refused:
        parse_path(b"\x07" + LEAF, kind=1)  # type: ignore[arg-type]  # a number straight from a decoder
    assert refused.value.code == "proof.side"


def test_the_bounds_never_shrink_as_a_batch_of_one_shard_grows() -> None:
    bounds = [path_length_bounds(size, index=0) for size in range(1, 200)]
    assert all(a <= c and b <= d for (a, b), (c, d) in pairwise(bounds))
