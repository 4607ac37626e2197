"""Shards: wherever a batch is cut, and whoever makes the parts, the bytes are those of the whole."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from itertools import pairwise

import pytest

from attestree.errors import MalformedCredentialError, RootMismatchError
from attestree.issuing.packed_rows import pack_row
from attestree.issuing.rows import Row
from attestree.issuing.shard import MAX_DOCUMENT_BYTES, Recipe, Shard, ShardWriter, digest_shard, write_shard
from attestree.issuing.signing import TemplateSigner
from attestree.issuing.trees import build_batch_tree
from attestree.merkle.kind import TreeKind
from tests.fakes.signing import TestKey
from tests.unit.issuing import samples

KEY = TestKey()
ROWS = [Row(number, learner_id=f"{number:04d}", name="Zofia Kowalska") for number in range(2, 9)]
SIGN = TemplateSigner(KEY.method, KEY.private.sign)
RECIPES = {
    "plain": Recipe(samples.terms(), samples.SEED, samples.CREATED, len(ROWS)),
    "signed": Recipe(samples.terms(), samples.SEED, samples.CREATED, len(ROWS), SIGN),
}


def cut(
    bounds: Sequence[int], paths: Sequence[bytes] = (), root: bytes = b"", digests: bytes = b""
) -> list[Shard]:
    """Return shards from each bound to the next; the row with index 0 is the last by key, and so on."""
    positions = [len(ROWS) - 1 - index for index in range(len(ROWS))]
    packed = [pack_row(ROWS[position]) for position in positions]
    return [
        Shard(
            first,
            positions[first:end],
            packed[first:end],
            paths[first:end],
            root,
            digests[32 * first : 32 * end],
        )
        for first, end in pairwise(bounds)
    ]


WHOLE, PARTS = (0, 7), (0, 1, 4, 7)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_batch_in_parts_has_the_bytes_of_the_whole(recipe: Recipe) -> None:
    digests = [b"".join(digest_shard(ShardWriter(recipe), one) for one in cut(at)) for at in (WHOLE, PARTS)]
    assert digests[0] == digests[1]
    assert len(digests[0]) == 32 * len(ROWS)
    tree = build_batch_tree(digests[0], TreeKind.OPENZEPPELIN)
    paths = tree.paths(0, len(ROWS))
    written = [
        [
            octets
            for one in cut(at, paths, tree.root, digests[0])
            for octets in write_shard(ShardWriter(recipe), one)
        ]
        for at in (WHOLE, PARTS)
    ]
    assert written[0] == written[1]
    assert len(set(written[0])) == len(ROWS)


def test_a_document_that_is_not_the_one_in_the_tree_is_not_written() -> None:
    recipe = RECIPES["plain"]
    [whole] = cut(WHOLE)
    digests = bytearray(digest_shard(ShardWriter(recipe), whole))
    tree = build_batch_tree(bytes(digests), TreeKind.OPENZEPPELIN)
    digests[-1] ^= 1
    [changed] = cut(WHOLE, tree.paths(0, len(ROWS)), tree.root, bytes(digests))
    with pytest.raises(RootMismatchError) as caught:
        write_shard(ShardWriter(recipe), changed)
    assert caught.value.code == "proof.root_mismatch"


def test_a_writer_that_knows_forms_already_writes_what_a_new_one_writes() -> None:
    writer = ShardWriter(RECIPES["plain"])
    first = [digest_shard(writer, one) for one in cut(PARTS)]
    assert [digest_shard(writer, one) for one in reversed(cut(PARTS))][::-1] == first
    assert [digest_shard(ShardWriter(RECIPES["plain"]), one) for one in cut(PARTS)] == first


def test_a_writer_travels_without_what_it_learnt_and_makes_the_same() -> None:
    writer = ShardWriter(RECIPES["plain"])
    new = len(pickle.dumps(writer))
    wanted = [digest_shard(writer, one) for one in cut(WHOLE)]
    assert len(pickle.dumps(writer)) == new
    sent, parts = pickle.loads(pickle.dumps((writer, cut(WHOLE))))
    assert [digest_shard(sent, one) for one in parts] == wanted


def test_signing_changes_no_digest() -> None:
    plain, signed = (digest_shard(ShardWriter(recipe), cut(WHOLE)[0]) for recipe in RECIPES.values())
    assert plain == signed


def test_a_document_that_no_verifier_would_read_is_refused_by_its_row() -> None:
    long = Row(77, learner_id="1", name="A", narrative="x" * MAX_DOCUMENT_BYTES)
    with pytest.raises(MalformedCredentialError) as caught:
        digest_shard(ShardWriter(RECIPES["plain"]), Shard(0, (0,), (pack_row(long),)))
    assert caught.value.values["row"] == 77


def test_a_row_that_may_not_be_issued_is_named_in_either_pass() -> None:
    bad = Shard(0, (0,), (pack_row(Row(9, name="A", expires_on="2020-01-01")),), (b"",), bytes(32))
    for make in (digest_shard, write_shard):
        with pytest.raises(MalformedCredentialError) as caught:
            make(ShardWriter(RECIPES["plain"]), bad)
        assert (caught.value.code, caught.value.values["row"]) == ("format.ends_before_start", 9)


def test_recipe_and_shard_tell_neither_seed_nor_learner_where_they_are_shown() -> None:
    shown = repr(RECIPES["plain"]) + repr(cut(WHOLE))
    assert "Zofia" not in shown
    assert repr(samples.SEED) not in shown
