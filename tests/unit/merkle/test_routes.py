from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256

import pytest
from numba import types

from attestree.errors import MalformedTreeError
from attestree.merkle import lanes, routes
from attestree.merkle.keccak import hash_leaf, keccak256
from attestree.merkle.plain import PlainRoute, cut_path
from attestree.merkle.routes import Route
from tests.unit.merkle.routes import NAMES, open_route

SIZES = [1, 2, 3, 7, 8, 9, 16, 17]


@pytest.fixture(params=NAMES)
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Route:
    return open_route(request.param, monkeypatch)


def hashes(size: int) -> list[bytes]:
    return [sha256(bytes([index])).digest() for index in range(size)]


def laid(route: Route, leaves: list[bytes], *, shift: int = 0) -> tuple[bytes, bytes]:
    """Lay a tree in buffers that begin so many bytes off a word."""
    size = len(leaves)
    nodes = memoryview(bytearray(b"\xee" * (64 * size - 32 + shift)))[shift:]
    positions = memoryview(bytearray(b"\xee" * (4 * size + shift)))[shift:]
    nodes[: 32 * size] = b"".join(leaves)
    route.lay_tree(nodes, positions)
    return bytes(nodes), bytes(positions)


@pytest.mark.parametrize("width", [32, 64])
@pytest.mark.parametrize("count", [0, 1, 8, 11])
def test_every_route_hashes_each_message_alone(route: Route, width: int, count: int) -> None:
    messages = bytes(range(251)) * 3
    expected = b"".join(keccak256(messages[row * width : (row + 1) * width]) for row in range(count))
    assert route.hash_all(memoryview(messages)[: count * width], width=width) == expected


def test_the_permutation_of_zeros_is_the_published_one() -> None:
    state = lanes.np.zeros(200, dtype=lanes.np.uint64)
    lanes.permute(state)
    first = [0xF1258F7940E1DDE7, 0x84D5CCF933C0478A, 0xD598261EA65AA9EE, 0xBD1547306F80494D]
    for lane in range(8):
        assert state[lane::8][:4].tolist() == first


@pytest.mark.parametrize("first_index", [0, 2**32 - 10])
def test_every_route_hashes_leaves_with_their_index(route: Route, first_index: int) -> None:
    nodes = memoryview(bytearray(19 * 32))
    route.lay_leaves(memoryview(b"".join(hashes(9))), nodes, first_index=first_index)
    expected = [hash_leaf(digest, first_index + row) for row, digest in enumerate(hashes(9))]
    assert nodes.tobytes() == b"".join(expected) + bytes(10 * 32)


@pytest.mark.parametrize("shift", [0, 1])
@pytest.mark.parametrize("size", SIZES)
def test_every_route_lays_the_same_tree_over_whatever_was_there(route: Route, size: int, shift: int) -> None:
    assert laid(route, hashes(size), shift=shift) == laid(PlainRoute(), hashes(size))


def test_leaves_alike_in_their_first_bytes_are_sorted_by_the_others(route: Route) -> None:
    leaves = [bytes(8 * word) + bytes([byte]) + bytes(31 - 8 * word) for word in range(4) for byte in (9, 3)]
    assert laid(route, leaves) == laid(PlainRoute(), leaves)
    assert laid(route, leaves[::-1]) == laid(PlainRoute(), leaves[::-1])


def test_two_equal_leaves_are_named_the_first_pair_in_order(route: Route) -> None:
    leaves = [*hashes(6), bytes(31) + b"\x01", hashes(6)[4], bytes(32), bytes(31) + b"\x01"]
    with pytest.raises(MalformedTreeError) as refused:
        laid(route, leaves)
    assert refused.value.code == "tree.duplicate_leaf"
    assert refused.value.values == {"first": 6, "second": 9}


def test_paths_of_unlike_lengths_are_folded_each_to_its_end(route: Route) -> None:
    leaves = hashes(11)
    paths = [b"".join(hashes(40)[: 3 * row % 7]) for row in range(11)]
    expected = []
    for leaf, path in zip(leaves, paths, strict=True):
        node = leaf
        for start in range(0, len(path), 32):
            sibling = path[start : start + 32]
            node = keccak256(min(node, sibling) + max(node, sibling))
        expected.append(node)
    assert route.fold_all(memoryview(b"".join(leaves)), paths) == b"".join(expected)
    assert route.fold_all(memoryview(leaves[0]), [b""]) == leaves[0]
    assert route.fold_all(memoryview(b""), []) == b""


def test_a_pair_of_equals_and_pairs_that_differ_late_are_hashed_in_order(route: Route) -> None:
    low, high = bytes(31) + b"\x01", bytes(31) + b"\x02"
    expected = keccak256(low + low) + keccak256(low + high) + keccak256(low + high)
    assert route.fold_all(memoryview(low + low + high), [low, high, low]) == expected


@pytest.mark.parametrize("size", SIZES)
def test_every_route_cuts_the_paths_that_are_cut_one_by_one(route: Route, size: int) -> None:
    nodes, positions = map(memoryview, laid(PlainRoute(), hashes(size)))
    pieces = [(nodes, positions, b"\x07" * 32), (nodes, positions[4:], b"")]
    content, starts = route.cut_paths(pieces)
    numbers = [int.from_bytes(positions[start : start + 4], "little") for start in range(0, 4 * size, 4)]
    paths = [b"".join(cut_path(nodes, number)) for number in numbers]
    paths = [*(path + b"\x07" * 32 for path in paths), *paths[1:]]
    assert bytes(content) == b"".join(paths)
    assert [bytes(content[starts[row] : starts[row + 1]]) for row in range(len(paths))] == paths
    assert len(starts) == len(paths) + 1


def test_no_pieces_have_no_paths(route: Route) -> None:
    content, starts = route.cut_paths([])
    assert (bytes(content), list(starts)) == (b"", [0])


@pytest.mark.parametrize(
    ("positions", "row"), [([4, 8], None), ([4, 3, 2], 1), ([9, 4], 0), ([5, 6, 2**32 - 1], 2)]
)
def test_a_position_that_is_no_leafs_is_named(route: Route, positions: list[int], row: int | None) -> None:
    content = b"".join(position.to_bytes(4, "little") for position in positions)
    assert route.first_misplaced(memoryview(content), leaves=5) == row


@pytest.mark.parametrize("size", SIZES)
def test_a_changed_leaf_or_node_is_found_wherever_it_is(route: Route, size: int) -> None:
    digests = memoryview(b"".join(hashes(size)))
    nodes = memoryview(bytearray(64 * size - 32))
    positions = memoryview(bytearray(4 * size))
    PlainRoute().lay_leaves(digests, nodes, first_index=5)
    PlainRoute().lay_tree(nodes, positions)
    assert not route.has_wrong_leaf(digests, nodes, positions, first_index=5)
    assert route.has_wrong_leaf(digests, nodes, positions, first_index=6)
    assert not route.has_wrong_parent(nodes)
    for node in {0, size // 2, size - 1, 2 * size - 2}:
        nodes[32 * node + 31] ^= 1
        assert route.has_wrong_parent(nodes) == (size > 1)
        assert route.has_wrong_leaf(digests, nodes, positions, first_index=5) == (node >= size - 1)
        nodes[32 * node + 31] ^= 1


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("bulk", "passes", "kernels", "lanes"):
        monkeypatch.delitem(sys.modules, f"attestree.merkle.{name}")
        monkeypatch.delattr(f"attestree.merkle.{name}")
    routes._bulk_route.cache_clear()
    yield
    routes._bulk_route.cache_clear()


def test_small_batches_never_load_the_bulk_route(unloaded: None) -> None:
    assert isinstance(routes.choose_route(routes.ENOUGH_HASHES - 1), PlainRoute)
    assert "attestree.merkle.bulk" not in sys.modules


@pytest.mark.parametrize("extra", ["numba", "numpy"])
def test_without_an_extra_everything_is_plain(
    unloaded: None, monkeypatch: pytest.MonkeyPatch, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, extra, None)
    assert not routes.preload()
    assert isinstance(routes.choose_route(10 * routes.ENOUGH_HASHES), PlainRoute)


def test_where_bytes_lie_the_other_way_everything_is_plain(
    unloaded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "byteorder", "big")
    assert not routes.preload()


def test_many_hashes_and_once_loaded_fewer_go_in_bulk() -> None:
    assert routes.preload()
    assert not isinstance(routes.choose_route(routes.ENOUGH_HASHES), PlainRoute)
    assert not isinstance(routes.choose_route(routes.FEWEST_HASHES), PlainRoute)
    assert isinstance(routes.choose_route(routes.FEWEST_HASHES - 1), PlainRoute)


def test_importing_the_package_loads_neither_numba_nor_numpy() -> None:
    program = (
        "import sys, attestree.merkle.membership, attestree.merkle.whole, attestree.merkle.folding;"
        "sys.exit(bool({'numba', 'numpy'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_where_nothing_can_be_kept_the_function_is_compiled_all_the_same() -> None:
    names: dict[str, object] = {}
    exec("def twice(number):\n    return number + number", names)  # no file, so no folder beside it
    twice = lanes.compiled(types.uint64, types.uint64)(names["twice"])
    assert twice(21) == 42
