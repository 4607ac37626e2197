"""Addresses: whether there is a letter outside ASCII in one makes no difference to the rest of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.reading import is_address

STARTS = [
    "https://",
    "HTTP://a.example",
    "urn:uuid:",
    "urn:",
    "did:key:",
    "did:",
    "javascript:",
    "https:///",
    "",
]


@given(
    st.sampled_from(STARTS) | st.text(st.characters(max_codepoint=127), max_size=12),
    st.text(st.characters(max_codepoint=127), max_size=6),
)
def test_what_is_read_as_ascii_is_read_as_any_other_text(start: str, rest: str) -> None:
    text = start + rest + "x"
    assert is_address(text) == is_address(text + "\u00e9")


@pytest.mark.parametrize("sign", [chr(code) for code in range(128)])
def test_every_sign_of_ascii_may_stand_in_both_or_in_none(sign: str) -> None:
    told = is_address(f"https://a.example/{sign}x")
    assert told == is_address(f"https://a.example/{sign}x\u00e9")
    assert told == (sign.isalnum() or sign in "!#$%&'()*+,-./:;=?@[]_~")
