"""One spelling for each byte string, in both alphabets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.signatures.multibase import (
    MAX_CHARACTERS,
    format_base58btc,
    format_base64url,
    parse_base58btc,
    parse_base64url,
    parse_multibase,
)
from attestree.errors import MalformedProofError

# From the internet draft draft-msporny-base58-03, section 5, and the multibase registry.
KNOWN = [
    (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
    (
        b"The quick brown fox jumps over the lazy dog.",
        "zUSm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
    ),
    (bytes.fromhex("0000287fb4cd"), "z11233QC4"),
    (b"", "z"),
]


@pytest.mark.parametrize(("octets", "text"), KNOWN)
def test_known_texts_are_read_and_written(octets: bytes, text: str) -> None:
    assert format_base58btc(octets) == text
    assert parse_base58btc(text) == octets


@given(st.binary(max_size=200))
def test_both_alphabets_are_read_back(octets: bytes) -> None:
    assert parse_multibase(format_base58btc(octets)) == octets
    assert parse_multibase(format_base64url(octets)) == octets


@given(st.one_of(st.text(max_size=40), st.text("u0zZ1lO=-_A", max_size=20).map(lambda text: "u" + text)))
def test_what_is_read_is_what_would_be_written(text: str) -> None:
    try:
        octets = parse_multibase(text)
    except MalformedProofError:
        return
    assert text in {format_base58btc(octets), format_base64url(octets)}


@pytest.mark.parametrize(
    "text",
    ["", "2NEpo", "z0", "zl", "z é", "uA", "uAB", "uAA==", "uAA+_", "mAAAA", "z" + "1" * MAX_CHARACTERS],
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(MalformedProofError) as refused:
        parse_multibase(text)
    assert refused.value.code == "signature.multibase"


def test_each_reader_takes_its_own_alphabet_only() -> None:
    with pytest.raises(MalformedProofError):
        parse_base58btc("uAAAA")
    with pytest.raises(MalformedProofError):
        parse_base64url("z1")
