"""Properties of trees, forests and paths, over batches, indexes and mutations drawn at random."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from attestree.errors import AttestreeError, RootMismatchError
from attestree.merkle.chainpoint import build_chainpoint_tree, chainpoint_position
from attestree.merkle.keccak import keccak256
from attestree.merkle.kind import TreeKind
from attestree.merkle.membership import fold_digest, verify_digest
from attestree.merkle.path import format_path, parse_path, path_length_bounds
from attestree.merkle.shards import MerkleForest, build_forest
from attestree.merkle.standard import build_tree, leaf_hash
from tests.vectors.merkle.vectors import ask_peer, from_hex, to_hex

hashes = st.binary(min_size=32, max_size=32)
kinds = st.sampled_from(TreeKind)


@st.composite
def batches(draw: st.DrawFn, *, smallest: int = 1, largest: int = 40) -> list[bytes]:
    """Draw the digests of a batch from one number, which costs far less than drawing each."""
    seed, size = draw(st.integers(0, 2**32 - 1)), draw(st.integers(smallest, largest))
    return [sha256(f"{seed} {index}".encode()).digest() for index in range(size)]


@st.composite
def members(draw: st.DrawFn, *, smallest: int = 1) -> dict[str, Any]:
    """Draw a batch and one of its leaves: everything that `verify_digest` takes."""
    kind = draw(kinds)
    digests = draw(batches(smallest=smallest))
    index = draw(st.integers(0, len(digests) - 1))
    shard_size = draw(st.sampled_from([1, 2, 3, 7, 8, 16, 2**20]))
    if kind is TreeKind.CHAINPOINT:
        tree = build_chainpoint_tree(digests)
    else:
        tree = build_forest(digests, shard_size=shard_size)
    return {
        "digest": digests[index],
        "path": tree.path(index),
        "root": tree.root,
        "kind": kind,
        "index": index,
        "size": len(digests),
        "shard_size": shard_size,
    }


def refused(member: dict[str, Any]) -> bool:
    try:
        verify_digest(**member)
    except AttestreeError:
        return True
    return False


@given(members())
def test_every_leaf_of_every_batch_is_verified(member: dict[str, Any]) -> None:
    verify_digest(**member)


@given(members(), hashes)
def test_a_changed_digest_never_folds_to_the_same_root(member: dict[str, Any], digest: bytes) -> None:
    assume(digest != member["digest"])
    assert refused({**member, "digest": digest})


@given(members(), st.integers(0, 2**32 - 2))
def test_a_changed_index_never_folds_to_the_same_root(member: dict[str, Any], index: int) -> None:
    assume(index != member["index"])
    assert refused({**member, "index": index})


@given(members(smallest=2), st.data())
def test_one_changed_bit_of_the_path_never_folds_to_the_same_root(
    member: dict[str, Any], data: st.DataObject
) -> None:
    encoded = bytearray(format_path(member["path"], kind=member["kind"]))
    bit = data.draw(st.integers(0, 8 * len(encoded) - 1))
    encoded[bit // 8] ^= 1 << bit % 8
    try:
        path = parse_path(bytes(encoded), kind=member["kind"])
    except AttestreeError:
        return
    assert refused({**member, "path": path})


@given(members(), st.data())
def test_a_path_with_steps_left_out_put_in_or_exchanged_is_refused(
    member: dict[str, Any], data: st.DataObject
) -> None:
    length = len(member["path"])
    places = data.draw(st.lists(st.integers(0, max(length - 1, 0)), max_size=length + 2))
    path = tuple(member["path"][place] for place in places if place < length)
    assume(path != member["path"])
    assert refused({**member, "path": path})


@given(members(), st.lists(hashes, min_size=1, max_size=3), st.booleans())
def test_a_path_drawn_out_at_either_end_is_refused(
    member: dict[str, Any], more: list[bytes], at_leaf: bool
) -> None:
    side = b"\x01" if member["kind"] is TreeKind.CHAINPOINT else b""
    steps = tuple(side + sibling for sibling in more)
    path = steps + member["path"] if at_leaf else member["path"] + steps
    assert refused({**member, "path": path})


@given(members(smallest=2), members(smallest=2))
def test_a_leaf_of_one_batch_is_no_leaf_of_another(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assume(ours["root"] != theirs["root"])
    assert refused({**ours, "root": theirs["root"]})


@given(batches(smallest=2), st.data())
def test_no_inner_node_passes_for_a_credential(digests: list[bytes], data: st.DataObject) -> None:
    """Whoever presents a node's 64 bytes, or the node itself, as a digest finds no index and path for it."""
    tree = build_tree([leaf_hash(digest, index) for index, digest in enumerate(digests)])
    place = data.draw(st.integers(0, len(digests) - 2))
    node = tree.nodes[32 * place : 32 * place + 32]
    index = data.draw(st.integers(0, len(digests) - 1))
    path = tree.path(index)
    for cut in range(len(path) + 1):
        try:
            root = fold_digest(node, path[cut:], kind=TreeKind.OPENZEPPELIN, index=index, size=len(digests))
        except RootMismatchError:
            continue
        assert root != tree.root


@given(members())
def test_a_path_and_its_byte_string_are_inverses(member: dict[str, Any]) -> None:
    encoded = format_path(member["path"], kind=member["kind"])
    assert parse_path(encoded, kind=member["kind"]) == member["path"]


@given(st.binary(max_size=33 * 42), kinds)
def test_any_bytes_are_a_path_that_formats_back_or_are_refused(encoded: bytes, kind: TreeKind) -> None:
    try:
        path = parse_path(encoded, kind=kind)
    except AttestreeError:
        return
    assert format_path(path, kind=kind) == encoded


@given(st.integers(1, 2**32 - 1), st.data())
def test_the_lengths_of_any_batch_stay_far_below_the_cap(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    least, greatest = path_length_bounds(size, index=index)
    assert 0 <= least <= greatest <= 32
    assert greatest - least <= 2


@given(st.integers(1, 2**32 - 1), st.lists(st.booleans(), max_size=40))
def test_sides_lead_to_one_index_of_the_batch_or_to_none(size: int, sides: list[bool]) -> None:
    path = tuple(bytes([side]) + bytes(32) for side in sides)
    try:
        position = chainpoint_position(path, size=size)
    except RootMismatchError:
        return
    assert 0 <= position < size
    assert len(path) <= (size - 1).bit_length()


@given(batches(largest=60), st.sampled_from([1, 3, 8, 2**20]))
def test_every_node_of_a_forest_is_the_hash_of_its_children(digests: list[bytes], shard_size: int) -> None:
    """Written from the definition of the heap, not from our code: offsets, children, sorted pairs."""
    forest = build_forest(digests, shard_size=shard_size)
    widths = [min(shard_size, len(digests) - first) for first in range(0, len(digests), shard_size)]
    widths += [len(widths)] * (len(widths) > 1)
    start = 0
    for width in widths:
        heap = [forest.nodes[32 * (start + i) : 32 * (start + i) + 32] for i in range(2 * width - 1)]
        assert heap[width - 1 :] == sorted(heap[width - 1 :], reverse=True)
        for parent in range(width - 1):
            assert heap[parent] == keccak256(b"".join(sorted(heap[2 * parent + 1 : 2 * parent + 3])))
        start += 2 * width - 1
    assert len(forest.nodes) == 32 * start


@given(batches(), st.sampled_from([1, 3, 8, 2**20]), st.data())
def test_a_forest_with_any_positions_gives_a_path_or_our_error(
    digests: list[bytes], shard_size: int, data: st.DataObject
) -> None:
    forest = build_forest(digests, shard_size=shard_size)
    length = len(forest.positions)
    positions = data.draw(st.binary(min_size=length, max_size=length))
    damaged = MerkleForest.from_bytes(forest.nodes, positions, size=len(digests), shard_size=shard_size)
    for index in range(len(digests)):
        try:
            path = damaged.path(index)
        except AttestreeError:
            continue
        assert all(len(sibling) == 32 for sibling in path)


# One Node process a case is slow to start, so a case is a handful of batches.
@pytest.mark.chain
@settings(max_examples=5)
@given(
    st.lists(
        st.tuples(batches(largest=200), st.sampled_from([1, 2, 3, 7, 8, 64, 2**20])),
        min_size=1,
        max_size=4,
    )
)
def test_javascript_builds_the_same_batches(node_program: Path, drawn: list[tuple[list[bytes], int]]) -> None:
    for digests, shard_size in drawn:
        hexes = [to_hex(digest) for digest in digests]
        theirs = ask_peer(node_program, {"make": {"kind": 0, "digests": hexes, "shardSize": shard_size}})
        ours = build_forest(digests, shard_size=shard_size)
        assert from_hex(theirs["root"]) == ours.root
        for index, leaf in enumerate(theirs["leaves"]):
            assert from_hex(leaf["leafHash"]) == ours.leaf_hash(index)
            assert from_hex(leaf["path"]) == b"".join(ours.path(index))


@pytest.mark.chain
@settings(max_examples=5)
@given(batches(largest=300))
def test_javascript_builds_the_same_chainpoint_tree(node_program: Path, digests: list[bytes]) -> None:
    theirs = ask_peer(node_program, {"make": {"kind": 1, "digests": [to_hex(digest) for digest in digests]}})
    ours = build_chainpoint_tree(digests)
    assert from_hex(theirs["root"]) == ours.root
    for index, leaf in enumerate(theirs["leaves"]):
        assert from_hex(leaf["path"]) == b"".join(ours.path(index))
