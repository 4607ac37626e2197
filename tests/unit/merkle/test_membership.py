from __future__ import annotations

import pytest

from attestree.errors import AttestreeError, MalformedProofError, RootMismatchError
from attestree.merkle.chainpoint import build_chainpoint_tree
from attestree.merkle.kind import TreeKind
from attestree.merkle.membership import fold_digest, verify_digest
from attestree.merkle.path import parse_path
from attestree.merkle.shards import build_forest
from tests.vectors.merkle.vectors import REFUSED, TREES, RefusedVector, TreeVector, digest_of


@pytest.mark.parametrize("vector", TREES, ids=lambda vector: vector.name)
def test_every_vector_is_rebuilt_node_for_node(vector: TreeVector) -> None:
    if vector.kind == TreeKind.CHAINPOINT:
        tree = build_chainpoint_tree(vector.digests)
    else:
        tree = build_forest(vector.digests, shard_size=vector.shard_size)
        assert [tree.leaf_hash(leaf.index) for leaf in vector.leaves] == [
            leaf.leaf_hash for leaf in vector.leaves
        ]
    assert tree.root == vector.root
    for leaf in vector.leaves:
        assert leaf.digest == digest_of(leaf.index)
        assert b"".join(tree.path(leaf.index)) == leaf.path


@pytest.mark.parametrize("vector", TREES, ids=lambda vector: vector.name)
def test_every_leaf_of_every_vector_is_verified(vector: TreeVector) -> None:
    kind = TreeKind(vector.kind)
    for leaf in vector.leaves:
        path = parse_path(leaf.path, kind=kind)
        place = {"kind": kind, "index": leaf.index, "size": vector.size, "shard_size": vector.shard_size}
        assert fold_digest(leaf.digest, path, **place) == vector.root
        verify_digest(leaf.digest, path, vector.root, **place)


@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector.name)
def test_every_refused_vector_is_refused_with_its_code(vector: RefusedVector) -> None:
    kind: TreeKind = vector.kind  # type: ignore[assignment]  # as it comes from a decoder, a bare number
    with pytest.raises(AttestreeError) as refused:
        verify_digest(
            vector.digest,
            parse_path(vector.path, kind=kind),
            vector.root,
            kind=kind,
            index=vector.index,
            size=vector.size,
            shard_size=vector.shard_size,
        )
    assert refused.value.code == vector.wants


def test_the_vectors_are_all_there() -> None:
    kinds = [(vector.kind, vector.size) for vector in TREES]
    assert {*range(1, 34), 100, 1000} == {size for kind, size in kinds if kind == 0}
    assert {*range(1, 34), 100, 1000} == {size for kind, size in kinds if kind == 1}
    assert any(vector.shard_size < vector.size for vector in TREES)
    assert len(REFUSED) >= 70


def test_the_kind_decides_which_tree_is_folded() -> None:
    digest = digest_of(0)
    roots = {fold_digest(digest, (), kind=kind, index=0, size=1) for kind in TreeKind}
    assert roots == {build_forest([digest]).root, build_chainpoint_tree([digest]).root}


def test_an_unknown_kind_is_refused_where_it_comes_past_the_path() -> None:
    with pytest.raises(MalformedProofError) as refused:
        fold_digest(digest_of(0), (), kind=2, index=0, size=1)  # type: ignore[arg-type]  # the case in question
    assert refused.value.code == "proof.kind"


def test_batches_are_taken_for_real_ones_unless_the_shard_size_is_given() -> None:
    forest = build_forest([digest_of(index) for index in range(13)], shard_size=4)
    path = forest.path(12)
    place = {"kind": TreeKind.OPENZEPPELIN, "index": 12, "size": 13}
    verify_digest(digest_of(12), path, forest.root, shard_size=4, **place)
    with pytest.raises(RootMismatchError) as refused:
        verify_digest(digest_of(12), path, forest.root, **place)
    assert refused.value.code == "proof.path_length"
