"""The bulk route and the plain one give the same bytes, whatever the sizes and however alike the hashes."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from attestree.errors import AttestreeError
from attestree.merkle.bulk import BulkRoute
from attestree.merkle.plain import PlainRoute
from attestree.merkle.routes import Route

# Around powers of two, where a heap gains a level, and around the eight lanes.
edges = st.builds(lambda power, step: max(1, 2**power + step), st.integers(0, 8), st.integers(-1, 1))
sizes = edges | st.integers(1, 300)
# Few different words make hashes that are alike in their first bytes, in all but their last, or throughout.
words = st.sampled_from([bytes(8), b"\x00" * 7 + b"\x01", b"\x01" + b"\x00" * 7, b"\xff" * 8])
alike = st.builds(lambda *parts: b"".join(parts), words, words, words, words)


def hashes(seed: int, size: int) -> bytes:
    return b"".join(sha256(f"{seed} {index}".encode()).digest() for index in range(size))


def lay(route: Route, leaves: bytes) -> object:
    size = len(leaves) // 32
    nodes, positions = memoryview(bytearray(64 * size - 32)), memoryview(bytearray(4 * size))
    nodes[: 32 * size] = leaves
    try:
        route.lay_tree(nodes, positions)
    except AttestreeError as exc:
        return exc.code, exc.values
    return bytes(nodes), bytes(positions)


@given(st.integers(0, 2**32 - 1), sizes)
def test_both_routes_lay_the_same_tree(seed: int, size: int) -> None:
    assert lay(BulkRoute(), hashes(seed, size)) == lay(PlainRoute(), hashes(seed, size))


@given(st.lists(alike, min_size=1, max_size=40))
def test_both_routes_sort_and_refuse_leaves_that_are_alike_in_the_same_way(leaves: list[bytes]) -> None:
    assert lay(BulkRoute(), b"".join(leaves)) == lay(PlainRoute(), b"".join(leaves))


@given(st.integers(0, 2**32 - 1), sizes, st.integers(0, 2**32 - 400))
def test_both_routes_hash_the_same_leaves(seed: int, size: int, first_index: int) -> None:
    digests = memoryview(hashes(seed, size))
    answers = [bytearray(len(digests)), bytearray(len(digests))]
    for route, answer in zip((BulkRoute(), PlainRoute()), answers, strict=True):
        route.lay_leaves(digests, memoryview(answer), first_index=first_index)
    assert answers[0] == answers[1]


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 40), max_size=40))
def test_both_routes_fold_paths_of_any_lengths_to_the_same_roots(seed: int, lengths: list[int]) -> None:
    leaves = memoryview(hashes(seed, len(lengths)))
    paths = [hashes(seed + 1 + row, length) for row, length in enumerate(lengths)]
    assert BulkRoute().fold_all(leaves, paths) == PlainRoute().fold_all(leaves, paths)


@given(st.lists(alike, min_size=1, max_size=20), st.lists(alike, min_size=1, max_size=6))
def test_both_routes_order_pairs_that_are_alike_in_the_same_way(
    leaves: list[bytes], path: list[bytes]
) -> None:
    paths = [b"".join(path[row % len(path) :]) for row in range(len(leaves))]
    content = memoryview(b"".join(leaves))
    assert BulkRoute().fold_all(content, paths) == PlainRoute().fold_all(content, paths)


@given(st.integers(0, 2**32 - 1), sizes, st.data())
def test_both_routes_find_the_same_faults_and_cut_the_same_paths(
    seed: int, size: int, data: st.DataObject
) -> None:
    digests = hashes(seed, size)
    nodes, positions = bytearray(64 * size - 32), bytearray(4 * size)
    PlainRoute().lay_leaves(memoryview(digests), memoryview(nodes), first_index=seed)
    PlainRoute().lay_tree(memoryview(nodes), memoryview(positions))
    if data.draw(st.booleans()):
        nodes[data.draw(st.integers(0, len(nodes) - 1))] ^= 1
    found = []
    for route in (BulkRoute(), PlainRoute()):
        heap, places = memoryview(nodes), memoryview(positions)
        wrong = route.has_wrong_leaf(memoryview(digests), heap, places, first_index=seed)
        content, starts = route.cut_paths([(heap, places, digests[:32])])
        found.append((wrong, route.has_wrong_parent(heap), bytes(content), list(starts)))
    assert found[0] == found[1]


@given(st.integers(1, 20), st.lists(st.integers(0, 45), max_size=30))
def test_both_routes_name_the_same_misplaced_position(leaves: int, numbers: list[int]) -> None:
    positions = memoryview(b"".join(number.to_bytes(4, "little") for number in numbers))
    bulk, plain = (route.first_misplaced(positions, leaves=leaves) for route in (BulkRoute(), PlainRoute()))
    assert bulk == plain


@given(st.binary(max_size=40 * 64), st.sampled_from([32, 64]))
def test_both_routes_hash_the_same_messages(content: bytes, width: int) -> None:
    messages = memoryview(content)[: len(content) // width * width]
    assert BulkRoute().hash_all(messages, width=width) == PlainRoute().hash_all(messages, width=width)
