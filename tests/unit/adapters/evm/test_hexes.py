from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.adapters.evm.hexes import (
    format_bytes,
    format_quantity,
    parse_address,
    parse_bytes,
    parse_hash,
    parse_quantity,
)
from attestree.errors import ChainUnavailableError


@given(st.integers(0, 2**256 - 1))
def test_a_quantity_comes_back_as_it_was(value: int) -> None:
    assert parse_quantity(format_quantity(value)) == value


@given(st.binary(max_size=100))
def test_bytes_come_back_as_they_were(value: bytes) -> None:
    assert parse_bytes(format_bytes(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        None,
        1,
        True,
        "",
        "0x",
        "0x00",
        "0x01",
        "1",
        "0X1",
        "0xA",
        "-0x1",
        "0x1_0",
        " 0x1",
        "0x1\n",
        "0x1" + "0" * 64,
    ],
)
def test_anything_but_a_plain_quantity_is_refused(value: object) -> None:
    with pytest.raises(ChainUnavailableError, match=r"chain\.bad_answer"):
        parse_quantity(value)


@pytest.mark.parametrize("value", [None, 1, "", "0x1", "12", "0Xaa", "0xzz", "0x 1", "0xaa\n", "0x١٢", b"0x"])
def test_anything_but_plain_bytes_is_refused(value: object) -> None:
    with pytest.raises(ChainUnavailableError, match=r"chain\.bad_answer"):
        parse_bytes(value)


def test_an_empty_answer_is_never_a_word_nor_an_address() -> None:
    for parse in (parse_hash, parse_address):
        for value in ("0x", "0x00", "0x" + "00" * 33, "0x" + "00" * 21):
            with pytest.raises(ChainUnavailableError):
                parse(value)


def test_an_address_is_read_whatever_the_case_of_its_digits() -> None:
    assert parse_address("0x" + "Ab" * 20) == bytes.fromhex("ab" * 20)
