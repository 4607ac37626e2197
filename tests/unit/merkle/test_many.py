from __future__ import annotations

import pytest

from attestree.errors import MalformedProofError
from attestree.merkle.keccak import keccak256
from attestree.merkle.kind import MAX_SIZE
from attestree.merkle.many import keccak256_many, leaf_hash_many
from attestree.merkle.routes import preload
from attestree.merkle.standard import leaf_hash
from tests.vectors.merkle.vectors import digest_of

# Keccak-256 of 32 and of 64 zero bytes: where Solidity lays the content of an array at slot 0, and the
# first node of the tree of zeros that deposit contracts begin with.
ZEROS = {
    32: "290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563",
    64: "ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5",
}


@pytest.mark.parametrize("count", [0, 1, 50])
@pytest.mark.parametrize("width", [32, 64])
def test_many_messages_are_hashed_as_each_is(width: int, count: int) -> None:
    assert preload()
    assert keccak256_many(bytes(width * count), width=width).hex() == ZEROS[width] * count
    messages = b"".join(digest_of(number) for number in range(width * count // 32))
    assert keccak256_many(bytearray(messages), width=width) == b"".join(
        keccak256(messages[start : start + width]) for start in range(0, width * count, width)
    )


def test_a_message_cut_short_is_refused() -> None:
    with pytest.raises(MalformedProofError) as refused:
        keccak256_many(bytes(65), width=64)
    assert refused.value.code == "proof.hash_size"
    assert refused.value.values == {"size": 1, "expected": 64}


@pytest.mark.parametrize("count", [0, 1, 40])
def test_many_leaf_hashes_are_those_of_each_digest_and_index(count: int) -> None:
    digests = [digest_of(number) for number in range(count)]
    indexes = [(number * 2**29 + 255) % MAX_SIZE for number in range(count)]
    expected = b"".join(map(leaf_hash, digests, indexes))
    assert leaf_hash_many(digests, indexes) == expected
    assert leaf_hash_many(b"".join(digests), indexes) == expected


@pytest.mark.parametrize("index", [-1, MAX_SIZE])
def test_an_index_that_no_batch_can_have_is_refused(index: int) -> None:
    with pytest.raises(MalformedProofError) as refused:
        leaf_hash_many(bytes(64), [0, index])
    assert refused.value.code == "proof.index_range"


@pytest.mark.parametrize(("digests", "size"), [([bytes(32), bytes(31)], 31), (bytes(40), 8), (bytes(32), 0)])
def test_digests_of_another_size_or_number_are_refused(digests: bytes | list[bytes], size: int) -> None:
    with pytest.raises(MalformedProofError) as refused:
        leaf_hash_many(digests, [0, 1])
    assert refused.value.code == "proof.digest_size"
    assert refused.value.values == {"size": size, "expected": 32}
