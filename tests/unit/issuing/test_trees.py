"""Batch trees: every path of either kind folds to the root, and the files hold the tree."""

from __future__ import annotations

from hashlib import sha256
from mmap import mmap
from pathlib import Path

import pytest

from attestree.adapters.files.mapped import MappedMemory
from attestree.errors import RootMismatchError
from attestree.issuing.trees import build_batch_tree
from attestree.merkle.kind import HASH_SIZE, TreeKind
from attestree.merkle.membership import verify_digest
from attestree.merkle.path import parse_path


def digests(size: int) -> bytes:
    return b"".join(sha256(bytes([number % 256, number // 256])).digest() for number in range(size))


def cut(octets: bytes, size: int = HASH_SIZE) -> list[bytes]:
    return [octets[start : start + size] for start in range(0, len(octets), size)]


@pytest.mark.parametrize("kind", list(TreeKind))
@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 33])
def test_every_path_folds_to_the_root_and_no_other_digest_does(kind: TreeKind, size: int) -> None:
    tree = build_batch_tree(digests(size), kind)
    paths = tree.paths(0, size)
    assert len(paths) == size
    for index, octets in enumerate(paths):
        path = parse_path(octets, kind=kind)
        verify_digest(tree.digest(index), path, tree.root, kind=kind, index=index, size=size)
        with pytest.raises(RootMismatchError):
            verify_digest(bytes(32), path, tree.root, kind=kind, index=index, size=size)


@pytest.mark.parametrize("kind", list(TreeKind))
def test_paths_are_the_same_whichever_are_asked_for_together(kind: TreeKind) -> None:
    tree = build_batch_tree(digests(33), kind)
    whole = list(tree.paths(0, 33))
    assert [*tree.paths(0, 10), *tree.paths(10, 22), *tree.paths(32, 1)] == whole


@pytest.mark.parametrize("kind", list(TreeKind))
def test_digests_and_leaf_hashes_are_those_of_their_index(kind: TreeKind) -> None:
    octets = digests(5)
    tree = build_batch_tree(octets, kind)
    assert [tree.digest(index) for index in range(5)] == cut(octets)
    assert len({tree.leaf_hash(index) for index in range(5)}) == 5


def test_the_kinds_have_different_roots() -> None:
    assert len({build_batch_tree(digests(5), kind).root for kind in TreeKind}) == len(TreeKind)


def test_an_openzeppelin_tree_alone_has_files_and_they_hold_its_root() -> None:
    sorted_tree = build_batch_tree(digests(5), TreeKind.OPENZEPPELIN)
    assert sorted_tree.root in bytes(sorted_tree.nodes)
    assert len(sorted_tree.positions) == 4 * 5
    ordered = build_batch_tree(digests(5), TreeKind.CHAINPOINT)
    assert (ordered.nodes, ordered.positions) == (b"", b"")


def test_a_tree_in_memory_of_the_callers_is_the_same(tmp_path: Path) -> None:
    size = 20_000
    mapped = build_batch_tree(digests(size), TreeKind.OPENZEPPELIN, memory=MappedMemory(tmp_path))
    plain = build_batch_tree(digests(size), TreeKind.OPENZEPPELIN)
    assert isinstance(mapped.nodes, memoryview)
    assert isinstance(mapped.nodes.obj, mmap)
    assert (mapped.root, bytes(mapped.nodes), bytes(mapped.positions)) == (
        plain.root,
        bytes(plain.nodes),
        bytes(plain.positions),
    )
    assert mapped.paths(0, size) == plain.paths(0, size)
