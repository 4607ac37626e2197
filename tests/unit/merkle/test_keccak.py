from __future__ import annotations

import sys

import pytest

from attestree.errors import MissingExtraError
from attestree.merkle.keccak import hash_pair, keccak256, load_keccak256

# The first two are the well-known constants of Ethereum (empty code, empty list in RLP); the third is
# the selector of transfer(address,uint256), a9059cbb, with what follows it.
KNOWN = {
    b"": "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    b"\xc0": "1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
    b"transfer(address,uint256)": "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b",
}


@pytest.mark.parametrize(("preimage", "digest"), KNOWN.items())
def test_the_hash_is_ethereums_keccak(preimage: bytes, digest: str) -> None:
    assert keccak256(preimage).hex() == digest


@pytest.mark.parametrize("length", [0, 1, 31, 32, 64, 135, 136, 137, 1000])
def test_both_libraries_hash_alike_at_every_block_border(
    monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    monkeypatch.setitem(sys.modules, "sha3", None)
    fallback = load_keccak256()
    preimage = bytes(range(256)) * 4
    assert fallback(preimage[:length]) == keccak256(preimage[:length])


def test_the_faster_library_is_taken_where_both_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "Crypto.Hash", None)
    assert load_keccak256()(b"").hex() == KNOWN[b""]


def test_without_either_library_the_reader_is_told_which_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sha3", None)
    monkeypatch.setitem(sys.modules, "Crypto.Hash", None)
    with pytest.raises(MissingExtraError) as missing:
        load_keccak256()
    assert missing.value.code == "extra.keccak"


def test_a_pair_is_hashed_smaller_first_whatever_the_order() -> None:
    small, great = b"\x01" * 32, b"\x02" * 32
    assert hash_pair(small, great) == hash_pair(great, small) == keccak256(small + great)


def test_a_pair_of_equals_is_hashed_twice_over() -> None:
    assert hash_pair(b"\x03" * 32, b"\x03" * 32) == keccak256(b"\x03" * 64)
