"""Titles of writes: one wording, whoever gives it."""

from __future__ import annotations

import pytest

from attestree.ports.titles import name_batch, title_anchor, title_change


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        (1, "Record 1 credential: Welding"),
        (2, "Record 2 credentials: Welding"),
        (1_000, "Record 1,000 credentials: Welding"),
    ],
)
def test_a_title_counts_what_is_recorded(size: int, wanted: str) -> None:
    assert title_anchor(size, "Welding") == wanted


def test_a_title_says_how_many_of_which_batch() -> None:
    named = name_batch("b1", "Welding")
    assert title_change("Revoke", 3, named) == "Revoke 3 of batch b1: Welding"
    assert title_change("Suspend", None, named) == "Suspend all of batch b1: Welding"
