from __future__ import annotations

import pytest

from attestree.errors import MalformedProofError
from attestree.merkle.folding import fold_many
from attestree.merkle.kind import TreeKind
from attestree.merkle.path import format_path
from attestree.merkle.shards import build_forest
from tests.vectors.merkle.vectors import digest_of


def test_every_leaf_of_a_forest_folds_to_its_root_at_once() -> None:
    forest = build_forest([digest_of(index) for index in range(13)], shard_size=4)
    leaves = b"".join(forest.leaf_hash(index) for index in range(13))
    paths = [format_path(forest.path(index), kind=TreeKind.OPENZEPPELIN) for index in range(13)]
    assert fold_many(leaves, paths) == forest.root * 13


def test_nothing_folds_to_nothing() -> None:
    assert fold_many(b"", []) == b""


def test_an_empty_path_folds_to_its_leaf() -> None:
    assert fold_many(bytearray(digest_of(0)), [b""]) == digest_of(0)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_as_many_leaf_hashes_as_paths_are_wanted(size: int) -> None:
    with pytest.raises(MalformedProofError) as refused:
        fold_many(bytes(size), [b""])
    assert refused.value.code == "proof.hash_size"
    assert refused.value.values == {"size": size, "expected": 32}


@pytest.mark.parametrize(
    ("size", "code"), [(1, "proof.path_size"), (33, "proof.path_size"), (32 * 41, "proof.path_too_long")]
)
def test_one_path_out_of_form_refuses_all(size: int, code: str) -> None:
    with pytest.raises(MalformedProofError) as refused:
        fold_many(bytes(64), [b"", bytes(size)])
    assert refused.value.code == code
