"""The fast reader: what it answers, and what it leaves to the strict one."""

from __future__ import annotations

import subprocess
import sys

import pytest
import rfc8785

from attestree.credentials.canonical_reader import is_canonical, read_canonical, write_again
from attestree.credentials.strict_json import MAX_DEPTH, parse_json
from attestree.errors import MalformedJsonError

MANY = b'"many":[' + b",".join([b"[]"] * 40) + b"]"


def nest(depth: int) -> bytes:
    """Return canonical JSON that nests so deep, with more brackets beside it than are safe unseen."""
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"," + MANY + b"}"


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        (b"{}", {}),
        (b'{"a":[true,null,-900719925474099,2.5,0.0001]}', {"a": [True, None, -900719925474099, 2.5, 1e-4]}),
        ('{"a":"\u017b\u00f3\u0142\u0107\\n\\u0001"}'.encode(), {"a": "\u017b\u00f3\u0142\u0107\n\x01"}),
        (b'{"a":"1234567890123456"}', {"a": "1234567890123456"}),
    ],
)
def test_what_is_its_own_canonical_form_is_read(octets: bytes, value: object) -> None:
    assert read_canonical(octets) == value
    assert parse_json(octets) == value
    assert write_again(parse_json(octets)) == octets  # type: ignore[arg-type]  # every one is an object


@pytest.mark.parametrize(
    "octets",
    [
        *(b"", b"[]", b"1", b" {}", b"{} ", b"\xef\xbb\xbf{}", b"{", b'{"b":1,"a":1}', b'{"a":1,"a":1}'),
        *(b'{"a":1.0}', b'{"a":1e400}', b'{"a":1e-6}', b'{"a":2.50}', b'{"a":-0}', b'{"a":9007199254740992}'),
        *(b'{"a":-9007199254740992}', b'{"a":99999999999999999999}', b'{"a":"\\u0000"}', b'{"a":"\\ud800"}'),
        *(b'{"a":"\\u0041"}', b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', '{"\U0001f600":1}'.encode()),
        *(b'{"a":NaN}', b'{"a":"\x00"}', b'{"a":' * 5000 + b"1" + b"}" * 5000),
    ],
)
def test_everything_else_is_left_to_the_strict_reader(octets: bytes) -> None:
    assert read_canonical(octets) is None


def test_nesting_is_read_as_deep_as_it_is_certain() -> None:
    assert read_canonical(nest(16)) is not None
    assert read_canonical(nest(17)) is None
    assert parse_json(nest(MAX_DEPTH)) == parse_json(nest(MAX_DEPTH) + b" ")
    with pytest.raises(MalformedJsonError, match=r"json\.too_deep"):
        parse_json(nest(MAX_DEPTH + 1))


DEEP = """
import sys
from attestree.credentials.canonical_reader import read_canonical
sys.setrecursionlimit(10**6)
for opening in ('{"a":', '[', '[{"a":', '"a"]['):
    for octets in ('{"a":' + opening * 200_000, '{"a":' + opening * 200_000 + "[]" * 200_000):
        assert read_canonical(octets.encode()) is None
"""


def test_depth_is_judged_before_anything_recursive_reads() -> None:
    # In a process of its own, for a reader that does otherwise takes its process with it.
    assert subprocess.run([sys.executable, "-c", DEEP], check=False).returncode == 0


@pytest.mark.parametrize("text", ['"}"', "}{", "{", "[]", 'a"'])
def test_brackets_and_quotes_inside_texts_prove_no_depth(text: str) -> None:
    few = rfc8785.dumps({"text": text})
    many = rfc8785.dumps({"many": [[]] * 40, "text": text})
    assert read_canonical(few) == {"text": text}
    assert read_canonical(many) is None
    assert parse_json(many) == {"many": [[]] * 40, "text": text}


def test_only_octets_that_are_the_canonical_form_are_called_so() -> None:
    assert is_canonical(b'{"a":1}', {"a": 1})
    assert not is_canonical(b'{"a": 1}', {"a": 1})
    assert not is_canonical(b"1", 1)
