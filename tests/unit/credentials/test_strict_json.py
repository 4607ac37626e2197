"""Strict JSON: what is refused, with which code, and what must not be refused."""

from __future__ import annotations

import json

import pytest

from attestree.credentials.strict_json import MAX_DEPTH, MAX_INTEGER, parse_json
from attestree.errors import MalformedJsonError

REFUSED = {
    "json.duplicate_key": [
        b'{"subject":"Ann","subject":"Bob"}',
        b'{"a":1,"\\u0061":2}',
        b'{"\\ud83d\\ude00":1,"\xf0\x9f\x98\x80":2}',
        b'{"a":' * 9 + b'{"x":1,"x":1}' + b"}" * 9,
        b'[[{"a":null,"b":[],"a":null}]]',
    ],
    "json.bad_number": [
        b'{"score":NaN}',
        b'{"score":-Infinity}',
        b"[Infinity]",
        b"1e400",
        b"-1e400",
        b"1e-400",
        b"0.10000000000000000000001",
        b"2.00000000000000001",
        b"9007199254740992.5",
        b"0e99999999999999999999999999",
        b"0." + b"0" * 80,
    ],
    "json.int_range": [
        b'{"id":9007199254740993}',
        b"-9007199254740992",
        b"9" * 5000,
        b"-" + b"9" * 5000,
        b"1e16",
        b"9007199254740992.0",
        b"1e300",
    ],
    "json.bad_unicode": [
        b'{"name":"\\ud800"}',
        b'{"\\udfff":1}',
        b'["\\ude00\\ud83d"]',
        b'{"name":"A\\u0000B"}',
        b'["A\x00B"]',
        b'["\xff"]',
        b'["\xed\xa0\x80"]',
        b'["\xc0\xaf"]',
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
    ],
    "json.too_deep": [b"[" * 100_000, b'{"a":' * 40_000, b"[" * 33 + b"]" * 33, b'{"a":[' * 17 + b"]}" * 17],
    "json.empty": [b"", b"  ", b"\n"],
    "json.syntax": [
        b'{"a":1,/*x*/}',
        b"[1,]",
        b'{"a":1,}',
        b"{'a':1}",
        b"{} {}",
        b"[1] x",
        b'"open',
        b'["\\u00',
        b'["\\x41"]',
        b'["a\tb"]',
        b"01",
        b"+1",
        b".5",
        b"1.",
        b"1e",
        b"0x10",
        b"TRUE",
        b"nul",
        b"\xc2\xa01",
        b"]]]]",
        b'"' + b'\\"' * 100_000,
    ],
}


@pytest.mark.parametrize(
    ("code", "octets"), [(code, octets) for code, texts in REFUSED.items() for octets in texts]
)
def test_what_could_be_read_in_two_ways_is_refused_with_its_code(code: str, octets: bytes) -> None:
    with pytest.raises(MalformedJsonError) as caught:
        parse_json(octets)
    assert caught.value.code == code


def test_a_text_over_the_limit_is_refused_before_it_is_read() -> None:
    assert parse_json(b"[1]", limit_bytes=3) == [1]
    with pytest.raises(MalformedJsonError) as caught:
        parse_json(b"[1] ", limit_bytes=3)
    assert caught.value.code == "json.too_large"
    assert caught.value.values == {"limit": 3, "size": 4}


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_the_deepest_nesting_allowed_is_read(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    inner = "" if opening == "[" else "1"
    text = opening * MAX_DEPTH + inner + closing * MAX_DEPTH
    assert parse_json(text.encode()) == json.loads(text)


def test_objects_beside_each_other_are_no_nesting() -> None:
    assert parse_json(b"[" + b"[]," * 1000 + b"[]]") == [[]] * 1001
    deepest = b"[" * (MAX_DEPTH - 1) + b"[]" + b"]" * (MAX_DEPTH - 1)
    assert parse_json(b"[[]," + deepest[1:]) is not None
    with pytest.raises(MalformedJsonError) as caught:
        parse_json(b"[[]," + deepest + b"]")
    assert caught.value.code == "json.too_deep"


def test_brackets_inside_strings_are_no_nesting() -> None:
    text = json.dumps({"a": "[" * 50 + '\\"' + "{" * 50})
    assert parse_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        (b"2.5", 2.5),
        (b"2.50", 2.5),
        (b"25e-1", 2.5),
        (b"0.1", 0.1),
        (b"1.0", 1.0),
        (b"1E2", 100.0),
        (b"5e-324", 5e-324),
        (b"-0", 0),
        (b"-0.0", 0.0),
        (b"9007199254740991", MAX_INTEGER),
        (b"-9007199254740991", -MAX_INTEGER),
        (b"9007199254740991.0", float(MAX_INTEGER)),
    ],
)
def test_a_number_that_a_double_holds_exactly_is_read_however_it_is_spelled(
    octets: bytes, value: float
) -> None:
    assert parse_json(octets) == value


def test_white_space_escapes_and_order_carry_no_meaning() -> None:
    assert parse_json(b' \t\r\n{ "b" : [ 1 , true ] , "a" : "\\u00e9\\/" } \n') == {"a": "é/", "b": [1, True]}


def test_text_is_never_normalised() -> None:
    composed, decomposed = '"\u00e9"'.encode(), '"e\u0301"'.encode()
    assert parse_json(composed) != parse_json(decomposed)


def test_a_surrogate_pair_in_escapes_is_one_character() -> None:
    assert parse_json(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_the_place_of_a_slip_is_told_but_never_its_text() -> None:
    with pytest.raises(MalformedJsonError) as caught:
        parse_json(b'{\n "name": secret\n}')
    assert caught.value.values == {"line": 2, "column": 10}
    assert "secret" not in str(caught.value)
