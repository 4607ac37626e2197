"""Packed rows: in memory as bytes, in hands as they were, and never in a log."""

from __future__ import annotations

import pytest

from attestree.issuing.packed_rows import PackedRows, pack_row, unpack_row
from attestree.issuing.rows import Row

ROWS = [
    Row(2, "a@b.example", "0017", name="Zofia Żółć", credits=2.5),
    Row(3, did="did:key:z6Mk", given_name="伟", family_name="😀\n\x00", credits=3, language="pl"),
    Row(2**31, learner_id="1", narrative="x" * 70_000, credits=None),
    Row(4),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_a_row_is_unpacked_as_it_was_packed(row: Row) -> None:
    again = unpack_row(pack_row(row))
    assert again == row
    assert type(again.credits) is type(row.credits)


def test_packed_rows_are_the_rows_they_were_made_from() -> None:
    packed = PackedRows(ROWS)
    assert list(packed) == ROWS
    assert packed == ROWS
    assert [packed[place] for place in range(len(packed))] == ROWS
    assert packed[-1] == ROWS[-1]
    assert [packed.packed(place) for place in range(4)] == [pack_row(row) for row in ROWS]


def test_rows_are_appended_at_the_end() -> None:
    packed = PackedRows()
    assert (len(packed), list(packed)) == (0, [])
    for number, row in enumerate(ROWS, start=1):
        packed.append(row)
        assert packed == ROWS[:number]
    assert packed != ROWS[:-1]


@pytest.mark.parametrize("cut", [slice(1, 3), slice(None, None, -1), slice(-2, None), slice(9, 12)])
def test_a_slice_is_that_of_a_list(cut: slice) -> None:
    assert list(PackedRows(ROWS)[cut]) == ROWS[cut]


@pytest.mark.parametrize("place", [4, -5])
def test_there_is_no_row_beyond_the_last(place: int) -> None:
    with pytest.raises(IndexError):
        PackedRows(ROWS)[place]


def test_packed_rows_tell_nothing_of_learners_where_they_are_shown() -> None:
    assert "Zofia" not in repr(PackedRows(ROWS)) + str(PackedRows(ROWS))


def test_packed_rows_are_no_rows_in_another_order_and_no_other_thing() -> None:
    assert PackedRows(ROWS) != ROWS[::-1]
    assert PackedRows(ROWS) != set()
