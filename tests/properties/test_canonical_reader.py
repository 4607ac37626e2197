"""
The fast reader against the strict one: it gives exactly what that gives, or steps aside.

Texts begin as canonical JSON and are spoilt in every way that a hostile hand may think of.
"""

from __future__ import annotations

import json
import math
import random
from typing import Any

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from attestree.credentials.canonical_reader import read_canonical, write_again
from attestree.credentials.strict_json import MAX_DEPTH, parse_json, parse_slowly
from attestree.errors import MalformedJsonError

numbers = st.one_of(
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-(2.0**53) + 1, max_value=2.0**53 - 1),
    st.floats(min_value=1e-9, max_value=1e-3),
    st.sampled_from([0, 1e-5, 9.999999999999999e-6, 1e-6, 1e-7, 2.5, 0.1, 5e-324, 2.0**53 - 1]),
)
words = st.text(max_size=12) | st.sampled_from(
    [
        "",
        '"',
        '\\"',
        '"}"',
        '"{"',
        "[[",
        "}{",
        "\\",
        "\\u0000",
        ":1234567890123456",
        "\U0001f600",
        "\ue000",
        "\x7f",
    ]
)
values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(words, values, max_size=5)

PIECES = [
    *(b'"a":1,', b'"a":1', b"1.0", b"1e5", b"1E400", b"-0", b"-0.0", b"0.10", b"NaN", b"Infinity", b"null"),
    *(b"9007199254740991", b"9007199254740992", b"-9007199254740993", b"18446744073709551616", b"1" * 400),
    *(
        b"\\u0000",
        b"\\u0041",
        b"\\ud800",
        b"\\ud83d\\ude00",
        b"\\/",
        b"\x00",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
    ),
    *(b"\xff", b"\xc0\x80", b"\xf0\x9f\x98\x80", b"\xee\x80\x80", b" ", b"\n", b"\t", b"\x1f", b"\x7f", b","),
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b":", b"[" * 40, b"]" * 40, b'{"a":' * 33, b"}" * 33, b"[]" * 20),
]


def read_strictly(octets: bytes) -> Any:
    """Return what the strict reader says, wrapped; None where it refuses."""
    try:
        return [parse_slowly(octets)]
    except MalformedJsonError:
        return None


def same(a: Any, b: Any) -> bool:
    """Say whether two values are the same to the type of each number and the order of each object."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[name], b[name]) for name in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return a == b and math.copysign(1, a) == math.copysign(1, b)
    return bool(a == b)


def hold(octets: bytes) -> bool:
    """Hold the fast reader against the strict one; return whether it gave an answer."""
    swift, strict = read_canonical(octets), read_strictly(octets)
    if swift is None:
        return False
    assert strict is not None
    assert same(swift, strict[0])
    assert rfc8785.dumps(strict[0]) == octets == write_again(swift)
    return True


@given(objects)
def test_canonical_text_is_read_as_the_strict_reader_reads_it_or_left_to_it(value: dict[str, Any]) -> None:
    octets = rfc8785.dumps(value)
    hold(octets)
    strict = read_strictly(octets)
    assert strict is None or same(parse_json(octets), strict[0])


@given(objects, st.lists(st.tuples(st.integers(0, 400), st.sampled_from(PIECES)), min_size=1, max_size=3))
def test_pieces_put_in_anywhere_never_make_it_say_what_the_strict_reader_does_not(
    value: dict[str, Any], spoils: list[tuple[int, bytes]]
) -> None:
    octets = rfc8785.dumps(value)
    for place, piece in spoils:
        at = place % (len(octets) + 1)
        octets = octets[:at] + piece + octets[at:]
    hold(octets)


@given(objects, st.integers(0, 400), st.integers(1, 255))
def test_a_changed_byte_never_makes_it_say_what_the_strict_reader_does_not(
    value: dict[str, Any], place: int, difference: int
) -> None:
    octets = bytearray(rfc8785.dumps(value))
    octets[place % len(octets)] ^= difference
    hold(bytes(octets))


@given(objects, st.sampled_from([{"indent": 1}, {"ensure_ascii": True}, {"separators": (", ", ": ")}, {}]))
def test_other_spellings_are_left_to_the_strict_reader(value: dict[str, Any], how: dict[str, Any]) -> None:
    octets = json.dumps(value, **how).encode("utf-8", "surrogatepass")
    if octets != rfc8785.dumps(value):
        assert not hold(octets)


@given(st.integers(1, 80), st.lists(st.booleans(), min_size=80, max_size=80), words)
def test_no_text_hides_how_deep_brackets_nest(depth: int, kinds: list[bool], word: str) -> None:
    value: Any = 1
    for is_list in kinds[: depth - 1]:
        value = [word, value, word] if is_list else {word: value, f"{word}z": word}
    octets = rfc8785.dumps({word: value})
    assert not (hold(octets) and depth > MAX_DEPTH)


@given(st.binary(max_size=60) | st.binary(max_size=40).map(lambda octets: b'{"' + octets + b'":1}'))
def test_any_bytes_are_read_alike_or_left_to_the_strict_reader(octets: bytes) -> None:
    hold(octets)


@settings(max_examples=20)
@given(st.integers(0, 2**32))
def test_doubles_are_spelt_by_orjson_as_rfc_8785_spells_them_wherever_it_answers(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(500):
        value = chance.choice([1, -1]) * chance.random() * 10.0 ** chance.randint(-8, 15)
        octets = rfc8785.dumps({"a": value})
        assert hold(octets) or abs(value) < 1e-5
