"""Keyed rows: rows in the order of their keys, whatever the order of the roster."""

from __future__ import annotations

from hashlib import sha256
from random import Random

import pytest

from attestree.issuing.keyed_rows import KeyedRows
from attestree.issuing.packed_rows import PackedRows, pack_row
from attestree.issuing.rows import Row

ROWS = [Row(number, learner_id=f"{number:04d}") for number in range(2, 22)]
PAIRS = sorted((sha256(row.learner_id.encode()).digest(), row) for row in ROWS)


def sort(rows: list[Row]) -> KeyedRows:
    return KeyedRows.sort(PackedRows(rows), [sha256(row.learner_id.encode()).digest() for row in rows])


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_roster_means_nothing(seed: int) -> None:
    shuffled = ROWS.copy()
    Random(seed).shuffle(shuffled)
    keyed = sort(shuffled)
    assert keyed == PAIRS
    assert list(keyed.keys()) == [key for key, _ in PAIRS]
    assert list(keyed.rows()) == [row for _, row in PAIRS]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_roster_is_remembered(seed: int) -> None:
    shuffled = ROWS.copy()
    Random(seed).shuffle(shuffled)
    keyed = sort(shuffled)
    assert [keyed[position][1] for position in keyed.by_roster()] == shuffled


def test_pairs_that_are_sorted_are_taken_as_they_are() -> None:
    keyed = KeyedRows.of(PAIRS)
    assert keyed == PAIRS == list(sort(ROWS))
    assert KeyedRows.of(keyed) is keyed


def test_a_position_has_one_key_one_row_and_its_bytes() -> None:
    keyed = sort(ROWS)
    for position, (key, row) in enumerate(PAIRS):
        assert keyed[position] == keyed[position - len(PAIRS)] == (key, row)
        assert (keyed.key(position), keyed.packed(position)) == (key, pack_row(row))


@pytest.mark.parametrize("positions", [[], [0], [3, 7, 19], list(range(20))])
def test_rows_that_are_selected_keep_key_order_and_place_in_the_roster(positions: list[int]) -> None:
    keyed = sort(ROWS)
    some = keyed.select(positions)
    assert some == [PAIRS[position] for position in positions]
    assert [some[position][1].number for position in some.by_roster()] == sorted(
        PAIRS[position][1].number for position in positions
    )


def test_a_slice_is_that_of_a_list() -> None:
    assert sort(ROWS)[3:17:2] == PAIRS[3:17:2]
    assert sort(ROWS)[:-5] == PAIRS[:-5]


@pytest.mark.parametrize("position", [20, -21])
def test_there_is_no_row_beyond_the_last(position: int) -> None:
    with pytest.raises(IndexError):
        sort(ROWS)[position]


def test_the_same_award_twice_is_kept_twice_so_that_it_can_be_refused() -> None:
    keyed = sort([ROWS[0], ROWS[1], ROWS[0]])
    assert len(keyed) == 3
    assert len(set(keyed.keys())) == 2


def test_keyed_rows_tell_nothing_of_learners_where_they_are_shown() -> None:
    assert "0017" not in repr(sort(ROWS)) + str(sort(ROWS))
