from __future__ import annotations

import json
from pathlib import Path

import pytest

from attestree.errors import NotAllowedError
from attestree.issuing.derive import (
    derive_identity_salt,
    derive_list_id,
    derive_permutation,
    derive_salt,
    derive_token,
    require_seed,
)

VECTOR = json.loads((Path(__file__).parents[2] / "vectors/issuing/derive.json").read_text("utf-8"))
SEED = bytes.fromhex(VECTOR["seed"])


def test_what_is_drawn_from_a_seed_is_what_was_published() -> None:
    assert derive_list_id(SEED).hex() == VECTOR["list"]
    for row, drawn in enumerate(VECTOR["rows"]):
        assert derive_salt(SEED, row).hex() == drawn["salt"]
        assert derive_token(SEED, row) == drawn["token"]
        assert derive_identity_salt(SEED, row, kind="email") == drawn["emailSalt"]
        assert derive_identity_salt(SEED, row, kind="learner_id") == drawn["learnerIdSalt"]
    for size, order in VECTOR["permutations"].items():
        assert derive_permutation(SEED, int(size)) == order


@pytest.mark.parametrize("size", [0, 1, 2, 3, 1000])
def test_a_permutation_holds_each_index_once(size: int) -> None:
    assert sorted(derive_permutation(SEED, size)) == list(range(size))


def test_every_order_of_three_is_drawn_about_equally_often() -> None:
    counts: dict[tuple[int, ...], int] = {}
    for number in range(3000):
        order = tuple(derive_permutation(number.to_bytes(32), 3))
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 6
    assert all(420 < count < 580 for count in counts.values())


@pytest.mark.parametrize("seed", [None, b"", b"x" * 31])
def test_a_seed_that_was_erased_draws_nothing(seed: bytes | None) -> None:
    with pytest.raises(NotAllowedError) as caught:
        require_seed(seed)
    assert caught.value.code == "refused.seed_erased"
