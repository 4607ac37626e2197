"""Canonical form: the tables of RFC 8785, and errors that are ours."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from attestree.credentials.canonical import canonicalize
from attestree.credentials.strict_json import parse_json
from attestree.errors import MalformedJsonError

PUBLISHED = Path(__file__).parents[3] / "node_modules" / "canonicalize" / "test" / "testdata"
"""Test files of cyberphone/json-canonicalization, as the npm package `canonicalize` carries them."""

# RFC 8785, appendix B: bits of the double, and its only spelling.
RFC_NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "values", "weird"])
def test_the_files_of_those_who_wrote_the_rfc_come_out_as_theirs(name: str) -> None:
    given, wanted = (PUBLISHED / side / f"{name}.json" for side in ("input", "output"))
    # Not by our own parser: it refuses numbers that are spelled with more digits than they have.
    assert canonicalize(json.loads(given.read_bytes())) == wanted.read_bytes().rstrip(b"\n")


@pytest.mark.parametrize(("bits", "spelling"), RFC_NUMBERS)
def test_a_double_is_spelled_as_the_table_of_the_rfc_says(bits: str, spelling: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonicalize(value) == spelling.encode()


def test_members_are_sorted_by_utf16_code_units_as_in_the_rfc() -> None:
    value = parse_json(
        b'{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh",'
        b'"1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small"}'
    )
    want = (
        '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small",'
        '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}'
    )
    assert canonicalize(value) == want.encode()


def test_strings_are_escaped_only_where_json_demands_it() -> None:
    value = parse_json(b'"\\u20ac$\\u000f\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/\x7f\xe2\x80\xa8"')
    assert canonicalize(value) == b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\xe2\x80\xa8"'


def test_the_example_of_the_rfc_has_the_bytes_of_the_rfc() -> None:
    value = parse_json(
        b'{"numbers": [333333333.33333325, 4.50, 2e-3, 0.000000000000000000000000001],'
        b'"string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/",'
        b'"literals": [null, true, false]}'
    )
    assert canonicalize(value) == (
        b'{"literals":[null,true,false],"numbers":[333333333.33333325,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (float("nan"), "json.bad_number"),
        (float("inf"), "json.bad_number"),
        (2**53, "json.int_range"),
        ("\ud800", "json.bad_unicode"),
        ({"\ud800": 1}, "json.bad_unicode"),
        ({1: 2}, "json.not_json"),
        ({"a": b"bytes"}, "json.not_json"),
    ],
)
def test_what_json_cannot_say_is_refused_with_our_error(value: object, code: str) -> None:
    with pytest.raises(MalformedJsonError) as caught:
        canonicalize(value)  # type: ignore[arg-type]  # the point of the test
    assert caught.value.code == code


def test_a_value_that_contains_itself_is_refused_with_our_error() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(MalformedJsonError) as caught:
        canonicalize(value)  # type: ignore[arg-type]  # the point of the test
    assert caught.value.code == "json.too_deep"
