"""Bytes and texts in files: what is written is read back."""

from __future__ import annotations

import tomllib

import pytest

from attestree.text.spelling import format_hex, quote_toml


def test_bytes_are_lower_case_hex_behind_0x() -> None:
    assert format_hex(b"") == "0x"
    assert format_hex(b"\x00\xab\xff") == "0x00abff"


@pytest.mark.parametrize("text", ["", "Łódź", 'a "quoted" name', "C:\\keys\\new", "大学", "#none"])
def test_toml_reads_a_quoted_text_as_it_was(text: str) -> None:
    assert tomllib.loads(f"value = {quote_toml(text)} # told") == {"value": text}
