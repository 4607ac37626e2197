from __future__ import annotations

import pytest

from attestree.errors import MalformedProofError, MalformedTreeError
from attestree.merkle.kind import (
    HASH_SIZE,
    MAX_PATH_LENGTH,
    MAX_SIZE,
    SHARD_SIZE,
    TreeKind,
    parse_kind,
    require_shard_size,
)


def test_the_numbers_written_into_credentials_never_change() -> None:
    assert [(kind.name, int(kind)) for kind in TreeKind] == [("OPENZEPPELIN", 0), ("CHAINPOINT", 1)]
    assert (HASH_SIZE, SHARD_SIZE, MAX_SIZE, MAX_PATH_LENGTH) == (32, 1_048_576, 4_294_967_295, 40)


@pytest.mark.parametrize("kind", TreeKind)
def test_a_known_number_is_read_as_its_kind(kind: TreeKind) -> None:
    assert parse_kind(int(kind)) is kind


@pytest.mark.parametrize("number", [-1, 2, 255])
def test_an_unknown_kind_is_refused(number: int) -> None:
    with pytest.raises(MalformedProofError) as refused:
        parse_kind(number)
    assert refused.value.code == "proof.kind"


@pytest.mark.parametrize("size", [1, 2, SHARD_SIZE])
def test_a_possible_shard_size_passes(size: int) -> None:
    require_shard_size(size)


@pytest.mark.parametrize("size", [0, -1, SHARD_SIZE + 1])
def test_an_impossible_shard_size_is_refused(size: int) -> None:
    with pytest.raises(MalformedTreeError) as refused:
        require_shard_size(size)
    assert refused.value.code == "tree.shard_size"
    assert refused.value.values == {"size": size, "limit": SHARD_SIZE}
