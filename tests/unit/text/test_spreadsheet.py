from __future__ import annotations

import csv
import io

import pytest

from attestree.text.spreadsheet import FORMULA_STARTS, format_csv


def test_a_table_begins_with_its_mark_and_reads_back() -> None:
    table = format_csv(("n", "name"), [(1, "Zofia \u0141"), (-2, 'a "b", c')])
    assert table.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    assert read == [["n", "name"], ["1", "Zofia \u0141"], ["-2", 'a "b", c']]
    assert table.count(b"\r\n") == 3


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_text_that_begins_like_a_formula_is_quoted(start: str) -> None:
    for cell in (start + "1", "  " + start + "1"):
        _, (read,) = csv.reader(io.StringIO(format_csv(("c",), [(cell,)]).decode("utf-8-sig"), newline=""))
        assert read == "'" + cell


def test_text_that_has_no_bytes_does_not_stop_the_table() -> None:
    assert format_csv(("c",), [("a\ud800b",)]).endswith(b"a?b\r\n")
